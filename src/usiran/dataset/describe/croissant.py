"""croissant.json: the dataset for readers of Croissant 1.1, with its responsible-AI fields.

The words and figures are those of the card; the record sets are the configs, and their fields lead
to columns of the Parquet files.

References
----------
The Croissant format, http://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html, and its
RAI vocabulary, http://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files as package_files
from typing import Any

from usiran.dataset.describe.card import Built
from usiran.dataset.describe.citation import bibtex
from usiran.dataset.describe.croissant_fields import fields
from usiran.dataset.describe.facts import Facts
from usiran.dataset.describe.prose import Prose
from usiran.hidden import plain_json

FILE = "croissant.json"

Json = dict[str, Any]

_CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
# The context that the specification gives; readers warn about any other.
_CONTEXT: Json = json.loads(
    package_files("usiran.dataset.describe").joinpath("croissant_context.json").read_text("utf-8")
)
# Columns that name the records of a config; those of the others are sentences.
_KEYS = {"articles": "article_id", "annotations": "annotation_id", "contrast": "contrast_id"}


def croissant(
    facts: Facts, built: Sequence[Built], files: Mapping[str, bytes], *, notice: str = ""
) -> bytes:
    """Return croissant.json for one edition of the dataset.

    `files` are the edition's, by their paths in it; `notice` is what it says of itself.
    """
    prose = Prose(facts)
    document = _head(prose, notice) | _responsible(prose)
    document["distribution"] = [_file(config, files[config.view.file]) for config in built]
    document["recordSet"] = [*_label_sets(built), *map(_record_set, built)]
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return f"{plain_json(text)}\n".encode()


def _head(prose: Prose, notice: str) -> Json:
    facts, own, manifest = prose.facts, prose.own, prose.facts.manifest
    # The card marks words as bold; a description here is plain text.
    gold = prose.gold.replace("**", "")
    sentences = [notice, own.summary, gold, prose.withdrawn, own.purpose, prose.rights]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": _CONFORMS,
        "name": manifest.name,
        "alternateName": manifest.title,
        "description": " ".join(filter(None, sentences)),
        "version": manifest.version,
        **({"datePublished": facts.released} if facts.released else {}),
        "license": f"https://spdx.org/licenses/{prose.license_id}.html",
        "usageInfo": f"{prose.rights} See LICENSE.md.",
        "citeAs": bibtex(prose),
        "creator": {"@type": "sc:Organization", "name": prose.maintainers},
        "inLanguage": manifest.language,
        "keywords": list(own.keywords),
        "url": f"https://huggingface.co/datasets/{manifest.hub_id}",
        "isLiveDataset": False,
    }


def _responsible(prose: Prose) -> Json:
    """Return the fields of the RAI vocabulary, without those of which nothing is said."""
    facts, own = prose.facts, prose.own
    people = [f"{who.annotator_id}: {who.kind}, {who.name}" for who in facts.annotators]
    tools = [who for who in facts.annotators if who.kind == "language-model"]
    values: dict[str, str | list[str]] = {
        "dataCollection": own.collection,
        "dataCollectionType": ["Secondary Data Analysis"],
        "dataCollectionMissingData": own.missing,
        "dataCollectionRawData": "dataset/source/articles and annotation/submissions",
        "dataPreprocessingProtocol": [
            "The texts are not changed; offsets count their code points."
        ],
        "dataAnnotationProtocol": [own.protocol],
        "dataAnnotationPlatform": [own.platform],
        "dataAnnotationAnalysis": [prose.agreement],
        "annotationsPerItem": _per_item(facts),
        "annotatorDemographics": [prose.annotators, *people],
        "machineAnnotationTools": [f"{who.annotator_id}: {who.name}" for who in tools],
        "dataBiases": [own.limits, own.biases],
        "dataLimitations": [own.limits, own.meaning, own.purpose],
        "dataUseCases": [own.uses, f"Not for: {own.not_for}" if own.not_for else ""],
        "dataSocialImpact": " ".join(filter(None, [own.meaning, own.not_for])),
        "personalSensitiveInformation": [own.people],
        "dataReleaseMaintenancePlan": own.maintenance,
    }
    filled = {
        f"rai:{name}": value if isinstance(value, str) else list(filter(None, value))
        for name, value in values.items()
    }
    # No tools is a fact: it stays as an empty list.
    return {
        key: value for key, value in filled.items() if value or key == "rai:machineAnnotationTools"
    }


def _per_item(facts: Facts) -> str:
    count = len(facts.agreement.annotators) if facts.agreement else 1
    who = f"{count} independent annotators" if count > 1 else "one annotator"
    return f"{who} behind the gold of each sentence and article"


def _file(config: Built, content: bytes) -> Json:
    view = config.view
    return {
        "@type": "cr:FileObject",
        "@id": f"{view.key}.parquet",
        "name": f"{view.key}.parquet",
        "description": f"{view.notice} The config {view.name}: one row is {view.about}.".lstrip(),
        "contentUrl": view.file,
        "encodingFormat": "application/x-parquet",
        "contentSize": f"{len(content)} B",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _record_set(config: Built) -> Json:
    view = config.view
    key = _KEYS.get(view.name, "sentence_id")
    return {
        "@type": "cr:RecordSet",
        "@id": view.key,
        "name": view.key,
        "description": f"{view.notice} One record is {view.about}; {len(view.rows)} records, split "
        f"{view.split}.".lstrip(),
        "key": {"@id": f"{view.key}/{key}"},
        "field": fields(view),
    }


def _label_sets(built: Sequence[Built]) -> Iterator[Json]:
    """Yield the names of each label set once, with the fields whose numbers they name."""
    # Several columns share a label set; listed for each, they would seem to differ.
    users: dict[tuple[str, ...], list[str]] = {}
    for view in (config.view for config in built):
        for path, labels in view.codes.items():
            field = path.replace("[]", "").replace(".", "/")
            users.setdefault(tuple(labels), []).append(f"{view.key}/{field}")
    for names, keys in users.items():
        yield _label_set(f"labels/{'-'.join(keys[0].split('/')[1:])}", names, keys)


def _label_set(key: str, names: Sequence[str], users: Sequence[str]) -> Json:
    number, name = f"{key}/number", f"{key}/name"
    return {
        "@type": "cr:RecordSet",
        "@id": key,
        "name": key,
        "description": f"What the numbers in {', '.join(users)} stand for.",
        "dataType": "sc:Enumeration",
        "key": {"@id": number},
        "field": [
            {"@type": "cr:Field", "@id": column, "name": column, "dataType": kind}
            for column, kind in ((number, "sc:Integer"), (name, "sc:Text"))
        ],
        "data": [{number: i, name: label} for i, label in enumerate(names)],
    }
