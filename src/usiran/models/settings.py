"""A system's settings: baselines/<name>.toml as a typed record."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from usiran.corpus import Corpus, read_toml
from usiran.errors import FileError, Finding, InputError, shorten
from usiran.schemas.results import Kind

Words = dict[str, tuple[str, ...]]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one settings file says.

    Parameters
    ----------
    name : str
        The system's name, as in the registry and in file names.
    title, description : str
        For readers of the leaderboard.
    kind : {"control", "sentence model", "span model", "peer"}
        A control shows what a score is worth, a peer is somebody else's model for
        comparison: neither is a contestant.
    tasks : tuple of str
        What it can be run on.
    not_applicable : mapping
        From task to the reason why the system has no counterpart there.
    parameters : mapping
        For every task.
    task_parameters : mapping
        From task to the parameters that differ there.
    lexicon : mapping
        From task to word lists.
    """

    name: str
    title: str
    description: str
    kind: Kind
    tasks: tuple[str, ...]
    not_applicable: dict[str, str] = {}
    parameters: dict[str, Any] = {}
    task_parameters: dict[str, dict[str, Any]] = {}
    lexicon: dict[str, Words] = {}

    def of(self, task: str) -> dict[str, Any]:
        """Return the parameters for one task."""
        return {**self.parameters, **self.task_parameters.get(task, {})}


def read_settings(path: Path, file: str | None = None) -> Settings:
    """Read one settings file; `file` is its name in messages.

    Raises
    ------
    FileError
        It is missing, not TOML, has an unknown key or a value of the wrong type, or its
        name is not the file's.
    """
    where = file or str(path)
    try:
        settings = msgspec.convert(read_toml(path), Settings)
    except msgspec.ValidationError as error:
        raise FileError(
            where, shorten(error, 160), "the keys of a system's settings", "correct the named key"
        ) from None
    except FileError as error:
        found = error.finding
        raise FileError(where, found.value, found.allowed, found.fix) from None
    if settings.name != path.stem:
        raise FileError(where, f"name '{settings.name}'", f"'{path.stem}'", "use the file's name")
    return settings


def read_all(corpus: Corpus, names: tuple[str, ...]) -> dict[str, Settings]:
    """Read the settings of the named systems, in order.

    Raises
    ------
    FileError
        One of the files cannot be read.
    """
    files = {name: corpus.baselines / f"{name}.toml" for name in names}
    return {name: read_settings(path, corpus.name_of(path)) for name, path in files.items()}


def settings_sha256(task: str, *systems: Settings) -> str:
    """Return the SHA-256 of what settings say for a task, titles and descriptions apart.

    A system that builds on others is told by its own settings and theirs, in order.
    """
    parts = [(one.name, one.of(task), one.lexicon.get(task, {})) for one in systems]
    rows = json.dumps(msgspec.to_builtins(parts), sort_keys=True)
    return hashlib.sha256(rows.encode()).hexdigest()


def chosen(
    kind: str, asked: tuple[str, ...], allowed: tuple[str, ...], *, where: str = ""
) -> tuple[str, ...]:
    """Return the asked names in the order of the allowed ones; all where none is asked.

    `where` is what asked for them in messages; the option of that kind where left out.

    Raises
    ------
    InputError
        A name is unknown; the nearest allowed one is suggested.
    """
    unknown = [name for name in asked if name not in allowed]
    if unknown:
        raise InputError(_unknown(kind, name, allowed, where or f"--{kind}") for name in unknown)
    return tuple(name for name in allowed if not asked or name in asked)


def _unknown(kind: str, name: str, allowed: tuple[str, ...], where: str) -> Finding:
    near = difflib.get_close_matches(name, allowed, n=1)
    fix = f"did you mean '{near[0]}'?" if near else f"name a {kind} of the list"
    return Finding(where, "", "", name, ", ".join(allowed), fix)


def parameter(settings: Mapping[str, Any], key: str, where: str) -> Any:
    """Return a parameter that has no default.

    Raises
    ------
    FileError
        The settings lack it.
    """
    if key not in settings:
        raise FileError(where, f"no parameter '{key}'", f"a value for '{key}'", "add it")
    return settings[key]
