"""The Hub of the tests refuses what the real one refuses, told by the real clients."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import (
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.support.hub import Fault, Hub, User, serving
from tests.support.hub_card import errors

# The client's own way of sending a file.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

REPO = "lab/tiny"
CARD = "---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files: a.csv\n---\n"


@pytest.fixture(scope="module")
def hub_server() -> Iterator[Hub]:
    users = {"ann": User("ann", ("lab",)), "bob": User("bob", ("lab",), role="read")}
    with serving(**users, eve=User("eve"), old=User("ann", expired=True)) as hub:
        yield hub


@pytest.fixture
def hub(hub_server: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    # The client reads its environment when it is imported, and that has been.
    template = hub_server.url + "/{repo_id}/resolve/{revision}/{filename}"
    for name, value in (
        ("HF_HUB_DISABLE_XET", True),
        ("ENDPOINT", hub_server.url),
        ("HUGGINGFACE_CO_URL_TEMPLATE", template),
        ("AGENT_HARNESSES_PATH", str(tmp_path / "agents.json")),
    ):
        monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
    hub_server.repos.clear()
    hub_server.order(None)
    _api(hub_server).create_repo(REPO, repo_type="dataset", private=True)
    return hub_server


def _api(hub: Hub, token: str = "ann") -> Any:
    return HfApi(endpoint=hub.url, token=token)


def _head(hub: Hub) -> str:
    return hub.dataset(REPO).head.sha


def _commit(hub: Hub, *operations: Any, token: str = "ann", **more: Any) -> Any:
    return _api(hub, token).create_commit(
        REPO, operations, commit_message="a change", repo_type="dataset", **more
    )


def _lines(hub: Hub, *lines: dict[str, Any]) -> httpx2.Response:
    """Send a commit that the client itself would not send."""
    header = {"key": "header", "value": {"summary": "by hand"}}
    text = "\n".join(json.dumps(line) for line in (header, *lines))
    url = f"{hub.url}/api/datasets/{REPO}/commit/main"
    return httpx2.post(url, content=text, headers={"Authorization": "Bearer ann"})


def test_a_new_repository_holds_the_hubs_own_file(hub: Hub) -> None:
    assert _api(hub).list_repo_files(REPO, repo_type="dataset") == [".gitattributes"]
    assert _api(hub).dataset_info(REPO).private


def test_small_files_go_to_git_and_parquet_to_lfs(hub: Hub) -> None:
    _commit(hub, CommitOperationAdd("a/b.txt", b"b"), CommitOperationAdd("c.parquet", b"PAR1"))
    b, c = _api(hub).get_paths_info(REPO, ["a/b.txt", "c.parquet"], repo_type="dataset")
    assert (b.lfs, b.size) == (None, 1)
    assert b.blob_id == hashlib.sha1(b"blob 1\0b").hexdigest()
    assert c.lfs.sha256 == hashlib.sha256(b"PAR1").hexdigest()


def test_long_listings_come_in_pages(hub: Hub) -> None:
    _commit(hub, *(CommitOperationAdd(f"d/{i}.txt", b"%d" % i) for i in range(11)))
    hub.order(None)
    listed = list(_api(hub).list_repo_tree(REPO, repo_type="dataset", recursive=True))
    assert [one.path for one in listed][:3] == [".gitattributes", "d", "d/0.txt"]
    assert (len(listed), len(hub.sent("GET", "cursor="))) == (13, 1)


def test_an_old_revision_stays_readable(hub: Hub, tmp_path: Path) -> None:
    _commit(hub, CommitOperationAdd("a.txt", b"old"))
    _api(hub).create_tag(REPO, tag="v1", repo_type="dataset")
    _commit(hub, CommitOperationAdd("a.txt", b"new"))
    for revision, content in (("v1", b"old"), ("main", b"new")):
        path = _api(hub).hf_hub_download(
            REPO, "a.txt", repo_type="dataset", revision=revision, cache_dir=tmp_path
        )
        assert Path(path).read_bytes() == content


def test_a_part_of_a_file_is_sent_where_one_is_asked_for(hub: Hub) -> None:
    _commit(hub, CommitOperationAdd("a.txt", b"0123456789"))
    url = f"{hub.url}/datasets/{REPO}/resolve/main/a.txt"
    for asked, wanted in (("2-4", b"234"), ("7-", b"789"), ("-2", b"89")):
        headers = {"Authorization": "Bearer ann", "Range": f"bytes={asked}"}
        answer = httpx2.get(url, headers=headers)
        assert (answer.status_code, answer.content) == (206, wanted)
    assert answer.headers["X-Repo-Commit"] == _head(hub)


def test_a_stale_parent_is_refused(hub: Hub) -> None:
    first = _head(hub)
    _commit(hub, CommitOperationAdd("a.txt", b"a"), parent_commit=first)
    with pytest.raises(HfHubHTTPError, match=r"412 [^\0]*A commit has happened since"):
        _commit(hub, CommitOperationAdd("b.txt", b"b"), parent_commit=first)
    assert set(hub.dataset(REPO).contents("main")) == {"a.txt"}


def test_a_duplicate_tag_is_refused(hub: Hub) -> None:
    _api(hub).create_tag(REPO, tag="v1", repo_type="dataset")
    with pytest.raises(HfHubHTTPError, match=r"409 [^\0]*Tag reference exists already"):
        _api(hub).create_tag(REPO, tag="v1", repo_type="dataset")


def test_deleting_what_is_not_there_is_refused(hub: Hub) -> None:
    with pytest.raises(RemoteEntryNotFoundError, match="A file with this name doesn't exist"):
        _commit(hub, CommitOperationDelete("a.txt"))


CARDS = {
    "---\na: [1\n---\n": "bad YAML",
    "---\nlicense: mine\n---\n": '"license" must be one of',
    "---\nlanguage:\n- no\n---\n": r'"language\[0\]" must be a string',
    "---\nsize_categories: many\n---\n": "size_categories.* must be one of",
    "---\nconfigs:\n- data_files: a.csv\n---\n": r'"configs\[0\].config_name" must be a string',
    "---\nconfigs:\n- config_name: a\n- config_name: a\n---\n": "stands there twice",
    "---\ndataset_info:\n  features: none\n---\n": r"dataset_info\[0\].features. must be an array",
}


@pytest.mark.parametrize(("card", "message"), CARDS.items(), ids=CARDS.values())
def test_a_bad_card_is_refused(card: str, message: str, hub: Hub) -> None:
    with pytest.raises(ValueError, match=f"Invalid metadata in README.md.\n[^\0]*{message}"):
        _commit(hub, CommitOperationAdd("README.md", card.encode()))
    # Whoever does not ask first is refused at the commit.
    content = base64.b64encode(card.encode()).decode()
    value = {"path": "README.md", "content": content, "encoding": "base64"}
    assert _lines(hub, {"key": "file", "value": value}).status_code == 400
    assert hub.dataset(REPO).contents("main") == {}


def test_a_good_card_is_taken_and_an_odd_one_warned_of(hub: Hub) -> None:
    assert errors(CARD.encode()) == []
    _commit(hub, CommitOperationAdd("README.md", CARD.encode()))
    with pytest.warns(UserWarning, match="singing is not in the official list"):
        _commit(hub, CommitOperationAdd("README.md", b"---\ntask_categories: [singing]\n---\n"))


BENCHMARK = """\
name: A
description: A benchmark.
evaluation_framework: inspect-ai
tasks:
- id: stance
  config: prompts
  split: stance
