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
    from usiran.validation.validate import open_valid

    layers = formats.chosen_layers(format, layer or ())
    with new_folder(output, marker=formats.MARKER, force=force) as folder:
        opened = open_valid(Corpus.find(corpus))
        exported = formats.export(opened, format, layers=layers, articles=article or ())
        fill(folder, exported.files)
    if as_json:
        show_json(asdict(exported.about))
    else:
        _show(output, exported)


def _show(output: Path, exported: Export) -> None:
    """Print the files, then how much is in them."""
    for name in exported.files:
        print(output / name)
    say(f"{', '.join(f'{count} {name}' for name, count in exported.about.counts.items())}.")
    if exported.about.left_out:
        left_out = ", ".join(exported.about.left_out)
        say(f"left out, because their texts are withdrawn: {left_out}")
