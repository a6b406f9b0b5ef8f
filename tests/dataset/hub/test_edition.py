"""What is published of real releases: with the texts, and without."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.hub import Hub
from tests.support.publisher import (
    REPO,
    Publisher,
    environment,
    hub,
    hub_server,
    load,
    program,
    published,
)
from tests.support.releasable import FIRST, commit, released, turn_holder
from usiran.corpus import Corpus

__all__ = ["hub", "hub_server", "program"]

IMPORTED = ("datasets", "usiran.dataset.build", "usiran.dataset.withheld.text_free")
PUBLISH = ("publish", "--repo-id", REPO, "--text")


@pytest.fixture(scope="module")
def second(first_release: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Return the corpus with one holder turned and 2.0.0 released."""
    folder = tmp_path_factory.mktemp("second") / "corpus"
    corpus = Corpus.find(shutil.copytree(first_release.root, folder))
    turn_holder(corpus, FIRST)
    released(commit(corpus), "2.0.0")
    return Corpus.find(corpus.root)


def test_a_turned_label_loads_as_it_was_and_as_it_is(
    hub: Hub, program: Publisher, first_release: Corpus, second: Corpus, tmp_path: Path
) -> None:
    for corpus in (first_release, second):
        done = program.run(*PUBLISH, "include", at=corpus)
        assert done.code == 0, done.err
    wanted = [(tag, "stance") for tag in ("v1.0.0", "v2.0.0")]
    names = load(hub, tmp_path, wanted[0], column="sentence_id")["v1.0.0 stance False"]
    found = load(hub, tmp_path, *wanted, column="holder")
    for streaming in (False, True):
        old, new = (found[f"{tag} stance {streaming}"] for tag, _ in wanted)
        turned = [name for name, a, b in zip(names, old, new, strict=True) if a != b]
        assert turned == [FIRST]


_ASKED = """
import json, sys, yaml
from datasets import load_dataset
from huggingface_hub import hf_hub_download
name, revision = sys.argv[1:]
path = hf_hub_download(name, "eval.yaml", repo_type="dataset", revision=revision)
tasks = yaml.safe_load(open(path))["tasks"]
rows = {
    task["id"]: list(
        load_dataset(name, task["config"], split=task["split"], revision=revision)["task"]
    )
    for task in tasks
}
print(json.dumps(rows))
"""


def test_the_benchmark_of_a_release_names_configs_and_splits_that_load(
    hub: Hub, program: Publisher, first_release: Corpus, tmp_path: Path
) -> None:
    done = program.run(*PUBLISH, "include", at=first_release)
    assert done.code == 0, done.err
    asked = subprocess.run(
        [sys.executable, "-c", _ASKED, REPO, "v1.0.0"],
        env=environment(hub.url, tmp_path) | {"HF_TOKEN": "reader"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    rows = json.loads(asked.stdout)
    assert rows
    assert all(set(tasks) == {name} for name, tasks in rows.items())


def test_the_edition_without_text_loads_and_holds_no_text(
    hub: Hub, program: Publisher, first_release: Corpus, tmp_path: Path
) -> None:
    done = program.run(*PUBLISH, "withhold", at=first_release)
    assert done.code == 0, done.err
    texts = load(hub, tmp_path, ("v1.0.0", "stance"), ("v1.0.0", "articles"))
    assert len(texts) == 4
    for found in texts.values():
        assert {char for text in found for char in text if not char.isspace()} == {"_"}
    paths = set(hub.dataset(REPO).contents("v1.0.0"))
    # A crate lists the files with the words, so the edition without them has none.
    assert {path for path in paths if not path.startswith("restore/")} == {
        *published(first_release, "1.0.0")
    } - {"ro-crate-metadata.json"}
    again = program.run(*PUBLISH, "withhold", at=first_release)
    assert "v1.0.0 is already published" in again.err
    other = program.run(*PUBLISH, "include", at=first_release)
    assert "the tag v1.0.0 is there with the edition without text" in other.err


def test_without_text_what_it_is_made_from_must_be_what_was_released(
    hub: Hub, program: Publisher, first_release: Corpus, tmp_path: Path
) -> None:
    corpus = Corpus.find(shutil.copytree(first_release.root, tmp_path / "corpus"))
    turn_holder(corpus, FIRST)
    done = program.run(*PUBLISH, "withhold", at=corpus)
    assert done.code == 1
    assert "run `usiran build` and commit what it writes" in done.err
    assert hub.log == []
