"""Publishing the site as a static Space, by the real client, to a Hub on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support.generated import build_generated
from tests.support.hub import Hub
from tests.support.publisher import REPO, Publisher, hub, hub_server, program
from usiran.corpus import Corpus

__all__ = ["hub", "hub_server", "program"]

IMPORTED = ("usiran.site.pages", "usiran.site.space", "usiran.dataset.hub.publish")
PUBLISH = ("site", "--publish", "space", "--repo-id", REPO, "--quiet", "--text", "withhold")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return build_generated(tmp_path_factory.mktemp("published") / "corpus", 2)


def test_a_space_is_made_private_and_static_and_holds_the_pages(
    hub: Hub, program: Publisher, corpus: Corpus
) -> None:
    done = program.run(*PUBLISH, at=corpus)
    assert done.code == 0, done.err
    repo = hub.repos["space", REPO]
    assert repo.private
    files = repo.contents("main")
    front = yaml.safe_load(files["README.md"].decode().split("---")[1])
    assert (front["sdk"], front["app_file"]) == ("static", "index.html")
    assert b"underscores stand for them" in files["index.html"]
    assert [commit.title for commit in repo.commits.values()][1:] == ["Pages of data version 0.1.0"]
    again = program.run(*PUBLISH, at=corpus)
    assert again.code == 0
    assert "exactly these pages already" in again.err
    assert len(repo.commits) == 2


def test_a_dry_run_tells_every_file_and_sends_none(
    hub: Hub, program: Publisher, corpus: Corpus
) -> None:
    done = program.run(*PUBLISH, "--dry-run", at=corpus)
    assert done.code == 0, done.err
    assert done.out.startswith("create private space\n")
    assert "add index.html " in done.out
    assert hub.repos == {}


def test_somebodys_own_space_is_left_as_it_is(hub: Hub, program: Publisher, corpus: Corpus) -> None:
    program.run(*PUBLISH, at=corpus)
    repo = hub.repos["space", REPO]
    tree = dict(repo.head.tree)
    del tree["site.json"]
    tree["app.py"] = tree["index.html"]
    repo.commits[repo.head.sha] = repo.head._replace(tree=tree)
    done = program.run(*PUBLISH, at=corpus)
    assert done.code == 1
    assert "files of somebody's own: app.py" in done.err


def test_who_publishes_says_whether_the_words_go_along(corpus: Corpus, tmp_path: Path) -> None:
    from tests.support.command import call

    done = call("site", "--publish", "space", "--repo-id", REPO, at=corpus)
    assert done.code == 2
    assert "--text withhold is recommended" in " ".join(done.err.split())
    assert not list(tmp_path.iterdir())
