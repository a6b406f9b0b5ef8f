"""The generated tables inside CASEBOOK.md: definitions from labels.toml, never by hand."""

import re

from usiran.errors import Finding, InputError
from usiran.io.markdown import table
from usiran.schemas.label_scheme import Field, Scheme

_BLOCK = re.compile(r"(<!-- labels: (\w+) -->\n).*?(<!-- /labels -->)", re.DOTALL)
_QUAD = re.compile(r"(<!-- crosswalk: quad -->\n).*?(<!-- /crosswalk -->)", re.DOTALL)


def fill(text: str, scheme: Scheme, *, file: str) -> str:
    """Return the casebook with every marked table made anew from the label scheme.

    A table stands between ``<!-- labels: FIELD -->`` and ``<!-- /labels -->``, one for each field;
    the quad classes between ``<!-- crosswalk: quad -->`` and ``<!-- /crosswalk -->``.
    """
    marked = [match[2] for match in _BLOCK.finditer(text)]
    fields = [field.name for field in scheme.fields]
    if sorted(marked) != sorted(fields):
        allowed = f"one table each for {', '.join(fields)}"
        fix = "put <!-- labels: FIELD --> and <!-- /labels --> where a field's table belongs"
        raise InputError([Finding(file, "", "labels", ", ".join(marked), allowed, fix)])
    text = _BLOCK.sub(lambda match: f"{match[1]}{_table(scheme[match[2]])}{match[3]}", text)
    return _QUAD.sub(lambda match: f"{match[1]}{_quads(scheme)}{match[2]}", text)


def _table(field: Field) -> str:
    if not field.labels:
        return f"{field.definition}\n"
    # Relations have no hotkeys: Label Studio draws them.
    keys = any(label.hotkey for label in field.labels)
    heads = ["label", *(["key"] if keys else []), "definition"]
    rows = (
        [f"`{label.name}`", *([f"`{label.hotkey}`"] if keys else []), label.definition]
        for label in field.labels
    )
    return table(heads, rows) + "\n"


def _quads(scheme: Scheme) -> str:
    events: dict[str, list[str]] = {}
    for name, quad in scheme.quad_of.items():
        events.setdefault(quad, []).append(f"`{name}`")
    rows = ([quad, ", ".join(names)] for quad, names in events.items())
    return table(["quad class", "event labels"], rows) + "\n"
