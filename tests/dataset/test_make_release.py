"""Making releases: what is refused, what is written, what the next one demands."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tests.support.command import tree
from tests.support.killing import Job, kills
from tests.support.releasable import (
    DAY,
    FIRST,
    ONE,
    TWO,
    add_line,
    commit,
    git,
    released,
    snapshot,
)
from tests.support.releasable import turn_holder as turn
from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.build import build, drift
from usiran.dataset.make_release import Plan, prepare
from usiran.dataset.release.stored import release_of, releases
from usiran.dataset.release.version import parse_version
from usiran.errors import FileError, InputError
from usiran.validation.validate import validate

ANNOTATOR = "bob,human,Bob,a second one"


@pytest.fixture(scope="module")
def patch(first_release: Corpus) -> Plan:
    """Return its next release, not written."""
    return prepare(first_release, Version("1.0.1"), today=DAY, draws=100)


@pytest.fixture
def corpus(first_release: Corpus, tmp_path: Path) -> Corpus:
    """Return a copy of that corpus that a test may change."""
    return Corpus.find(shutil.copytree(first_release.root, tmp_path / "corpus"))


def plan(corpus: Corpus, version: str, **options: Any) -> Plan:
    fresh = Corpus.find(corpus.root)
    return prepare(fresh, parse_version(version), today=DAY, draws=100, **options)


def manifest(corpus: Corpus, version: str) -> dict[str, Any]:
    path = release_of(corpus, version).folder / "manifest.json"
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def changes(corpus: Corpus, version: str) -> list[dict[str, Any]]:
    path = corpus.dataset / "releases" / version / "changes.json"
    document = json.loads(path.read_bytes())
    reasons = document["reasons"]
    return [change | {"reason": reasons[change["reason"]]} for change in document["changes"]]


def test_the_manifest_names_exactly_the_published_files(first_release: Corpus) -> None:
    files = release_of(first_release, "1.0.0").files
    there = {name: hash_ for name, hash_ in tree(first_release.dataset).items() if name in files}
    assert {name: file.sha256 for name, file in files.items()} == there
    assert {name.split("/")[0] for name in files} == {
        "README.md", "croissant.json", "data", "eval.yaml", "ro-crate-metadata.json",
    }  # fmt: skip
    assert sum(name.endswith(".parquet") for name in files) == len(
        list(first_release.data.rglob("*.parquet"))
    )
    assert files["README.md"].size == (first_release.dataset / "README.md").stat().st_size


def test_the_manifest_counts_and_names_what_it_rests_on(first_release: Corpus) -> None:
    told = manifest(first_release, "1.0.0")
    tables = snapshot(first_release)
    assert told["counts"]["records"] == {name: len(table) for name, table in tables.items()}
    assert sum(told["counts"]["labels"]["stance.stance"].values()) == 8
    assert told["configs"]["stance"]["rows"] == 8
    labels = hashlib.sha256(first_release.labels.read_bytes()).hexdigest()
    assert told["sources"]["annotation/labels.toml"] == labels
    assert "dataset/source/folds.csv" in told["sources"]


def test_without_a_second_annotator_there_are_no_figures_and_the_reason_stands(
    first_release: Corpus,
) -> None:
    told = manifest(first_release, "1.0.0")
    assert told["agreement"] is None
    assert told["no_agreement"] == "labels of ann alone; needed: labels of two annotators or more"


def test_a_release_leaves_a_corpus_that_is_built_and_without_findings(
    first_release: Corpus,
) -> None:
    assert first_release.manifest.version == "1.0.0"
    assert validate(loading.open(first_release)).findings == ()
    assert drift(first_release) == []
    assert "Version 1.0.0 of the data" in (first_release.dataset / "README.md").read_text("utf-8")
    assert "# as it is\n" in (first_release.dataset / "corpus.toml").read_text("utf-8")
    assert git(first_release, "status", "--porcelain") == ""


def test_the_changelog_has_a_section_after_what_is_unreleased(first_release: Corpus) -> None:
    text = (first_release.root / "CHANGELOG.md").read_text("utf-8")
    count = sum(len(table) for table in snapshot(first_release).values())
    assert text == (
        "# Changelog\n\n## Unreleased\n\n- Two articles.\n\n"
        f"## Data 1.0.0 (2031-06-01)\n\n- The first release: {count} records.\n"
    )


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_a_version_that_is_not_greater_is_refused(first_release: Corpus, version: str) -> None:
    with pytest.raises(InputError, match=r"greater than the last, 1\.0\.0; .*release 1\.0\.1"):
        plan(first_release, version)


def test_the_same_records_packaged_anew_may_be_a_patch(patch: Plan) -> None:
    assert patch.bump == "PATCH"
    assert not patch.changes


def test_a_config_that_came_after_a_release_is_told(corpus: Corpus) -> None:
    path = corpus.dataset / "releases" / "1.0.0" / "manifest.json"
    document = json.loads(path.read_bytes())
    card = corpus.dataset / "README.md"
    assert b"In no release yet" not in build(corpus).files[card]
    del document["configs"]["annotations"]
    path.write_text(json.dumps(document))
    assert b"In no release yet: `annotations`." in build(corpus).files[card]


def test_an_edited_label_demands_a_major_step_and_its_decision_is_the_reason(
    corpus: Corpus,
) -> None:
    old, new = turn(corpus, FIRST)
    commit(corpus)
    told = rf"MAJOR step.*stance {FIRST} edited: holder {old} -> {new}"
    with pytest.raises(InputError, match=told) as error:
        plan(corpus, "1.1.0")
    assert "to mend: release 2.0.0" in str(error.value)
    made = released(corpus, "2.0.0")
    assert made.bump == "MAJOR"
    assert changes(corpus, "2.0.0") == [
        {
            "table": "decisions", "key": f"holder {FIRST} {new}", "kind": "added",
            "reason": "H2: it is told so",
        },
        {
            "table": "stance", "key": FIRST, "kind": "edited", "field": "contested", "old": False,
            "new": True, "reason": "H2: it is told so",
        },
        {
            "table": "stance", "key": FIRST, "kind": "edited", "field": "holder", "old": old,
            "new": new, "reason": "H2: it is told so",
        },
    ]  # fmt: skip
    assert manifest(corpus, "2.0.0")["previous"] == "1.0.0"
    assert [str(one.version) for one in releases(corpus)] == ["1.0.0", "2.0.0"]


def test_added_records_demand_a_minor_step(corpus: Corpus) -> None:
    add_line(corpus.annotation / "annotators.csv", ANNOTATOR)
    commit(corpus)
    with pytest.raises(InputError, match=r"1\.1\.0 or greater.*MINOR step \(annotators bob added"):
        plan(corpus, "1.0.1")
    made = released(corpus, "1.1.0")
    assert made.bump == "MINOR"
    assert [one["reason"] for one in changes(corpus, "1.1.0")] == [None]
    assert "Since 1.0.0 (MINOR): annotators 1 added." in (
        corpus.root / "CHANGELOG.md"
    ).read_text("utf-8")  # fmt: skip


def test_a_change_that_nothing_explains_needs_a_reason(corpus: Corpus) -> None:
    folds = corpus.source / "folds.csv"
    folds.write_text(f"article_id,fold\n{ONE},1\n{TWO},0\n")
    commit(corpus)
    with pytest.raises(InputError, match=rf"--reason: .*folds {ONE} moved: fold 0 -> 1"):
        plan(corpus, "2.0.0")
    made = plan(corpus, "2.0.0", reason="the longer one first")
    assert set(made.reasons) == {"the longer one first"}
    assert {row.kind for row in made.changes.rows} == {"moved"}
    assert made.changes.counts()["folds"]["moved"] == 2


@pytest.mark.parametrize("how", ["changed", "staged", "new"])
def test_nothing_may_be_uncommitted(corpus: Corpus, how: str) -> None:
    path = corpus.root / ("new.txt" if how == "new" else "CHANGELOG.md")
    path.write_text("x")
    if how == "staged":
        git(corpus, "add", "--all")
    with pytest.raises(InputError, match=rf"git status: .*1 uncommitted: .*{path.name}"):
        plan(corpus, "1.0.1")


def test_a_corpus_outside_of_git_is_refused(corpus: Corpus) -> None:
    shutil.rmtree(corpus.root / ".git")
    with pytest.raises(FileError, match=r"not a git repository.*run `git init`"):
        plan(corpus, "1.0.1")


def test_a_corpus_that_git_ignores_is_refused(tmp_path: Path, first_release: Corpus) -> None:
    inner = Corpus.find(shutil.copytree(
        first_release.root, tmp_path / "outer" / "inner", ignore=shutil.ignore_patterns(".git")
    ))  # fmt: skip
    outer = Corpus(tmp_path / "outer")
    (outer.root / ".gitignore").write_text("*\n")
    git(outer, "init", "--quiet")
    with pytest.raises(FileError, match=r"dataset/corpus\.toml: found 'not in git'"):
        plan(inner, "1.0.1")


def test_without_git_it_says_so(first_release: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(FileError, match=r"git: .*to mend: install git"):
        plan(first_release, "1.0.1")


def test_a_tag_that_is_set_already_is_refused(corpus: Corpus) -> None:
    git(corpus, "tag", "v1.0.1")
    with pytest.raises(InputError, match=r"git tag: found 'v1\.0\.1'"):
        plan(corpus, "1.0.1")


def test_a_corpus_with_findings_or_drift_is_refused(corpus: Corpus) -> None:
    (corpus.annotation / "spans.xml").write_text("<View/>")
    git(corpus, "commit", "--all", "--quiet", "--message", "drift")
    with pytest.raises(InputError, match=r"spans\.xml: found 'other content'.*usiran build"):
        plan(corpus, "1.0.1")
    (corpus.source / "folds.csv").write_text("article_id,fold\n")
    git(corpus, "commit", "--all", "--quiet", "--message", "no folds")
    with pytest.raises(InputError, match=r"folds\.csv"):
        plan(corpus, "1.0.1")


def test_a_first_release_begins_at_0_1_0(corpus: Corpus) -> None:
    git(corpus, "rm", "-r", "--quiet", "dataset/releases")
    git(corpus, "commit", "--quiet", "--message", "before the first")
    with pytest.raises(InputError, match=r"0\.1\.0 or greater, for a first release"):
        plan(corpus, "0.0.9")


def test_a_release_killed_at_any_call_is_whole_or_not_there(
    first_release: Corpus, patch: Plan, tmp_path: Path
) -> None:
    files = {first_release.name_of(path): content for path, content in patch.files.items()}
    base = shutil.copytree(
        first_release.root, tmp_path / "base", ignore=shutil.ignore_patterns(".git")
    )
    left = kills(Job(base, tmp_path / "work", files, "dataset/.swap.new", step=20))
    assert {row.settled for row in left} == {"old", "new"}
    assert "mixed" in {row.killed for row in left}
