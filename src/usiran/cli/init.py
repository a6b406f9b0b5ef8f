"""`usiran init`: a corpus of one's own, from a few answers."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from usiran.cli.options import JsonOption, RehearsalOption
from usiran.cli.output import say, show, show_json
from usiran.errors import counted
from usiran.io import dry_run

_NEXT = """\
usiran annotate register ann --name "Ann Example"
usiran articles add story.txt
usiran status"""


def init(
    folder: Annotated[Path, Argument(metavar="DIR", help="A new folder, or an empty one.")],
    *,
    title: Annotated[str | None, Option(help="What the corpus is about, in a line.")] = None,
    language: Annotated[
        str | None, Option(metavar="CODE", help="Of the articles, ISO 639 (default: en).")
    ] = None,
    side: Annotated[
        list[str] | None,
        Option(
            metavar="NAME[=STANCE]",
            help="A side of the contest, twice; its stance is pro-NAME unless given.",
        ),
    ] = None,
    affiliation: Annotated[
        list[str] | None,
        Option(
            metavar="NAME[=SIDE]",
            help="Another affiliation of actors, and the side it is counted to, if any; "
            "repeat it. One for each side and OTHER are there.",
        ),
    ] = None,
    neutral: Annotated[
        str | None, Option(metavar="LABEL", help="The stance for neither (default: neutral).")
    ] = None,
    labels: Annotated[
        Path | None,
        Option(metavar="FILE", help="A labels.toml of yours; it has the sides and all labels."),
    ] = None,
    interactive: Annotated[
        bool | None,
        Option(
            "--interactive/--yes",
            help="Ask for what is left out, or take the defaults (default: ask on a terminal).",
        ),
    ] = None,
    _dry_run: RehearsalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a corpus of your own: labels, guidelines to fill in, empty tables, settings.

    The folder is written whole or not at all, and `usiran validate` finds nothing in it.
    `docs/own-corpus.md` tells the way from there to a leaderboard and a published dataset.

    Example: usiran init rivers --title "Two rivers" --side upland --side coast
    """
    from usiran.dataset.new_corpus.answers import NEUTRAL, answers_of
    from usiran.dataset.new_corpus.write import MARKER, write_corpus
    from usiran.io.new_folder import check_free

    if labels is not None and (side or affiliation or neutral):
        message = "no --side, --affiliation or --neutral beside it: the file has them"
        raise typer.BadParameter(message, param_hint="--labels")
    check_free(folder, MARKER)
    if sys.stdin.isatty() if interactive is None else interactive:
        title = title or _ask("What is the corpus about, in a line?")
        language = language or _ask("Language of the articles (ISO 639)", "en")
        if labels is None:
            side = side or [_ask(f"Name of the {nth} side") for nth in ("first", "second")]
            if affiliation is None:
                more = _ask("Other affiliations (NAME or NAME=SIDE, blanks between)", "")
                affiliation = more.split()
    answers = answers_of(
        folder,
        title=title or "",
        language=language or "en",
        sides=None if labels else side or (),
        affiliations=affiliation or (),
        neutral=neutral or NEUTRAL,
    )
    # Where it is the working directory, the shell stands in the one that it took the place of.
    place = str(folder.absolute() if folder.absolute() == Path.cwd() else folder)
    made = write_corpus(folder, answers, labels=labels, tell=say)
    if as_json:
        show_json({"corpus": answers.name, "folder": place, "files": made})
    else:
        files = counted(len(made), "file")
        show(f"{folder}: {files} of the corpus {answers.name}, and nothing to find in it")
    if dry_run.is_on():
        return
    say("look through annotation/labels.toml first (after a change: usiran build), then type:")
    say(f"cd {shlex.quote(place)}\n{_NEXT}")


def _ask(question: str, default: str | None = None) -> str:
    answer: str = typer.prompt(question, default=default, show_default=bool(default), err=True)
    return answer
