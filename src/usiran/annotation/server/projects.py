"""One project on the server: whose and of what it is, how it is set up, what a change costs."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from xml.etree import ElementTree as ET

import msgspec

from usiran.annotation.server.instructions import words_of
from usiran.corpus import Manifest
from usiran.errors import Finding, InputError, StudioError
from usiran.io.json_stream import batches
from usiran.schemas.label_scheme import Project

if TYPE_CHECKING:
    from usiran.annotation.server.client import Studio

_TITLE = 50  # characters: Label Studio's limit
_MARK = re.compile(r"corpus (.+?), data (.+?), layer (.+?), annotator (\S+?)\. ")
_LISTS = ("Choices", "Labels", "Relations")

Purpose = Literal["annotation", "adjudication"]


class Mark(NamedTuple):
    """What a project is for; it stands in the project's description."""

    corpus: str
    version: str
    layer: str
    annotator_id: str

    @classmethod
    def of(
        cls,
        manifest: Manifest,
        layer: Project,
        annotator_id: str,
        purpose: Purpose = "annotation",
    ) -> Mark:
        """Return the mark of a corpus's project."""
        told = layer if purpose == "annotation" else f"{layer} {purpose}"
        return cls(manifest.name, manifest.version, told, annotator_id)

    @property
    def title(self) -> str:
        """The project's title; a long one is cut and told apart by a digest."""
        title = f"{self.corpus}: {self.layer}: {self.annotator_id}"
        if len(title) <= _TITLE:
            return title
        digest = hashlib.blake2s(title.encode(), digest_size=4).hexdigest()
        return f"{title[: _TITLE - 9]}~{digest}"

    @property
    def description(self) -> str:
        """The mark as the project's description."""
        return (
            f"corpus {self.corpus}, data {self.version}, layer {self.layer}, "
            f"annotator {self.annotator_id}. Kept by `usiran annotate push`: leave this as it is."
        )


def read_mark(description: str | None) -> Mark | None:
    """Return the mark in a project's description, if there is one.

    >>> read_mark("corpus tiny, data 0.1.0, layer stance, annotator ann. Kept ...")
    Mark(corpus='tiny', version='0.1.0', layer='stance', annotator_id='ann')
    """
    found = _MARK.match(description or "")
    return Mark(*found.groups()) if found else None


def find_project(studio: Studio, mark: Mark) -> Any | None:
    """Return the project of a corpus, layer and annotator, if the server has it.

    Raises
    ------
    StudioError
        There are several, or a project of that title is for something else.
    """
    listed = [one for one in studio.sdk.projects.list(title=mark.title) if one.title == mark.title]
    if not listed:
        return None
    where = f"{studio.url}, project '{mark.title}'"
    if len(listed) > 1:
        numbers = ", ".join(str(one.id) for one in listed)
        raise StudioError(where, f"numbers {numbers}", "one such project", "delete all but one")
    project = studio.sdk.projects.get(id=listed[0].id)
    found = read_mark(project.description)
    if found is None or found._replace(version=mark.version) != mark:
        shown = ", ".join(found) if found else "a description that names no corpus"
        fix = "put its description back, or rename or delete it there"
        raise StudioError(where, shown, ", ".join(mark), fix)
    return project


def check_version(studio: Studio, mark: Mark, project: Any) -> None:
    """Refuse a project that was pushed from another version of the data.

    Raises
    ------
    StudioError
        With both versions.
    """
    given = read_mark(project.description)
    if given is not None and given.version != mark.version:
        where = f"{studio.url}, project '{mark.title}'"
        fix = "push again: it compares every text and then names the present version"
        raise StudioError(
            where, f"data {given.version}", f"data {mark.version}, as in corpus.toml", fix
        )


def no_project(studio: Studio, marks: Iterable[Mark]) -> StudioError:
    """Return what is said where the server has none of these projects."""
    wanted = list(marks)
    titles = " or ".join(f"'{mark.title}'" for mark in wanted)
    push = "push --layer LAYER --annotator ID"
    if any(mark.layer.endswith(" adjudication") for mark in wanted):
        push = "adjudicate --push --adjudicator ID"
    fix = f"push the tasks first: usiran annotate {push}"
    return StudioError(studio.url, "no such project", titles, fix)


def settings(mark: Mark, config: str, instruction: str) -> dict[str, object]:
    """Return how a project is set up, as the server is told."""
    return {
        "title": mark.title,
        "description": mark.description,
        "label_config": config.strip(),
        "expert_instruction": instruction.strip(),
        "show_instruction": True,
        "maximum_annotations": 1,
        "show_skip_button": True,
        "enable_empty_annotation": False,
        "show_annotation_history": False,
    }


def differing(project: Any, wanted: Mapping[str, object]) -> dict[str, object]:
    """Return the settings that the project does not have as wanted."""
    found = {key: getattr(project, key, None) for key in wanted}
    differing = {key: value for key, value in wanted.items() if found[key] != value}
    if words_of(found["expert_instruction"]) == words_of(str(wanted["expert_instruction"])):
        differing.pop("expert_instruction", None)
    return differing


class _Value(msgspec.Struct):
    choices: list[str] | None = None
    labels: list[str] | None = None


class _Item(msgspec.Struct):
    from_name: str | None = None
    type: str | None = None
    value: _Value | None = None
    labels: list[str] | None = None


class _Labelled(msgspec.Struct):
    result: list[_Item] | None = None


class _Task(msgspec.Struct):
    annotations: list[_Labelled] | None = None
    drafts: list[_Labelled] | None = None


Uses = Counter[tuple[str, str]]
"""How often each (control, label) is used."""


def refuse_losses(studio: Studio, project: Any, config: str) -> None:
    """Refuse a config that lacks a label or a control which the project's labels use.

    Raises
    ------
    InputError
        With one finding for each label that would be lost.
    """
    with TemporaryDirectory(prefix="usiran-") as temporary:
        export = Path(temporary) / "export.json"
        studio.download(project.id, export)
        used = count_uses(export)
    offered = _offered(config)
    file = f"{studio.url}, project '{project.title}'"
    findings = [
        Finding(file, control, "label", f"{label} (used {times} times)", "one of the new config",
                "put it back in labels.toml, or pull the labels and delete the project there")
        for (control, label), times in used.items() if label not in offered.get(control, ())
    ]  # fmt: skip
    if findings:
        raise InputError(findings)


def count_uses(export: Path) -> Uses:
    """Count the labels in the annotations and drafts of an export."""
    used: Uses = Counter()
    decode = msgspec.json.Decoder(_Task).decode
    for batch in batches(export, name="the export"):
        for raw in batch:
            task = decode(raw)
            for labelled in (*(task.annotations or ()), *(task.drafts or ())):
                for item in labelled.result or ():
                    used.update(_uses(item))
    return used


def _uses(item: _Item) -> Iterable[tuple[str, str]]:
    if item.type == "relation":
        return [("relation", label) for label in item.labels or ()]
    value = item.value or _Value()
    return [(item.from_name or "", label) for label in (value.choices or value.labels or ())]


def _offered(config: str) -> dict[str, set[str]]:
    """Return the labels of each control as an export writes them; relations as ``relation``."""
    offered: dict[str, set[str]] = {}
    for tag in ET.fromstring(config).iter():
        if tag.tag in _LISTS:
            labels = {child.get("alias") or child.get("value") or "" for child in tag}
            offered.setdefault(tag.get("name") or "relation", set()).update(labels)
    return offered
