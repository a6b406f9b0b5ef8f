"""Parts labelled by the workers of Dask (`distributed`); needs the extra `dask`.

The models go to each worker once, as a worker plugin: one that comes later, or in place of one
that was lost, is given them too. Parts of a lost worker are handed to another, and what is whole
already is never written again.
"""

import logging
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from typing import Any

import msgspec
from distributed import (
    Client,
    KilledWorker,
    LocalCluster,
    Worker,
    WorkerPlugin,
    as_completed,
    get_worker,
)

from usiran.errors import FileError
from usiran.inference.job.parts import Marker, Work
from usiran.inference.job.plan import Part

AHEAD = 2  # parts that wait for each thread of a worker
_ANSWER = 30  # seconds for a scheduler to answer, and for its first worker to be there


class Labeller(WorkerPlugin):  # type: ignore[misc]  # `distributed` is no dependency of the toolkit
    """What a worker needs for every part of a job; `own`: this program started it."""

    def __init__(self, work: Work, *, own: bool) -> None:
        self.work, self.own = work, own
        self.name = f"usiran-{sha256(msgspec.json.encode(work.job)).hexdigest()[:16]}"

    def setup(self, worker: Worker) -> None:  # noqa: ARG002 - its caller's own name of it
        """Leave Ctrl-C, which reaches every process of a terminal, to the one that ends all."""
        if self.own:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def labelled(
    workers: int, scheduler: str | None, work: Work, parts: Iterator[Part]
) -> Iterator[Marker]:
    """Label the parts by `workers` processes, or by those of a scheduler; see `engine.labelled`."""
    labeller = Labeller(work, own=scheduler is None)
    with _client(workers, scheduler) as client:
        client.register_plugin(labeller)
        try:
            yield from _in_turn(client, parts, labeller.name)
        finally:
            client.unregister_worker_plugin(labeller.name)


def _in_turn(client: Client, parts: Iterator[Part], name: str) -> Iterator[Marker]:
    """Keep so many parts at the scheduler as keep its workers busy."""

    def submit(part: Part) -> Any:
        return client.submit(_label, part, name, key=f"{name}-{part.number}", pure=False)

    ahead = AHEAD * max(sum(client.nthreads().values()), 1)
    futures = as_completed(map(submit, islice(parts, ahead)), loop=client.loop, with_results=True)
    try:
        for _, marker in futures:
            futures.update(map(submit, islice(parts, 1)))
            yield marker
    except KilledWorker as error:
        allowed, fix = "workers that stay", "see the workers' logs; give them more memory"
        raise FileError("a worker", f"lost again and again: {error}", allowed, fix) from None


def _label(part: Part, name: str) -> Marker:
    labeller: Labeller = get_worker().plugins[name]
    return labeller.work.label(part)


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Client]:
    if scheduler is not None:
        with _connected(scheduler) as client:
            yield client
        return
    with (
        tempfile.TemporaryDirectory(prefix="usiran-dask-", ignore_cleanup_errors=True) as folder,
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",  # any free port, seen by this machine alone
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    allowed, fix = "tcp://HOST:PORT of a scheduler with workers", "start them: `dask scheduler`"
    try:
        client = Client(address, timeout=_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise FileError("--scheduler", f"{address}: {error}", allowed, fix) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_ANSWER)
        except TimeoutError:
            fix = f"start one: `dask worker {address}`"
            raise FileError("--scheduler", f"{address} without workers", allowed, fix) from None
        yield client
