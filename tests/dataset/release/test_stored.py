"""Releases as their folders hold them: read back, changed, no releases."""

from __future__ import annotations

import json

import pytest

from tests.support.releasable import DAY, snapshot
from usiran.corpus import Corpus
from usiran.dataset.release.snapshot import TABLES, content_hash
from usiran.dataset.release.stored import latest, read_release, release_of, releases
from usiran.errors import FileError, InputError


def test_a_release_is_read_back_with_its_records(first_release: Corpus) -> None:
    (one,) = releases(first_release)
    assert (
        latest(first_release)
        == one
        == release_of(first_release, "v1.0.0")
        == read_release(one.folder)
    )
    manifest = json.loads((one.folder / "manifest.json").read_bytes())
    assert (manifest["bump"], manifest["previous"]) == (None, None)
    assert (one.tag, one.created) == ("v1.0.0", DAY.isoformat())
    assert one.snapshot == snapshot(first_release)
    assert one.content == content_hash(one.snapshot)
    assert sorted(path.stem for path in (one.folder / "records").iterdir()) == list(TABLES)


@pytest.mark.parametrize("fold", ["7", '"\\ud83d"', "1e400", "[" * 100_000])
def test_a_snapshot_that_was_changed_is_named(corpus: Corpus, fold: str) -> None:
    path = corpus.dataset / "releases" / "1.0.0" / "records" / "folds.jsonl"
    path.write_text(path.read_text().replace('"fold":0', f'"fold":{fold}'))
    with pytest.raises(FileError, match=r"records.*: found '(content|line) .*put the .* back"):
        _ = release_of(corpus, "1.0.0").snapshot


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "Input data was truncated"),
        ("[]", "Expected `object`, got `array`"),
        ("{}", "missing required field `version`"),
        ("[" * 100_000, "the manifest of a release"),
    ],
)
def test_a_manifest_that_is_none_is_named(corpus: Corpus, content: str, told: str) -> None:
    (corpus.dataset / "releases" / "1.0.0" / "manifest.json").write_text(content)
    with pytest.raises(FileError, match=rf"manifest\.json: .*{told}"):
        latest(corpus)


@pytest.mark.parametrize(
    "name",
    ["../../secret", "/etc/passwd", "data/../../x", "..\\x", "C:\\x", "", "data//x",
     "data/./x", "data/\0x", "data\\..\\..\\x", "//host/share/x", "C:x", "data/..", "\\\\?\\C:\\x"],
)  # fmt: skip
def test_a_manifest_names_no_file_outside_of_the_dataset(corpus: Corpus, name: str) -> None:
    path = corpus.dataset / "releases" / "1.0.0" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["files"] = {name: {"sha256": "0" * 64, "size": 1}}
    path.write_text(json.dumps(manifest))
    with pytest.raises(FileError, match=r"manifest\.json: .* is not below dataset/"):
        latest(corpus)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": "2.0.0"}, "version 2.0.0 in the folder of 1.0.0"),
        ({"previous": "1.0.0"}, "previous 1.0.0 is not before 1.0.0"),
        ({"created": "2026-13-45"}, r"Invalid RFC3339 encoded date - at `\$.created`"),
        ({"created": "\x1b[31m"}, r"Invalid RFC3339 encoded date - at `\$.created`"),
    ],
)
def test_a_manifest_is_of_its_folder_and_of_a_day_and_after_another(
    corpus: Corpus, change: dict[str, str], told: str
) -> None:
    path = corpus.dataset / "releases" / "1.0.0" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | change))
    with pytest.raises(FileError, match=rf"manifest\.json: .*{told}"):
        latest(corpus)


@pytest.mark.parametrize("key", ["version", "previous"])
@pytest.mark.parametrize("version", ["../1.0.0", "1.0.0/../../x", "/1.0.0", "1.0.0\n"])
def test_a_manifest_names_no_other_folder_by_a_version(
    corpus: Corpus, key: str, version: str
) -> None:
    path = corpus.dataset / "releases" / "1.0.0" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {key: version}))
    with pytest.raises(FileError, match=r"manifest\.json: .* a release"):
        latest(corpus)
    with pytest.raises(InputError):
        release_of(corpus, version)


def test_a_folder_without_a_manifest_is_no_release(corpus: Corpus) -> None:
    (corpus.dataset / "releases" / "3.0.0").mkdir()
    (corpus.dataset / "releases" / "drafts").mkdir()
    assert [str(one.version) for one in releases(corpus)] == ["1.0.0"]
    with pytest.raises(InputError, match=r"a release of this corpus: 1\.0\.0"):
        release_of(corpus, "3.0.0")