"""
BENCHMARKS = {
    ("inspect-ai", "usiran"): '"evaluation_framework" must be one of',
    ("id: stance", "config: prompts"): "an id each, once",
    ("split: stance", "split: holder"): "names prompts/holder, which the card does not have",
    ("name: A\n", ""): '"name" must be a string',
    ("tasks:", "a: [\ntasks:"): "bad YAML",
}
ASKED = (
    b"---\nconfigs:\n- config_name: prompts\n  data_files:\n  - split: stance\n    path: a\n---\n"
)


@pytest.mark.parametrize(("change", "message"), BENCHMARKS.items(), ids=BENCHMARKS.values())
def test_a_bad_benchmark_is_refused(change: tuple[str, str], message: str, hub: Hub) -> None:
    _commit(hub, CommitOperationAdd("README.md", ASKED))
    bad = BENCHMARK.replace(*change).encode()
    with pytest.raises(HfHubHTTPError, match=message):
        _commit(hub, CommitOperationAdd("eval.yaml", bad))
    _commit(hub, CommitOperationAdd("eval.yaml", BENCHMARK.encode()))
    assert hub.dataset(REPO).contents("main")["eval.yaml"] == BENCHMARK.encode()


def test_an_upload_with_another_hash_or_size_is_refused(hub: Hub) -> None:
    oid = hashlib.sha256(b"right").hexdigest()
    url = f"{hub.url}/lfs/dataset/{REPO}/{oid}"
    assert httpx2.put(f"{url}?size=5", content=b"wrong").status_code == 400
    assert httpx2.put(f"{url}?size=9", content=b"right").status_code == 400
    assert hub.dataset(REPO).objects == {}


def test_a_pointer_to_nothing_or_of_another_size_is_refused(hub: Hub) -> None:
    oid = hashlib.sha256(b"right").hexdigest()
    value = {"path": "a.parquet", "algo": "sha256", "oid": oid, "size": 5}
    answer = _lines(hub, {"key": "lfsFile", "value": value})
    assert answer.status_code == 400
    assert "pointed to a file that does not exist" in answer.text
    hub.dataset(REPO).store(oid, b"right")
    answer = _lines(hub, {"key": "lfsFile", "value": {**value, "size": 6}})
    assert "another size" in answer.text
    assert _lines(hub, {"key": "lfsFile", "value": value}).status_code == 200


def test_a_binary_file_outside_lfs_is_refused(hub: Hub) -> None:
    value = {"path": "a.parquet", "content": "UEFSMQ==", "encoding": "base64"}
    answer = _lines(hub, {"key": "file", "value": value})
    assert answer.status_code == 400
    assert "binary files" in answer.text


def test_who_may_not_is_refused(hub: Hub) -> None:
    with pytest.raises(HfHubHTTPError, match=r"403 Forbidden.*write token"):
        _commit(hub, CommitOperationAdd("a.txt", b"a"), token="bob")
    with pytest.raises(HfHubHTTPError, match="403 Forbidden"):
        _api(hub, "eve").create_repo("lab/other", repo_type="dataset")
    with pytest.raises(RepositoryNotFoundError, match="404"):
        _api(hub, "eve").dataset_info(REPO)
    with pytest.raises(RepositoryNotFoundError, match="401"):
        HfApi(endpoint=hub.url, token=False).dataset_info(REPO)
    for token in ("old", "nobody"):
        with pytest.raises(HfHubHTTPError, match="Invalid user token"):
            _api(hub, token).whoami()
    with pytest.raises(HfHubHTTPError, match="409"):
        _api(hub).create_repo(REPO, repo_type="dataset")


def test_a_revision_that_is_not_there_is_refused(hub: Hub) -> None:
    with pytest.raises(RevisionNotFoundError, match="Invalid rev id: v9"):
        _api(hub).dataset_info(REPO, revision="v9")


def test_faults_come_when_they_are_ordered(hub: Hub) -> None:
    hub.order(Fault(2, 503, "/api/datasets/"))
    _api(hub).dataset_info(REPO)
    with pytest.raises(HfHubHTTPError, match="503"):
        _api(hub).dataset_info(REPO)
    _api(hub).dataset_info(REPO)
    hub.order(Fault(1, "lose", "/tag/"))
    with pytest.raises(httpx2.RemoteProtocolError):
        _api(hub).create_tag(REPO, tag="v1", repo_type="dataset")
    assert list(hub.dataset(REPO).tags) == ["v1"]  # done, though nobody was told
