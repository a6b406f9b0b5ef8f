"""A system's settings: baselines/<name>.toml as a typed record."""

import hashlib
import json
from pathlib import Path
from typing import Any, Self

import msgspec

from usiran.corpus import Corpus, read_toml
from usiran.errors import FileError, Finding, nearest, refuse, shorten
from usiran.schemas.results import Kind

Words = dict[str, tuple[str, ...]]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one settings file says."""

    name: str  # as in the registry and in file names
    title: str
    description: str
    # A control shows what a score is worth, a peer is somebody else's model for comparison:
    # neither is a contestant.
    kind: Kind
    tasks: tuple[str, ...]
    not_applicable: dict[str, str] = {}  # from task to the reason why it has no counterpart there
    parameters: dict[str, Any] = {}  # for every task
    task_parameters: dict[str, dict[str, Any]] = {}  # from task to those that differ there
    lexicon: dict[str, Words] = {}  # from task to word lists, by label
    synthetic: dict[str, Any] = {}  # besides, where it is trained with the companion, if it is

    def of(self, task: str) -> dict[str, Any]:
        """Return the parameters for one task."""
        return {**self.parameters, **self.task_parameters.get(task, {})}

    def with_companion(self) -> Self:
        """Return the settings under which it is trained with the companion."""
        return msgspec.structs.replace(self, parameters=self.parameters | self.synthetic)


def read_settings(path: Path, file: str | None = None) -> Settings:
    """Read one settings file; `file` is its name in messages."""
    where = file or str(path)
    try:
        settings = msgspec.convert(read_toml(path), Settings)
    except msgspec.ValidationError as error:
        allowed = "the keys of a system's settings"
        raise FileError(where, shorten(error), allowed, "correct the named key") from None
    except FileError as error:
        finding = error.finding
        raise FileError(where, finding.value, finding.allowed, finding.fix) from None
    if settings.name != path.stem:
        raise FileError(where, f"name '{settings.name}'", f"'{path.stem}'", "use the file's name")
    return settings


def read_all(corpus: Corpus, names: tuple[str, ...]) -> dict[str, Settings]:
    """Read the settings of the named systems, in order."""
    files = {name: corpus.baselines / f"{name}.toml" for name in names}
    return {name: read_settings(path, corpus.name_of(path)) for name, path in files.items()}


def settings_sha256(task: str, *systems: Settings) -> str:
    """Return the SHA-256 of what settings say for a task: a system's, then those it builds on."""
    # Titles and descriptions stay out: another wording makes no stored result stale.
    parts = [
        (settings.name, settings.of(task), settings.lexicon.get(task, {})) for settings in systems
    ]
    rows = json.dumps(msgspec.to_builtins(parts), sort_keys=True)
    return hashlib.sha256(rows.encode()).hexdigest()


def chosen(
    kind: str, names: tuple[str, ...], allowed: tuple[str, ...], *, where: str = ""
) -> tuple[str, ...]:
    """Return the names in the order of the allowed ones; all of those where none is named.

    `where` stands in messages for what named them; left out, it is the option of that kind.
    """
    place, otherwise = where or f"--{kind}", f"name a {kind} of the list"
    refuse(
        Finding(place, "", "", name, ", ".join(allowed), nearest(name, allowed, otherwise))
        for name in names
        if name not in allowed
    )
    return tuple(name for name in allowed if not names or name in names)
