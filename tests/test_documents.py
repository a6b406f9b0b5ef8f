"""Claims about README.md, CONTRIBUTING.md and the other pages: what they name is there."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from tests.conftest import ROOT
from usiran.cli.main import app

PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "DATASHEET.md",
    "baselines/README.md",
    *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))),
)
ROOTS = ("annotation/", "baselines/", "bench/", "dataset/", "schemas/", "src/", "tests/")

# Where a withdrawn text's hashes go: a corpus that withdrew none has no such folder.
MADE_LATER = {"dataset/source/withdrawn", "baselines/.unchanged.json"}


def quoted(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"`([^`\n]+)`", text) + re.findall(r"^\$ (.+)$", text, re.MULTILINE)


def commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command below a group, and of every group."""
    yield words
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*words, name))


COMMANDS = set(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_is_there(page: str) -> None:
    named = [
        word for word in quoted(page) if word.startswith(ROOTS) and not set(word) & set("<*{ ")
    ]
    missing = {word for word in named if not (ROOT / word).exists()}
    assert missing <= MADE_LATER


@pytest.mark.parametrize("page", PAGES)
def test_every_link_inside_the_repository_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)", text)
    missing = [link for link in links if not ((ROOT / page).parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_names_exists(page: str) -> None:
    for line in quoted(page):
        if line.startswith("usiran "):
            words = tuple(line.split()[1:3])
            assert words in COMMANDS or words[:1] in COMMANDS or words[0].startswith("-"), line


def test_the_datasheet_tells_what_turned_in_every_garbled_sentence() -> None:
    with (ROOT / "dataset/source/sentences.csv").open(encoding="utf-8", newline="") as file:
        garbled = [row["sentence_id"] for row in csv.DictReader(file) if row["flag"] == "garbled"]
    told = re.findall(r"^- `([^`]+#\d+)`: ", (ROOT / "DATASHEET.md").read_text("utf-8"), re.M)
    assert sorted(told) == sorted(garbled)
