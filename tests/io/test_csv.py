"""Tables are written as they can be read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from usiran.corpus import read_toml
from usiran.errors import FileError, InputError
from usiran.io.csv import csv_bytes, read_rows


def test_no_cell_is_written_that_cannot_be_read_again(tmp_path: Path) -> None:
    path, most = tmp_path / "t.csv", {"id": "1", "reason": "x" * 131_072}
    path.write_bytes(csv_bytes([most], list(most)))
    assert read_rows(path, name="t.csv") == [most]
    with pytest.raises(InputError, match="reason: found '131,073 characters'; allowed: at most"):
        csv_bytes([most, {"id": "2", "reason": "x" * 131_073}], list(most))


def test_a_quote_that_is_wrong_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,note\n1,a\n2,"b"c\n', "utf-8")
    with pytest.raises(FileError, match=r"t\.csv: found 'line 3: "):
        read_rows(path, name="t.csv")


def test_a_mark_of_byte_order_is_passed_over_in_toml(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text('\ufeffname = "x"\n', "utf-8")
    assert read_toml(path) == {"name": "x"}
