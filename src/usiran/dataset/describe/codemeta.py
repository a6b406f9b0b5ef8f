"""codemeta.json: the software by people's words, and the data that it keeps by its facts."""

import json

from usiran.dataset.describe.facts import Facts
from usiran.dataset.describe.prose import Prose
from usiran.errors import FileError, shorten
from usiran.hidden import plain_json

FILE = "codemeta.json"


def fill(text: str, facts: Facts, *, file: str = FILE) -> str:
    """Return codemeta.json with what the data says: its keywords, and the dataset itself."""
    allowed, fix = "a JSON object, as CodeMeta 3.0", "correct the named place"
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileError(file, shorten(error), allowed, fix) from None
    if not isinstance(document, dict):
        raise FileError(file, shorten(document), allowed, fix)
    prose, manifest = Prose(facts), facts.manifest
    document["keywords"] = list(prose.own.keywords)
    if prose.own.repository:
        document["codeRepository"] = prose.own.repository
    document["supportingData"] = {
        "type": "Dataset",
        "name": manifest.title,
        "description": prose.own.summary,
        "version": manifest.version,
        **({"datePublished": facts.released} if facts.released else {}),
        "license": f"https://spdx.org/licenses/{prose.license_id}",
        "url": f"https://huggingface.co/datasets/{manifest.hub_id}",
    }
    return plain_json(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"
