"""A token is said to the server that it is for: no output, file or list of processes has it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.hub import User, serving
from tests.support.publisher import REPO, environment, release
from tests.support.three_passes import GAS_SHEET, three
from usiran.corpus import Corpus

__all__ = ["three"]

TOKEN = "hf_" + "S3cretMarker" * 3
PUBLISH = ("publish", "--repo-id", REPO, "--text", "include")


def run(*words: str, at: Path, home: Path, hub: str) -> tuple[int, str]:
    """Run `usiran` with the token in both variables; return its code and all that it printed."""
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", "from usiran.cli.main import main; main()", *words],
        cwd=at,
        env=environment(hub, home) | {"HF_TOKEN": TOKEN, "LABEL_STUDIO_API_KEY": TOKEN},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def with_token(folder: Path) -> list[Path]:
    """Return the files below a folder that hold the token."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if TOKEN.encode() in path.read_bytes()]


class _Echo(BaseHTTPRequestHandler):
    """Refuses everybody, and says what they sent."""

    told: list[bool]
    listed: list[str]

    def _answer(self) -> None:
        self.told.append(TOKEN in str(self.headers))
        if sys.platform == "linux":
            self.listed += _processes()
        if self.path.endswith("/api/version"):
            self._send(200, '{"release": "1.21.0"}')
            return
        self._send(401, f'{{"detail": "refused: {self.headers.get("Authorization")}"}}')

    def _send(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Error-Message", f"refused: {self.headers.get('Authorization')}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    # Their names are of the library.
    do_GET = do_POST = do_HEAD = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _processes() -> list[str]:
    """Return the command lines of every process that name the token."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().decode("utf-8", "replace"))
        except OSError:  # it has ended
            continue
    return [line for line in lines if TOKEN in line]


@contextmanager
def echoing() -> Iterator[tuple[str, type[_Echo]]]:
    handler = type("Handler", (_Echo,), {"told": [], "listed": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", handler
        finally:
            server.shutdown()


def test_a_release_is_published_without_a_word_of_the_token(tmp_path: Path) -> None:
    corpus = release(tmp_path / "corpus", "1.0.0", ["one"])
    with serving(**{TOKEN: User("ann", ("lab",))}) as hub:
        code, printed = run(*PUBLISH, at=corpus.root, home=tmp_path / "home", hub=hub.url)
    assert code == 0, printed
    assert TOKEN not in printed
    assert with_token(tmp_path) == []


@pytest.mark.parametrize("more", [(), ("--json",)])
@pytest.mark.parametrize("command", ["publish", "push", "pull", "enter"])
def test_a_server_that_says_it_back_is_not_quoted(
    command: str, more: tuple[str, ...], three: Corpus, tmp_path: Path
) -> None:
    (tmp_path / "gas.txt").write_text(GAS_SHEET)
    with echoing() as (url, seen):
        words = {
            "publish": PUBLISH,
            "push": ("annotate", "push", "--layer", "stance", "--annotator", "ann", "--url", url),
            "pull": ("annotate", "pull", "--round", "r9", "--annotator", "ann", "--url", url),
            "enter": ("annotate", "enter", "../gas.txt", "--annotator", "ann", "--url", url),
        }[command]
        at = release(tmp_path / "corpus", "1.0.0", ["one"]) if command == "publish" else three
        code, printed = run(*words, *more, at=at.root, home=tmp_path / "home", hub=url)
    assert code == 1, printed
    assert any(seen.told), printed
    assert seen.listed == []
    assert TOKEN not in printed
    assert with_token(tmp_path) == []
