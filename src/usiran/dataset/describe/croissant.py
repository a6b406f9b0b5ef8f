"""croissant.json: the dataset for readers of Croissant 1.1, with its responsible-AI fields.

The words and figures are those of the card (`usiran.dataset.describe.prose`); the record sets are
the configs, and their fields lead to columns of the Parquet files.

References
----------
The Croissant format, http://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html, and its
RAI vocabulary, http://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from usiran.dataset.describe import prose as say
from usiran.dataset.describe.card import Built
from usiran.dataset.describe.citation import bibtex
from usiran.dataset.describe.croissant_fields import fields, label_sets
from usiran.dataset.describe.facts import Facts

FILE = "croissant.json"

Json = dict[str, Any]

_CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
# The context that the specification gives; readers warn about any other.
_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field",
    "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset",
    "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex",
    "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS},
}
_COLLECTION = (
    "The texts were given to the project as files. Their bytes are kept, with the SHA-256 of each. "
    "Sentence boundaries and zones were proposed by a segmenter and set by reading every line."
)
_PROTOCOL = (
    "Each annotator read each article whole and decided every label by reading, by the guidelines "
    "in annotation/GUIDELINES.md (version {version}) of the repository; programs only carried and "
    "checked the labels. Disagreements were decided by an adjudicator where the gold is "
    "adjudicated. Every label of every annotator is published, in the config annotations."
)
_KEYS = {"articles": "article_id", "annotations": "annotation_id", "contrast": "contrast_id"}


def croissant(
    facts: Facts, built: Sequence[Built], files: Mapping[str, bytes], *, notice: str = ""
) -> bytes:
    """Return croissant.json for one edition of the dataset.

    Parameters
    ----------
    facts : Facts
        The corpus's facts.
    built : sequence of Built
        The configs.
    files : mapping
        From path within the dataset to content: the edition's files.
    notice : str
        What an edition of its own says of itself.
    """
    document = _head(facts, notice) | _responsible(facts)
    document["distribution"] = [_file(one, files[one.view.file]) for one in built]
    document["recordSet"] = [*_label_sets(built), *map(_record_set, built)]
    return _bytes(document)


def with_files(content: bytes, files: Mapping[str, bytes], notices: Mapping[str, str]) -> bytes:
    """Return a croissant.json for other files at the same paths, with other notices.

    `notices` leads from what an edition said of itself to what is to be said instead.
    """
    document = json.loads(content)
    for entry in document["distribution"]:
        entry.update(_held(files[entry["contentUrl"]]))
    for old, new in notices.items():
        document["description"] = document["description"].replace(f"{old} ", f"{new} ".lstrip())
    return _bytes(document)


def _bytes(document: Json) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _head(facts: Facts, notice: str) -> Json:
    manifest = facts.manifest
    licence = f"https://spdx.org/licenses/{say.license_id(facts)}.html"
    told = [notice, say.summary(facts), say.GOLD[manifest.gold_basis].replace("**", "")]
    told += [say.withdrawn(facts), say.seed(facts), say.rights(facts)]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _CONFORMS,
        "name": manifest.name,
        "alternateName": manifest.title,
        "description": " ".join(filter(None, told)),
        "version": manifest.version,
        **({"datePublished": facts.released} if facts.released else {}),
        "license": licence,
        "usageInfo": f"{say.rights(facts)} See LICENSE.md.",
        "citeAs": bibtex(facts),
        "creator": {"@type": "sc:Organization", "name": say.maintainers(facts)},
        "inLanguage": manifest.language,
        "keywords": list(say.KEYWORDS),
        "url": f"https://huggingface.co/datasets/{manifest.hub_id}",
        "isLiveDataset": False,
    }


def _responsible(facts: Facts) -> Json:
    """Return the fields of the RAI vocabulary."""
    people = [f"{one.annotator_id}: {one.kind}, {one.name}" for one in facts.annotators]
    return {
        "rai:dataCollection": _COLLECTION,
        "rai:dataCollectionType": ["Secondary Data Analysis"],
        "rai:dataCollectionMissingData": (
            "Titles, publishers and dates are given only where a text states or implies them, "
            "each with its basis."
        ),
        "rai:dataCollectionRawData": "dataset/source/articles and annotation/submissions",
        "rai:dataPreprocessingProtocol": [
            "The texts are not changed; offsets count their code points."
        ],
        "rai:dataAnnotationProtocol": [_PROTOCOL.format(version=facts.guidelines)],
        "rai:dataAnnotationPlatform": [
            "Label Studio with the configs in annotation/ of the repository, and text sheets"
        ],
        "rai:dataAnnotationAnalysis": [say.agreement(facts)],
        "rai:annotationsPerItem": _per_item(facts),
        "rai:annotatorDemographics": [say.annotators(facts), *people],
        "rai:machineAnnotationTools": [
            f"{one.annotator_id}: {one.name}"
            for one in facts.annotators
            if one.kind == "language-model"
        ],
        "rai:dataBiases": [
            say.limits(facts),
            "Annotators that share a language model share its errors and views.",
        ],
        "rai:dataLimitations": [say.limits(facts), say.MEANING, say.seed(facts)],
        "rai:dataUseCases": [say.USES, f"Not for: {say.NOT_FOR}"],
        "rai:dataSocialImpact": f"{say.MEANING} {say.NOT_FOR}",
        "rai:personalSensitiveInformation": [say.PEOPLE],
        "rai:dataReleaseMaintenancePlan": say.MAINTENANCE,
    }


def _per_item(facts: Facts) -> str:
    count = len(facts.agreement.annotators) if facts.agreement else 1
    who = f"{count} independent annotators" if count > 1 else "one annotator"
    return f"{who} behind the gold of each sentence and article"


def _file(one: Built, content: bytes) -> Json:
    return {
        "@type": "cr:FileObject",
        "@id": _file_id(one),
        "name": _file_id(one),
        "description": f"The config {one.view.name}: one row is {one.view.about}.",
        "contentUrl": one.view.file,
        "encodingFormat": "application/x-parquet",
        **_held(content),
    }


def _held(content: bytes) -> Json:
    digest = hashlib.sha256(content).hexdigest()
    return {"contentSize": f"{len(content)} B", "sha256": digest}


def _file_id(one: Built) -> str:
    return f"{one.view.name}.parquet"


def _record_set(one: Built) -> Json:
    name = one.view.name
    key = _KEYS.get(name, "sentence_id")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"One record is {one.view.about}; {len(one.view.rows)} records, "
        f"split {one.view.split}.",
        "key": {"@id": f"{name}/{key}"},
        "field": fields(name, one.view.features, one.view.fields(), _file_id(one)),
    }


def _label_sets(built: Sequence[Built]) -> Iterator[Json]:
    """Yield the names of each label set once, with the fields whose numbers they name."""
    users: dict[tuple[str, ...], list[str]] = {}
    for one in built:
        for key, names in label_sets(one.view.features, one.view.name):
            users.setdefault(names, []).append(key)
    for names, keys in users.items():
        yield _label_set(f"labels/{'-'.join(keys[0].split('/')[1:])}", names, keys)


def _label_set(key: str, names: Sequence[str], users: Sequence[str]) -> Json:
    columns = {part: f"{key}/{part}" for part in ("number", "name")}
    kinds = {"number": "sc:Integer", "name": "sc:Text"}
    return {
        "@type": "cr:RecordSet",
        "@id": key,
        "name": key,
        "description": f"What the numbers in {', '.join(users)} stand for.",
        "dataType": "sc:Enumeration",
        "key": {"@id": columns["number"]},
        "field": [
            {"@type": "cr:Field", "@id": id, "name": id, "dataType": kinds[part]}
            for part, id in columns.items()
        ],
        "data": [
            {columns["number"]: number, columns["name"]: name} for number, name in enumerate(names)
        ],
    }
