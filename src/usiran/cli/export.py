"""`usiran export`: the gold in the formats of other people's tools."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from usiran.cli import complete
from usiran.cli.options import CorpusOption, JsonOption, RehearsalOption, article_id, output_option
from usiran.cli.output import say, show, show_json
from usiran.corpus import Corpus

if TYPE_CHECKING:
    from usiran.dataset.export.formats import Export


# The names alone: their writers would load all that help has no use for.
FORMATS = ("conll", "brat", "spacy", "events", "dyads", "label-studio")


def export(
    format: Annotated[
        str,
        Argument(
            metavar="FORMAT",
            autocompletion=lambda: FORMATS,
            help="conll, brat, spacy, events, dyads or label-studio.",
        ),
    ],
    *,
    output: Annotated[Path, output_option(metavar="DIR", help="The folder to be made.")],
    layer: Annotated[
        list[str] | None,
        Option(
            metavar="LAYER", help="stance, actors or events; repeat it (default: all there is)."
        ),
    ] = None,
    article: Annotated[
        list[str] | None,
        Option(
            "--article",
            "--articles",
            metavar="ID",
            autocompletion=complete.articles,
            help="Only this one; repeat it.",
        ),
    ] = None,
    by: Annotated[
        Literal["affiliation", "actor"],
        Option(help="Of dyads: whether sides or single actors are counted."),
    ] = "affiliation",
    csv: Annotated[
        bool, Option("--csv", help="Of events: one flat table instead of JSON lines.")
    ] = False,
    force: Annotated[bool, Option("--force", help="Replace an earlier export.")] = False,
    _dry_run: RehearsalOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Write the gold labels as CoNLL, BRAT, spaCy, events, counted dyads or Label Studio tasks.

    Dyads are who x whom x quad class x month, in happenings of every mode; low and high are the
    annotators' own counts, without events that match none of the gold. Articles whose texts are
    withdrawn are left out.

    Example: usiran export dyads --by actor --output dyads
    """
    from usiran.dataset.export import formats
    from usiran.io.atomic import fill
    from usiran.io.new_folder import new_folder
    from usiran.validation.validate import open_valid

    layers = formats.chosen_layers(format, layer or ())
    variant = "--csv" if csv else f"--by {by}" if by != "affiliation" else ""
    # Nothing is read for an export that cannot be made.
    formats.chosen_writer(format, variant)
    here = Corpus.find(corpus)
    articles = [article_id(here, word, "--article") for word in article or ()]
    with new_folder(output, marker=formats.MARKER, force=force, tell=say) as folder:
        opened = open_valid(here)
        exported = formats.export(opened, format, layers=layers, articles=articles, variant=variant)
        fill(folder, exported.files)
    if as_json:
        show_json(asdict(exported.about))
    else:
        _show(output, exported)


def _show(output: Path, exported: Export) -> None:
    """Print the files, then how much is in them."""
    for name in exported.files:
        show(output / name)
    say(f"{', '.join(f'{count} {name}' for name, count in exported.about.counts.items())}.")
    if exported.about.note:
        say(exported.about.note)
    if exported.about.left_out:
        left_out = ", ".join(exported.about.left_out)
        say(f"left out, because their texts are withdrawn: {left_out}")
