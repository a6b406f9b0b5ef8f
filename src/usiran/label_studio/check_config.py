"""What Label Studio would misread in the configs that a label scheme gives.

The scheme's reader knows which fields the toolkit needs, and label-studio-sdk whether the tags of
a config exist; neither says a word of what is found here.
"""

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from usiran.errors import Finding, shorten
from usiran.label_studio.config import TASK_FIELDS, config
from usiran.schemas.label_scheme import Field, Project, Scheme

_TEXTS = ("before", "text", "after")
# What is drawn of a field in each project's page; relations have no name there but their field's.
_KINDS: dict[Project, tuple[str, ...]] = {
    "stance": ("choice", "choices", "text"),
    "spans": ("labels", "choice", "relation"),
}

_FIX_HOTKEY = "give one of them another hotkey in labels.toml"
_Error = tuple[str, str, str, str, str]
"""A finding but for its file: record, column, value, what is allowed, how to mend it."""


def check_config(scheme: Scheme, *, file: str) -> list[Finding]:
    """Return what is wrong with the configs of a scheme, located by field and label."""
    errors = [error for project in TASK_FIELDS for error in _errors(scheme, project)]
    return sorted(Finding(file, *error) for error in errors)


def _errors(scheme: Scheme, project: Project) -> Iterator[_Error]:
    fields = scheme.of(project)
    yield from _hotkey_errors(fields)
    for field in fields:
        yield from _field_errors(field, fields)
    try:
        ET.fromstring(config(scheme, project))
    except ET.ParseError as error:
        yield f"project {project}", "", shorten(error), "text that XML can hold", "correct it"


def _hotkey_errors(fields: Sequence[Field]) -> Iterator[_Error]:
    # Neither the SDK nor the server says a word about a double.
    holders: dict[str, str] = {}
    for field in fields:
        for label in field.labels:
            name = f"{field.name} {label.name}"
            if label.hotkey in holders:
                allowed = f"a hotkey of its own ({label.hotkey} is that of {holders[label.hotkey]})"
                yield name, "hotkey", label.hotkey, allowed, _FIX_HOTKEY
            elif label.hotkey is not None:
                holders[label.hotkey] = name


def _field_errors(field: Field, fields: Sequence[Field]) -> Iterator[_Error]:
    name, kinds, shown = field.name, _KINDS[field.project], TASK_FIELDS[field.project]
    if name in _TEXTS:
        allowed = "another name: a text of the page has it"
        yield name, "name", name, allowed, "rename the field"
    if field.kind not in kinds or (field.kind == "relation" and name != "role"):
        yield name, "kind", field.kind, f"one of {', '.join(kinds)}", "change the kind"
    if field.kind == "text" and field.labels:
        value = ", ".join(field.names)
        yield name, "labels", value, "no labels of a text", "take the labels out"
    regions = [own.name for own in fields if own.kind == "labels"]
    if field.kind == "choice" and field.scope == "region" and field.region not in regions:
        allowed = f"one of {', '.join(regions)}"
        yield name, "region", str(field.region), allowed, "name the field of the spans"
    # What begins with a dollar sign is a variable to Label Studio.
    if field.question.startswith("$") and field.question[1:] not in shown:
        yield name, "question", field.question, "a question without $ before it", "reword it"
