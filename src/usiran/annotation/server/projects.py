"""One project on the server: whose and of what it is, how it is set up, what a change costs."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import msgspec

from usiran.annotation.server.client import Studio
from usiran.annotation.server.instructions import words_of
from usiran.corpus import Manifest
from usiran.errors import Finding, StudioError, counted, refuse
from usiran.io.json_stream import batches
from usiran.label_studio.config import Purpose
from usiran.schemas.label_scheme import Project

_TITLE = 50  # characters: Label Studio's limit
_MARK = re.compile(r"corpus (.+?), data (.+?), layer (.+?), annotator (\S+?)\. ")


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
        name = layer if purpose == "annotation" else f"{layer} {purpose}"
        return cls(manifest.name, manifest.version, name, annotator_id)

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
    match = _MARK.match(description or "")
    return Mark(*match.groups()) if match else None


def find_project(studio: Studio, mark: Mark) -> Any | None:
    """Return the project of a corpus, layer and annotator, if the server has it."""
    # The server's filter takes titles that only hold the words, too.
    listed = [row for row in studio.sdk.projects.list(title=mark.title) if row.title == mark.title]
    if not listed:
        return None
    where = studio.place(mark.title)
    if len(listed) > 1:
        numbers = ", ".join(str(row.id) for row in listed)
        raise StudioError(where, f"numbers {numbers}", "one such project", "delete all but one")
    project = studio.sdk.projects.get(id=listed[0].id)
    present = read_mark(project.description)
    if present is None or present._replace(version=mark.version) != mark:
        value = ", ".join(present) if present else "a description that names no corpus"
        fix = "put its description back, or rename or delete it there"
        raise StudioError(where, value, ", ".join(mark), fix)
    return project


def pushed_projects(studio: Studio, marks: Iterable[Mark]) -> list[Any]:
    """Return those of the projects that the server has, or refuse where it has none of them.

    One that was pushed from another version of the data is refused too.
    """
    projects = {mark: find_project(studio, mark) for mark in marks}
    for mark, project in projects.items():
        present = read_mark(project.description) if project is not None else None
        if present is not None and present.version != mark.version:
            fix = "push again: it compares every text and then names the present version"
            allowed = f"data {mark.version}, as in corpus.toml"
            raise StudioError(studio.place(mark.title), f"data {present.version}", allowed, fix)
    if pushed := [project for project in projects.values() if project is not None]:
        return pushed
    command = "push --layer LAYER --annotator ID"
    if any(mark.layer.endswith(" adjudication") for mark in projects):
        command = "adjudicate --push --adjudicator ID"
    titles = " or ".join(f"'{mark.title}'" for mark in projects)
    fix = f"push the tasks first: usiran annotate {command}"
    raise StudioError(studio.url, "no such project", titles, fix)


def settings(mark: Mark, config: str, instruction: str) -> dict[str, object]:
    """Return how a project is set up, as the server is told."""
    return {
        "title": mark.title,
        "description": mark.description,
        "label_config": config.strip(),
        "expert_instruction": instruction.strip(),
        "show_instruction": True,
        # Each annotator has a project: a task is done once it has one annotation.
        "maximum_annotations": 1,
        "show_skip_button": True,
        # An empty submit could not be told from one that was forgotten.
        "enable_empty_annotation": False,
        "show_annotation_history": False,
    }


def differing(project: Any, wanted: Mapping[str, object]) -> dict[str, object]:
    """Return the settings that the project does not have as wanted."""
    present = {key: getattr(project, key, None) for key in wanted}
    differing = {key: value for key, value in wanted.items() if present[key] != value}
    # The server cleans the instruction's HTML: it never comes back as it was sent.
    if words_of(present["expert_instruction"]) == words_of(str(wanted["expert_instruction"])):
        differing.pop("expert_instruction", None)
    return differing


Uses = Counter[tuple[str, str]]
"""How often each (control, label) is used."""


def refuse_losses(studio: Studio, project: Any, config: str) -> None:
    """Refuse a config that lacks a label or a control which the project's labels use."""
    with studio.exported(project.id) as export:
        uses = count_uses(export)
    where, allowed = studio.place(project.title), "one of the new config"
    fix = "put it back in labels.toml, or pull the labels and delete the project there"
    lost = {
        use: f"{use[1]} (used {counted(uses[use], 'time')})"
        for use in uses.keys() - _offered(config)
    }
    refuse(Finding(where, use[0], "label", value, allowed, fix) for use, value in lost.items())


def count_uses(export: Path) -> Uses:
    """Count the labels in the annotations and drafts of an export."""
    uses: Uses = Counter()
    for batch in batches(export, name="the export"):
        for task in map(msgspec.json.decode, batch):
            for labelled in (*(task.get("annotations") or ()), *(task.get("drafts") or ())):
                for item in labelled.get("result") or ():
                    uses.update(_uses(item))
    return uses


# Not by the reader's types: whatever else stands in a project may be of any.
def _uses(item: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if item.get("type") == "relation":
        return [("relation", label) for label in item.get("labels") or ()]
    value = item.get("value") or {}
    labels = value.get("choices") or value.get("labels") or ()
    return [(item.get("from_name") or "", label) for label in labels]


def _offered(config: str) -> set[tuple[str, str]]:
    """Return each control and label as an export writes them; relations have no control."""
    return {
        (tag.get("name") or "relation", child.get("alias") or child.get("value") or "")
        for tag in ET.fromstring(config).iter()
        if tag.tag in ("Choices", "Labels", "Relations")
        for child in tag
    }
