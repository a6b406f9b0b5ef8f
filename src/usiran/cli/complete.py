"""What a shell may complete: ids and names, read from files that are quick to read.

Where there is no corpus, or one that cannot be read, nothing is completed and nothing is said:
the line is still being typed.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from usiran.corpus import Corpus, read_toml
from usiran.errors import UsiranError
from usiran.hidden import plain_line

Completion = Callable[[typer.Context, str], list[str]]


def named_corpus(ctx: Any) -> Path | None:
    """Return the folder that `--corpus` names for a command or for one of the groups before it."""
    while ctx is not None:
        if (folder := ctx.params.get("corpus")) is not None:
            return Path(folder)
        ctx = ctx.parent
    return None


def values_of(ctx: Any, param: Any) -> list[str]:
    """Return what a parameter may be, where that is a closed list or can be completed."""
    return [str(item.value) for item in param.shell_complete(ctx, "")]


def _completion(read: Callable[[Corpus, str], Iterable[str]]) -> Completion:
    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            words = set(read(Corpus.find(named_corpus(ctx)), incomplete))
        except (UsiranError, OSError, ValueError, csv.Error):
            return []
        # A name with a hidden character in it cannot be typed, and may not reach a terminal.
        return sorted(word for word in words if word and word == plain_line(word))

    return complete


def article_ids(corpus: Corpus, _: str = "") -> Iterator[str]:
    """Yield the ids of all articles, also of those whose text is withdrawn."""
    # The names of files are enough: reading the tables would take a second.
    yield from (path.stem for path in corpus.articles.glob("*.txt"))
    yield from (path.stem for path in corpus.withdrawn.glob("*.json"))


def named(ids: Iterable[str], word: str) -> list[str]:
    """Return the id that a word is, or else all that it is the beginning of."""
    ids = sorted(set(ids))
    return [word] if word in ids else [key for key in ids if word and key.startswith(word)]


def _units(corpus: Corpus, incomplete: str) -> Iterator[str]:
    """Yield the articles, or behind a # the sentences of the one that is named before it."""
    word, hash_, _ = incomplete.partition("#")
    if not hash_:
        yield from article_ids(corpus)
        return
    articles = named(article_ids(corpus), word)
    for row in _rows(corpus.source / "sentences.csv"):
        if [row.get("article_id")] == articles:
            yield f"{word}#{(row['sentence_id'] or '').partition('#')[2]}"


def _systems(corpus: Corpus, _: str) -> Iterator[str]:
    yield from (path.stem for path in corpus.baselines.glob("*.toml"))
    yield from _stored(corpus)


def _stored(corpus: Corpus, _: str = "") -> Iterator[str]:
    for path in corpus.baselines.glob("results*/*/*.json"):
        yield path.parent.name


def _tasks(corpus: Corpus, _: str) -> Iterator[str]:
    for path in corpus.baselines.glob("*.toml"):
        tasks = read_toml(path).get("tasks", [])
        yield from map(str, tasks if isinstance(tasks, list) else ())
    yield from (path.stem for path in corpus.baselines.glob("results*/*/*.json"))


def _rounds(corpus: Corpus, _: str) -> Iterator[str]:
    yield from (path.name for path in corpus.submissions.glob("*/"))
    yield from corpus.manifest.gold_rounds


def _annotators(corpus: Corpus, _: str) -> Iterator[str]:
    for row in _rows(corpus.annotation / "annotators.csv"):
        yield row.get("annotator_id") or ""


def _passes(corpus: Corpus, _: str) -> Iterator[str]:
    yield "gold"
    for path in corpus.submissions.glob("*/*/"):
        yield f"{path.parent.name}/{path.name}"


def _releases(corpus: Corpus, _: str) -> Iterator[str]:
    yield from (path.name for path in (corpus.dataset / "releases").glob("*/"))


def _rows(path: Path) -> Iterator[dict[str, str | None]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


articles = _completion(article_ids)
units = _completion(_units)
systems = _completion(_systems)
stored_systems = _completion(_stored)
tasks = _completion(_tasks)
rounds = _completion(_rounds)
annotators = _completion(_annotators)
passes = _completion(_passes)
releases = _completion(_releases)
