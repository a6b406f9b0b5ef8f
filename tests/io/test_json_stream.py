"""Splitting JSON arrays and JSON lines between their objects."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from usiran.errors import FileError
from usiran.io import json_stream as jsonstream
from usiran.io.json_stream import batches

OBJECTS = st.lists(
    st.dictionaries(
        st.text(alphabet='ab{}[]"\\,é😀\n', max_size=4),
        st.recursive(
            st.one_of(st.integers(), st.none(), st.text(alphabet='x{}[]"\\,:é😀\n', max_size=8)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(st.text(alphabet='k{"\\', max_size=2), inner, max_size=3),
            ),
            max_leaves=8,
        ),
        max_size=3,
    ),
    max_size=6,
)


def split(path: Path) -> list[object]:
    return [msgspec.json.decode(raw) for batch in batches(path, name="x.json") for raw in batch]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(OBJECTS, st.sampled_from([None, 1, "\t"]), st.booleans(), st.integers(1, 40))
def test_every_object_is_found_whatever_the_layout_and_the_chunks(
    tmp_path: Path, values: list[object], indent: int | str | None, ascii_only: bool, chunk: int
) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(values, indent=indent, ensure_ascii=ascii_only), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonstream, "CHUNK", chunk)
        assert split(path) == values


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(OBJECTS.filter(bool), st.sampled_from(["\n", "\r\n", "\n\n", " "]), st.integers(1, 40))
def test_objects_one_after_another_are_found(
    tmp_path: Path, values: list[object], between: str, chunk: int
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(between.join(map(json.dumps, values)).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonstream, "CHUNK", chunk)
        assert split(path) == values


def test_alike_objects_inside_objects_are_not_taken_for_tasks(tmp_path: Path) -> None:
    values = [{"id": n, "in": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]} for n in range(400)]
    path = tmp_path / "x.json"
    path.write_text(json.dumps(values))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonstream, "CHUNK", 700)
        assert split(path) == values


def test_a_byte_order_mark_and_blanks_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b'\xef\xbb\xbf \n[ {"a": 1} , {"a": 2} ] \n')
    assert split(path) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", r"found '0 bytes'"),
        (b"  \n", r"text that begins with nothing but blanks"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", r"a binary file"),
        (b'[{"a": "\0"}]', r"a binary file"),
        (b"hello", r"text that begins hello"),
        (b'"text"', r"text that begins"),
        (b'[{"a": 1}', r"stops inside a task"),
        (b'[{"a": 1}, {"a": "}', r"stops inside a task"),
        (b'[{"a": 1},', r"stops inside a task"),
        (b"[", r"stops inside a task"),
        (b'{"a": 1', r"stops inside a task"),
        (b'[{"a": 1} {"a": 2}]', r"no comma between tasks"),
        (b'[{"a": 1}, 5, {"a": 2}]', r", 5, between or behind tasks"),
        (b"[1, 2]", r"1, 2\] between or behind tasks"),
        (b'[{"a": 1}] x', r"\] x between or behind tasks"),
        (b'{"a": 1}, {"a": 2}', r", between or behind tasks"),
        (b'{"a": 1}}', r"} between or behind tasks"),
        (b'{"a": 1}\n\n{"a": 2\n{"a": 3}\n', r'line 3 \({"a": 2\), which is no whole task'),
        (b'{"a": 1}\n{"a": "x}\n{"a": 3}', r'line 2 \({"a": "x}\), which is no whole task'),
    ],
)
def test_a_file_that_is_no_list_of_objects_is_refused(
    tmp_path: Path, content: bytes, match: str
) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match=match) as caught:
        split(path)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"x\.json: found 'no such file'"):
        split(tmp_path / "none.json")
    with pytest.raises(FileError, match=r"x\.json: found 'a folder'"):
        split(tmp_path)
