"""Releases: what is refused, what is written, what the next one demands."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

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
    releasable,
    released,
)
from tests.support.releasable import turn_holder as turn
from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.build import drift
from usiran.dataset.make_release import Plan, prepare
from usiran.dataset.release.changelog import with_section, with_version
from usiran.dataset.release.compare import compare
from usiran.dataset.release.snapshot import TABLES, content_hash, corpus_records
from usiran.dataset.release.stored import latest, read_release, release_of, releases
from usiran.dataset.release.version import Version
from usiran.errors import CorpusNotFound, FileError, InputError
from usiran.validation.validate import validate

ANNOTATOR = "bob,human,Bob,a second one"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Return a corpus released as 1.0.0; never written to."""
    corpus = releasable(tmp_path_factory.mktemp("first") / "corpus")
    released(corpus, "1.0.0")
    return Corpus.find(corpus.root)


@pytest.fixture(scope="module")
def patch(first: Corpus) -> Plan:
    """Return its next release, not written."""
    return prepare(first, Version(1, 0, 1), today=DAY, draws=100)


@pytest.fixture
def corpus(first: Corpus, tmp_path: Path) -> Corpus:
    """Return a copy of that corpus that a test may change."""
    return Corpus.find(shutil.copytree(first.root, tmp_path / "corpus"))


def plan(corpus: Corpus, version: str, **options: Any) -> Plan:
    fresh = Corpus.find(corpus.root)
    return prepare(fresh, Version.of(version), today=DAY, draws=100, **options)


def manifest(corpus: Corpus, version: str) -> dict[str, Any]:
    document: dict[str, Any] = release_of(corpus, version).manifest
    return document


def changes(corpus: Corpus, version: str) -> list[dict[str, Any]]:
    path = corpus.dataset / "releases" / version / "changes.json"
    listed: list[dict[str, Any]] = json.loads(path.read_bytes())["changes"]
    return listed


def test_a_release_is_read_back_with_its_records(first: Corpus) -> None:
    (one,) = releases(first)
    assert latest(first) == one == release_of(first, "v1.0.0") == read_release(one.folder)
    assert one.manifest["bump"] is None
    assert (one.tag, one.previous, one.created) == ("v1.0.0", None, DAY.isoformat())
    assert one.records == corpus_records(first)
    assert one.content == content_hash(one.records)
    assert sorted(path.stem for path in (one.folder / "records").iterdir()) == list(TABLES)


def test_the_manifest_names_exactly_the_published_files(first: Corpus) -> None:
    files = release_of(first, "1.0.0").files
    there = {name: hash_ for name, hash_ in tree(first.dataset).items() if name in files}
    assert {name: file.sha256 for name, file in files.items()} == there
    assert {name.split("/")[0] for name in files} == {"README.md", "croissant.json", "data"}
    assert sum(name.endswith(".parquet") for name in files) == len(
        list(first.data.rglob("*.parquet"))
    )
    assert files["README.md"].size == (first.dataset / "README.md").stat().st_size


def test_the_manifest_counts_and_names_what_it_rests_on(first: Corpus) -> None:
    told = manifest(first, "1.0.0")
    records = corpus_records(first)
    assert told["counts"]["records"] == {name: len(table) for name, table in records.items()}
    assert sum(told["counts"]["labels"]["stance.stance"].values()) == 8
    assert told["configs"]["stance"]["rows"] == 8
    labels = hashlib.sha256(first.labels.read_bytes()).hexdigest()
    assert told["sources"]["annotation/labels.toml"] == labels
    assert "dataset/source/folds.csv" in told["sources"]


def test_without_a_second_annotator_there_are_no_figures_and_the_reason_stands(
    first: Corpus,
) -> None:
    told = manifest(first, "1.0.0")
    assert told["agreement"] is None
    assert told["no_agreement"] == "labels of ann alone; needed: labels of two annotators or more"


def test_a_release_leaves_a_corpus_that_is_built_and_without_findings(first: Corpus) -> None:
    assert first.manifest.version == "1.0.0"
    assert validate(loading.open(first)).findings == ()
    assert drift(first) == []
    assert "Version 1.0.0 of the data" in (first.dataset / "README.md").read_text("utf-8")
    assert "# as it is\n" in (first.dataset / "corpus.toml").read_text("utf-8")
    assert git(first, "status", "--porcelain") == ""


def test_the_changelog_has_a_section_after_what_is_unreleased(first: Corpus) -> None:
    text = (first.root / "CHANGELOG.md").read_text("utf-8")
    count = sum(len(table) for table in corpus_records(first).values())
    assert text == (
        "# Changelog\n\n## Unreleased\n\n- Two articles.\n\n"
        f"## Data 1.0.0 (2031-06-01)\n\n- The first release: {count} records.\n"
    )


def test_a_newer_section_stands_before_an_older_one() -> None:
    text = with_section("# Changelog\n\n## Data 1.0.0 (x)\n\n- a\n", "## Data 1.1.0 (y)\n\n- b\n")
    assert text == "# Changelog\n\n## Data 1.1.0 (y)\n\n- b\n\n## Data 1.0.0 (x)\n\n- a\n"


