"""The rows of an edition with the words that are known again, and the card that says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from usiran.dataset.describe import croissant
from usiran.dataset.parquet import content_hash, from_bytes, to_bytes
from usiran.dataset.withheld.restored import Restored
from usiran.errors import FileError, shorten
from usiran.text.standoffs import MASK

Row = dict[str, Any]
Places = dict[str, dict[str, tuple[int, int]]]

PARTLY = (
    "**Restored in part.** This was the text-free edition; a reader put back the words of "
    'their own copies. Where `text_status` is "withheld", words are missing still.'
)
"""What the card says where not every text is back."""

# The paragraph of an edition's card that says what it is, in whatever words it was written.
_NOTICE = re.compile(r"^> (\*\*(?:Text-free edition|Restored in part)\.\*\* .*)\n\n", re.MULTILINE)
_AGAIN = "fetch the edition again"
_CONTENT = re.compile(r"Content [0-9a-f]{16}\.")


def filled(edition: Path, restored: Mapping[str, Restored]) -> tuple[dict[str, bytes], Places]:
    """Return every file of an edition, its configs with the words that are known.

    Returns
    -------
    files : dict
        From path within the edition to content.
    spans : dict
        From article_id to its spans and their places.

    Raises
    ------
    FileError
        A config or the card cannot be read.
    """
    files, spans = {}, Places()
    tables: dict[str, pa.Table] = {}
    for path in sorted(path for path in edition.rglob("*") if path.is_file()):
        name = path.relative_to(edition).as_posix()
        if any(part.startswith(".") for part in Path(name).parts):
            continue  # what a download or version control keeps for itself
        files[name] = path.read_bytes()
        if name.startswith("data/") and name.endswith(".parquet"):
            table = tables[name.split("/")[1]] = _table(path, restored, spans)
            files[name] = to_bytes(table)
    if "README.md" not in files or not tables:
        raise FileError(edition, "no card, or no configs", "a text-free edition", _AGAIN)
    try:
        _tell(files, tables, whole=all(one.whole for one in restored.values()))
    except (ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        found = f"README.md or {croissant.FILE}: {shorten(error, 80)}"
        raise FileError(edition, found, "the metadata of a text-free edition", _AGAIN) from None
    return files, spans


def _tell(files: dict[str, bytes], tables: Mapping[str, pa.Table], *, whole: bool) -> None:
    """Let the card and croissant.json tell of the restored files."""
    card = files["README.md"].decode("utf-8")
    said = _NOTICE.search(card)
    told = f"> {PARTLY}\n\n"
    files["README.md"] = _card(_NOTICE.sub("" if whole else told, card), tables).encode("utf-8")
    if croissant.FILE in files and said:
        notices = {said[1]: "" if whole else PARTLY}
        files[croissant.FILE] = croissant.with_files(files[croissant.FILE], files, notices)


def _table(path: Path, restored: Mapping[str, Restored], spans: Places) -> pa.Table:
    from datasets import Features

    try:
        held = from_bytes(path.read_bytes())
    except pa.ArrowInvalid as error:
        raise FileError(path, str(error), "a Parquet file", _AGAIN) from None
    rows = [_row(row, restored, spans) for row in held.to_pylist()]
    # The features give the schema that a build writes; the one read back names lists otherwise.
    return pa.Table.from_pylist(rows, schema=Features.from_arrow_schema(held.schema).arrow_schema)


def _row(row: Row, restored: Mapping[str, Restored], spans: Places) -> Row:
    one = restored.get(row["article_id"])
    if one is None:
        return row
    _note(row, spans.setdefault(row["article_id"], {}))
    made: Row = _within(row, one)
    if "contrast_id" in row:
        return made | _contrast(row, one)
    made |= {name: one.field(name) or row[name] for name in one.anchors.fields if name in row}
    if "text" in row and "start" not in row:
        made["text"] = _merged(row["text"], one.text)
        known = one.whole
    else:
        known = one.at(row["start"], row["end"]) is not None
    if known and "text_status" in row:
        made["text_status"] = "present"
    return made


def _contrast(row: Row, one: Restored) -> Row:
    """Return what is known of a contrast item: its text and its sentence's."""
    text, source = one.item(row["contrast_id"]), one.sentences.get(row["sentence_id"])
    if text is None or source is None:
        return {}
    return {"text": text, "source_text": source.text, "text_status": "present"}


def _merged(held: str, found: str) -> str:
    """Return a text with what an earlier restoration found, and what this one did.

    Raises
    ------
    FileError
        The two have not the same length: the edition's files are not of one making.
    """
    if len(held) != len(found):
        told, allowed = f"{len(found)} characters", f"{len(held)}, as in the edition's rows"
        raise FileError("restore data of a text", told, allowed, "take the edition anew")
    pairs = zip(held, found, strict=True)
    return "".join(old if new == MASK else new for old, new in pairs)


def _note(row: Row, spans: dict[str, tuple[int, int]]) -> None:
    """Note the spans of a row."""
    for name in ("actors", "events"):
        for span in row.get(name) or ():
            spans[span["span_id"]] = (span["start"], span["end"])


def _within(value: Any, one: Restored) -> Any:
    """Return a value with the texts that its offsets lead to, where they are known."""
    if isinstance(value, list):
        return [_within(item, one) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _within(item, one) for key, item in value.items()}
    if {"start", "end", "text"} <= value.keys():
        made["text"] = one.at(value["start"], value["end"]) or value["text"]
    if "tokens" in value:
        places = zip(value["token_starts"], value["token_ends"], value["tokens"], strict=True)
        made["tokens"] = [one.at(start, end) or token for start, end, token in places]
    return made


def _card(card: str, tables: Mapping[str, pa.Table]) -> str:
    """Return the card with the sizes and hashes of the restored configs."""
    front, page = card.removeprefix("---\n").split("---\n", 1)
    document = yaml.safe_load(front)
    for config in document["configs"]:
        told = f"Content {content_hash(tables[config['config_name']])[:16]}."
        config["description"] = _CONTENT.sub(told, config["description"])
    for info in document["dataset_info"]:
        content = to_bytes(tables[info["config_name"]])
        # The size of a table is that of what is read back, as in a build.
        info["splits"][0]["num_bytes"] = info["dataset_size"] = from_bytes(content).nbytes
        info["download_size"] = len(content)
    front = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return f"---\n{front}---\n{page}"
