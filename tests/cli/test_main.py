"""The command line: every command explains itself, is documented, and fails in one line."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer.main

from tests.conftest import ROOT
from tests.support.command import call, run
from tests.support.walks import blocks
from usiran.cli.main import app
from usiran.corpus import Corpus
from usiran.schemas.label_scheme import read_scheme


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command below a group."""
    children = getattr(group, "commands", {})
    for name, command in children.items():
        yield from commands(command, (*path, name))
    if not children:
        yield path


COMMANDS = sorted(commands(typer.main.get_command(app)))


def test_all_commands_are_known() -> None:
    assert [" ".join(words) for words in COMMANDS] == [
        "annotate adjudicate", "annotate adopt", "annotate agreement", "annotate enter",
        "annotate import", "annotate pull", "annotate push", "annotate queue",
        "annotate register", "annotate serve",
        "annotate sheet", "articles add", "articles link", "articles list", "articles remove",
        "articles restore-text", "articles sentences", "articles withdraw", "benchmark artefacts",
        "benchmark compare", "benchmark leaderboard",
        "benchmark power", "benchmark report", "benchmark rescore", "benchmark run",
        "benchmark score", "benchmark submit", "benchmark verify", "build", "diff", "estimate",
        "export", "init", "predict", "publish", "release", "restore", "show", "site",
        "status", "train", "validate",
    ]  # fmt: skip


def _values(words: tuple[str, ...]) -> list[str]:
    context = typer.Context(typer.main.get_command(app))
    for word in words:
        context = typer.Context(context.command.commands[word], info_name=word, parent=context)  # type: ignore[attr-defined]
    options = [param for param in context.command.params if param.param_type_name == "option"]
    return [value for option in options if (value := option.display_type_rich(ctx=context))]  # type: ignore[attr-defined]


def test_help_shows_commands_by_what_they_are_for() -> None:
    shown = call("--help", at=ROOT).out
    at = [shown.index(f"│ {name} ") for name in ("status", "init", "build", "train", "release")]
    assert at == sorted(at)
    titles = re.findall(r"─ ([A-Z][\w ]+) ─", shown)
    assert titles == [
        *("Options", "Where things stand", "Make a corpus", "Build it and look at it"),
        *("Systems", "Releases"),
    ]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    done = call(*words, "--help", at=ROOT)
    assert done.code == 0
    assert "Example" in done.out
    # Values are called by words, no types; none is so long that 80 columns break it.
    assert not re.search(r"<(bool|str|path|int|float|list)|\b(TEXT|PATH|INTEGER|FLOAT)\b", done.out)
    for value in _values(words):
        assert re.search(rf" {re.escape(value)} ", done.out), value


def test_the_program_itself_shows_help() -> None:
    done = run("release", "--help", at=ROOT)
    assert (done.code, done.err) == (0, "")
    assert "usiran release 1.1.0 --dry-run" in done.out


@pytest.mark.parametrize("words", [(), ("articles",), ("annotate",), ("benchmark",)], ids=str)
def test_a_group_without_a_command_shows_its_help(words: tuple[str, ...]) -> None:
    done = call(*words, at=ROOT)
    assert "Usage: " in done.out + done.err
    assert done.code == 2


def test_the_walks_table_of_who_to_whom_is_what_the_export_counts(tmp_path: Path) -> None:
    (code,) = (block.text for block in blocks(ROOT / "docs/analyse.md") if "table =" in block.text)
    names = dict[str, Any]()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(ROOT):
        exec(code, names)
    table = names["table"]
    scheme = read_scheme(ROOT / "annotation" / "labels.toml")
    sides = set(table.index.get_level_values("agent")) | set(table.columns)
    assert {"US", "IRAN", "IRAQ"} <= sides <= set(scheme.affiliations)
    assert (
        {"material conflict"}
        <= set(table.index.get_level_values("quad"))
        <= set(scheme.allowed["quad"])
    )
    assert call("export", "dyads", "--output", tmp_path / "out", at=ROOT).code == 0
    exported = pd.read_csv(tmp_path / "out" / "dyads.csv")
    columns = ["agent_affiliation", "quad", "recipient_affiliation"]
    counted = exported[exported["events"] > 0].groupby(columns)["events"].sum().to_dict()
    told = table.stack()
    assert told[told > 0].to_dict() == counted


