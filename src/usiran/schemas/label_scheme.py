"""The label scheme: annotation/labels.toml as typed records.

Every name, definition, colour, hotkey, order and quad class comes from that file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec

from usiran.corpus import read_toml
from usiran.errors import FileError, shorten
from usiran.schemas.contest import Contest, Side
from usiran.schemas.names import BOXES

Kind = Literal["choice", "choices", "text", "labels", "relation"]
Scope = Literal["task", "region"]
Project = Literal["stance", "spans"]
Quad = Literal["verbal cooperation", "material cooperation", "verbal conflict", "material conflict"]

QUADS: tuple[str, ...] = get_args(Quad)


# Names stand in tags, ids, selectors and commands: nothing in them may end or begin one.
_Name = Annotated[str, msgspec.Meta(pattern=r"^[\w.+~:/-]+\Z")]
_Color = Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}\Z")]


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One label: its name, definition, colour (#RRGGBB), hotkey, and for events quad class."""

    name: _Name
    color: _Color
    definition: str
    hotkey: str | None = None
    alias: str | None = None
    quad: Quad | None = None

    @property
    def written(self) -> str:
        """The string that Label Studio writes into an export for this label."""
        return self.alias or self.name


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One Label Studio control and its labels, in order."""

    name: _Name
    project: Project
    kind: Kind
    scope: Scope
    required: bool
    question: str
    definition: str
    labels: tuple[Label, ...] = ()
    region: str | None = None
    default: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the labels, in order."""
        return tuple(label.name for label in self.labels)

    @cached_property
    def by_written(self) -> dict[str, str]:
        """From what an export holds (alias or name) to the label's name."""
        # An export holds either: Label Studio writes the alias once a config sets one.
        return {text: label.name for label in self.labels for text in (label.name, label.written)}


# What the toolkit reads by name: the project, kind and scope of each field, and labels that are
# more than names to it.
_NEEDED: dict[str, tuple[Project, Kind, Scope]] = {
    "stance": ("stance", "choice", "task"),
    "grounds": ("stance", "choices", "task"),
    "holder": ("stance", "choice", "task"),
    "actor": ("spans", "labels", "region"),
    "event": ("spans", "labels", "region"),
    "mode": ("spans", "choice", "region"),
    "role": ("spans", "relation", "region"),
    "article_stance": ("spans", "choice", "task"),
}
_LABELS = {"holder": {"author", "source"}, "role": {"agent", "recipient"}}
_ALIKE = {"article_stance": "stance", "second_stance": "stance", "second_holder": "holder"}


# An unknown key is refused: one that is misspelt would have no effect, unsaid.
class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: str
    affiliations: tuple[str, ...]
    sides: tuple[Side, Side]
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Scheme:
    """The whole label scheme, in the order of the file.

    `version` is also that of the guidelines; `affiliations` say whose side an actor of the
    registry may belong to.
    """

    version: str
    fields: tuple[Field, ...]
    affiliations: tuple[str, ...]
    contest: Contest

    def __getitem__(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    def of(self, project: Project) -> tuple[Field, ...]:
        """Return the fields of one Label Studio project, in order."""
        return tuple(field for field in self.fields if field.project == project)

    @cached_property
    def allowed(self) -> dict[str, tuple[str, ...]]:
        """From field name (and "quad", "affiliation") to the names of its labels, in order."""
        names = {field.name: field.names for field in self.fields if field.kind != "text"}
        return names | {"quad": QUADS, "affiliation": self.affiliations}

    @cached_property
    def quad_of(self) -> dict[str, str]:
        """From event type to quad class."""
        return {label.name: str(label.quad) for label in self["event"].labels}


def read_scheme(path: Path) -> Scheme:
    """Read the label scheme."""
    table = read_toml(path)
    try:
        file = msgspec.convert(table, _File)
    except msgspec.ValidationError as error:
        raise FileError(
            path, shorten(error, 160), "the keys of a label scheme", "correct the named key"
        ) from None
    for value, allowed, fix in _faults(file.fields):
        raise FileError(path, value, allowed, fix)
    return Scheme(file.version, file.fields, file.affiliations, _contest(path, file))


def _faults(fields: tuple[Field, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield what the toolkit could not work with: what was found, what is allowed, how to mend it.

    The names of stances, grounds, types and modes are the corpus's own, and how many there are.
    """
    named = {field.name: field for field in fields}
    if len(named) < len(fields):
        names = [field.name for field in fields]
        twice = ", ".join(name for name in named if names.count(name) > 1)
        yield f"{twice} twice", "each field once", "rename one, or take it out"
    for name in BOXES:
        if name in named:
            yield f"field {name}", "another name: a box of the page has it", "rename the field"
    for name, form in _NEEDED.items():
        field = named.get(name)
        if field is None or (field.project, field.kind, field.scope) != form:
            value = "none" if field is None else f"{field.project}, {field.kind}, {field.scope}"
            allowed = f"project, kind and scope: {', '.join(form)}"
            yield f"field {name}: {value}", allowed, "put the field back as it was"
            return
    for name, labels in _LABELS.items():
        if set(named[name].names) != labels:
            value = f"{', '.join(named[name].names) or 'no labels'} of field {name}"
            yield value, f"{' and '.join(sorted(labels))}", "put these names back"
    for name, like in _ALIKE.items():
        if name in named and named[name].names != named[like].names:
            value = f"{', '.join(named[name].names) or 'no labels'} of field {name}"
            yield value, f"those of {like}, in their order", "give both fields the same labels"
    mode = named["mode"]
    if mode.default not in mode.names:
        value, allowed = f"default {mode.default} of field mode", f"one of {', '.join(mode.names)}"
        yield value, allowed, "say which mode an event has where none is given"
    for label in named["event"].labels:
        if label.quad is None:
            yield f"label {label.name} without quad", f"one of {', '.join(QUADS)}", "add the quad"


def _contest(path: Path, file: _File) -> Contest:
    """Return the contest, once every name its sides use is found to be a label."""
    labels = {field.name: field.names for field in file.fields}
    stances, grounds = labels.get("stance", ()), labels.get("grounds", ())
    for side in file.sides:
        for name, names in (
            (side.stance, stances),
            (side.favourable, grounds),
            (side.unfavourable, grounds),
            *((name, file.affiliations) for name in side.affiliations),
        ):
            if name not in names:
                allowed = f"one of {', '.join(names)}"
                raise FileError(path, f"{name} in side {side.name}", allowed, "correct the name")
    neutral = [name for name in stances if name not in {side.stance for side in file.sides}]
    if len(neutral) != 1:
        found = f"{', '.join(neutral) or 'no stance'} beside those of the sides"
        raise FileError(path, found, "one stance for neither side", "correct stances or sides")
    return Contest(file.sides, neutral[0])
