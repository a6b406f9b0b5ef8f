"""CITATION.cff: its title, version, date, licence and abstract follow from the data."""

import json
import re

import yaml

from usiran.dataset.describe.facts import Facts
from usiran.dataset.describe.prose import Prose
from usiran.errors import FileError, shorten
from usiran.hidden import plain

FILE = "CITATION.cff"
_TEX = re.compile(r"[\\{}%&$#_^~]")


def fill(text: str, facts: Facts, *, file: str = FILE) -> str:
    """Return CITATION.cff with what the data says; comments and all other keys stay."""
    prose, manifest = Prose(facts), facts.manifest
    title = plain(manifest.title)
    # JSON's strings are YAML's, too.
    values = {
        "title": json.dumps(title, ensure_ascii=False),
        "abstract": json.dumps(plain(prose.own.summary), ensure_ascii=False),
        "version": manifest.version,
        "date-released": json.dumps(facts.released) if facts.released else None,
        "license": prose.license_id,
    }
    if prose.own.repository:
        values["repository-code"] = json.dumps(prose.own.repository)
    for key, value in values.items():
        text = _with(text, key, value)
    _check(text, {"title": title, "version": manifest.version}, file)
    return text


def _with(text: str, key: str, value: str | None) -> str:
    """Return YAML with one plain top-level key set, or taken out where `value` is None.

    Edited as text, because a YAML library would lose the comments.

    >>> _with("version: 0.1.0  # of the data", "version", "1.0.0")
    'version: 1.0.0  # of the data'
    """
    line = re.compile(rf"^{key}:[ \t]*(?:\"(?:[^\"\\]|\\.)*\"|[^#\n]*?)([ \t]+#[^\n]*)?$", re.M)
    if value is None:
        return "".join(part for part in text.splitlines(True) if not line.match(part))
    if line.search(text):
        return line.sub(lambda match: f"{key}: {value}{match[1] or ''}", text, count=1)
    # A key that the file lacks goes last: what people wrote stays on top.
    return f"{text.rstrip()}\n{key}: {value}\n"


def _check(text: str, wanted: dict[str, str], file: str) -> None:
    """Make sure that what was set is what a reader finds."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        fix = "write each key on a line of its own"
        raise FileError(file, shorten(error), "YAML, as CFF 1.2.0", fix) from None
    values = {key: document.get(key) for key in wanted} if isinstance(document, dict) else {}
    if values != wanted:
        allowed = ", ".join(f"{key}: {value}" for key, value in wanted.items())
        fix = "write these keys once each, with their values on one line"
        raise FileError(file, shorten(values or document), allowed, fix)


def bibtex(prose: Prose) -> str:
    """Return the citation as BibTeX."""
    manifest, released = prose.facts.manifest, prose.facts.released
    entries = {
        # Doubled, so that a name of several words is read as one.
        "author": f"{{{prose.maintainers}}}",
        "title": f"{{{_TEX.sub(_escaped, plain(manifest.title))}}}",
        "year": released[:4] if released else "",
        "version": manifest.version,
        "url": prose.own.repository,
        "note": f"{prose.license_id} for the annotations",
    }
    lines = [f"  {key} = {{{value}}}," for key, value in entries.items() if value]
    return "\n".join([f"@misc{{{manifest.name},", *lines, "}"])


def _escaped(mark: re.Match[str]) -> str:
    # TeX has accents in the place of these three, and reads their codes instead.
    return f"\\char{ord(mark[0])}{{}}" if mark[0] in "\\^~" else f"\\{mark[0]}"
