"""The data folder of a Label Studio server: what lies where, and whether a server uses it."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import NamedTuple

from usiran.corpus import Corpus
from usiran.errors import StudioError

NAME = ".label-studio"
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


class Running(NamedTuple):
    """The server that uses a data folder: its address ("" until it has one) and process."""

    url: str
    pid: int


class DataDir:
    """A data folder: what lies where in it. `make` makes it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # What Label Studio itself keeps: database, uploads, exports.
        self.data = root / "data"
        self.database = self.data / "label_studio.sqlite3"
        self.credentials = root / "credentials.toml"
        # What the server printed since its last start.
        self.log = root / "server.log"
        self._state = root / "running.json"
        self._lock = root / "lock"

    @classmethod
    def of(cls, corpus: Corpus, root: Path | None = None) -> DataDir:
        """Return the corpus's own data folder, or the one named."""
        return cls((root or corpus.root / NAME).resolve())

    def make(self) -> None:
        """Make the folder, readable by its owner only and ignored by git."""
        try:
            if not self._lock.exists():
                self._make_new()
            self.data.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        except OSError as error:
            allowed, fix = "a folder that can be written", "name another with --data DIR"
            raise StudioError.of(error, self.root, allowed, fix) from None

    def _make_new(self) -> None:
        self.root.parent.mkdir(parents=True, exist_ok=True)
        self.root.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        # Nothing is written among somebody's other files.
        if any(self.root.iterdir()):
            allowed, fix = "a new or an empty folder", "name another with --data DIR"
            raise StudioError(self.root, "other files", allowed, fix)
        self.root.chmod(PRIVATE_FOLDER)
        (self.root / ".gitignore").write_text("*\n", encoding="utf-8")
        self._lock.touch(PRIVATE_FILE)

    def take(self) -> int:
        """Return the open lock of the folder; the server inherits it and holds it for life."""
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise self._taken(self._read_state()) from None
        return handle

    def check_free(self) -> None:
        """Refuse a folder that another server uses."""
        if (running := self.running) is not None:
            raise self._taken(running)

    def _taken(self, running: Running | None) -> StudioError:
        value = "a server that is starting"
        if running:
            value = f"a server at {running.url} (process {running.pid})"
        fix = "use that one, or stop it first (Ctrl-C where it runs, or kill its process)"
        return StudioError(self.root, value, "one server a data folder", fix)

    def note(self, running: Running) -> None:
        """Write down which server uses the folder."""
        write_private(self._state, json.dumps(running._asdict()) + "\n")

    def forget(self) -> None:
        """Say that no server uses the folder any more."""
        self._state.unlink(missing_ok=True)

    @property
    def running(self) -> Running | None:
        """The server that uses the folder now, if one does."""
        # The lock tells, not the note: after a crash the noted port may be somebody else's.
        try:
            handle = os.open(self._lock, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._read_state()
        finally:
            os.close(handle)
        return None

    def _read_state(self) -> Running | None:
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
            return Running(str(state["url"]), int(state["pid"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None


def write_private(path: Path, content: str) -> None:
    """Write a text file that only its owner may read, all of it or nothing."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    # The rights are set when the file is made: no moment at which another could open it.
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
