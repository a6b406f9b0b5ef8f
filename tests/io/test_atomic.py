"""Writing several files, all or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from usiran.errors import FileError
from usiran.io.atomic import replace_files


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_new_files_and_folders_are_made(tmp_path: Path) -> None:
    replace_files({tmp_path / "a.txt": b"one", tmp_path / "b" / "c.txt": b"two"})
    assert (tmp_path / "a.txt").read_bytes() == b"one"
    assert (tmp_path / "b" / "c.txt").read_bytes() == b"two"
    assert listed(tmp_path) == ["a.txt", "b", "c.txt"]


def test_old_content_is_replaced_and_nothing_is_left_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old and longer")
    path.chmod(0o640)
    replace_files({path: b"new"})
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert listed(tmp_path) == ["a.txt"]


def test_a_file_with_the_same_content_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"same")
    before = path.stat()
    replace_files({path: b"same"})
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_nothing_to_write_writes_nothing(tmp_path: Path) -> None:
    replace_files({})
    assert listed(tmp_path) == []


def test_where_one_file_cannot_be_prepared_the_others_stay_as_they_were(tmp_path: Path) -> None:
    kept = tmp_path / "a.txt"
    kept.write_bytes(b"old")
    (tmp_path / "file").write_bytes(b"not a folder")
    with pytest.raises(FileError, match=r"file.*allowed: a file that can be written"):
        replace_files({kept: b"new", tmp_path / "file" / "b.txt": b"new"})
    assert kept.read_bytes() == b"old"
    assert listed(tmp_path) == ["a.txt", "file"]


def test_where_one_file_cannot_be_swapped_in_the_others_are_put_back(tmp_path: Path) -> None:
    kept, made, folder = tmp_path / "a.txt", tmp_path / "new.txt", tmp_path / "z.txt"
    kept.write_bytes(b"old")
    folder.mkdir()
    with pytest.raises(FileError, match=r"z\.txt.*the files are as they were"):
        replace_files({kept: b"new", made: b"new", folder: b"new"})
    assert kept.read_bytes() == b"old"
    assert listed(tmp_path) == ["a.txt", "z.txt"]
