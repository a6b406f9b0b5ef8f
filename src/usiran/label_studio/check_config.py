"""A check of a Label Studio config, for what label-studio-sdk's own lets pass.

`LabelInterface` checks that a config can be parsed and its tags exist; here duplicate hotkeys are
found, names that lead nowhere or are given twice, task fields that the project's tasks do not
have, labels that are not the scheme's.
"""

from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from usiran.errors import Finding, shorten
from usiran.label_studio.config import TASK_FIELDS
from usiran.schemas.label_scheme import Project, Scheme
from usiran.schemas.names import BOXES

_CONTROLS = {"Choices": "Choice", "Labels": "Label", "Relations": "Relation"}


def check_config(xml: str, scheme: Scheme, project: Project, *, file: str) -> list[Finding]:
    """Return what is wrong with a project's labelling config, located by tag and name."""
    try:
        root = ET.fromstring(xml)
    except ET.ParseError as error:
        return [Finding(file, "", "", shorten(error), "well-formed XML", "correct this place")]
    errors = [
        *_hotkey_errors(root),
        *_name_errors(root),
        *_variable_errors(root, project),
        *_label_errors(root, scheme, project),
    ]
    return sorted(Finding(file, *error) for error in errors)


def _where(element: ET.Element) -> str:
    return f"<{element.tag} {element.get('name') or element.get('value') or ''}>".replace(" >", ">")


_Error = tuple[str, str, str, str, str]
"""A finding but for its file: record, column, value, what is allowed, how to mend it."""


def _hotkey_errors(root: ET.Element) -> Iterator[_Error]:
    # Neither the SDK nor the server says a word about a double.
    holders: dict[str, str] = {}
    for element in root.iter():
        key = element.get("hotkey")
        if key in holders:
            allowed = f"a hotkey of its own ({key} is that of {holders[key]})"
            fix = "give one of them another hotkey in labels.toml"
            yield _where(element), "hotkey", key, allowed, fix
        elif key is not None:
            holders[key] = _where(element)


def _name_errors(root: ET.Element) -> Iterator[_Error]:
    counts = Counter(name for element in root.iter() if (name := element.get("name")))
    texts = {element.get("name") for element in root.iter() if element.tag == "Text"}
    for name, count in counts.items():
        if count > 1:
            yield f"name {name}", "name", name, "each name once", "rename one tag"
    for element in root.iter():
        for pointer, targets in (("toName", texts), ("whenTagName", set(counts))):
            target = element.get(pointer)
            if target is not None and target not in targets:
                allowed = f"one of {', '.join(sorted(map(str, targets)))}"
                yield _where(element), pointer, target, allowed, "correct the name"
        if element.tag in ("Choices", "Labels", "TextArea") and element.get("toName") is None:
            yield _where(element), "toName", "", "the name of the text it is about", "add toName"


def _variable_errors(root: ET.Element, project: Project) -> Iterator[_Error]:
    fields = TASK_FIELDS[project]
    for element in root.iter():
        value = element.get("value") or ""
        if value.startswith("$") and value[1:] not in fields:
            allowed = f"one of {', '.join('$' + name for name in fields)}"
            yield _where(element), "value", value, allowed, "name a task field"


def _label_errors(root: ET.Element, scheme: Scheme, project: Project) -> Iterator[_Error]:
    offered: dict[str, list[str]] = {}
    for element in root.iter():
        if element.tag in _CONTROLS:
            children = element.findall(_CONTROLS[element.tag])
            # Relations have no name in a config; the scheme's field of them is "role".
            offered[element.get("name") or "role"] = [c.get("value") or "" for c in children]
        elif element.tag == "TextArea":
            offered[element.get("name") or ""] = []
    fields = {field.name: list(field.names) for field in scheme.of(project)}
    # Boxes of the page, which hold no labels.
    for name in (offered.keys() | fields.keys()) - {*BOXES}:
        if offered.get(name) != fields.get(name):
            value = ", ".join(offered.get(name, [])) or "no such control"
            allowed = ", ".join(fields.get(name, [])) or f"one of {', '.join(fields)}"
            yield name, "labels", value, allowed, "run `usiran build`"
