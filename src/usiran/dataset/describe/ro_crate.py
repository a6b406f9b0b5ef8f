"""ro-crate-metadata.json: the released dataset for readers of RO-Crate 1.2.

References
----------
RO-Crate 1.2, https://w3id.org/ro/crate/1.2.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from usiran.dataset.describe.facts import Facts
from usiran.dataset.describe.prose import Prose
from usiran.hidden import plain_json

FILE = "ro-crate-metadata.json"

Json = dict[str, Any]

_SPECIFICATION = "https://w3id.org/ro/crate/1.2"
_MAKERS = "#maintainers"
_FORMATS = {
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".md": "text/markdown",
}


def ro_crate(facts: Facts, files: Mapping[str, bytes]) -> bytes:
    """Return ro-crate-metadata.json of a released dataset; `files` are all others, by path.

    A crate tells the day it was published: before the first release there is none.
    """
    assert facts.released is not None  # who calls looks
    prose, manifest = Prose(facts), facts.manifest
    license_url = f"https://spdx.org/licenses/{prose.license_id}"
    root: Json = {
        "@id": "./",
        "@type": "Dataset",
        "name": manifest.title,
        "description": " ".join(filter(None, (prose.own.summary, prose.own.purpose))),
        "datePublished": facts.released,
        "version": manifest.version,
        "inLanguage": manifest.language,
        "keywords": list(prose.own.keywords),
        "license": {"@id": license_url},
        "usageInfo": prose.rights,
        "creator": {"@id": _MAKERS},
        "url": f"https://huggingface.co/datasets/{manifest.hub_id}",
        "hasPart": [{"@id": name} for name in sorted(files)],
    }
    graph = [
        {
            "@id": FILE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": _SPECIFICATION},
            "about": {"@id": "./"},
        },
        root,
        {"@id": _MAKERS, "@type": "Organization", "name": prose.maintainers},
        {"@id": license_url, "@type": "CreativeWork", "name": prose.license_id},
        *(_file(name, files[name]) for name in sorted(files)),
    ]
    document = {"@context": f"{_SPECIFICATION}/context", "@graph": graph}
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return f"{plain_json(text)}\n".encode()


def _file(name: str, content: bytes) -> Json:
    ending = name[name.rindex(".") :]
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "contentSize": str(len(content)),
        "encodingFormat": _FORMATS.get(ending, "application/octet-stream"),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
