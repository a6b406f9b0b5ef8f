"""The Label Studio server as a process: found, started on loopback, watched, stopped.

It runs in a virtual environment of its own, on SQLite, and is told everything through an
environment made from nothing: no variable of the caller's reaches it, and no secret stands
in its arguments.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from usiran.annotation.server.client import Say
from usiran.annotation.server.credentials import Credentials, Login
from usiran.annotation.server.data_dir import PRIVATE_FILE, DataDir, Running
from usiran.corpus import Corpus
from usiran.errors import StudioError, shorten

# Label Studio's own default is every interface of the machine.
HOST = "127.0.0.1"
TRIED = "1.23"
"""The release line that this package is tested with."""

# On a new folder the server makes its tables first: half a minute, more on a slow disk.
_START_SECONDS, _STOP_SECONDS, _LOG_LINES = 300, 15, 8
_INSTALL = (
    "`make studio` in the clone of usiran whose .venv you use; without a clone install "
    f"label-studio {TRIED} into an environment of its own and put it on the PATH"
)
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _program(corpus: Corpus) -> Path:
    """Return the server's program: the corpus's own, the path's, else the running clone's."""
    of_corpus, of_clone = (
        folder / ".venv-studio" / "bin" / "label-studio"
        for folder in (corpus.root, Path(sys.prefix).parent)
    )
    if of_corpus.is_file():
        return of_corpus
    if on_path := shutil.which("label-studio"):
        return Path(on_path)
    if of_clone.is_file():
        return of_clone
    looked = ", ".join(map(str, dict.fromkeys((of_corpus, of_clone))))
    raise StudioError("label-studio", "no such program", f"{looked}, or on the PATH", _INSTALL)


def _free_port(wanted: int | None) -> int:
    """Return the wanted port of the loopback address, or any free one."""
    with socket.socket() as probe:
        # As the server will: a port that only waits for old connections to end is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OSError as error:
            fix = "name another port, or none for any free one"
            raise StudioError.of(error, f"{HOST}:{wanted}", "a free port", fix) from None
        return int(probe.getsockname()[1])


def _environment(data_dir: DataDir, port: int, login: Login) -> dict[str, str]:
    """Return the server's whole environment: closed signup, loopback, no telemetry."""
    settings = {
        "LABEL_STUDIO_USERNAME": login.username,
        "LABEL_STUDIO_PASSWORD": login.password,
        "LABEL_STUDIO_USER_TOKEN": login.token,
        # Heard on the first start only: a data folder without it has no token for good.
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LABEL_STUDIO_BASE_DATA_DIR": str(data_dir.data),
        # A page of another site must not reach the server through the user's browser.
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "CORS_ALLOWED_ORIGINS": f"http://{HOST}:{port}",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "FEATURE_FLAGS_OFFLINE": "true",
        "PYTHONUNBUFFERED": "1",
    }
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | settings


@dataclass(frozen=True)
class Server:
    """A server that runs and is healthy: its address, version, and where its login is kept."""

    url: str
    version: str
    username: str
    source: str

    def __str__(self) -> str:
        return (
            f"Label Studio {self.version} runs at {self.url}\n"
            f"log in as {self.username}; password and token: {self.source}\n"
            "annotators log in with accounts of their own, which push makes"
        )


def serve(
    corpus: Corpus,
    data_dir: DataDir,
    *,
    wanted_port: int | None = None,
    ready: Callable[[Server], None],
    say: Say,
) -> bool:
    """Run the server until Ctrl-C, SIGTERM or SIGHUP, then stop it; tell whether it got ready.

    `ready` is called once, when it is healthy; the port is any free one by default.
    """
    data_dir.check_free()
    path, port = _program(corpus), _free_port(wanted_port)
    data_dir.make()
    lock = data_dir.take()
    try:
        credentials = Credentials(data_dir)
        login = _login(data_dir, credentials)
        with (
            _stop_asked() as stop,
            _Process(path, data_dir, port, login, lock=lock, say=say) as process,
        ):
            if not process.wait_healthy(stop):
                return False
            ready(_checked(data_dir, port, login, credentials.source))
            process.wait_stopped(stop)
            return True
    finally:
        os.close(lock)


