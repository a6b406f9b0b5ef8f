"""A small corpus the words of which attack whoever shows them, wherever a corpus has words."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.described import build_described
from tests.support.pages import SETTINGS
from tests.support.tiny import TEXTS, write_csv
from usiran.corpus import Corpus
from usiran.schemas.tables import FILES
from usiran.text.articles import sha256

MARKUP = (
    "=1+1 <script>alert(1)</script><img src=x onerror=alert(2)> ]]> &lt; </textarea>--> **b** _i_ "
    "[l](javascript:x) ![p](http://a.example/p.png) `c` ~~s~~ | $x$ {{ 7*7 }} 'q' \"d\" \\n \\u202e"
)
"""What can be seen: markup, Markdown, a formula, templates, escapes that are words."""
UNSEEN = (
    "\x01\x1b[31m\x1b]0;t\x07\x9b2J\u202eo\u202c\u2066i\u2069z\u200bw\u200d\ufeff\xad\U000e0041"
)
"""What a terminal obeys, or nobody sees."""
HOSTILE = f"{MARKUP} {UNSEEN}"
TYPED = f"{MARKUP} u\u200bw\u200d\xad\U000e0041"
"""What a table lets through: what a terminal obeys is refused there."""
# Words of the articles, and others of the same length in code points: every offset holds.
WORDS = {
    "Washington": "<i>\u200d\xad[2J]|",
    "Tehran": "=1+\u200b`\x07",
    "\nin": "\n\t\u2028",
    "owner": "*\x9b\u2066&*",
    "Gas waiver": "#[x](\x1b)\x85\u202e_",
    "clerk": "</p>\x01",
    "US patrol": "@S SUM(1)",
}
# Free words of tables, by file: column to what stands there.
_CELLS = {
    "articles": {"title": TYPED, "title_basis": "looked-up", "publisher": TYPED,
                 "publisher_basis": "looked-up", "author": f"@{TYPED}",
                 "author_basis": "looked-up", "rights": TYPED, "note": TYPED},
    "annotators": {"name": TYPED, "note": TYPED},
    "registry": {"note": TYPED},
    "actor_links": {"reason": MARKUP},
    "decisions": {"reason": MARKUP},
    "contrast_dropped": {"reason": MARKUP},
}  # fmt: skip


def build_hostile(root: Path) -> Corpus:
    """Write the corpus; `usiran validate` finds nothing in it."""
    assert all(len(old) == len(new) for old, new in WORDS.items())
    corpus = build_described(root)
    (corpus.root / "CITATION.cff").write_text("cff-version: 1.2.0\ntitle: t\n", "utf-8")
    corpus.baselines.mkdir(exist_ok=True)
    for path in SETTINGS.glob("*.toml"):
        shutil.copy(path, corpus.baselines)
    hashes = {sha256(text): sha256(_swapped(text)) for text in _hashed(corpus)}

    def change(text: str) -> str:
        return hashes.get(text) or _swapped(text)

    for path in sorted(corpus.root.rglob("*")):
        if path.suffix == ".txt":
            path.write_bytes(_swapped(path.read_bytes().decode()).encode())
        elif path.suffix == ".json":
            path.write_text(json.dumps(_walked(json.loads(path.read_bytes()), change)), "utf-8")
        elif path.suffix == ".csv":
            _change_rows(path, change)
    for name, cells in _CELLS.items():
        _fill_cells(corpus.root / FILES[name], cells)
    _replace(corpus.dataset / "corpus.toml", '"A tiny corpus"', _toml(HOSTILE))
    _replace_definitions(corpus.labels)
    return Corpus(corpus.root)


def _hashed(corpus: Corpus) -> list[str]:
    with (corpus.root / FILES["contrast"]).open(encoding="utf-8", newline="") as lines:
        return [*TEXTS.texts.values(), *(row["text"] for row in csv.DictReader(lines))]


def _swapped(text: str) -> str:
    for old, new in WORDS.items():
        text = text.replace(old, new)
    return text


def _walked(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _walked(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_walked(inner, change) for inner in value]
    return change(value) if isinstance(value, str) else value


def _change_rows(path: Path, change: Callable[[str], str]) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    write_csv(path, header, [[change(cell) for cell in row] for row in rows])


def _fill_cells(path: Path, cells: dict[str, str]) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = [row | {name: cells[name] for name in cells if name in row} for row in reader]
    write_csv(path, list(reader.fieldnames or ()), [tuple(row.values()) for row in rows])


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def _toml(text: str) -> str:
    # JSON's strings are TOML's, where no character is written as two.
    return json.dumps(text, ensure_ascii=False)


def _replace_definitions(path: Path) -> None:
    words = _toml(HOSTILE)
    lines = []
    for line in path.read_text("utf-8").splitlines():
        key = line.partition(" = ")[0]
        lines.append(f"{key} = {words}" if key in ("definition", "question") else line)
    path.write_text("\n".join(lines) + "\n", "utf-8")
