"""Claims about `usiran site` as a user runs it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.command import call
from tests.support.generated import build_generated
from usiran.corpus import Corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return build_generated(tmp_path_factory.mktemp("site") / "corpus", 2)


def test_the_pages_are_written_once_and_again_where_asked(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "pages"
    done = call("site", "--output", out, at=corpus)
    assert (done.code, done.out) == (0, f"{out}/index.html\n")
    assert "the largest: " in done.err
    done = call("site", "--output", out, at=corpus)
    assert (done.code, "replace it with --force" in done.err) == (1, True)
    done = call("site", "--output", out, "--force", "--json", "--quiet", at=corpus)
    told = json.loads(done.out)
    assert told["files"] == sum(path.is_file() for path in out.rglob("*"))
    assert told["largest_size"] < 1_000_000


def test_the_same_corpus_gives_the_same_pages(corpus: Corpus, tmp_path: Path) -> None:
    sites = []
    for name in ("a", "b"):
        assert call("site", "--output", tmp_path / name, "--text", "withhold", at=corpus).code == 0
        files = sorted((tmp_path / name).rglob("*.html"))
        sites.append({path.relative_to(tmp_path / name): path.read_bytes() for path in files})
    assert sites[0] == sites[1]


def test_nothing_is_made_where_it_is_not_said_what(corpus: Corpus) -> None:
    assert call("site", at=corpus).code == 2
    assert call("site", "--publish", "space", at=corpus).code == 2


def test_it_is_served_on_this_machine_until_it_is_stopped(corpus: Corpus) -> None:
    psutil = pytest.importorskip("psutil")
    program = "from usiran.cli.main import main; main()"
    words = ("site", "--serve", "--quiet")
    with subprocess.Popen(
        [sys.executable, "-c", program, *words],
        cwd=corpus.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        # Nobody named a folder: it is gone with the server.
        lines = [process.stdout.readline().strip() for _ in range(2)]
        folder = Path(lines[0]).parent
        assert (folder / "index.html").is_file()
        assert lines[1].startswith("http://127.0.0.1:")
        places = psutil.Process(process.pid).net_connections("tcp")
        assert {place.laddr.ip for place in places} == {"127.0.0.1"}
        with urlopen(lines[1]) as answer:
            assert b"<!doctype html>" in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert not folder.exists()
