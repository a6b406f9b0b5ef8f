"""`usiran export`: the gold in the formats of other people's tools."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from usiran.cli.options import CorpusOption, JsonOption, say, show_json

if TYPE_CHECKING:
    from usiran.dataset.export.formats import Export


def export(
    format: Annotated[
        str, typer.Argument(metavar="FORMAT", help="conll, brat, spacy, events or label-studio.")
    ],
    *,
    output: Annotated[Path, typer.Option(metavar="DIR", help="The folder to be made.")],
    layer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LAYER", help="stance, actors or events; repeat it (default: all there is)."
        ),
    ] = None,
    article: Annotated[
        list[str] | None,
        typer.Option("--article", "--articles", metavar="ID", help="Only this one; repeat it."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Write the gold labels with the texts as CoNLL, BRAT, spaCy, events or Label Studio tasks.

    Articles whose texts are withdrawn are left out. Example: usiran export brat --output brat
    """
    from usiran.corpus import Corpus
    from usiran.dataset.export import formats
    from usiran.io.atomic import fill, new_folder

    found = Corpus.find(corpus)
    with new_folder(output, marker=formats.MARKER, force=force) as folder:
        made = formats.export(found, format, layers=layer or (), articles=article or ())
        fill(folder, made.files)
    if as_json:
        show_json(asdict(made.about))
    else:
        _show(output, made)


def _show(output: Path, made: Export) -> None:
    """Print the files, then how much is in them."""
    for name in made.files:
        print(output / name)
    about = made.about
    counts = ", ".join(f"{count} {name}" for name, count in about.counts.items())
    say(f"{counts}.")
    if about.left_out:
        say(f"left out, because their texts are withdrawn: {', '.join(about.left_out)}")


def mount(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(export)
