"""The training companion: frozen, shared with no article or edit, and learned from alone."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from usiran.errors import Finding
from usiran.loading import Opened
from usiran.schemas.tables import FILES, withdrawn_articles
from usiran.text.ngrams import SharedRuns, words_of

RUN = 6
"""Words in a row that the companion may not share with an article or an edit."""
LISTED = 5
"""Words in a row from which on what it shares is listed."""

# To these nothing may be added either: what is read from a folder is all that stands in it.
_CLOSED = ("written", "labelled", "dataset/source", "annotation/gold", "annotation/submissions")
# Where an article counts: a passage that stands there would be evaluated, or counted.
_COUNTED = ("articles", "sentences", "folds", "annotations", "contrast")


def frozen(opened: Opened) -> Iterator[Finding]:
    """Find files of the companion that are not as they were frozen, gone, or new."""
    companion = opened.corpus.companion
    if companion is None:
        return
    hashes = {row.file: row.sha256 for row in opened.rows("companion")}
    for name, digest in hashes.items():
        value = _digest(companion.root / name)
        if value != digest:
            allowed = f"{digest}, as {FILES['companion']} froze it"
            yield _finding(name, value, allowed, "put it back: nothing is edited after a score")
    for folder in _CLOSED:
        for path in sorted((companion.root / folder).rglob("*")):
            name = path.relative_to(companion.root).as_posix()
            if path.is_file() and name not in hashes:
                allowed = f"a file that {FILES['companion']} froze"
                yield _finding(name, "a new file", allowed, "take it out")


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "no such file"


def _finding(name: str, value: str, allowed: str, fix: str) -> Finding:
    folder = FILES["companion"].rpartition("/")[0]
    return Finding(f"{folder}/{name}", "", "sha256", value, allowed, fix)


def trained_on_alone(opened: Opened) -> Iterator[Finding]:
    """Find passages among what is held out, agreed on or counted."""
    passages = _passages(opened)
    for name in _COUNTED if passages else ():
        column = "sentence_id" if name == "contrast" else "article_id"
        values = dict.fromkeys(getattr(row, column) for row in opened.rows(name))
        for value in values:
            if value.partition("#")[0] in passages:
                allowed = "an article: a passage of the companion is for training alone"
                yield Finding(FILES[name], value, column, value, allowed, "take its rows out")


def unshared(opened: Opened) -> Iterator[Finding]:
    """Find runs of words that a passage shares with an article or an edit."""
    for passage_id, unit_id, run in shared_runs(opened, RUN):
        file = f"{FILES['companion'].rpartition('/')[0]}/written/{passage_id}.txt"
        allowed = f"fewer than {RUN} words in a row that stand in {unit_id}"
        fix = "leave one of the two out; without the passage, freeze and train anew"
        yield Finding(file, unit_id, "text", run, allowed, fix)


def shared_runs(opened: Opened, size: int = LISTED) -> Iterator[tuple[str, str, str]]:
    """Yield passage, article or edit, and the run of words (in small letters) that both have."""
    passages = _passages(opened)
    if not passages:
        return
    # Of the companion, not of the corpus, which may be large: that is only read past it.
    runs = SharedRuns(passages.values(), size=size)
    words = {key: f" {' '.join(words_of(text))} " for key, text in passages.items()}
    for unit_id, text in _read_against(opened).items():
        for run in dict.fromkeys(runs.runs_in(text)):
            # A run of several passages' words is told of the one that has its beginning.
            first = f" {' '.join(run.split()[:size])} "
            yield next(key for key, text in words.items() if first in text), unit_id, run


def _read_against(opened: Opened) -> Mapping[str, str]:
    withdrawn = withdrawn_articles(opened.tables)
    articles = {key: text for key, text in opened.texts.texts.items() if key not in withdrawn}
    return articles | {row.contrast_id: row.text for row in opened.rows("contrast")}


def _passages(opened: Opened) -> dict[str, str]:
    """Return the companion's texts; they are read alone, as most commands need no more of it."""
    companion = opened.corpus.companion
    paths = sorted(companion.articles.glob("*.txt")) if companion else ()
    return {path.stem: path.read_text("utf-8", errors="replace") for path in paths}
