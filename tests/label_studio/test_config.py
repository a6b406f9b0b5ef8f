"""The Label Studio configs: generated, accepted by the SDK, and checked for what it misses."""

from __future__ import annotations

import warnings
from xml.etree import ElementTree as ET

import pytest

from usiran.corpus import Corpus
from usiran.label_studio.check_config import check_config
from usiran.label_studio.config import Rule, config, config_files
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
def test_our_own_check_finds_nothing_in_the_generated_config(
    repo: Corpus, project: Project
) -> None:
    scheme = read_scheme(repo.labels)
    assert check_config(config(scheme, project), scheme, project, file="x.xml") == []


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
    ("old", "new", "column", "value"),
    [
        ('value="pro-Iran" hotkey="2"', 'value="pro-Iran" hotkey="1"', "hotkey", "1"),
        ('name="holder" toName="text"', 'name="holder" toName="txt"', "toName", "txt"),
        ('name="holder" toName="text"', 'name="stance" toName="text"', "name", "stance"),
        ('value="$after"', 'value="$next"', "value", "$next"),
        ('value="us+" hotkey', 'value="us plus" hotkey', "labels", "us plus, us-, iran+, iran-"),
        ('toName="text" showInline="true" choice="multiple"', 'choice="multiple"', "toName", ""),
        ("</View>\n", "</Vieuw>\n", "", "mismatched tag: line 80, column 2"),
    ],
)
def test_what_the_sdk_misses_is_found(
    repo: Corpus, old: str, new: str, column: str, value: str
) -> None:
    scheme = read_scheme(repo.labels)
    broken = new.join(config(scheme, "stance").rsplit(old, 1))
    assert broken != config(scheme, "stance")
    found = check_config(broken, scheme, "stance", file="x.xml")
    assert (column, value) in [(finding.column, finding.value) for finding in found]


def test_a_region_choice_must_name_a_control_that_exists(repo: Corpus) -> None:
    scheme = read_scheme(repo.labels)
    broken = config(scheme, "spans").replace('whenTagName="event"', 'whenTagName="evnt"')
    (finding,) = check_config(broken, scheme, "spans", file="x.xml")
    assert (finding.record, finding.column, finding.value) == ("<View>", "whenTagName", "evnt")
