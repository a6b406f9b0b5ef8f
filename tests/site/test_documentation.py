"""The pages of documentation: every command and public name is there."""

from __future__ import annotations

import typer.main

import usiran
from tests.cli.test_main import COMMANDS
from tests.conftest import ROOT
from tests.support.pages import html, read
from usiran import loading
from usiran.cli.main import app
from usiran.corpus import Corpus
from usiran.site.commands import commands_of
from usiran.site.guides import Guides
from usiran.site.reference import Part, _parts, entries
from usiran.text.ngrams import SharedRuns


def test_every_command_has_a_page_with_all_that_its_help_says(files: dict[str, bytes]) -> None:
    program = typer.Context(typer.main.get_command(app), info_name="usiran")
    commands = commands_of(program)
    assert sorted(command.words for command in commands) == COMMANDS
    for command in commands:
        page = read(files[command.page])
        assert f"usiran {command.name}" in page.text
        assert command.example.startswith("usiran ")
        assert command.example in " ".join(page.text.split())
        shown = [name for name, _ in (*command.arguments, *command.options)]
        assert shown
        assert [name for name in shown if name not in page.text] == []
        assert command.page in html(files)["docs.html"].links


def test_every_public_name_is_on_the_page_of_the_api(files: dict[str, bytes]) -> None:
    page = read(files["api.html"])
    assert {f"usiran.{name}" for name in usiran.__all__} <= set(page.ids)
    assert "evaluate(estimator, task='stance', *, data=None" in page.text
    assert {"usiran.Report.errors", "usiran.Report.save", "usiran.Comparison.pairs"} <= {*page.ids}
    told = {entry.name: {section.name for section in entry.sections} for entry in entries()}
    assert told["usiran.load"] == {"", "Parameters", "Returns", "Raises"}


def test_a_docstring_is_read_in_paragraphs_and_terms() -> None:
    body = (
        "Words that\ngo on.\n\na : int\n    What it is,\n    and more.\nb\n    - one\n      of it"
    )
    assert [*_parts(body)] == [
        Part("", "Words that\ngo on."),
        Part("a : int", "What it is,\nand more."),
        Part("b", "- one\n  of it"),
    ]


def test_the_walks_are_pages_that_lead_to_each_other_and_quote_no_article(repo: Corpus) -> None:
    walks = Guides.of(repo).walks
    assert [walk.page for walk in walks[:4]] == [
        "docs/read", "docs/analyse", "docs/evaluate", "docs/annotate"
    ]  # fmt: skip
    assert len(walks) == len([*(ROOT / "docs").glob("*.md")]) + 1
    assert 'href="../docs/analyse.html"' in walks[0].html
    assert "dataset card (dataset/README.md), with examples" in walks[0].html
    assert "<a>" not in "".join(walk.html for walk in walks)
    opened = loading.open(repo)
    runs = SharedRuns(opened.texts.texts.values(), [*opened.texts.texts])
    assert {walk.page: [*runs.runs_in(str(walk.html))] for walk in walks} == {
        walk.page: [] for walk in walks
    }
