"""`usiran annotate`: from sheets and exports to submissions and gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Argument, Option

from usiran.cli import complete
from usiran.cli.annotate.server import (
    AnnotatorOption,
    CompletedByOption,
    LabelOption,
    MapOption,
    RoundOption,
    SkipFaultyOption,
)
from usiran.cli.options import (
    ArticleArgument,
    CorpusOption,
    DryRunOption,
    JsonOption,
    RehearsalOption,
    WaitOption,
    annotator_option,
)
from usiran.cli.options import article_id as full_id
from usiran.cli.output import say, show, show_json
from usiran.cli.session import to_write
from usiran.corpus import Corpus

if TYPE_CHECKING:
    from usiran.annotation.annotator_labels import Export

# Commands import what they need inside, so that help does not load pandas.
app = typer.Typer()


@app.command()
def sheet(
    article_id: ArticleArgument,
    source: Annotated[
        str | None,
        Option(
            "--from",
            metavar="ROUND/ID",
            help="Fill it from this submission; gold: the gold.",
            autocompletion=complete.passes,
        ),
    ] = None,
    corpus: CorpusOption = None,
) -> None:
    """Print an article's sheet: its sentences, to label in any editor, or filled in.

    Example: usiran annotate sheet 2020-us-drawdown-in-iraq > drawdown.txt
    """
    from usiran.annotation.submissions import sheet_of

    folder = Corpus.find(corpus)
    show(sheet_of(folder, full_id(folder, article_id), source), end="")


@app.command("import")
def import_(
    files: Annotated[
        list[str],
        Argument(
            metavar="FILE...",
            help="A sheet (.txt) or an export (.json, .jsonl, .csv, .tsv); NAME=FILE names whose, "
            "and of several annotators each.",
        ),
    ],
    *,
    round_name: RoundOption,
    annotator: Annotated[
        str | None, annotator_option(help="Who labelled, as in annotators.csv.")
    ] = None,
    completed_by: CompletedByOption = None,
    maps: MapOption = None,
    labels: LabelOption = None,
    skip_faulty: SkipFaultyOption = False,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Check a sheet or a Label Studio export and take its labels into a submission.

    The export may be of any project: --map and --label say what its names are here. All or
    nothing: with any fault nothing is written, but for labels that --skip-faulty leaves out. What
    was mended or left out is told.

    Example: usiran annotate import ann=ann.txt bob=bob.txt --round r1
    """
    from usiran.annotation.annotator_labels import Export
    from usiran.annotation.submissions import import_labels
    from usiran.label_studio.control_map import Renaming

    folder = Corpus.find(corpus) if dry_run else to_write(corpus, wait=wait)
    rounds = sorted(path.name for path in folder.submissions.glob("*/"))
    reports = import_labels(
        _owned(list(map(Export.of, files)), annotator),
        folder,
        round=round_name,
        completed_by=completed_by,
        renaming=Renaming(maps or (), labels or (), skip_faulty),
        dry_run=dry_run,
    )
    if as_json:
        by_annotator = {who: asdict(report) for who, report in reports.items()}
        # Of one file alone what it brought, without a name around it.
        show_json(by_annotator if len(files) > 1 else next(iter(by_annotator.values())))
        return
    for who, report in reports.items():
        show(f"{who}:\n{report}" if len(files) > 1 else report)
    if rounds and round_name not in rounds:
        # A new name is allowed, and is what a slip of the pen looks like.
        say(f"{round_name} is a new round; there were {', '.join(rounds)}")


def _owned(exports: Sequence[Export], annotator: str | None) -> dict[str, Path]:
    """Return each annotator's file; it is said once whose each is."""
    if any((annotator is None) == (export.annotator is None) for export in exports):
        raise typer.BadParameter("say once who labelled", param_hint="--annotator or NAME=FILE")
    paths = {export.annotator or annotator or "": export.path for export in exports}
    if len(paths) < len(exports):
        message = "one file for each annotator: take them in one after the other"
        raise typer.BadParameter(message, param_hint="NAME=FILE")
    return paths


@app.command()
def register(
    annotator: Annotated[
        str, Argument(metavar="ID", help="Small letters, digits and hyphens, such as ann.")
    ],
    *,
    name: Annotated[str, Option(help="Who it is, or which model; it is published.")],
    kind: Annotated[
        Literal["human", "language-model"], Option(help="A person or a language model.")
    ] = "human",
    note: Annotated[str, Option(help="How it works; it is published.")] = "",
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Add somebody who labels or decides to annotation/annotators.csv.

    Example: usiran annotate register ann --name "Ann Example"
    """
    from usiran.annotation import annotators

    annotators.register(to_write(corpus, wait=wait), annotator, kind=kind, name=name, note=note)
    if as_json:
        show_json({"annotator_id": annotator, "kind": kind, "name": name, "note": note})
    else:
        show(f"{annotator}: registered as {kind}")


@app.command()
def adopt(
    *,
    round_name: RoundOption,
    annotator: AnnotatorOption,
    force: Annotated[bool, Option("--force", help="Replace an adjudicated gold.")] = False,
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Make one annotator's submission the provisional gold, with the round's votes.

    Example: usiran annotate adopt --round r1 --annotator ann
    """
    from usiran.annotation import provisional_gold as gold

    adoption = gold.adopt(
        to_write(corpus, wait=wait), round=round_name, annotator_id=annotator, force=force
    )
    show_json(asdict(adoption)) if as_json else show(adoption)
