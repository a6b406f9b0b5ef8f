"""`usiran annotate adjudicate`: from annotators' labels to the gold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from usiran.cli import complete
from usiran.cli.annotate.agreement import RoundsOption
from usiran.cli.annotate.server import DataOption, UrlOption
from usiran.cli.options import CorpusOption, JsonOption, RehearsalOption, WaitOption
from usiran.cli.output import show_json
from usiran.cli.session import not_reading, to_write
from usiran.corpus import Corpus
from usiran.errors import refuse

app = typer.Typer()


@app.command()
def adjudicate(
    *,
    rounds: RoundsOption = None,
    list_: Annotated[bool, Option("--list", help="Show what is open, decide nothing.")] = False,
    all_: Annotated[
        bool, Option("--all", help="With --list: what was decided, too, with its reason.")
    ] = False,
    as_sheet: Annotated[
        bool, Option("--as-sheet", help="With --list: as a sheet to fill in.")
    ] = False,
    decide: Annotated[
        Path | None, Option(metavar="FILE", help="Take the decisions of a filled sheet.")
    ] = None,
    adjudicator: Annotated[
        str | None,
        Option(
            metavar="ID",
            help="Who decides, as in annotators.csv.",
            autocompletion=complete.annotators,
        ),
    ] = None,
    redo: Annotated[
        list[str] | None,
        Option(
            metavar="ID",
            help="Decide this question too, though settled (2031#3 is enough); repeat it.",
        ),
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
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Decide what annotators disagree on, and write the gold once nothing is open.

    Decisions are saved one by one; run it again to go on.

    Example: usiran annotate adjudicate --list --as-sheet > sheet.toml, fill it in, then
    usiran annotate adjudicate --decide sheet.toml --adjudicator ann
    """
    from usiran.annotation.adjudication.adjudicator import Adjudicator
    from usiran.cli.annotate import adjudication_dialogue as dialogue

    writes = not (list_ or as_sheet or push or pull or check)
    # In a pipe nobody could answer a prompt.
    asks = decide is None and (sys.stdin.isatty() if interactive is None else interactive)
    if writes and asks:
        # Who is asked may take hours: the corpus is held while a decision is saved, not for all.
        not_reading()
    holds = writes and not asks
    work = Adjudicator(to_write(corpus, wait=wait) if holds else Corpus.find(corpus), rounds)
    # An id that is none is told first, whatever else is open.
    redo = [work.named(word).id for word in redo or ()]
    if list_ or as_sheet:
        if all_ and as_sheet:
            raise typer.BadParameter("goes with --list alone", param_hint="--all")
        dialogue.show_open(work, redo, decided=all_, as_sheet=as_sheet, as_json=as_json)
        return
    if push or pull:
        dialogue.through_studio(work, adjudicator, push=push, data=data, url=url, as_json=as_json)
        return
    if check:
        refuse(work.drift())
        if as_json:
            show_json({"findings": []})
        return
    decided = decide is not None or asks
    saved = 0
    if decided:
        saved = dialogue.decide(work, adjudicator, sheet=decide, redo=redo)
    if asks:
        # Another adjudicator may have saved decisions meanwhile.
        work = Adjudicator(to_write(corpus, wait=True), rounds)
    dialogue.finish(work, saved, decided=decided, as_json=as_json)
