"""The Label Studio configs: generated, accepted by the SDK, and checked for what it misses."""

from __future__ import annotations

import dataclasses
import warnings
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from usiran.corpus import Corpus
from usiran.label_studio.check_config import check_config
from usiran.label_studio.config import TASK_FIELDS, Rule, config, config_files
from usiran.schemas.label_scheme import Project, read_scheme
from usiran.schemas.names import REMARKS

PROJECTS: tuple[Project, ...] = ("stance", "spans")


def test_the_committed_configs_are_those_of_the_scheme(repo: Corpus) -> None:
    for name, content in config_files(read_scheme(repo.labels)).items():
        assert (repo.annotation / name).read_bytes() == content


@pytest.mark.parametrize("project", PROJECTS)
def test_label_studios_own_validation_accepts_the_config(repo: Corpus, project: Project) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK's imports warn of their own dependencies
        from label_studio_sdk.label_interface.interface import LabelInterface

        rules = [Rule("1.1 What <counts>", "| a | b |\n|---|---|\n| *c* | `d` & e |")]
        interface = LabelInterface(config(read_scheme(repo.labels), project, rules=rules))
        interface.validate()  # type: ignore[no-untyped-call] # the SDK leaves it untyped
        controls = {control.name for control in interface.controls}
    expected = {f.name for f in read_scheme(repo.labels).of(project) if f.kind != "relation"}
    expected.add("notes")
    assert controls == expected


@pytest.mark.parametrize("project", PROJECTS)
def test_every_control_is_about_a_text_and_offers_the_labels_of_its_field(
    repo: Corpus, project: Project
) -> None:
    scheme = read_scheme(repo.labels)
    root = ET.fromstring(config(scheme, project))
    texts = {text.get("name") for text in root.iter("Text")}
    shown = {tag.get("value", "") for tag in root.iter() if tag.get("value", "").startswith("$")}
    assert shown == {f"${name}" for name in TASK_FIELDS[project]}
    offered = {}
    for tag in root.iter():
        if tag.tag in ("Choices", "Labels", "TextArea"):
            assert tag.get("toName") in texts
        if tag.tag in ("Choices", "Labels", "Relations", "TextArea"):
            offered[tag.get("name", "role")] = tuple(label.get("value") for label in tag)
    assert offered == {field.name: field.names for field in scheme.of(project)} | {"notes": ()}


def test_nothing_is_wrong_with_the_scheme(repo: Corpus) -> None:
    assert check_config(read_scheme(repo.labels), file="x.toml") == []


@pytest.mark.parametrize("project", PROJECTS)
def test_an_adjudicator_is_asked_for_a_reason_and_an_annotator_is_not(
    repo: Corpus, project: Project
) -> None:
    scheme = read_scheme(repo.labels)
    boxes = [
        {tag.get("name"): tag.get("required") for tag in ET.fromstring(xml).iter("TextArea")}
        for xml in (config(scheme, project), config(scheme, project, purpose="adjudication"))
    ]
    written = {"voiced_by": None} if project == "stance" else {}
    assert boxes == [written | {"notes": None}, {"reason": "true", "notes": None}]


@pytest.mark.parametrize("project", PROJECTS)
def test_an_adjudicator_sees_the_votes_and_is_not_asked_how_sure_an_annotator_was(
    repo: Corpus, project: Project
) -> None:
    scheme = read_scheme(repo.labels)
    root = ET.fromstring(config(scheme, project, purpose="adjudication"))
    assert [tag.get("value") for tag in root.iter("Markdown")] == ["$votes"]
    asked = {tag.get("name") for tag in root.iter("Choices")}
    choices = {field.name for field in scheme.of(project) if field.kind.startswith("choice")}
    assert asked == choices - {*REMARKS}
    assert "$votes" not in config(scheme, project)


@pytest.mark.parametrize("project", PROJECTS)
def test_no_style_has_a_sign_that_label_studio_would_escape(repo: Corpus, project: Project) -> None:
    style = ET.fromstring(config(read_scheme(repo.labels), project)).findtext("Style") or ""
    assert style.count("{") == style.count("}")
    assert not {*"<>&"} & {*style}


def test_spans_are_drawn_by_symbol_and_never_on_hypertext(repo: Corpus) -> None:
    xml = config(read_scheme(repo.labels), "spans")
    assert 'granularity="symbol"' in xml
    assert "HyperText" not in xml


@pytest.mark.parametrize(
    ("name", "changes", "column", "value"),
    [
        ("holder", {"name": "after"}, "name", "after"),
        ("article_stance", {"name": "text"}, "name", "text"),
        ("voiced_by", {"kind": "labels"}, "kind", "labels"),
        ("article_stance", {"kind": "choices"}, "kind", "choices"),
        ("article_stance", {"kind": "relation"}, "kind", "relation"),
        ("holder", {"kind": "text"}, "labels", "author, source"),
        ("mode", {"region": "evnt"}, "region", "evnt"),
        ("mode", {"region": "article_stance"}, "region", "article_stance"),
        ("mode", {"region": None}, "region", "None"),
        ("holder", {"question": "$next"}, "question", "$next"),
        ("holder", {"question": "Who\uffff?"}, "", "not well-formed"),
    ],
)
def test_what_the_sdk_misses_is_found(
    repo: Corpus, name: str, changes: dict[str, Any], column: str, value: str
) -> None:
    scheme = read_scheme(repo.labels)
    fields = tuple(
        msgspec.structs.replace(field, **changes) if field.name == name else field
        for field in scheme.fields
    )
    (finding,) = check_config(dataclasses.replace(scheme, fields=fields), file="x.toml")
    assert finding.column == column
    assert finding.value.startswith(value)