def test_a_version_that_has_no_line_of_its_own_is_named() -> None:
    with pytest.raises(FileError, match=r"corpus\.toml: .*a line of its own: version = \"1\.0\.0"):
        with_version('[a]\nversion = "0.1.0"', Version(1, 0, 0), file="corpus.toml")
    assert with_version("version = '1'  # it", Version(1, 0, 0), file="") == (
        'version = "1.0.0"  # it'
    )


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_a_version_that_is_not_greater_is_refused(first: Corpus, version: str) -> None:
    with pytest.raises(InputError, match=r"greater than the last, 1\.0\.0; .*release 1\.0\.1"):
        plan(first, version)


def test_the_same_records_packaged_anew_may_be_a_patch(patch: Plan) -> None:
    assert patch.bump == "PATCH"
    assert not patch.changes


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
            "table": "decisions", "key": f"holder {FIRST} {new}", "kind": "added", "field": None,
            "old": None, "new": corpus_records(corpus)["decisions"][f"holder {FIRST} {new}"],
            "reason": "H2: it is told so",
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


def test_a_corpus_that_git_ignores_is_refused(tmp_path: Path, first: Corpus) -> None:
    inner = Corpus.find(shutil.copytree(
        first.root, tmp_path / "outer" / "inner", ignore=shutil.ignore_patterns(".git")
    ))  # fmt: skip
    outer = Corpus(tmp_path / "outer")
    (outer.root / ".gitignore").write_text("*\n")
    git(outer, "init", "--quiet")
    with pytest.raises(FileError, match=r"dataset/corpus\.toml: found 'not in git'"):
        plan(inner, "1.0.1")


def test_without_git_it_says_so(first: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(FileError, match=r"git: .*to mend: install git"):
        plan(first, "1.0.1")


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


def test_a_snapshot_that_was_changed_is_named(corpus: Corpus) -> None:
    path = corpus.dataset / "releases" / "1.0.0" / "records" / "folds.jsonl"
    path.write_text(path.read_text().replace('"fold":0', '"fold":7'))
    with pytest.raises(FileError, match=r"records: found 'content .*put the release's folder back"):
        _ = release_of(corpus, "1.0.0").records


@pytest.mark.parametrize(
    ("content", "told"),
    [("{", "one JSON document"), ("[]", "a JSON object"), ("{}", "KeyError: 'name'")],
)
def test_a_manifest_that_is_none_is_named(corpus: Corpus, content: str, told: str) -> None:
    (corpus.dataset / "releases" / "1.0.0" / "manifest.json").write_text(content)
    with pytest.raises(FileError, match=rf"manifest\.json: .*{told}"):
        latest(corpus)


def test_a_folder_without_a_manifest_is_no_release(corpus: Corpus) -> None:
    (corpus.dataset / "releases" / "3.0.0").mkdir()
    (corpus.dataset / "releases" / "drafts").mkdir()
    assert [str(one.version) for one in releases(corpus)] == ["1.0.0"]
    with pytest.raises(InputError, match=r"a release of this corpus: 1\.0\.0"):
        release_of(corpus, "3.0.0")


def test_sides_are_versions_the_working_tree_and_folders(first: Corpus, corpus: Corpus) -> None:
    old, new = turn(corpus, FIRST)
    folder = first.dataset / "releases" / "1.0.0"
    for word in ("1.0.0", "v1.0.0", str(folder), str(first.root)):
        found = compare(word, "working", start=corpus.root)
        rows = [row for row in found.changes.rows if row.table == "stance"]
        assert [(row.key, row.field, row.old, row.new) for row in rows] == [
            (FIRST, "holder", old, new)
        ]
        assert (found.bump, str(found.least)) == ("MAJOR", "2.0.0")


def test_two_folders_are_compared_without_a_corpus_around(
    first: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = first.dataset / "releases" / "1.0.0"
    assert not compare(str(folder), str(first.root)).changes
    with pytest.raises(CorpusNotFound):
        compare("1.0.0", str(folder))


@pytest.mark.parametrize("word", ["nowhere", "dataset", "1.0"])
def test_what_names_no_state_is_refused(first: Corpus, word: str) -> None:
    with pytest.raises(InputError, match=rf"diff: found '{word}'; allowed: a release's version"):
        compare(word, ".", start=first.root)


def test_a_release_killed_at_any_call_is_whole_or_not_there(
    first: Corpus, patch: Plan, tmp_path: Path
) -> None:
    files = {first.name_of(path): content for path, content in patch.files.items()}
    base = shutil.copytree(first.root, tmp_path / "base", ignore=shutil.ignore_patterns(".git"))
    left = kills(Job(base, tmp_path / "work", files, "dataset/.swap.new", step=20))
    assert {row.settled for row in left} == {"old", "new"}
    assert "mixed" in {row.killed for row in left}
