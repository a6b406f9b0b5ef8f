"""What the controls and labels of another project are called here: ``--map`` and ``--label``."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from usiran.errors import Finding, refuse, shorten
from usiran.schemas.label_scheme import Field, Scheme

LEFT_OUT = ""
"""What a control or a label is called that is not to be taken."""

RELATION = "relation"
"""What relations are called, which have no control's name."""


class Renaming(NamedTuple):
    """How another project's export is read: ``CONTROL=LAYER`` and ``THEIRS=OURS``, as typed.

    With `skip_faulty` labels that have a finding are left out, and told among the repairs.
    """

    controls: Sequence[str] = ()
    labels: Sequence[str] = ()
    skip_faulty: bool = False


NO_RENAMING = Renaming()


@dataclass(frozen=True)
class ControlMap:
    """Another project's names: its controls to layers, its labels to ours.

    A label may stand for several of ours; the one that the layer has is taken. What is not
    named keeps its name where the scheme has it.
    """

    scheme: Scheme
    controls: Mapping[str, str]
    labels: Mapping[str, Sequence[str]]
    skip_faulty: bool = False

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The scheme's fields, by name."""
        return {field.name: field for field in self.scheme.fields}

    @classmethod
    def of(cls, scheme: Scheme, renaming: Renaming = NO_RENAMING) -> ControlMap:
        """Return what ``CONTROL=LAYER`` and ``THEIRS=OURS`` say; an empty right side leaves out."""
        layers = [field.name for field in scheme.fields]
        ours = sorted({name for field in scheme.fields for name in field.names})
        pairs = list(_pairs("--map", renaming.controls, "CONTROL", layers))
        by_label: dict[str, list[str]] = defaultdict(list)
        for theirs, own in _pairs("--label", renaming.labels, "THEIRS", ours):
            by_label[theirs].append(own)
        refuse([*_twice("--map", pairs), *_unclear(scheme, by_label)])
        return cls(scheme, dict(pairs), dict(by_label), renaming.skip_faulty)

    def layer(self, control: str) -> str | None:
        """Return the layer of a control, `LEFT_OUT`, or None where nobody says."""
        return self.controls.get(control, control if control in self.fields else None)

    def label(self, field: Field, names: Sequence[str]) -> str | None:
        """Return our label for one of theirs, which has several `names` where it has a path."""
        for name in names:
            own = self.labels.get(name, ())
            known = [label for label in own if label in field.by_written]
            if known or LEFT_OUT in own:
                return known[0] if known else LEFT_OUT
        return next((field.by_written[name] for name in names if name in field.by_written), None)

    def how_to_map(self, control: str, labels: Sequence[str], *, placed: bool) -> str:
        """Return the option to type for a control that nobody has mapped.

        The likeliest layer comes first: of the same kind, with the most of the labels.
        """
        scope = "region" if placed else "task"
        fields = [field for field in self.scheme.fields if field.scope == scope and field.labels]
        fields = [field for field in fields if field.kind != "relation"]
        fields.sort(key=lambda field: -len({*labels} & field.by_written.keys()))
        best, *rest = [field.name for field in fields] or ["LAYER"]
        others = f" (or {', '.join(rest)})" if rest else ""
        word, without = (_word(control, name) for name in (best, LEFT_OUT))
        return f"add --map {word}{others}, or --map {without} to leave it out"

    def how_to_label(self, label: str) -> str:
        """Return the option to type for a label that no layer has."""
        word, without = (_word(label, name) for name in ("OURS", LEFT_OUT))
        return f"add --label {word} with one of these, or --label {without} to leave it out"


def _twice(option: str, pairs: Sequence[tuple[str, str]]) -> list[Finding]:
    """Return a finding for each name that is said to be two things."""
    own: dict[str, list[str]] = {}
    for theirs, ours in dict.fromkeys(pairs):
        own.setdefault(theirs, []).append(f"{theirs}={ours}")
    return [
        Finding(option, "", "", " and ".join(words), f"one of them for {theirs}", "leave one out")
        for theirs, words in own.items()
        if len(words) > 1
    ]


def _unclear(scheme: Scheme, labels: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Return a finding for each label that is said to be two labels of one layer, or none."""
    pairs = [
        (theirs, label)
        for field in scheme.fields
        for theirs, own in labels.items()
        if len(among := {*own} & {*field.names, LEFT_OUT}) > 1
        for label in sorted(among)
    ]
    return _twice("--label", pairs)


def _word(theirs: str, own: str) -> str:
    return shlex.quote(f"{shorten(theirs)}={own}")


def _pairs(
    option: str, words: Iterable[str], left: str, allowed: Sequence[str]
) -> list[tuple[str, str]]:
    findings, pairs = [], []
    for word in words:
        # Names of other projects may have an equals sign; ours have none.
        theirs, equals, own = word.rpartition("=")
        if not equals or not theirs or own not in (*allowed, LEFT_OUT):
            names = f"{left}= followed by nothing or one of {', '.join(allowed)}"
            findings.append(Finding(option, "", "", word, names, "correct it"))
        pairs.append((theirs, own))
    refuse(findings)
    return pairs
