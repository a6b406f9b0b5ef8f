"""What other packages add: by an entry point, or by a name such as ``package.module:factory``.

An installed package names its systems in the entry-point group ``usiran.systems`` and its tasks
in ``usiran.tasks``. Nothing of it is imported before somebody asks for it by name, so a broken
package breaks nothing else, and what is installed changes no figure of the toolkit's own.
"""

from __future__ import annotations

import sys
import sysconfig
import traceback
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal, NamedTuple

from usiran.errors import Finding, InputError, shorten

Group = Literal["usiran.systems", "usiran.tasks"]
_FIX = "mend or uninstall its package"
_LIBRARIES = (
    *map(sysconfig.get_path, ("stdlib", "purelib", "platlib")),
    str(Path(__file__).parent),
)


class Plugin(NamedTuple):
    """What a name stands for: a callable, and where it comes from."""

    factory: Callable[..., Any]
    reference: str  # package.module:attribute
    package: str  # of an entry point, with its version; else ""


def names(group: Group) -> tuple[str, ...]:
    """Return the names that installed packages add to a group, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=group)}))


def is_reference(name: str) -> bool:
    """Return whether a name says where something is: ``package.module:attribute``."""
    return ":" in name


def load(group: Group, name: str) -> Plugin:
    """Import what an entry point's name or a reference stands for.

    Raises
    ------
    InputError
        No package or several packages give the name; its module cannot be imported; what it
        names cannot be called.
    """
    if is_reference(name):
        points = [EntryPoint(name, name, group)]
        # The program's own folder stands on the path where `python -m` has the user's.
        if not {"", str(Path.cwd())} & set(sys.path):
            sys.path.append(str(Path.cwd()))
    else:
        points = [point for point in entry_points(group=group) if point.name == name]
    if len(points) != 1:
        value = f"{len(points)} packages that give it"
        raise InputError.of(f"{group} {name}", value, "one package", "install one that gives it")
    point = points[0]
    factory = guarded(point.load, f"{group} {name}", "a module that can be imported")
    if not callable(factory):
        value = f"{point.value}, a {type(factory).__name__}"
        raise InputError.of(f"{group} {name}", value, "a function or a class", "name its factory")
    package = f"{point.dist.name} {point.dist.version}" if point.dist else ""
    return Plugin(factory, point.value, package)


def guarded(call: Callable[[], Any], where: str, allowed: str, fix: str = _FIX) -> Any:
    """Call other people's code; whatever it raises becomes one message that says where."""
    try:
        return call()
    except InputError:
        raise
    # Anything may go wrong in code that is not ours; the cause stays in the traceback.
    except Exception as error:
        value = shorten(f"{type(error).__name__}: {error}")
        raise InputError([Finding(where, _line_of(error), "", value, allowed, fix)]) from error


def _line_of(error: Exception) -> str:
    """Return which line of the caller's own files an error came from last; "" where of none."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((*_LIBRARIES, "<frozen"))
        and frame.lineno
        # What is compiled in a library names its sources, which are not here.
        and not frame.filename.endswith((".pyx", ".pxi", ".pxd"))
    ]
    return f"line {frames[-1].lineno} of {Path(frames[-1].filename).name}" if frames else ""
