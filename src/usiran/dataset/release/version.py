"""Versions of the data: three numbers, and the step that a change of the records demands."""

from typing import Literal

import tomlkit
from packaging.version import Version

from usiran.corpus import as_version
from usiran.errors import InputError

Bump = Literal["MAJOR", "MINOR", "PATCH"]


def parse_version(text: str) -> Version:
    """Read a version, with or without a leading ``v``.

    >>> parse_version("v1.10.0") > parse_version("1.9.3")
    True
    """
    version = as_version(text.removeprefix("v"))
    if version is None:
        allowed = "three whole numbers with dots between, such as 1.0.0"
        raise InputError.of("VERSION", text, allowed, "name a version in this form")
    return version


def is_version(text: str) -> bool:
    """Whether a text is a version, with or without a leading ``v``."""
    return as_version(text.removeprefix("v")) is not None


def next_version(version: Version, bump: Bump) -> Version:
    """Return the least version that is greater by this step.

    >>> str(next_version(Version("1.2.3"), "MINOR"))
    '1.3.0'
    """
    major, minor, patch = version.release
    numbers = {
        "MAJOR": (major + 1, 0, 0),
        "MINOR": (major, minor + 1, 0),
        "PATCH": (major, minor, patch + 1),
    }
    return Version(".".join(map(str, numbers[bump])))


def with_version(corpus_toml: str, version: Version) -> str:
    r"""Return corpus.toml with another version; comments and order stay.

    >>> print(with_version('name = "news"\nversion = "1.0.0"  # of the data', Version("1.1.0")))
    name = "news"
    version = "1.1.0"  # of the data
    """
    # Edited in place: the standard library reads TOML but would lose comments and order.
    document = tomlkit.parse(corpus_toml)
    document["version"] = str(version)
    return tomlkit.dumps(document)
