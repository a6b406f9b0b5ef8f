"""`usiran status`: how far the corpus is, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from usiran.cli.options import CorpusOption, JsonOption
from usiran.cli.output import show, show_json, wrapped
from usiran.corpus import Corpus
from usiran.errors import counted

if TYPE_CHECKING:
    from usiran.dataset.next_step import Step
    from usiran.dataset.status import ArticleStatus, Status

_HEAD = ("article", "scored", "passes", "alpha", "open", "unlinked")
_ID = 45  # columns that leave room for the figures behind an id


def status(corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """Say how far the corpus is, article by article, and the next command to type.

    A pass is one annotator's labels of a whole article; alpha is of the stance, over all passes.

    Example: usiran status
    """
    from usiran import loading
    from usiran.dataset.next_step import next_step
    from usiran.dataset.status import status_of

    opened = loading.open(Corpus.find(corpus))
    told = status_of(opened)
    step = next_step(told)
    if as_json:
        show_json(asdict(told) | {"next": {"why": step.why, "commands": step.commands}})
        return
    manifest = opened.corpus.manifest
    gold = manifest.gold_basis if any(row.gold for row in told.articles) else "no gold yet"
    show(f"{manifest.name} {manifest.version}, {gold}: {_size(told)}\n")
    for line in (*_table(told), "", *_corpus(told), "", *_next(step)):
        show(line)


def _size(status: Status) -> str:
    scored = sum(article.scored for article in status.articles)
    return f"{counted(len(status.articles), 'article')}, {counted(scored, 'scored sentence')}"


def _table(status: Status) -> Iterator[str]:
    if status.articles:
        yield _row(*_HEAD)
    for article in status.articles:
        alpha = "-" if article.agreement is None else f"{article.agreement:.2f}".replace("0.", ".")
        open_ = f"{article.open}{'+' if article.waiting else ''}"
        passes = f"{len(article.done)}/{max(status.enough, len(article.done))}"
        cells = (article.scored, passes, alpha, open_, article.unlinked)
        yield _row(article.article_id, *map(str, cells))
        yield from _labelling(article)


def _row(name: str, *cells: str) -> str:
    widths = (6, 6, 5, 4, 8)
    figures = " ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
    # An id that is cut short cannot be copied: one that is too long stands alone.
    return f"{name.ljust(_ID)} {figures}" if len(name) <= _ID else f"{name}\n{' ' * _ID} {figures}"


def _labelling(article: ArticleStatus) -> Iterator[str]:
    """Yield who has labelled what, where somebody is missing."""
    if article.withdrawn:
        yield "    its text is withdrawn"
    elif article.gold < article.scored:
        begun = [f"{who} ({lacking} missing)" for who, lacking in article.begun.items()]
        parts = {"done": article.done, "begun": begun, "missing": article.missing}
        told = "; ".join(f"{name}: {', '.join(who)}" for name, who in parts.items() if who)
        gold = f"gold: {article.gold} of {counted(article.scored, 'sentence')}"
        yield from _wrapped("; ".join(filter(None, (told, gold))), "    ")


def _corpus(status: Status) -> Iterator[str]:
    published = {True: "hold the present labels and links", False: "are behind", None: "not built"}
    yield f"published tables: {published[status.published]}"
    stale = ", ".join(status.stale[:4]) + (
        ", ..." if len(status.stale) > len(status.stale[:4]) else ""
    )
    told = f"{len(status.stale)} stale ({stale})" if status.stale else "none stale"
    yield from _wrapped(f"results: {status.results}, {told}")
    if status.stale_decisions:
        yield f"decisions on labels that have changed since: {status.stale_decisions}"
    if status.unreadable:
        yield f"{counted(status.unreadable, 'finding')} in files and tables"


def _next(step: Step) -> Iterator[str]:
    yield from _wrapped(f"next: {step.why}")
    # Commands are copied: they stand on a line of their own, however long.
    yield from (f"  {command}" for command in step.commands)


def _wrapped(line: str, indent: str = "") -> list[str]:
    return wrapped(line, indent, f"{indent}  ")
