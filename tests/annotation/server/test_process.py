"""`usiran annotate serve`: starting, refusing, stopping and resuming a real server."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import call, run, tree
from tests.support.studio import Serving, as_json
from usiran.annotation.server.credentials import VARIABLES
from usiran.corpus import Corpus

TOKEN = "0123456789abcdef0123456789abcdef01234567"


@contextlib.contextmanager
def serving(corpus: Corpus, *words: str) -> Iterator[Serving]:
    """Run a server on the corpus's data folder; end it, whatever happens."""
    one = Serving(corpus.root, corpus.root / ".label-studio", *words)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.end()


def wait_until_noted(one: Serving) -> int:
    """Wait until a server has been started, ready or not; return its process."""
    end = time.monotonic() + 90
    while one.data_dir.running is None:
        assert one.process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    return one.pid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def answers(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@pytest.mark.studio
def test_a_server_starts_refuses_a_second_one_stops_and_resumes(tiny_corpus: Corpus) -> None:
    with serving(tiny_corpus) as first:
        first.wait()
        url, pid, folder, secrets = first.url, first.pid, first.data_dir, first.secrets
        assert f"runs at {url}\n" in first.said
        assert "log in as admin@usiran.invalid; password and token: " in first.said
        assert url.startswith("http://127.0.0.1:")
        listening = Path("/proc/net/tcp").read_text(encoding="ascii").split()
        port = f"{int(url.rpartition(':')[2]):04X}"
        assert (f"0100007F:{port}" in listening, f"00000000:{port}" in listening) == (True, False)

        second = run("annotate", "serve", at=tiny_corpus)
        assert (second.code, second.out) == (1, "")
        assert f"found 'a server at {url} (process {pid})'" in second.err
        assert second.err.count("\n") == 1

        made = run("annotate", "push", "--layer", "spans", "--annotator", "ann", at=tiny_corpus)
        assert made.code == 0, made.err
        secret = [secrets["server"][key] for key in ("password", "token")]
        secret.append(first.secrets["accounts"]["local"]["ann"]["password"])
        shown = [first.said, made.out, made.err, folder.log.read_text(encoding="utf-8")]
        shown.append(Path(f"/proc/{pid}/cmdline").read_text())
        assert not [word for word in secret for text in shown if word in text]
        for path in [folder.root, *folder.root.rglob("*")]:
            if path.name != ".gitignore":
                assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path

        code, _, err = first.end(signal.SIGINT)
        assert code == 0
        assert err.endswith("stopping Label Studio\n")
        assert not alive(pid)
        assert not answers(url)

    assert folder.running is None
    gone = run("annotate", "push", "--layer", "spans", "--annotator", "ann", at=tiny_corpus)
    assert (gone.code, gone.out) == (1, "")
    assert "found 'no server running'" in gone.err

    wanted = str(free_port())
    with serving(tiny_corpus, "--port", wanted) as again:
        again.wait()
        assert again.url == f"http://127.0.0.1:{wanted}"
        assert again.secrets["server"] == secrets["server"]
        words = ("annotate", "push", "--layer", "spans", "--annotator", "ann", "--json")
        document = as_json(run(*words, at=tiny_corpus).out)
        assert (document["project"], document["new"], document["unchanged"]) == ("unchanged", 0, 2)

        # The server dies under the program: it says so, with the end of the log.
        os.kill(again.pid, signal.SIGKILL)
        code, _, err = again.end(signal.SIGCONT)
        assert code == 1
        assert "found 'Label Studio ended by itself with code -9'" in err
        assert '"GET /api/' in err


@pytest.mark.studio
def test_a_server_that_is_stopped_while_it_starts_leaves_no_process(tiny_corpus: Corpus) -> None:
    with serving(tiny_corpus) as one:
        pid = wait_until_noted(one)
        assert alive(pid)
        code, out, err = one.end(signal.SIGINT)
        assert (code, out) == (130, "")
        assert err.endswith("stopping Label Studio\n")
        assert not alive(pid)

    # What is left of the data has a login; without it the data is of no use.
    (tiny_corpus.root / ".label-studio" / "credentials.toml").unlink()
    (tiny_corpus.root / ".label-studio" / "data" / "label_studio.sqlite3").touch()
    with serving(tiny_corpus) as two:
        code, _, err = two.end(signal.SIGCONT)
        assert code == 1
        assert "found 'no credentials for the data that is there'" in err


@pytest.mark.studio
def test_a_server_that_dies_at_its_start_shows_the_end_of_its_log(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in zip(VARIABLES, ("me@example.org", "a password", TOKEN), strict=True):
        monkeypatch.setenv(name, value)
    data = tiny_corpus.root / ".label-studio"
    with serving(tiny_corpus) as one:
        wait_until_noted(one)
        assert one.end(signal.SIGTERM)[0] == 130
    assert not (data / "credentials.toml").exists()
    (data / "data" / "label_studio.sqlite3").write_bytes(b"no database at all" * 100)
    with serving(tiny_corpus) as two:
        code, out, err = two.end(signal.SIGCONT)
        assert (code, out) == (1, "")
        assert "\n  django.db.utils.DatabaseError: file is not a database\n" in err
        assert "found 'Label Studio ended by itself with code 1'" in err.splitlines()[-1]
        assert TOKEN not in err


def test_a_busy_port_is_refused_in_one_line(tiny_corpus: Corpus, pretended: Path) -> None:
    assert pretended.exists()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("annotate", "serve", "--port", str(port), at=tiny_corpus)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"usiran: 127.0.0.1:{port}: found 'address already in use'; allowed: a free port; "
        "to mend: name another port, or none for any free one\n"
    )
    assert not (tiny_corpus.root / ".label-studio").exists()


def test_a_missing_server_gives_the_command_that_installs_it(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    # An environment that no clone with a server lies around.
    monkeypatch.setattr(sys, "prefix", str(tiny_corpus.root / "clone" / ".venv"))
    done = call("annotate", "serve", at=tiny_corpus)
    assert (done.code, done.out) == (1, "")
    for folder in (tiny_corpus.root, tiny_corpus.root / "clone"):
        assert str(folder / ".venv-studio") in done.err
    assert "label-studio, or on the PATH; to mend: " in done.err
    assert "`make studio` in the clone" in done.err
    assert "without a clone install label-studio 1.23" in done.err
    assert done.err.count("\n") == 1


def test_the_server_beside_the_programs_own_environment_serves_any_corpus(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tiny_corpus.root.parent / "clone"
    program = clone / ".venv-studio" / "bin" / "label-studio"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho that of the clone; exit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(sys, "prefix", str(clone / ".venv"))
    done = call("annotate", "serve", at=tiny_corpus)
    assert "that of the clone" in done.err
    assert "ended by itself with code 3" in done.err


@pytest.fixture
def pretended(tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program on the path that ends at once, for refusals that come before it starts."""
    folder = tiny_corpus.root / "bin"
    folder.mkdir()
    program = folder / "label-studio"
    program.write_text("#!/bin/sh\necho going; exit 3\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return program


def test_a_server_that_outlives_its_program_keeps_the_folder_and_is_named(
    tiny_corpus: Corpus, pretended: Path
) -> None:
    pretended.write_text("#!/bin/sh\nexec sleep 300\n")
    with serving(tiny_corpus) as one:
        pid = wait_until_noted(one)
        one.end(signal.SIGKILL)
        assert alive(pid)
        second = run("annotate", "serve", at=tiny_corpus)
        assert second.code == 1
        assert f"(process {pid})'; allowed: one server a data folder" in second.err
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 30
        while one.data_dir.running is not None and time.monotonic() < end:
            time.sleep(0.05)
        assert one.data_dir.running is None


def test_a_credentials_file_that_others_may_read_is_refused(
    tiny_corpus: Corpus, pretended: Path
) -> None:
    assert pretended.exists()
    assert "code 3" in run("annotate", "serve", at=tiny_corpus).err
    path = tiny_corpus.root / ".label-studio" / "credentials.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    before = tree(tiny_corpus.root)
    for words in (("serve",), ("push", "--layer", "stance", "--annotator", "ann")):
        done = run("annotate", *words, at=tiny_corpus)
        assert (done.code, done.out) == (1, "")
        assert "found 'mode 640: others may read it'; allowed: mode 600" in done.err
    assert tree(tiny_corpus.root) == before


def test_the_end_of_the_log_is_shown_where_the_program_ends(
    tiny_corpus: Corpus, pretended: Path
) -> None:
    done = run("annotate", "serve", at=tiny_corpus)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[1:2] == ["  going"]
    pretended.write_text("no program")
    done = run("annotate", "serve", at=tiny_corpus)
    assert done.code == 1
    assert "to mend: `make studio`" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (("me@example.org", "", ""), "LABEL_STUDIO_PASSWORD, LABEL_STUDIO_USER_TOKEN not set"),
        (("me", "a password", TOKEN), "a LABEL_STUDIO_USERNAME without @"),
        (("me@example.org", "a password", "töken"), "a LABEL_STUDIO_USER_TOKEN that is no token"),
    ],
)
def test_a_login_of_the_environment_is_whole_or_refused(
    tiny_corpus: Corpus,
    pretended: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: tuple[str, str, str],
    found: str,
) -> None:
    assert pretended.exists()
    for name, value in zip(VARIABLES, given, strict=True):
        monkeypatch.setenv(name, value)
    done = run("annotate", "serve", at=tiny_corpus)
    assert (done.code, done.out) == (1, "")
    assert f"environment: found '{found}'" in done.err
    assert "töken" not in done.err


def test_the_server_gets_the_login_and_nothing_else_from_the_caller(
    tiny_corpus: Corpus, pretended: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_NAME", "/elsewhere.sqlite3")
    monkeypatch.setenv("HF_TOKEN", "a secret of another program")
    pretended.write_text('#!/bin/sh\nenv | sort; echo "words: $*"; exit 3\n')
    run("annotate", "serve", at=tiny_corpus)
    log = (tiny_corpus.root / ".label-studio" / "server.log").read_text(encoding="utf-8")
    assert "another program" not in log
    assert "DATABASE_NAME" not in log
    assert "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK=true\n" in log
    assert "COLLECT_ANALYTICS=false\n" in log
    assert "ALLOWED_HOSTS=127.0.0.1,localhost\n" in log
    words = log.partition("words: ")[2]
    assert words.startswith("start --no-browser --internal-host 127.0.0.1 --port ")
    assert "@" not in words


def test_a_folder_with_other_files_is_not_taken(tiny_corpus: Corpus, pretended: Path) -> None:
    assert pretended.exists()
    before = tree(tiny_corpus.root)
    done = run("annotate", "serve", "--data", ".", at=tiny_corpus)
    assert (done.code, done.out) == (1, "")
    assert "found 'other files'; allowed: a new or an empty folder" in done.err
    done = run("annotate", "serve", "--data", "dataset/corpus.toml", at=tiny_corpus)
    assert (done.code, done.out) == (1, "")
    assert "allowed: a folder that can be written" in done.err
    assert tree(tiny_corpus.root) == before
