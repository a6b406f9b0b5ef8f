"""Claims about readers: every kind of input, from any place in it."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.jobs import read_all, rows, source, write
from usiran.errors import FileError
from usiran.inference.job.plan import survey
from usiran.inference.job.readers import LONGEST_LINE, Columns, Place, read
from usiran.inference.job.records import Rejected, record
from usiran.inference.job.sources import Source, sources_of

KINDS = ("t.jsonl", "t.csv", "t.parquet", "t.saved", "t")


@pytest.mark.parametrize("name", KINDS)
def test_reading_from_the_place_after_a_row_gives_the_rows_after_it(
    tmp_path: Path, name: str
) -> None:
    records = [{"id": f"t-{number}", "text": f"«Text», {number}\nends ."} for number in range(8)]
    path = write(tmp_path / name, records)
    whole = read_all(path)
    assert [row.text for row in whole] == [record["text"] for record in records]
    for number, row in enumerate(whole, start=1):
        rest = list(read(source(path), Columns(), Place(row.after, row.number + 1)))
        assert rest == whole[number:]


@pytest.mark.parametrize("name", KINDS[:4])
def test_other_columns_can_be_named(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, [{"nr": 7, "body": "One .", "text": "no"}])
    (row,) = read_all(path, text="body", id="nr")
    assert (str(row.source_id), row.text) == ("7", "One .")


@pytest.mark.parametrize("name", KINDS[1:4])
def test_a_column_that_is_not_there_is_told_at_once(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, [{"nr": 7, "body": "One ."}])
    with pytest.raises(FileError, match=r"no column 'text'; allowed: nr, body|no column 'text''"):
        read_all(path)
    with pytest.raises(FileError, match="--id-column"):
        read_all(path, text="body", id="key")


def test_json_that_cannot_be_read_costs_its_line_alone(tmp_path: Path) -> None:
    lines = [b'\xef\xbb\xbf{"text": "One ."}', b"{", b"", b'{"text": "\xff"}', b'{"body": "x"}',
             b"[1]", b'{"text": "' + b"x" * LONGEST_LINE + b'"}', b'{"text": "Two ."}']  # fmt: skip
    (tmp_path / "t.jsonl").write_bytes(b"\n".join(lines))
    read_back = read_all(tmp_path / "t.jsonl")
    assert [(row.number, row.text) for row in read_back if not row.error] == [
        (1, "One ."), (8, "Two ."),
    ]  # fmt: skip
    assert [row.number for row in read_back if row.error] == [2, 4, 5, 6, 7]
    assert read_back[-2].error == "a line of more than 8,000,000 bytes"


@pytest.mark.parametrize(
    ("content", "errors", "texts"),
    [
        (b'text,id\nOne .,1\n"Two\n', [2], ["One ."]),
        (b"text,id\nOne .,1,x\nTwo .\nThree .,3\n", [1, 2], ["Three ."]),
        (b'text,id\n"One" .,1\nTwo .,2\n', [1], ["Two ."]),
        (b"text,id\n" + b"x" * 8_000_001 + b",1\nTwo .,2\n", [1], ["Two ."]),
        (b'text,id\n"' + (b"x" * 999 + b"\n") * 8_001 + b"Two .,2\n", [1], ["Two ."]),
        (b"\xef\xbb\xbftext,id\nOne .,1\n\nTwo .,2\n", [], ["One .", "Two ."]),
    ],
)
def test_a_row_of_a_csv_that_cannot_be_read_does_not_end_it(
    tmp_path: Path, content: bytes, errors: list[int], texts: list[str]
) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    read_back = read_all(tmp_path / "t.csv")
    assert [row.number for row in read_back if row.error] == errors
    assert [row.text for row in read_back if not row.error] == texts


def test_a_field_longer_than_csvs_own_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text\n" + "They left . " * 30_000 + "\n")
    limit = csv.field_size_limit()
    (row,) = read_all(tmp_path / "t.csv")
    assert len(str(row.text)) == 360_000
    assert csv.field_size_limit() == limit


def test_strings_of_parquet_that_are_not_utf_8_cost_their_row_alone(tmp_path: Path) -> None:
    texts = pa.array([b"One .", b"\xff", None], pa.binary())
    pq.write_table(
        pa.table({"text": pa.Array.from_buffers(pa.string(), 3, texts.buffers())}),
        tmp_path / "t.parquet",
    )
    assert [row.text for row in read_all(tmp_path / "t.parquet")] == ["One .", "\udcff", None]


def test_lines_are_texts_where_they_are_no_json(tmp_path: Path) -> None:
    (tmp_path / "piped").write_text("One .\n\nTwo .\r\n")
    piped = Source("lines", "-", "stdin", str(tmp_path / "piped"))
    assert [(row.number, row.text) for row in read(piped, Columns())] == [
        (1, "One ."),
        (3, "Two ."),
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [("t.parquet", b"PAR1 not", "a Parquet file"), ("t.csv", b"", "no column 'text'")],
)
def test_a_file_that_cannot_be_read_at_all_is_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError, match=message) as caught:
        read_all(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_texts_that_cannot_be_read_do_not_stop_the_others(tmp_path: Path) -> None:
    folder = write(tmp_path / "t", rows(2))
    (folder / "big.txt").write_bytes(b"x" * (LONGEST_LINE + 1))
    (folder / "latin.txt").write_bytes("Bagdād".encode("utf-16"))
    assert [bool(row.error) for row in read_all(folder)] == [True, False, False, False]


@pytest.mark.parametrize("columns", [["text", "text"], ["text", "id", "id"]])
def test_a_column_that_stands_twice_is_refused(tmp_path: Path, columns: list[str]) -> None:
    cells = [pa.array(["One ."]) for _ in columns]
    pq.write_table(pa.table(cells, names=columns), tmp_path / "t.parquet")
    (tmp_path / "t.csv").write_text(f"{','.join(columns)}\n{','.join('a' for _ in columns)}\n")
    for name in ("t.parquet", "t.csv"):
        with pytest.raises(FileError, match=f"the column '{columns[-1]}' twice"):
            read_all(tmp_path / name)


def test_values_that_python_does_not_have_are_no_texts(tmp_path: Path) -> None:
    late = pa.array([2**62], pa.timestamp("us"))
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    )
    listed = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), broken)
    for values in (late, pa.array([2**62], pa.duration("s")), listed):
        pq.write_table(
            pa.table([values, pa.array(["x"])], names=["text", "id"]), tmp_path / "t.parquet"
        )
        (row,) = read_all(tmp_path / "t.parquet")
        assert isinstance(record(row, "t", "t", alone=False), Rejected)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("name", ["t.jsonl", "t.csv", "t.parquet", "t.txt"])
def test_a_pipe_is_refused_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(FileError, match="a pipe, no file: save what it gives to one"):
        survey([source(tmp_path / name)], Columns())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text_is_shown_with_escapes(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"\xff")
    folder.mkdir()
    (folder / os.fsdecode(b"a\xfe.txt")).write_text("One .")
    (only,) = sources_of([str(folder)], tmp_path)
    assert only.file.endswith("\\udcff/a\\udcfe.txt")
    assert [row.text for row in read(only, Columns())] == ["One ."]
