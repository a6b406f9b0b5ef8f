"""Publishing: the Hub shows one release or the next, never a mixture, whatever happens."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import pytest

from tests.support.command import run
from tests.support.hub import Fault, Hub
from tests.support.hub_repos import Repo
from tests.support.publisher import (
    REPO,
    Publisher,
    environment,
    hub,
    hub_server,
    load,
    program,
    published,
    release,
    write_release,
)
from usiran.corpus import Corpus

__all__ = ["hub", "hub_server", "program"]

INCLUDE = ("publish", "--repo-id", REPO, "--text", "include")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    root = tmp_path_factory.mktemp("first")
    return release(root, "1.0.0", ["one", "two"], configs=("stance", "spans", "extra"))


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return release(tmp_path_factory.mktemp("second"), "2.0.0", ["one", "two", "three"])


def test_a_first_release_is_one_commit_and_a_tag_in_a_private_repository(
    hub: Hub, program: Publisher, first: Corpus
) -> None:
    done = program.run(*INCLUDE, at=first)
    assert done.code == 0, done.err
    repo = hub.dataset(REPO)
    assert repo.private
    assert [one.title for one in repo.commits.values()][1:] == ["Version 1.0.0, with text"]
    assert repo.contents("main") == repo.contents("v1.0.0") == published(first, "1.0.0")
    assert done.out == f"{hub.url}/datasets/{REPO} v1.0.0 {repo.tags['v1.0.0']}\n"


def test_the_next_release_changes_what_changed_and_deletes_what_is_stale(
    hub: Hub, program: Publisher, first: Corpus, second: Corpus
) -> None:
    program.run(*INCLUDE, at=first)
    hub.order(None)
    assert program.run(*INCLUDE, at=second).code == 0
    repo = hub.dataset(REPO)
    assert repo.contents("main") == repo.contents("v2.0.0") == published(second, "2.0.0")
    assert repo.contents("v1.0.0") == published(first, "1.0.0")
    assert len(repo.commits) == 3
    assert len(hub.sent("PUT")) == 2  # stance and spans; the licence is as it was


def test_a_dry_run_prints_every_operation_and_writes_nothing(
    hub: Hub, program: Publisher, first: Corpus, second: Corpus
) -> None:
    sizes = {path: len(content) for path, content in published(first, "1.0.0").items()}
    done = program.run(*INCLUDE, "--dry-run", at=first)
    assert done.code == 0, done.err
    added = [f"add {path} {sizes[path]}" for path in sorted(sizes)]
    assert done.out.splitlines() == ["create private dataset", *added, "tag v1.0.0"]
    assert hub.repos == {}
    program.run(*INCLUDE, at=first)
    before = copy.deepcopy(hub.dataset(REPO))
    hub.order(None)
    done = program.run(*INCLUDE, "--dry-run", "--json", at=second)
    operations = json.loads(done.out)["operations"]
    assert [one["path"] for one in operations if one["kind"] == "delete"] == [
        "data/extra/train-00000-of-00001.parquet"
    ]
    assert hub.dataset(REPO) == before
    assert not [one for one in hub.log if one.method != "GET"]


def test_publishing_again_says_that_it_is_done(hub: Hub, program: Publisher, first: Corpus) -> None:
    program.run(*INCLUDE, at=first)
    before = copy.deepcopy(hub.dataset(REPO))
    done = program.run(*INCLUDE, at=first)
    assert done.code == 0
    assert "v1.0.0 is already published, with exactly these files" in done.err
    assert hub.dataset(REPO) == before


@pytest.mark.parametrize("known", [False, True], ids=["a new repository", "an old release"])
def test_killed_after_each_request_the_hub_shows_one_release_and_a_rerun_completes(
    known: bool, hub: Hub, program: Publisher, first: Corpus, second: Corpus
) -> None:
    if known:
        program.run(*INCLUDE, at=first)
    old, new = published(first, "1.0.0") if known else {}, published(second, "2.0.0")
    start, states = copy.deepcopy(hub.repos), set()
    # The requests are the same in both: the second time every other one has to do.
    for request in range(2 if known else 1, 60, 2 if known else 1):
        hub.repos = copy.deepcopy(start)
        hub.order(Fault(request, program.kill))
        done = program.run(*INCLUDE, at=second)
        if done.code == 0:
            break
        assert done.code == -9, done.err
        if repo := hub.repos.get(("dataset", REPO)):
            assert repo.contents("main") in (old, new)
            assert not known or repo.contents("v1.0.0") == old
            assert "v2.0.0" not in repo.tags or repo.contents("v2.0.0") == new
            states.add((repo.contents("main") == new, "v2.0.0" in repo.tags))
        uploaded = hub.sent("PUT")
        hub.order(None)
        again = program.run(*INCLUDE, at=second)
        assert again.code == 0, again.err
        repo = hub.dataset(REPO)
        assert repo.contents("main") == repo.contents("v2.0.0") == new
        assert not set(uploaded) & set(hub.sent("PUT"))  # what arrived is not sent again
        assert len(repo.commits) == (3 if known else 2)
    assert states == {(False, False), (True, False), (True, True)}
    assert request > 12


def test_the_repositorys_own_dataset_passes_the_hubs_checks_and_loads(
    hub: Hub, program: Publisher, repo: Corpus, tmp_path: Path
) -> None:
    corpus = Corpus(tmp_path / "corpus")
    places = [*repo.dataset.glob("*.md"), *repo.data.rglob("*.parquet")]
    places.append(repo.dataset / "eval.yaml")
    names = {one.relative_to(repo.dataset).as_posix(): one.read_bytes() for one in places}
    write_release(corpus, "1.0.0", names)
    done = program.run(*INCLUDE, at=corpus)
    assert done.code == 0, done.err
    assert "warning" not in done.err.lower()
    loaded = load(hub, tmp_path / "home", ("v1.0.0", "stance"), ("v1.0.0", "articles"))
    assert loaded["v1.0.0 articles False"] == loaded["v1.0.0 articles True"]
    assert len(loaded["v1.0.0 articles False"]) == len(list(repo.articles.glob("*.txt")))


def test_without_text_chosen_the_rights_are_explained(program: Publisher, first: Corpus) -> None:
    done = program.run("publish", "--repo-id", REPO, at=first)
    assert done.code == 2
    told = " ".join(done.err.replace("│", " ").split())
    assert "The article texts are third-party" in told
    assert "--text withhold is recommended" in told


FAULTS = [
    (Fault(1, 401, "whoami"), "the token was refused: expired", False),
    (Fault(1, 503, "/refs"), "reading the repository: the Hub failed with 503", False),
    (Fault(1, "cut", "/refs"), "reading the repository: the connection was cut", False),
    (Fault(1, 403, "/repos/create"), "making the repository: the token has no right", False),
    (Fault(1, 403, "/preupload/"), "uploading and committing: the token has no right", False),
    (Fault(1, 400, "/lfs/"), "uploading and committing: refused with 400", False),
    (Fault(1, 500, "/commit/"), "uploading and committing: the Hub failed with 500", False),
    (Fault(1, 412, "/commit/"), "somebody else has written to `main`", False),
    (Fault(1, "cut", "/commit/"), "uploading and committing: the connection was cut", False),
    (Fault(1, "lose", "/commit/"), "uploading and committing: the connection was cut", True),
    (Fault(1, 503, "/tag/"), "setting the tag v1.0.0: the Hub failed with 503", True),
    (Fault(1, "lose", "/tag/"), "setting the tag v1.0.0: the connection was cut", True),
]


@pytest.mark.parametrize("case", FAULTS, ids=lambda one: f"{one[0].act} {one[0].where}")
def test_each_failure_is_one_message_and_a_rerun_completes(
    case: tuple[Fault, str, bool], hub: Hub, program: Publisher, first: Corpus
) -> None:
    error, message, shown = case
    hub.order(error)
    done = program.run(*INCLUDE, "--quiet", at=first)
    assert done.code == 1
    assert message in done.err
    assert done.err.count("\n") == 1
    assert "writer" not in done.err
    new = published(first, "1.0.0")
    if repo := hub.repos.get(("dataset", REPO)):
        assert repo.contents("main") == (new if shown else {})
    hub.order(None)
    assert program.run(*INCLUDE, at=first).code == 0
    assert hub.dataset(REPO).contents("v1.0.0") == new


def test_a_server_that_recovers_is_waited_for(hub: Hub, program: Publisher, first: Corpus) -> None:
    hub.order(Fault(1, 503, "PUT"))
    done = program.run(*INCLUDE, at=first)
    assert done.code == 0
    assert "the Hub did not answer well. Retrying in 1s" in done.err
    assert "?size=" not in done.err  # the address of an upload is a permission
    assert hub.dataset(REPO).contents("v1.0.0") == published(first, "1.0.0")


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("old", "the token was refused: expired, revoked or mistyped"),
        ("unknown", "the token was refused"),
        ("reader", "the token has no right to do this"),
        ("stranger", "the token has no right to do this"),
        ("", "asking who the token belongs to: no token"),
    ],
)
def test_a_token_that_will_not_do_is_told_and_not_shown(
    token: str, message: str, hub: Hub, program: Publisher, first: Corpus
) -> None:
    done = program.run(*INCLUDE, "--json", at=first, token=token)
    assert done.code == 1
    document = json.loads(done.out)
    assert message in document["error"]
    assert not token or token not in document["findings"][0]["value"].split()
    assert hub.repos == {}


def test_a_tag_with_other_content_is_never_moved(
    hub: Hub, program: Publisher, first: Corpus, tmp_path: Path
) -> None:
    program.run(*INCLUDE, at=first)
    other = release(tmp_path, "1.0.0", ["other"], configs=("stance", "spans", "extra"))
    before = copy.deepcopy(hub.dataset(REPO))
    done = program.run(*INCLUDE, at=other)
    assert done.code == 1
    assert "the tag v1.0.0 is there with other content: data/extra/train" in done.err
    assert hub.dataset(REPO) == before


def test_a_repository_that_holds_the_other_edition_is_told_of(
    hub: Hub, program: Publisher, second: Corpus, tmp_path: Path
) -> None:
    corpus = Corpus(tmp_path)
    write_release(corpus, "1.0.0", {"README.md": b"# Bare\n", "restore/a.json": b"{}"})
    program.run(*INCLUDE, at=corpus)
    done = program.run(*INCLUDE, at=second)
    assert done.code == 0
    assert "note: the repository holds an edition without text (main, v1.0.0)" in done.err
    assert hub.dataset(REPO).contents("main") == published(second, "2.0.0")
    assert "note:" not in program.run(*INCLUDE, at=second).err


def test_an_older_release_does_not_turn_main_back(
    hub: Hub, program: Publisher, first: Corpus, second: Corpus
) -> None:
    program.run(*INCLUDE, at=second)
    done = program.run(*INCLUDE, at=first)
    assert done.code == 1
    assert "v2.0.0 published" in done.err
    assert hub.dataset(REPO).contents("main") == published(second, "2.0.0")


def test_somebody_elses_commit_in_between_is_not_written_over(
    hub: Hub, program: Publisher, first: Corpus
) -> None:
    def meddle() -> None:
        header = {"key": "header", "value": {"summary": "a note"}}
        note = {"path": "NOTE.md", "content": "", "encoding": "base64"}
        hub.dataset(REPO).commit("main", [header, {"key": "file", "value": note}])

    hub.order(Fault(1, meddle, "/preupload/"))
    done = program.run(*INCLUDE, at=first)
    assert done.code == 1
    assert "somebody else has written to `main` meanwhile" in done.err
    assert set(hub.dataset(REPO).contents("main")) == {"NOTE.md"}
    done = program.run(*INCLUDE, at=first)
    assert "files, but no release: NOTE.md" in done.err


def test_a_gitignore_by_which_files_would_be_left_out_is_refused(
    hub: Hub, program: Publisher, first: Corpus
) -> None:
    hub.repos["dataset", REPO] = repo = Repo(REPO, private=True)
    value = {"path": ".gitignore", "content": "ZGF0YS8q", "encoding": "base64"}
    header = {"key": "header", "value": {"summary": "rules"}}
    repo.commit("main", [header, {"key": "file", "value": value}])
    done = program.run(*INCLUDE, at=first)
    assert done.code == 1
    assert "there is a .gitignore" in done.err
    assert set(repo.contents("main")) == {".gitignore"}


@pytest.mark.parametrize(
    "repo_id", ["tiny", "datasets/lab/tiny", "https://hub.example/lab/tiny", "lab/a--b", "lab/é"]
)
def test_what_is_no_repository_id_is_refused(
    repo_id: str, hub: Hub, program: Publisher, first: Corpus
) -> None:
    done = program.run("publish", "--repo-id", repo_id, "--text", "include", at=first)
    assert done.code == 1
    assert f"found '{repo_id}'; allowed: ORG/NAME" in done.err
    assert hub.log == []


def test_a_model_repository_of_that_name_is_no_place_for_a_dataset(
    hub: Hub, program: Publisher, first: Corpus
) -> None:
    program.run(*INCLUDE, at=first)
    hub.repos = {("model", REPO): hub.dataset(REPO)}
    done = program.run(*INCLUDE, at=first)
    assert done.code == 1
    assert "a model repository has this name" in done.err


def test_a_public_repository_takes_texts_only_when_that_is_said(
    hub: Hub, program: Publisher, first: Corpus, second: Corpus
) -> None:
    assert program.run(*INCLUDE, "--public", at=first).code == 0
    assert not hub.dataset(REPO).private
    done = program.run(*INCLUDE, at=second)
    assert done.code == 1
    assert "the repository is public; allowed: private, or --public" in done.err.replace("'", "")
    assert program.run(*INCLUDE, "--public", at=second).code == 0


def test_what_is_not_the_released_tree_is_not_published(
    hub: Hub, program: Publisher, tmp_path: Path
) -> None:
    corpus = release(tmp_path, "1.0.0", ["one"])
    (corpus.dataset / "LICENSE.md").write_text("Ours.\n")
    (corpus.dataset / "README.md").unlink()
    done = program.run(*INCLUDE, at=corpus)
    assert done.code == 1
    assert [line.split(": ")[0] for line in done.err.splitlines()] == [
        "dataset/LICENSE.md",
        "dataset/README.md",
    ]
    assert "check out the tag v1.0.0" in done.err
    assert hub.log == []
    missing = program.run(*INCLUDE, "--version", "3.0.0", at=corpus)
    assert "a release of this corpus: 1.0.0" in missing.err
    shutil.rmtree(corpus.dataset / "releases")
    assert "make one with `usiran release VERSION`" in program.run(*INCLUDE, at=corpus).err


def test_offline_mode_and_a_hub_that_is_not_there_are_told(
    first: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in environment("http://127.0.0.1:9", tmp_path).items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("HF_TOKEN", "writer")
    done = run(*INCLUDE, "--quiet", at=first)
    assert "the Hub cannot be reached" in done.err
    assert done.err.count("\n") == 1
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    done = run(*INCLUDE, "--quiet", at=first)
    assert "offline mode is on" in done.err