def _login(data_dir: DataDir, credentials: Credentials) -> Login:
    login = credentials.login()
    if login is not None:
        return login
    # The database holds the first account: a second login would be none.
    if data_dir.database.exists():
        value = "no credentials for the data that is there"
        allowed = "the file that was made with the data, or the environment"
        fix = "put it back, or name a new data folder with --data DIR"
        raise StudioError(data_dir.credentials, value, allowed, fix)
    return credentials.make_login()


@contextmanager
def _stop_asked() -> Iterator[threading.Event]:
    """Yield an event that is set by Ctrl-C, SIGTERM or SIGHUP instead of ending the program."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    # What the caller chose to ignore (nohup) stays ignored.
    heeded = [number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, ask) for number in heeded}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Process:
    """The server's process; a context manager that starts and ends it."""

    def __init__(
        self, path: Path, data_dir: DataDir, port: int, login: Login, *, lock: int, say: Say
    ) -> None:
        self._data_dir, self._port, self._say = data_dir, port, say
        log = os.open(data_dir.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        try:
            self._process = subprocess.Popen(
                [path, "start", "--no-browser", "--internal-host", HOST, "--port", str(port)],
                env=_environment(data_dir, port, login),
                cwd=data_dir.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A group of its own: Ctrl-C reaches this program alone, which ends the server.
                start_new_session=True,
                pass_fds=(lock,),
                umask=0o077,
            )
        except OSError as error:
            raise StudioError.of(error, path, "a program that can be run", _INSTALL) from None
        finally:
            os.close(log)

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._say("stopping Label Studio")
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                # It may end by itself meanwhile, and nobody of its group be left.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_STOP_SECONDS)
        self._data_dir.forget()

    def wait_healthy(self, stop: threading.Event) -> bool:
        """Wait until the server answers; False where it was to stop before."""
        self._data_dir.note(Running(f"http://{HOST}:{self._port}", self._process.pid))
        self._say("starting Label Studio (half a minute; longer the first time)")
        for _ in range(_START_SECONDS * 4):
            if stop.wait(0.25):
                return False
            self._check_alive()
            if _get(self._port, "/health")[0] == 200:
                self._check_port()
                return True
        raise self._failed(f"no answer for {_START_SECONDS} seconds")

    def wait_stopped(self, stop: threading.Event) -> None:
        while not stop.wait(0.25):
            self._check_alive()

    def _check_alive(self) -> None:
        code = self._process.poll()
        if code is not None:
            raise self._failed(f"Label Studio ended by itself with code {code}")

    def _check_port(self) -> None:
        # Label Studio takes the next port without a word where its own is busy.
        if any("Trying to start at" in line for line in self._log_lines()):
            where, value = f"{HOST}:{self._port}", "taken by another program meanwhile"
            raise StudioError(where, value, "a free port", "run it again")

    def _failed(self, value: str) -> StudioError:
        for line in deque(self._log_lines(), maxlen=_LOG_LINES):
            self._say(f"  {shorten(line, 200)}")
        return StudioError(self._data_dir.log, value, "a server that runs on", "read the log")

    def _log_lines(self) -> list[str]:
        lines = self._data_dir.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line.rstrip() for line in lines if line.strip()]


def _checked(data_dir: DataDir, port: int, login: Login, source: str) -> Server:
    """Return the server once it is known that its data was made with this login."""
    status, account = _get(port, "/api/current-user/whoami", login.token)
    if status != 200 or account.get("email") != login.username.lower():
        value, allowed = "a login that the data was not made with", "that of the first start"
        fix = f"give the first login, or name another data folder than {data_dir.root}"
        raise StudioError(source, value, allowed, f"{fix} with --data DIR")
    version = str(_get(port, "/api/version")[1].get("release", "unknown"))
    return Server(f"http://{HOST}:{port}", version, login.username, source)


def _get(port: int, path: str, token: str | None = None) -> tuple[int, dict[str, object]]:
    """Return status and JSON of one request to the loopback address; 0 where none answers."""
    # Not through the SDK: it takes over a second to import, and a proxy would be asked.
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    headers = {"Authorization": f"Token {token}"} if token else {}
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        return answer.status, body if isinstance(body, dict) else {}
    except (OSError, http.client.HTTPException, ValueError):
        return 0, {}
    finally:
        connection.close()


def note_version(version: str) -> str | None:
    """Return a remark where the server is not of the release line this was tried with."""
    if version == TRIED or version.startswith(f"{TRIED}."):
        return None
    return f"Label Studio {version}: tried with {TRIED} only"
