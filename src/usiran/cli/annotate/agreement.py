"""`usiran annotate agreement`: how well annotators agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from usiran.cli.annotate.server import LabelOption, MapOption, SkipFaultyOption
from usiran.cli.options import CorpusOption, JsonOption, RehearsalOption, WaitOption, round_option
from usiran.cli.output import say, show, show_json
from usiran.cli.session import to_write
from usiran.corpus import Corpus
from usiran.errors import refuse
from usiran.stats import DRAWS

app = typer.Typer()
RoundsOption = Annotated[
    list[str] | None,
    round_option("--rounds", help="A round; repeat it. Default: gold_rounds."),
]


@app.command()
def agreement(
    exports: Annotated[
        list[str] | None,
        Argument(metavar="EXPORT...", help="Exports to compare: FILE or NAME=FILE."),
    ] = None,
    *,
    rounds: RoundsOption = None,
    maps: MapOption = None,
    labels: LabelOption = None,
    skip_faulty: SkipFaultyOption = False,
    figure: Annotated[
        Path | None, Option(help="Draw the label confusion here (.png or .svg).")
    ] = None,
    draws: Annotated[int, Option(min=100, help="Bootstrap draws.")] = DRAWS,
    seed: Annotated[int, Option(min=0, help="Seed of the bootstrap.")] = 0,
    write: Annotated[
        bool, Option("--write", help="Make the figures in annotation/AGREEMENT.md anew.")
    ] = False,
    check: Annotated[
        bool, Option("--check", help="Write nothing; exit 1 where --write would change it.")
    ] = False,
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Measure how well annotators agree, from their raw exports.

    Without exports the stored submissions are compared. Any Label Studio exports will do, of
    whatever texts; --map and --label say what controls and labels with other names are here.

    Example: usiran annotate agreement --round r1 --figure confusion.svg
    """
    # The page names its rounds itself: no other option bears on it.
    if write or check:
        _page(corpus, check=check, wait=wait, as_json=as_json)
        return
    from usiran.annotation.agreement.figure import check_suffix, draw
    from usiran.annotation.agreement.measure import measure_corpus
    from usiran.annotation.agreement.report import report, to_json
    from usiran.label_studio.control_map import Renaming

    # Refused before the measuring, which takes a while.
    if figure is not None:
        check_suffix(figure)
    measured = measure_corpus(
        Corpus.find(corpus),
        rounds=rounds,
        exports=exports or (),
        renaming=Renaming(maps or (), labels or (), skip_faulty),
        draws=draws,
        seed=seed,
    )
    if figure is not None:
        draw(measured, figure)
        say(f"drawn: {figure}")
    show_json(to_json(measured)) if as_json else show(report(measured), end="")


def _page(corpus: Path | None, *, check: bool, wait: bool, as_json: bool) -> None:
    """Write annotation/AGREEMENT.md and its pictures, or refuse what has drifted."""
    from usiran.annotation.agreement.page import page_drift, page_files
    from usiran.io.atomic import replace_files

    if check:
        refuse(page_drift(Corpus.find(corpus), say))
        if as_json:
            show_json({"findings": []})
        return
    folder = to_write(corpus, wait=wait)
    files = page_files(folder, say)
    replace_files(files, folder.swap)
    names = [folder.name_of(path) for path in files]
    show_json({"files": names}) if as_json else show("\n".join(names))
