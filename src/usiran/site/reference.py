"""The public names of the package, by their docstrings: what the page of the API shows."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from textwrap import dedent
from typing import Any, NamedTuple

# Lines from the margin, up to one that is a term itself; then what is indented below the last.
_PART = re.compile(
    r"^(?P<head>\S.*(?:\n(?!.*\n )\S.*)*)(?P<below>(?:\n(?: .*|(?=\n|\Z)))*)", re.MULTILINE
)
_HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)


class Part(NamedTuple):
    """A paragraph of a section; with a `term`, what is said of that."""

    term: str
    text: str


class Section(NamedTuple):
    """A section of a docstring; `code` is its text where it is an example."""

    name: str
    parts: tuple[Part, ...]
    code: str = ""


class Entry(NamedTuple):
    """A public name: its signature, its docstring in sections, and a class's public members."""

    name: str
    signature: str
    sections: tuple[Section, ...]
    members: tuple[Entry, ...] = ()


def entries(package: str = "usiran") -> list[Entry]:
    """Return the public names of a package, those of its ``__all__``, in their order."""
    module = importlib.import_module(package)
    return [_entry(f"{package}.{name}", getattr(module, name)) for name in module.__all__]


def _entry(name: str, value: Any) -> Entry:
    members = tuple(_members(value)) if inspect.isclass(value) else ()
    # How a report is made is no matter of who is given one.
    signature = "" if members else _signature(value)
    return Entry(name, signature, tuple(_sections(value)), members)


def _members(value: type) -> Iterator[Entry]:
    for key, member in inspect.getmembers(value):
        if key.startswith("_") or inspect.ismethod(member) or not inspect.getdoc(member):
            continue
        yield Entry(key, _signature(member) if callable(member) else "", tuple(_sections(member)))


def _signature(value: Any) -> str:
    # Types stand in the docstring, in words.
    signature = inspect.signature(value)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for name, parameter in signature.parameters.items()
        if name != "self"
    ]
    bare = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    return str(bare)


def _sections(value: Any) -> Iterator[Section]:
    """Yield what a docstring says before any heading, then its sections (numpydoc)."""
    first, *rest = _HEADING.split(inspect.getdoc(value) or "")
    yield Section("", tuple(_parts(first)))
    for name, body in zip(rest[::2], rest[1::2], strict=True):
        code = body.strip() if name == "Examples" else ""
        yield Section(name, () if code else tuple(_parts(body)), code)


def _parts(body: str) -> Iterator[Part]:
    """Yield paragraphs; a line that others are indented below is a term."""
    for match in _PART.finditer(body.strip("\n")):
        text = dedent(match["below"]).strip()
        yield Part(match["head"], text) if text else Part("", match["head"])
