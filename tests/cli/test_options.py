"""What all commands have: results as JSON, dry runs that write nothing and say what they would."""

from __future__ import annotations

import json

import pytest
import typer.main

from tests.cli.test_main import COMMANDS
from tests.support.command import call, tree
from tests.support.tiny import PORT
from usiran.cli.main import app
from usiran.corpus import Corpus

WITHOUT_JSON = {
    "annotate serve": "it runs until it is stopped",
    "annotate sheet": "it prints a form to be filled in, in an editor",
}
WITHOUT_DRY_RUN = {
    "annotate enter": "it writes no file: what it sends to the server is checked first",
    "annotate push": "it writes no file: sent twice, nothing changes",
    "annotate serve": "it runs until it is stopped",
    "articles link": "it saves each answer as it is given; --list asks nothing",
    "predict": "it writes part after part, and goes on from there",
    **dict.fromkeys(
        (
            *("annotate queue", "annotate sheet", "articles list", "benchmark artefacts"),
            *("benchmark compare", "benchmark power", "benchmark verify", "diff", "estimate"),
            *("show", "status", "validate"),
        ),
        "it writes nothing",
    ),
}


def _options(command: str) -> set[str]:
    found = typer.main.get_command(app)
    for word in command.split():
        found = found.commands[word]  # type: ignore[attr-defined]
    return {name for param in found.params for name in param.opts}


def test_every_command_prints_json_or_there_is_a_reason() -> None:
    without = {name for words in COMMANDS if "--json" not in _options(name := " ".join(words))}
    assert without == set(WITHOUT_JSON)


def test_every_command_that_writes_can_be_tried_or_there_is_a_reason() -> None:
    without = {name for words in COMMANDS if "--dry-run" not in _options(name := " ".join(words))}
    assert without == set(WITHOUT_DRY_RUN)


def _would(told: str) -> list[str]:
    return [line for line in told.splitlines() if line.startswith("would ")]


def test_a_dry_run_writes_nothing_and_says_which_files_would_change(sample: Corpus) -> None:
    outline = call("articles", "sentences", "2013", at=sample).out
    (sample.root / "outline.txt").write_text(outline, encoding="utf-8")
    before = tree(sample.root)
    tried = {
        "annotate register zed --name Zed": ["would change: annotation/annotators.csv"],
        "articles sentences 2013 --apply outline.txt": [],
        "annotate adopt -r core -a core-c --force": [
            "would change: annotation/gold/stance.json",
            "would change: annotation/gold/spans.json",
            "would change: annotation/gold/decisions.csv",
        ],
        "export conll -o out": [
            "would write: out/2013-11-weekly-security-update.conllup",
            "would write: out/2020-01-us-suspends-iraqi-forces-training.conllup",
            "would write: out/export.json",
        ],
    }
    for words, files in tried.items():
        done = call(*words.split(), "--dry-run", at=sample)
        assert (done.code, _would(done.err)) == (0, files), done.err
        assert done.err.endswith("dry run: nothing was written\n")
        assert tree(sample.root) == before, words


def test_a_dry_run_names_just_the_files_that_the_run_writes(sample: Corpus) -> None:
    words = ("build", "--quiet")
    before = tree(sample.root)
    told = call(*words, "-n", at=sample)
    assert tree(sample.root) == before
    assert call(*words, at=sample).code == 0
    after = tree(sample.root)
    changed = [name for name in after if before.get(name) != after[name]]
    assert changed
    named = {line.partition(": ")[2] for line in _would(told.err)}
    assert named == {*changed, *(before.keys() - after.keys())}


def test_what_a_forced_export_would_replace_is_named_too(sample: Corpus) -> None:
    assert call("export", "conll", "-o", "out", at=sample).code == 0
    before = tree(sample.root)
    done = call("export", "conll", "--article", "2013", "-o", "out", "--force", "-n", at=sample)
    assert "would remove: out/2020-01-us-suspends-iraqi-forces-training.conllup" in done.err
    assert tree(sample.root) == before


def test_a_dry_run_ends_with_its_command(tiny_corpus: Corpus) -> None:
    words = ("annotate", "register", "zed", "--name", "Zed")
    assert call(*words, "-n", at=tiny_corpus).code == 0
    assert call(*words, at=tiny_corpus).code == 0
    assert "zed,human,Zed," in (tiny_corpus.annotation / "annotators.csv").read_text("utf-8")


@pytest.mark.parametrize("words", [f"articles sentences {PORT}", "annotate register z --name Z"])
def test_json_is_printed_where_a_line_was(words: str, tiny_corpus: Corpus) -> None:
    done = call(*words.split(), "--json", at=tiny_corpus)
    assert done.code == 0
    assert json.loads(done.out)
