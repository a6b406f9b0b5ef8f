"""Who labels the parts: this process, processes of this machine, or the workers of a cluster."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import NamedTuple

from usiran.errors import FileError
from usiran.inference.job.parts import Marker, Work
from usiran.inference.job.plan import Part


class Engine(NamedTuple):
    """How many processes of this machine label, or the address of a scheduler that has workers."""

    workers: int = 1
    scheduler: str | None = None

    @property
    def needs_dask(self) -> bool:
        """Whether more than this process labels."""
        return self.scheduler is not None or self.workers > 1

    def check(self) -> None:
        """Raise a `FileError` where Dask is asked for and not installed."""
        if self.needs_dask and find_spec("distributed") is None:
            option = "--workers" if self.scheduler is None else "--scheduler"
            allowed = "the extra 'dask', for more than one worker"
            fix = f"pip install 'usiran[dask]', or leave {option} out"
            raise FileError(option, "no Dask", allowed, fix)


def labelled(engine: Engine, work: Work, parts: Iterator[Part]) -> Iterator[Marker]:
    """Label and write the parts; yield the marker of each once it is whole, in any order.

    Raises
    ------
    FileError
        The scheduler does not answer, or a worker says that a part cannot be labelled.
    """
    if not engine.needs_dask:
        yield from map(work.label, parts)
        return
    from usiran.inference.job import dask_engine

    yield from dask_engine.labelled(engine.workers, engine.scheduler, work, parts)