# Arguments with which a command comes as far as looking for its corpus.
ARGUMENTS = {
    "annotate adopt": "--round r --annotator a",
    "annotate enter": "x.txt --annotator a",
    "annotate import": "x.txt --round r --annotator a",
    "annotate pull": "--round r --annotator a",
    "annotate push": "--layer stance",
    "annotate register": "x --name y",
    "annotate sheet": "x",
    "articles add": "x.txt",
    "articles link": "--list",
    "articles remove": "x",
    "articles restore-text": "x x.txt",
    "articles sentences": "x",
    "articles withdraw": "x --reason y",
    "benchmark compare": "a b --task stance",
    "benchmark power": "--difference .05",
    "benchmark score": "x.jsonl --task stance --system mine",
    "benchmark submit": "x.jsonl --task stance --system mine --title t --description d",
    "benchmark verify": "--all",
    "diff": "1.0.0",
    "export": "conll --output out",
    "publish": "--repo-id lab/news --text include",
    "release": "1.0.0",
    "show": "x",
    "site": "--output out",
    "train": "stance tfidf-nb --output out",
}
# predict needs a model and texts, estimate what it wrote, restore a published folder: first of all;
# init makes a corpus.
WITHOUT_CORPUS = {("estimate",), ("init",), ("predict",), ("restore",)}
WITH_CORPUS = [" ".join(words) for words in COMMANDS if words not in WITHOUT_CORPUS]


@pytest.mark.parametrize("command", WITH_CORPUS)
def test_outside_a_corpus_every_command_says_so_in_one_line(command: str, tmp_path: Path) -> None:
    done = call(*f"{command} {ARGUMENTS.get(command, '')}".split(), at=tmp_path)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "no dataset/corpus.toml here or in any folder above" in done.err


def test_the_program_itself_fails_in_one_line(tmp_path: Path) -> None:
    done = run("validate", at=tmp_path)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith("usiran: ")


def test_wrong_usage_exits_with_2() -> None:
    assert run("validate", "--nope", at=ROOT).code == 2
    assert call("nope", at=ROOT).code == 2


@pytest.mark.parametrize("words", [("init", "n" * 300), ("predict", "n" * 300, "t", "-o", "o")])
def test_a_name_that_is_too_long_is_told_in_one_line(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    done = run(*words, at=tmp_path)
    assert done.code == 1
    assert "to mend: choose a shorter name" in done.err
    assert len(done.err.splitlines()) == 1


def test_json_is_one_document_even_on_failure(sample: Corpus) -> None:
    (sample.annotation / "labels.toml").write_text("version = ")
    done = call("validate", "--json", at=sample)
    assert done.code == 1
    document = json.loads(done.out)
    assert document["findings"][0]["allowed"] == "TOML 1.0 in UTF-8"
    assert done.err == ""


def test_no_colour_codes_reach_a_pipe(sample_template: Corpus) -> None:
    assert "\x1b" not in run("--help", at=ROOT).out
    for words in (["articles", "list"], ["validate"]):
        assert "\x1b" not in call(*words, at=sample_template).out


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("articles", "list")])
def test_what_should_be_there_at_once_imports_nothing_large(words: tuple[str, ...]) -> None:
    program = (
        "import atexit, sys\n"
        "large = {'pandas', 'numpy', 'pyarrow', 'datasets', 'pandera', 'sklearn', 'jinja2'}\n"
        "atexit.register(lambda: print('loaded', sorted(large & sys.modules.keys())))\n"
        "from usiran.cli.main import main; main()"
    )
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_usage_names_arguments_as_other_programs_do() -> None:
    for words, usage in [
        ("show", "[OPTIONS] ID"),
        ("annotate import", "[OPTIONS] FILE..."),
        ("benchmark verify", "[OPTIONS] [RESULT] [PREDICTIONS]"),
    ]:
        assert f"Usage: usiran {words} {usage}" in call(*words.split(), "--help", at=ROOT).out
