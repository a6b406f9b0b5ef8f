"""The text-free edition: `usiran build --text withhold` writes it, `usiran restore` fills it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from usiran.cli.options import JsonOption, RehearsalOption, output_option
from usiran.cli.output import say, show, show_columns, show_json
from usiran.cli.session import hold_folder
from usiran.corpus import SWAP, Corpus
from usiran.errors import counted

if TYPE_CHECKING:
    from usiran.dataset.withheld.restore_report import Report


class Text(StrEnum):
    """Whether the published dataset has the articles' words."""

    INCLUDE = "include"
    WITHHOLD = "withhold"


def write_edition(
    corpus: Corpus,
    output: Path | None,
    *,
    check: bool,
    as_json: bool,
    progress: Callable[[str], None],
) -> None:
    """Write the text-free edition to a folder of its own."""
    from usiran.dataset.withheld.text_free import text_free_files
    from usiran.io.atomic import fill
    from usiran.io.new_folder import new_folder
    from usiran.validation.validate import open_valid

    if output is None or check:
        wrong = "--text withhold takes --output DIR, and not --check"
        raise typer.BadParameter(wrong, param_hint="--text")
    # Before anything is read: a folder that is in the way is no reason to wait for.
    with new_folder(output, marker="README.md", tell=say) as folder:
        progress("reading and checking the tables")
        files = text_free_files(open_valid(corpus), progress)
        fill(folder, files)
    if as_json:
        show_json({"folder": str(output), "files": list(files)})
        return
    for name in files:
        show(output / name)
    back = f"usiran restore {output} --articles FOLDER"
    say(f"{counted(len(files), 'file')}. To put the words back: {back}")


def restore(
    edition: Annotated[Path, Argument(metavar="DIR", help="The text-free edition.")],
    articles: Annotated[
        Path, Option(metavar="FOLDER", help="Your copies of the articles, .txt files.")
    ],
    output: Annotated[
        Path | None,
        output_option(metavar="DIR", help="A new folder to write to (default: in place)."),
    ] = None,
    _dry_run: RehearsalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put the words back into a text-free edition, where your own copies prove them by hash.

    The names of the files are free. Exit code 1 where nothing was found.

    Example: usiran restore usiran-text-free --articles my-copies --output usiran-full
    """
    from usiran.dataset.withheld.restore import restored_files
    from usiran.io.atomic import fill, replace_files
    from usiran.io.new_folder import new_folder

    # Inside, it would be read as a part of the edition the next time.
    if output is not None and output.resolve().is_relative_to(edition.resolve()):
        raise typer.BadParameter("a folder outside the edition", param_hint="--output")
    if output is None and edition.is_dir():
        hold_folder(edition)
    files, report = restored_files(edition, articles)
    found = any(article.copy for article in report.articles)
    if found:
        if output is None:
            # An edition lies in no corpus: what is swapped in lies ready in its own folder.
            targets = {edition / name: content for name, content in files.items()}
            replace_files(targets, edition / SWAP)
        else:
            with new_folder(output, marker="README.md", tell=say) as folder:
                fill(folder, files)
    if as_json:
        show_json(report.as_dict())
    else:
        _show(report)
    raise typer.Exit(0 if found else 1)


def _show(report: Report) -> None:
    """Print a line an article, then what it comes to."""
    rows: list[tuple[object, ...]] = [
        ("article", "state", "sentences", "lost", "spans", "lost", "copy")
    ]
    for article in report.articles:
        sentences = (article.sentences, article.sentences_lost)
        spans = (article.spans, article.spans_lost)
        rows.append((article.article_id, article.state, *sentences, *spans, article.copy or "none"))
    show_columns(rows)
    for article in report.articles:
        if article.copy and article.lost:
            show(f"{article.article_id}: no words for {', '.join(article.lost)}")
    for names, why in ((report.unused, "of no article"), (report.unread, "not UTF-8, passed over")):
        if names:
            say(f"{why}: {', '.join(names)}")
    for name, counts in report.totals.items():
        say(f"{name}: {', '.join(f'{count} {state}' for state, count in counts.items())}")
