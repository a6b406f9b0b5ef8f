"""A real Label Studio for tests, accounts that label through its API, and a wire that breaks."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.missing import STUDIO
from tests.support.tiny import build_tiny
from usiran.annotation.server.accounts import email_of
from usiran.annotation.server.data_dir import DataDir
from usiran.corpus import Corpus
from usiran.label_studio.annotation_records import AnnotationRow, TaskReading, annotation_rows
from usiran.label_studio.write_export import Json, result_items
from usiran.schemas.label_scheme import Project, Scheme

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Serving:
    """`usiran annotate serve`, running.

    Parameters
    ----------
    root : Path
        The corpus it is started in.
    data : Path
        The server's data folder.
    words : str
        More words of the command.
    """

    def __init__(self, root: Path, data: Path, *words: str) -> None:
        self.data_dir = DataDir(data)
        program = [sys.executable, "-c", "from usiran.cli.main import main; main()"]
        self.process = subprocess.Popen(
            [*program, "annotate", "serve", "--data", str(data), *words],
            cwd=root,
            env=os.environ | {"PATH": f"{STUDIO}{os.pathsep}{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.said = ""
        self._open: list[httpx.Client] = []

    def wait(self, seconds: float = 300) -> Serving:
        """Wait until the server is ready."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        # The three lines come together.
        self.said = "".join(self.process.stdout.readline() for _ in range(3)) if ready else ""
        if not self.said:
            raise AssertionError(f"no server: {self.end()}")
        return self

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Signal the program; return its exit code, and all it said on either stream."""
        for web in self._open:
            web.close()
        if self.process.poll() is None:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        self.said += out
        return self.process.returncode, self.said, err

    @property
    def url(self) -> str:
        """The server's address."""
        running = self.data_dir.running
        assert running is not None
        return running.url

    @property
    def pid(self) -> int:
        """The process of the server itself."""
        running = self.data_dir.running
        assert running is not None
        return running.pid

    @property
    def secrets(self) -> dict[str, Any]:
        """The credentials file."""
        return tomllib.loads(self.data_dir.credentials.read_text(encoding="utf-8"))

    @property
    def token(self) -> str:
        """The token of the server's own account."""
        return str(self.secrets["server"]["token"])

    def client(self) -> Any:
        """Return an SDK client with the rights of the server's own account."""
        return self._client(self.token)

    def annotator(self, annotator_id: str) -> Any:
        """Return an SDK client of an annotator, who logs in with the kept password."""
        return self._client(self.token_of(annotator_id))

    def token_of(self, annotator_id: str) -> str:
        """Return an annotator's token, as their own page shows it."""
        password = self.secrets["accounts"]["local"][annotator_id]["password"]
        with httpx.Client(base_url=self.url, trust_env=False) as web:
            form = {"email": email_of(annotator_id), "password": password}
            answer = post_form(web, "/user/login/", form)
            assert answer.status_code == 302, "the login was refused"
            return str(web.get("/api/current-user/token").json()["token"])

    def _client(self, token: str) -> Any:
        from label_studio_sdk import LabelStudio

        web = httpx.Client(timeout=60, trust_env=False)
        self._open.append(web)
        made: Any = LabelStudio  # it says no types of itself
        return made(base_url=self.url, api_key=token, httpx_client=web, timeout=60)


def post_form(web: httpx.Client, page: str, form: Mapping[str, str]) -> httpx.Response:
    """Fill in and send a form of the server's pages."""
    found = _CSRF.search(web.get(page).text)
    token = found[1] if found else ""
    sent = {**form, "csrfmiddlewaretoken": token}
    return web.post(page, data=sent, headers={"Referer": str(web.base_url)})


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Yield one real server with a data folder of its own; all tests of a run share it."""
    root = tmp_path_factory.mktemp("studio")
    corpus = build_tiny(root / "corpus")
    serving = Serving(corpus.root, root / "data")
    try:
        yield serving.wait()
    except BaseException:
        serving.end()
        raise
    code, _, _ = serving.end(signal.SIGTERM)
    assert code == 0


def project_of(sdk: Any, title: str) -> int:
    """Return the number of a project."""
    (found,) = [one.id for one in sdk.projects.list() if one.title == title]
    return int(found)


def tasks_of(sdk: Any, title: str) -> dict[str, int]:
    """Return a project's tasks: from the unit's id to the task's number."""
    tasks = sdk.tasks.list(project=project_of(sdk, title), page_size=500)
    return {str(t.data.get("sentence_id") or t.data["article_id"]): int(t.id) for t in tasks}


def label(sdk: Any, title: str, labels: Mapping[str, list[Json]]) -> None:
    """Submit these results, one annotation for each unit."""
    numbers = tasks_of(sdk, title)
    for unit, result in labels.items():
        sdk.annotations.create(id=numbers[unit], result=result, lead_time=1.5)


def results_of(
    tasks: Iterable[TaskReading], layer: Project, scheme: Scheme
) -> dict[str, list[Json]]:
    """Return the labels of one layer as a browser would send them: from unit to results."""
    return {
        task.unit_id: result_items(task, task.annotations[0], scheme)
        for task in tasks
        if task.project == layer
    }


def labels_in(tasks: Iterable[TaskReading]) -> list[AnnotationRow]:
    """Return every label, in an order, without the time it was given."""
    rows = annotation_rows(tasks, round="r", annotator_id="a")
    return sorted(row._replace(created_at=None) for row in rows)


def rename(corpus: Corpus, name: str, version: str | None = None) -> Corpus:
    """Give a corpus a name of its own, so that tests can share a server."""
    path = corpus.dataset / "corpus.toml"
    text = re.sub(r'^name = "[^"]*"', f'name = "{name}"', path.read_text("utf-8"), flags=re.M)
    if version:
        text = re.sub(r'^version = "[^"]*"', f'version = "{version}"', text, flags=re.M)
    path.write_text(text, encoding="utf-8")
    return Corpus.find(corpus.root)


@contextlib.contextmanager
def breaking_wire(url: str, when: bytes, after: int) -> Iterator[str]:
    """Yield the address of a wire to a server that breaks once it has carried an answer's part.

    Parameters
    ----------
    url : str
        The server.
    when : bytes
        A part of the request whose answer is cut.
    after : int
        How many bytes of that answer get through.
    """
    host, _, port = url.removeprefix("http://").partition(":")
    listener = socket.create_server(("127.0.0.1", 0))

    def carry(here: socket.socket) -> None:
        with here, socket.create_connection((host, int(port))) as there:
            left: int | None = None
            while True:
                for end in select.select([here, there], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    if end is here:
                        left = after if when in data else left
                        there.sendall(data)
                    else:
                        here.sendall(data if left is None else data[:left])
                        left = None if left is None else left - len(data)
                        if left is not None and left <= 0:
                            return

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=carry, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def as_json(text: str) -> Any:
    """Return the one JSON document that a command printed."""
    return json.loads(text)
