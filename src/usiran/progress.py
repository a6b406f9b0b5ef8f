"""How far a long piece of work is, for whoever shows it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Steps:
    """Work of several steps, of about the same length."""

    name: str
    total: int
    done: int = 0
    begun: float = field(default_factory=time.monotonic)

    def told(self, now: float) -> str:
        """Return how far it is: ``tasks: 3 of 8, about 5 s left``."""
        told = f"{self.name}: {self.done} of {self.total}"
        if not self.done:
            return told
        left = (now - self.begun) / self.done * (self.total - self.done)
        return f"{told}, about {left:.0f} s left"


_under_way: list[Steps] = []


def under_way() -> Steps | None:
    """Return the work that is being done now, the outermost; None where nobody counts it."""
    return _under_way[0] if _under_way else None


def steps(name: str, items: Collection[T]) -> Iterator[T]:
    """Yield the items of work that takes a while; `name` says what they are, as in "tasks"."""
    work = Steps(name, len(items))
    _under_way.append(work)
    try:
        for item in items:
            yield item
            work.done += 1
    finally:
        _under_way.remove(work)
