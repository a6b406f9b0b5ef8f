"""CITATION.cff: its title, version, date, licence and abstract follow from the data."""

from __future__ import annotations

import json
import re

import yaml

from usiran.dataset.describe import prose as say
from usiran.dataset.describe.facts import Facts
from usiran.errors import FileError, shorten

FILE = "CITATION.cff"


def fill(text: str, facts: Facts, *, file: str = FILE) -> str:
    """Return CITATION.cff with what the data says; comments and all other keys stay.

    Raises
    ------
    FileError
        The file is no YAML, or a value that is set runs over several lines.
    """
    values = {
        "title": json.dumps(facts.manifest.title, ensure_ascii=False),
        "abstract": json.dumps(say.summary(facts), ensure_ascii=False),
        "version": facts.manifest.version,
        "date-released": json.dumps(facts.released) if facts.released else None,
        "license": say.license_id(facts),
    }
    for key, value in values.items():
        text = _with(text, key, value)
    _check(text, {"title": facts.manifest.title, "version": facts.manifest.version}, file)
    return text


def _with(text: str, key: str, value: str | None) -> str:
    """Return YAML with one plain top-level key set, or taken out where `value` is None.

    >>> _with("version: 0.1.0  # of the data", "version", "1.0.0")
    'version: 1.0.0  # of the data'
    """
    line = re.compile(rf"^{key}:[ \t]*(?:\"(?:[^\"\\]|\\.)*\"|[^#\n]*?)([ \t]+#[^\n]*)?$", re.M)
    if value is None:
        return "".join(part for part in text.splitlines(True) if not line.match(part))
    if line.search(text):
        return line.sub(lambda match: f"{key}: {value}{match[1] or ''}", text, count=1)
    return f"{text.rstrip()}\n{key}: {value}\n"


def _check(text: str, wanted: dict[str, str], file: str) -> None:
    """Make sure that what was set is what a reader finds."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        fix = "write each key on a line of its own"
        raise FileError(file, shorten(error), "YAML, as CFF 1.2.0", fix) from None
    found = {key: document.get(key) for key in wanted} if isinstance(document, dict) else {}
    if found != wanted:
        told = ", ".join(f"{key}: {value}" for key, value in wanted.items())
        fix = "write these keys once each, with their values on one line"
        raise FileError(file, shorten(found or document), told, fix)


def bibtex(facts: Facts) -> str:
    """Return the citation as BibTeX."""
    manifest = facts.manifest
    year = [f"  year = {{{facts.released[:4]}}},"] if facts.released else []
    return "\n".join([
        f"@misc{{{manifest.name},",
        f"  author = {{{{{say.maintainers(facts)}}}}},",
        f"  title = {{{{{manifest.title}}}}},",
        *year,
        f"  version = {{{manifest.version}}},",
        f"  note = {{{say.license_id(facts)} for the annotations}},",
        "}",
    ])  # fmt: skip
