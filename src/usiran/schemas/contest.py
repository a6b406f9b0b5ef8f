"""The contest that a corpus is about: its two sides, as annotation/labels.toml names them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec


class Side(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A side: its name, the stance for it, the grounds for and against it, whose actors it has."""

    name: str
    stance: str
    favourable: str
    unfavourable: str
    affiliations: tuple[str, ...]


@dataclass(frozen=True)
class Contest:
    """Two sides, and the stance that favours neither.

    >>> red = Side("red", "pro-red", "red+", "red-", ())
    >>> blue = Side("blue", "pro-blue", "blue+", "blue-", ())
    >>> contest, grounds = Contest((red, blue), "neutral"), ["red-", "blue+", "blue-"]
    >>> contest.toward(grounds), contest.stance_of(grounds)
    ((-1, 0), 'pro-blue')
    """

    sides: tuple[Side, Side]
    neutral: str

    @property
    def stances(self) -> tuple[str, str, str]:
        """The stances: for the first side, for the second, for neither."""
        first, second = self.sides
        return first.stance, second.stance, self.neutral

    @cached_property
    def mirror(self) -> Mapping[str, str]:
        """From each stance to the one it becomes when the sides change places."""
        first, second, neutral = self.stances
        return {first: second, second: first, neutral: neutral}

    @cached_property
    def camps(self) -> Mapping[str, str]:
        """From an actor's affiliation to the name of the side that it is counted to."""
        return {name: side.name for side in self.sides for name in side.affiliations}

    @property
    def rule(self) -> str:
        """How a stance follows from its grounds, for messages."""
        first, second = (f"({side.favourable} - {side.unfavourable})" for side in self.sides)
        return f"the sign of {first} - {second}"

    def toward(self, grounds: Iterable[str]) -> tuple[int, ...]:
        """Return the attitude to each side: 1 for it, -1 against it, 0 neither or both."""
        given = Counter(grounds)
        return tuple(given[side.favourable] - given[side.unfavourable] for side in self.sides)

    def stance_of(self, grounds: Iterable[str]) -> str:
        """Return the stance that grounds carry."""
        first, second = self.toward(grounds)
        # What is for one side counts as much as what is against the other.
        if first == second:
            return self.neutral
        return self.stances[0 if first > second else 1]
