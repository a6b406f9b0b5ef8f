"""Versions of the data: three numbers, and the step that a change of the records demands."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from usiran.errors import Finding, InputError

Bump = Literal["MAJOR", "MINOR", "PATCH"]

_FORM = re.compile(r"v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)", re.ASCII)


class Version(NamedTuple):
    """A version; versions compare number by number."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def of(cls, text: str) -> Version:
        """Read a version, with or without a leading ``v``.

        Raises
        ------
        InputError
            The text is no version.

        Examples
        --------
        >>> Version.of("v1.10.0") > Version.of("1.9.3")
        True
        """
        if (match := _FORM.fullmatch(text)) is None:
            allowed = "three whole numbers with dots between, such as 1.0.0"
            fix = "name a version in this form"
            raise InputError([Finding("VERSION", "", "", text, allowed, fix)])
        return cls(*(int(part) for part in match.groups()))

    def after(self, bump: Bump) -> Version:
        """Return the least version that is greater by this step.

        Examples
        --------
        >>> str(Version(1, 2, 3).after("MINOR"))
        '1.3.0'
        """
        if bump == "MAJOR":
            return Version(self.major + 1, 0, 0)
        if bump == "MINOR":
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + 1)


def is_version(text: str) -> bool:
    """Whether a text is a version, with or without a leading ``v``."""
    return _FORM.fullmatch(text) is not None
