"""Claims about several workers: real processes, of this machine and of a scheduler."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.jobs import left, rows, write
from usiran.errors import FileError
from usiran.inference.job.engine import Engine
from usiran.inference.job.run import Options, Progress, run_job
from usiran.inference.store import Model

pytest.importorskip("distributed")


class Cluster(NamedTuple):
    """A scheduler that was started by hand, and its workers."""

    address: str
    workers: Sequence[subprocess.Popen[str]]


@contextmanager
def _program(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program of Dask until the block ends."""
    command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with ExitStack() as stack:
        options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        scheduler = stack.enter_context(_program("dask_scheduler", *options))
        assert scheduler.stderr is not None
        address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at:" in line)
        single = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        folder = ("--local-directory", str(tmp_path_factory.mktemp("dask")))
        workers = [
            stack.enter_context(_program("dask_worker", address, *single, *folder))
            for _ in range(2)
        ]
        for worker in workers:
            assert worker.stderr is not None
            next(line for line in worker.stderr if "Registered to" in line)
        yield Cluster(address, workers)


def test_a_worker_that_is_killed_costs_nothing_but_time(
    models: Sequence[Model], cluster: Cluster, tmp_path: Path
) -> None:
    path = str(write(tmp_path / "t.jsonl", rows(60)))
    run_job(models, [path], tmp_path / "alone", Options(part=3))
    done: list[int] = []

    def kill_one(now: Progress) -> None:
        done.append(now.parts)
        if now.parts == 4:
            os.kill(cluster.workers[0].pid, signal.SIGKILL)

    options = Options(part=3, engine=Engine(scheduler=cluster.address))
    run = run_job(models, [path], tmp_path / "out", options, progress=kill_one)
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert done == list(range(21))
    assert (run.parts, run.rows["articles"], run.workers) == (20, 60, cluster.address)
    assert left(tmp_path / "out") == left(tmp_path / "alone")


def test_two_workers_of_this_machine_write_what_one_writes_and_no_other_machine_reaches_them(
    models: Sequence[Model], tmp_path: Path
) -> None:
    psutil = pytest.importorskip("psutil")
    listening: set[str] = set()
    this = psutil.Process()
    # The workers of a scheduler that was started by hand listen where they were told to.
    others = this.children(recursive=True)

    def look(_: Progress) -> None:
        for process in {this, *this.children(recursive=True)}.difference(others):
            places = process.net_connections("tcp")
            listening.update(place.laddr.ip for place in places if place.status == "LISTEN")

    path = str(write(tmp_path / "t.jsonl", [*rows(9), {"id": "t-1", "text": "Again ."}]))
    for workers in (1, 2):
        options = Options(part=2, engine=Engine(workers))
        run_job(models, [path], tmp_path / str(workers), options, progress=look)
    assert listening == {"127.0.0.1"}
    assert left(tmp_path / "2") == left(tmp_path / "1")


def test_a_fault_of_a_worker_is_told_and_whole_parts_stay(
    models: Sequence[Model], cluster: Cluster, tmp_path: Path
) -> None:
    path = write(tmp_path / "t.jsonl", rows(9))

    def change(now: Progress) -> None:
        if now.parts == 0:
            path.write_bytes(path.read_bytes().replace(b"t-8", b"t-9"))

    options = Options(part=3, engine=Engine(scheduler=cluster.address))
    with pytest.raises(FileError, match="another content than a moment ago"):
        run_job(models, [str(path)], tmp_path / "out", options, progress=change)
    for marker in (tmp_path / "out/parts").iterdir():
        assert (tmp_path / "out/stance" / f"{marker.stem}.parquet").is_file()


def test_a_scheduler_that_does_not_answer_is_one_line(
    models: Sequence[Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("usiran.inference.job.dask_engine._ANSWER", 1)
    path = str(write(tmp_path / "t.jsonl", rows(1)))
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        options = Options(engine=Engine(scheduler=address))
        with pytest.raises(FileError, match=r"--scheduler: found.*dask scheduler") as caught:
            run_job(models, [path], tmp_path / "out", options)
        assert "\n" not in str(caught.value)


def test_ctrl_c_leaves_whole_parts_and_says_how_it_goes_on(trained: Path, tmp_path: Path) -> None:
    write(tmp_path / "t.jsonl", rows(2_000))
    program = "from usiran.cli.main import main; main()"
    words = ("predict", str(trained), "t.jsonl", "--output", "out", "--part", "10")
    command = [sys.executable, "-c", program, *words, "--workers", "2"]
    # A session of its own: a terminal sends the signal to every process of it.
    with subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        # As soon as a part is whole: the first line of progress comes seconds later.
        while process.poll() is None and not any((tmp_path / "out").glob("parts/*")):
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 130
    assert " of 200 parts whole in out; " in told
    assert told.endswith("parts whole in out; the same command goes on from there\n")
    assert "Traceback" not in told
    for marker in (tmp_path / "out/parts").iterdir():
        assert (tmp_path / "out/stance" / f"{marker.stem}.parquet").is_file()
