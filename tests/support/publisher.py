"""Releases to publish, and the real program running many times without starting anew."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from tests.support.command import Done
from tests.support.hub import Hub, User, serving
from usiran.corpus import Corpus

REPO = "lab/tiny"
USERS = {
    "writer": User("ann", ("lab",)),
    "reader": User("bob", ("lab",), role="read"),
    "stranger": User("eve"),
    "old": User("ann", ("lab",), expired=True),
}
CONFIGS = ("stance", "spans")
TOML = """\
name = "tiny"
title = "A tiny corpus"
version = "{version}"
hub_id = "lab/tiny"
language = "en"
annotation_license = "cc-by-4.0"
text_rights = "Invented for a test."
gold_basis = "first-pass"
gold_rounds = []
"""

# Imports once, then forks for each job. The child waits until its number is known outside.
_FORKING = """
import importlib, json, os, sys
import httpx2, tqdm.auto, huggingface_hub.hf_api, huggingface_hub.file_download
import huggingface_hub._commit_api, usiran.cli.main, usiran.dataset.hub.publish
for name in sys.argv[1:]:
    importlib.import_module(name)
for line in sys.stdin:
    job = json.loads(line)
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(ready, 1)
        os.dup2(os.open(job["out"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC), 1)
        os.dup2(os.open(job["err"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC), 2)
        os.environ["HF_TOKEN"] = job["token"]
        os.chdir(job["at"])
        sys.argv = ["usiran", *job["words"]]
        code = 70
        try:
            code = usiran.cli.main.main()
        except SystemExit as end:
            code = end.code
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code or 0)
    print(child, flush=True)
    sys.stdin.readline()
    os.write(go, b".")
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    os.close(ready)
    os.close(go)
"""


class Publisher:
    """`usiran` as a program of its own for every call, ready in a moment.

    Parameters
    ----------
    url : str
        The Hub.
    home : Path
        The clients' folder, and where their output is kept.
    modules : str
        What else every call needs: imported once.
    """

    def __init__(self, url: str, home: Path, *modules: str) -> None:
        self._home = home
        self._process = subprocess.Popen(
            [sys.executable, "-c", _FORKING, *modules],
            env=environment(url, home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._pid = 0

    def run(self, *words: str, at: Corpus, token: str = "writer") -> Done:
        """Run `usiran` with these words; a killed one has the code -9."""
        places = {name: str(self._home / name) for name in ("out", "err")}
        job: dict[str, object] = {**places, "words": words, "token": token, "at": str(at.root)}
        self._pid = int(self._ask(json.dumps(job)))
        code = int(self._ask("go"))
        texts = [Path(place).read_text("utf-8") for place in places.values()]
        return Done(code, *texts)

    def kill(self) -> None:
        """Kill the program that runs now."""
        os.kill(self._pid, signal.SIGKILL)

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def end(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def hub_server() -> Iterator[Hub]:
    """Yield a Hub that a module's tests share; its users' names are in `USERS`."""
    with serving(**USERS) as hub:
        yield hub


@pytest.fixture(scope="module")
def program(
    hub_server: Hub, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Publisher]:
    """Yield the program, speaking to that Hub; a module says what it needs in `IMPORTED`."""
    modules = getattr(request.module, "IMPORTED", ())
    made = Publisher(hub_server.url, tmp_path_factory.mktemp("home"), *modules)
    try:
        yield made
    finally:
        made.end()


@pytest.fixture
def hub(hub_server: Hub) -> Hub:
    """Return that Hub, empty and without faults."""
    hub_server.repos.clear()
    hub_server.order(None)
    return hub_server


def environment(url: str, home: Path) -> dict[str, str]:
    """Return the variables under which the clients speak to this Hub, from a folder of theirs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    return kept | {
        "HF_ENDPOINT": url,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "NO_PROXY": "127.0.0.1",
    }


def release(
    root: Path, version: str, texts: Sequence[str], *, configs: Sequence[str] = CONFIGS
) -> Corpus:
    """Write a corpus folder that holds a release: card, data, manifest."""
    corpus = Corpus(root)
    files = {"README.md": _card(version, configs), "LICENSE.md": b"Theirs.\n"}
    for name in configs:
        table = pa.table({"name": [name] * len(texts), "text": list(texts)})
        buffer = io.BytesIO()
        pq.write_table(table, buffer)
        files[f"data/{name}/train-00000-of-00001.parquet"] = buffer.getvalue()
    write_release(corpus, version, files)
    return corpus


def write_release(corpus: Corpus, version: str, files: Mapping[str, bytes]) -> None:
    """Write files into a dataset folder, and the manifest that lists them."""
    listed = {}
    for path, content in files.items():
        place = corpus.dataset / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        listed[path] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    toml = corpus.dataset / "corpus.toml"
    toml.write_text(TOML.format(version=version), encoding="utf-8")
    manifest: dict[str, object] = {"name": "tiny", "version": version, "previous": None}
    manifest |= {"created": "2031-01-02", "files": listed, "content": {"all": "0" * 64}}
    folder = corpus.dataset / "releases" / version
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _card(version: str, configs: Sequence[str]) -> bytes:
    document = {
        "license": "other",
        "configs": [
            {
                "config_name": name,
                "version": version,
                "data_files": [{"split": "train", "path": f"data/{name}/*.parquet"}],
            }
            for name in configs
        ],
    }
    return f"---\n{yaml.safe_dump(document)}---\n\n# Tiny {version}\n".encode()


def published(corpus: Corpus, version: str) -> dict[str, bytes]:
    """Return the files that a release consists of."""
    manifest = corpus.dataset / "releases" / version / "manifest.json"
    paths = json.loads(manifest.read_text("utf-8"))["files"]
    return {path: (corpus.dataset / path).read_bytes() for path in paths}


_LOAD = """
import json, sys
from datasets import load_dataset
name, column, wanted = json.loads(sys.argv[1])
found = {}
for revision, config in wanted:
    for streaming in (False, True):
        rows = load_dataset(name, config, revision=revision, split="train", streaming=streaming)
        found[f"{revision} {config} {streaming}"] = [row[column] for row in rows]
print(json.dumps(found))
"""


def load(
    hub: Hub, home: Path, *wanted: tuple[str, str], repo_id: str = REPO, column: str = "text"
) -> dict[str, list[Any]]:
    """Load configs from the Hub with the real client, streaming and not.

    Parameters
    ----------
    hub : Hub
        The Hub.
    home : Path
        The client's folder: its cache.
    wanted : tuple
        Revision and config of each.
    repo_id, column : str
        From which repository, and which column of it.

    Returns
    -------
    dict
        From ``<revision> <config> <streaming>`` to the column's values.
    """
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, json.dumps([repo_id, column, wanted])],
        env=environment(hub.url, home) | {"HF_TOKEN": "reader"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded: dict[str, list[Any]] = json.loads(done.stdout)
    return loaded
