"""`usiran annotate queue`: what is worth another look."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from usiran.cli.options import CorpusOption, JsonOption, system_option
from usiran.cli.output import say, show, show_json
from usiran.corpus import Corpus
from usiran.errors import counted, shorten

if TYPE_CHECKING:
    from usiran.active_learning.review_queue import Queue

app = typer.Typer()
_WIDTH = 80
# Reasons stand below the id of their sentence, which begins in the twelfth column.
_REASON = textwrap.TextWrapper(
    _WIDTH, initial_indent=" " * 11, subsequent_indent=" " * 13, break_on_hyphens=False
)


@app.command()
def queue(
    *,
    by: Annotated[
        str | None,
        Option(metavar="KIND", help="disagreement, conflict or findings (default: all)."),
    ] = None,
    top: Annotated[int, Option(min=0, help="How many; 0 shows all.")] = 20,
    system: Annotated[
        str, system_option(help="The system that is compared with the gold.")
    ] = "tfidf-logreg",
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Rank the sentences that are worth another look, and say why each is.

    Example: usiran annotate queue --by conflict --top 10
    """
    from usiran.active_learning.review_queue import KINDS, review_queue
    from usiran.models.settings import chosen

    folder = Corpus.find(corpus)
    kinds = chosen("by", (by,) if by else (), KINDS)
    queued = review_queue(folder, kinds, system=system)
    _show_queue(queued, top=top or len(queued.sentences), as_json=as_json)


def _show_queue(queue: Queue, *, top: int, as_json: bool) -> None:
    from usiran.annotation.agreement.report import figure
    from usiran.text.quoting import one_line

    rows = queue.sentences[:top]
    if as_json:
        document = [
            asdict(row) | {"reasons": [reason._asdict() for reason in row.reasons]} for row in rows
        ]
        show_json({"sentences": document, "queued": len(queue.sentences), "notes": queue.notes})
        return
    for number, row in enumerate(rows, start=1):
        show(f"{number:>3}  {figure(row.score):>4}  {row.sentence_id}")
        show(f"           {shorten(one_line(row.text), _WIDTH - 11)}")
        for reason in row.reasons:
            line = f"{reason.kind} {figure(reason.score)}: {one_line(reason.why)}"
            show(_REASON.fill(line))
    # Standard output holds the queue alone, to be piped on.
    for note in queue.notes:
        say(note)
    say(f"{len(rows)} of {counted(len(queue.sentences), 'sentence')} shown")
