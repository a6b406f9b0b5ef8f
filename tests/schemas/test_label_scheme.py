"""The label scheme: what labels.toml holds, and what it may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.schemas.label_scheme import QUADS, read_scheme
from usiran.schemas.names import REMARKS

PLOVER = (
    "AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST "
    "SANCTION MOBILIZE COERCE ASSAULT"
)


def test_the_scheme_has_the_fields_and_labels_of_the_design(repo: Corpus) -> None:
    scheme = read_scheme(repo.labels)
    assert [field.name for field in scheme.fields] == [
        *("stance", "grounds", "holder", *REMARKS),
        *("actor", "event", "mode", "role", "article_stance"),
    ]
    assert [field.name for field in scheme.fields if field.kind == "text"] == ["voiced_by"]
    assert scheme["stance"].names == ("pro-US", "pro-Iran", "neutral")
    assert scheme["grounds"].names == ("us+", "us-", "iran+", "iran-")
    assert scheme["event"].names == tuple(PLOVER.split())
    assert scheme["mode"].default == "actual"
    assert len(scheme["actor"].names) == 7


def test_every_event_has_the_quad_class_of_plovers_order(repo: Corpus) -> None:
    quads = list(read_scheme(repo.labels).quad_of.values())
    assert quads == [QUADS[0]] * 4 + [QUADS[1]] * 3 + [QUADS[2]] * 4 + [QUADS[3]] * 5


def test_hotkeys_and_colours_are_there_for_every_label_that_is_drawn(repo: Corpus) -> None:
    for field in read_scheme(repo.labels).fields:
        for label in field.labels:
            assert re.fullmatch(r"#[0-9A-F]{6}", label.color), label.name
            assert (label.hotkey is not None) == (field.kind != "relation"), label.name


def test_an_export_may_hold_a_label_s_alias(repo: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "labels.toml"
    text = repo.labels.read_text(encoding="utf-8")
    path.write_text(text.replace('name = "pro-US"', 'name = "pro-US"\nalias = "U"', 1), "utf-8")
    field = read_scheme(path)["stance"]
    assert field.by_written == {
        "pro-US": "pro-US", "U": "pro-US", "pro-Iran": "pro-Iran", "neutral": "neutral",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "choice"', 'kind = "chioce"', "Invalid enum value 'chioce'"),
        ('quad = "verbal conflict"', 'quad = "conflict"', "Invalid enum value 'conflict'"),
        ('question = "', 'qestion = "', "qestion"),
        ("version = ", "edition = ", "edition"),
        ('stance = "pro-US"', 'stance = "pro-USA"', "pro-USA in side us"),
        ('unfavourable = "iran-"', 'unfavourable = "iran--"', "iran-- in side iran"),
        ('affiliations = ["IRAN"]', 'affiliations = ["PERSIA"]', "PERSIA in side iran"),
        ('stance = "pro-Iran"', 'stance = "pro-US"', "pro-Iran, neutral beside those"),
    ],
)
def test_a_wrong_key_or_value_is_named(
    repo: Corpus, tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = tmp_path / "labels.toml"
    path.write_text(repo.labels.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(FileError, match=told):
        read_scheme(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "holder"', 'name = "voice"', r"found 'field holder: none'"),
        ('name = "mode"', 'name = "stance"', r"found 'stance twice'; allowed: each field once"),
        (
            'kind = "relation"',
            'kind = "labels"',
            r"field role: spans, labels, region'; allowed: .*",
        ),
        ('name = "agent"', 'name = "doer"', r"doer, recipient of field role'; .*agent and recip"),
        ('name = "author"', 'name = "writer"', r"writer, source of field holder'"),
        ('default = "actual"', 'default = "real"', r"default real of field mode'; allowed: one of"),
        ('quad = "verbal conflict"\n', "", r"label REQUEST without quad'; allowed: one of verbal"),
        (
            'name = "pro-US"\nhotkey = "8"',
            'name = "US"\nhotkey = "8"',
            r"those of stance, in their",
        ),
    ],
)
def test_a_scheme_that_the_toolkit_could_not_work_with_is_told(
    repo: Corpus, tmp_path: Path, old: str, new: str, told: str
) -> None:
    path, text = tmp_path / "labels.toml", repo.labels.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FileError, match=told):
        read_scheme(path)
