"""Claims about parts: what they hold, and which ids come twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.jobs import rows, write
from usiran.errors import FileError, InputError
from usiran.inference.job import plan as planning
from usiran.inference.job import repeated_ids
from usiran.inference.job.plan import Plan, read_part, survey
from usiran.inference.job.readers import Columns
from usiran.inference.job.records import Document, Rejected
from usiran.inference.job.repeated_ids import Ids
from usiran.inference.job.sources import sources_of


def planned(*paths: Path, size: int = 3, strict: bool = False) -> Plan:
    sources = sources_of([str(path) for path in paths], paths[0])
    return survey(sources, Columns(), size=size, strict=strict)


def texts(plan: Plan) -> list[list[str]]:
    return [
        [reading.text for reading in read_part(part, Columns()) if isinstance(reading, Document)]
        for part in plan.parts
    ]


@pytest.mark.parametrize("name", ["t.jsonl", "t.csv", "t.parquet", "t.saved", "t"])
def test_the_parts_together_are_the_input(tmp_path: Path, name: str) -> None:
    plan = planned(write(tmp_path / name, rows(8)))
    assert [part.records for part in plan.parts] == [3, 3, 2]
    assert [text for part in texts(plan) for text in part] == [row["text"] for row in rows(8)]
    assert [(entry.records, entry.texts) for entry in plan.inputs] == [(8, 8)]


def test_a_part_is_bounded_in_characters_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PART_CHARACTERS", 300)
    assert [part.records for part in planned(write(tmp_path / "t.jsonl", rows(5))).parts] == [
        2,
        2,
        1,
    ]


def test_of_texts_with_one_id_the_first_is_kept_whatever_part_they_are_in(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", [*rows(4), {"id": "T 1", "text": "Again ."}])
    second = write(tmp_path / "b.csv", [{"id": "t-0", "text": "And again ."}, *rows(6)[4:]])
    plan = planned(first, second)
    assert [part.repeated for part in plan.parts] == [(), (1,), (0,)]
    assert (plan.texts, [part.texts for part in plan.parts]) == (6, [3, 1, 2])
    rejected = [
        (reading.file, reading.row, reading.id, reading.reason)
        for part in plan.parts
        for reading in read_part(part, Columns())
        if isinstance(reading, Rejected)
    ]
    assert rejected == [
        (str(first), 5, "T 1", "a text before has this id (t-1)"),
        (str(second), 1, "t-0", "a text before has this id (t-0)"),
    ]


def test_a_record_that_is_rejected_takes_no_id(tmp_path: Path) -> None:
    texts_of_x: tuple[object, ...] = (None, "They left .")
    records = [{"id": "x", "text": text} for text in texts_of_x]
    plan = planned(write(tmp_path / "t.jsonl", records))
    assert (plan.texts, [part.repeated for part in plan.parts]) == (1, [()])


@settings(max_examples=25)
@given(st.lists(st.integers(0, 40)), st.integers(24, 100))
def test_repeated_ids_are_those_seen_before(keys: list[int], kept: int) -> None:
    with pytest.MonkeyPatch.context() as patch, Ids() as ids:
        patch.setattr(repeated_ids, "_KEPT", kept)
        for number, key in enumerate(keys):
            ids.add(f"text-{key}", number)
        assert ids.repeated().tolist() == [n for n, key in enumerate(keys) if key in keys[:n]]


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (
            [{"text": "One ."}, {"text": 3}, {}],
            r"t.jsonl: row 2: found 'int, no text: 3'.*--strict",
        ),
        ([{"id": 1, "text": "One ."}] * 3, r"row 2: found 'a text before has this id \(1\): One"),
    ],
)
def test_strict_stops_at_the_first_faulty_record(
    tmp_path: Path, records: list[dict[str, object]], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        planned(write(tmp_path / "t.jsonl", records), strict=True)
    assert len(caught.value.findings) == 1


def test_no_text_at_all_is_told_with_a_reason(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", [{"body": "x"}, {"text": 1}])
    with pytest.raises(FileError, match=r"no text that can be read \(no key 'text'\)"):
        planned(path)


def test_an_input_that_changes_in_between_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", rows(4))
    parts = list(planned(path).parts)
    path.write_bytes(path.read_bytes().replace(b"t-3", b"t-9"))
    assert len(read_part(parts[0], Columns())) == 3
    with pytest.raises(FileError, match="another content than a moment ago"):
        read_part(parts[1], Columns())
