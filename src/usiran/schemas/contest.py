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
    """Two sides, and the stance that favours neither."""

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
        """Return the attitude to each side: 1 for it, -1 against it, 0 neither or both.

        >>> red = Side("red", "pro-red", "red+", "red-", ())
        >>> blue = Side("blue", "pro-blue", "blue+", "blue-", ())
        >>> Contest((red, blue), "neutral").toward(["red-", "blue+", "blue-"])
        (-1, 0)
        """
        given = Counter(grounds)
        return tuple(given[side.favourable] - given[side.unfavourable] for side in self.sides)

    def stance_of(self, grounds: Iterable[str]) -> str:
        """Return the stance that grounds carry.

        >>> red = Side("red", "pro-red", "red+", "red-", ())
        >>> blue = Side("blue", "pro-blue", "blue+", "blue-", ())
        >>> Contest((red, blue), "neutral").stance_of(["red-", "blue+", "blue-"])
        'pro-blue'
        """
        first, second = self.sides
        toward_first, toward_second = self.toward(grounds)
        total = toward_first - toward_second
        if total == 0:
            return self.neutral
        return first.stance if total > 0 else second.stance
