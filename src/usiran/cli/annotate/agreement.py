"""`usiran annotate agreement`, `adjudicate` and `queue`: what annotators made of the texts."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from usiran.cli.annotate.server import DataOption, UrlOption
from usiran.cli.options import CorpusOption, JsonOption, say, show_json
from usiran.corpus import Corpus
from usiran.errors import refuse, shorten

if TYPE_CHECKING:
    from usiran.active_learning.review_queue import Queue

app = typer.Typer()
_WIDTH = 100
# Reasons stand below the id of their sentence, which begins in the twelfth column.
_REASON = textwrap.TextWrapper(
    _WIDTH, initial_indent=" " * 11, subsequent_indent=" " * 13, break_on_hyphens=False
)

RoundsOption = Annotated[
    list[str] | None,
    Option(
        "--round", "--rounds", metavar="ROUND", help="A round; repeat it. Default: gold_rounds."
    ),
]


@app.command()
def agreement(
    exports: Annotated[
        list[str] | None,
        Argument(metavar="[EXPORT]...", help="Exports to compare: FILE or NAME=FILE."),
    ] = None,
    *,
    rounds: RoundsOption = None,
    figure: Annotated[
        Path | None, Option(help="Draw the label confusion here (.png or .svg).")
    ] = None,
    draws: Annotated[int, Option(min=100, help="Bootstrap draws.")] = 10_000,
    seed: Annotated[int, Option(min=0, help="Seed of the bootstrap.")] = 0,
    write: Annotated[
        bool, Option("--write", help="Make the figures in annotation/AGREEMENT.md anew.")
    ] = False,
    check: Annotated[
        bool, Option("--check", help="Write nothing; exit 1 where --write would change it.")
    ] = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Measure how well annotators agree, from their raw exports.

    Without exports the stored submissions are compared. Any exports of projects made with
    the corpus's two configs will do, of whatever texts.
    Example: usiran annotate agreement --round r1 --figure confusion.svg
    """
    # The page names its rounds itself: no other option bears on it.
    if write or check:
        _page(corpus, check=check)
        return
    from usiran.annotation.agreement.figure import check_suffix, draw
    from usiran.annotation.agreement.measure import measure_corpus
    from usiran.annotation.agreement.report import report, to_json

    # Refused before the measuring, which takes a while.
    if figure is not None:
        check_suffix(figure)
    measured = measure_corpus(
        Corpus.find(corpus), rounds=rounds, exports=exports or (), draws=draws, seed=seed
    )
    if figure is not None:
        draw(measured, figure)
        say(f"drawn: {figure}")
    show_json(to_json(measured)) if as_json else print(report(measured), end="")


def _page(corpus: Path | None, *, check: bool) -> None:
    """Write annotation/AGREEMENT.md and its pictures, or refuse what has drifted."""
    from usiran.annotation.agreement.page import page_drift, page_files
    from usiran.io.atomic import replace_files

    folder = Corpus.find(corpus)
    if check:
        refuse(page_drift(folder, say))
        return
    files = page_files(folder, say)
    replace_files(files, folder.swap)
    for path in files:
        print(folder.name_of(path))


@app.command()
def adjudicate(
    *,
    rounds: RoundsOption = None,
    list_: Annotated[bool, Option("--list", help="Show what is open, decide nothing.")] = False,
    as_sheet: Annotated[
        bool, Option("--as-sheet", help="With --list: as a sheet to fill in.")
    ] = False,
    decide: Annotated[
        Path | None, Option(metavar="FILE", help="Take the decisions of a filled sheet.")
    ] = None,
    adjudicator: Annotated[
        str | None, Option(metavar="ID", help="Who decides, as in annotators.csv.")
    ] = None,
    redo: Annotated[
        list[str] | None,
        Option(metavar="ID", help="Decide this question too, though settled; repeat it."),
    ] = None,
    check: Annotated[
        bool, Option("--check", help="Write nothing; exit 1 where the gold would change.")
    ] = False,
    push: Annotated[
        bool, Option("--push", help="Send what is open to Label Studio, with all answers.")
    ] = False,
    pull: Annotated[
        bool, Option("--pull", help="Print a sheet with what was labelled there.")
    ] = False,
    url: UrlOption = None,
    data: DataOption = None,
    interactive: Annotated[
        bool | None, Option(help="Ask in the terminal (default: where there is one).")
    ] = None,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Decide what annotators disagree on, and write the gold once nothing is open.

    Decisions are saved one by one; run it again to go on.
    Example: usiran annotate adjudicate --list --as-sheet > sheet.toml, fill it in, then
    usiran annotate adjudicate --decide sheet.toml --adjudicator ann
    """
    from usiran.annotation.adjudication.adjudicator import Adjudicator
    from usiran.cli.annotate import adjudicate as adjudicating

    work = Adjudicator(Corpus.find(corpus), rounds)
    if list_ or as_sheet:
        adjudicating.show_open(work, redo or (), as_sheet=as_sheet, as_json=as_json)
        return
    if push or pull:
        adjudicating.through_studio(
            work, adjudicator, push=push, data=data, url=url, as_json=as_json
        )
        return
    if check:
        refuse(work.drift())
        return
    # In a pipe nobody could answer a prompt.
    asks = decide is None and (sys.stdin.isatty() if interactive is None else interactive)
    decided = decide is not None or asks
    saved = 0
    if decided:
        saved = adjudicating.decide(work, adjudicator, sheet=decide, redo=redo or ())
    adjudicating.finish(work, saved, decided=decided, as_json=as_json)


@app.command()
def queue(
    *,
    by: Annotated[
        str | None,
        Option(metavar="KIND", help="disagreement, conflict or findings (default: all)."),
    ] = None,
    top: Annotated[int, Option(min=0, help="How many; 0 shows all.")] = 20,
    system: Annotated[
        str, Option(help="The system that is compared with the gold.")
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
        print(f"{number:>3}  {figure(row.score):>4}  {row.sentence_id}")
        print(f"           {shorten(one_line(row.text), _WIDTH - 11)}")
        for reason in row.reasons:
            line = f"{reason.kind} {figure(reason.score)}: {one_line(reason.why)}"
            print(_REASON.fill(line))
    # Standard output holds the queue alone, to be piped on.
    for note in queue.notes:
        say(note)
    say(f"{len(rows)} of {len(queue.sentences)} sentences shown")
