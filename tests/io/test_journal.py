"""Many files replaced as one step: killed at every call, failing, waiting for each other."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.killing import ROOT, Job, kills
from usiran.errors import FileError
from usiran.io.journal import replace_together, settle

FILES = {"a.txt": b"new a", "b/c.txt": b"new c", "d/e/f.txt": b"new f", "same.txt": b"same"}
SWAP = "data/.swap.new"
# A call between two renames of the swap.
NESTED = 30


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    (folder / "b").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "a.txt").write_bytes(b"old a")
    (folder / "b" / "c.txt").write_bytes(b"old c")
    (folder / "same.txt").write_bytes(b"same")
    return folder


def put(folder: Path, files: dict[str, bytes] = FILES) -> None:
    replace_together({folder / name: content for name, content in files.items()}, folder / SWAP)


def held(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def stop_after(base: Path, renames: int) -> None:
    """Kill a program in the middle of the swap, after so many renames of the four there are."""
    killer = (
        "import os, sys; from pathlib import Path\n"
        "base, renames = Path(sys.argv[1]), int(sys.argv[2])\n"
        "from tests.io.test_journal import put\n"
        "real, calls = os.replace, iter(range(99))\n"
        "def rename(*words):\n"
        "    if next(calls) == renames: os.kill(os.getpid(), 9)\n"
        "    return real(*words)\n"
        "os.replace = rename; put(base)\n"
    )
    words = [sys.executable, "-c", killer, str(base), str(renames)]
    done = subprocess.run(words, cwd=ROOT, check=False)
    assert done.returncode == -9


def test_all_files_are_replaced_and_nothing_is_left(base: Path) -> None:
    (base / "a.txt").chmod(0o640)
    put(base)
    assert held(base) == FILES
    assert (base / "a.txt").stat().st_mode & 0o777 == 0o640
    assert not (base / SWAP).exists()
    assert settle(base / SWAP) == ()


def test_a_file_that_is_so_already_is_not_touched(base: Path) -> None:
    before = (base / "same.txt").stat()
    put(base)
    assert (base / "same.txt").stat().st_ino == before.st_ino
    assert (base / "same.txt").stat().st_mtime_ns == before.st_mtime_ns


def test_killed_at_any_call_everything_is_old_or_new_after_the_next_start(
    base: Path, tmp_path: Path
) -> None:
    left = kills(Job(base, tmp_path / "work", FILES, SWAP, nested=(NESTED,)))
    assert {row.settled for row in left} == {"old", "new"}
    # The one step: before it nothing outside has changed, after it all is brought to its end.
    states = [row.settled for row in left if row.at != NESTED]
    assert states == sorted(states, reverse=True)
    assert all(row.killed == "old" for row in left if row.settled == "old")
    # It was killed between two renames as well.
    assert any(row.killed == "mixed" for row in left)
    assert {row.killed for row in left if row.at == NESTED} == {"mixed"}
    assert left[-1].killed == "new"


@pytest.mark.parametrize("renames", [1, 2, 3])
def test_the_files_brought_to_their_end_are_named(base: Path, renames: int) -> None:
    stop_after(base, renames)
    assert held(base) != FILES
    done = settle(base / SWAP)
    assert [path.relative_to(base).as_posix() for path in done] == list(FILES)[:3]
    assert held(base) == FILES


def test_what_was_done_to_the_files_in_between_makes_no_mixture(base: Path) -> None:
    old = held(base)
    stop_after(base, 2)
    for name, content in old.items():
        (base / name).write_bytes(content)
    settle(base / SWAP)
    assert held(base) == FILES


def test_another_writer_first_brings_the_interrupted_one_to_its_end(base: Path) -> None:
    stop_after(base, 2)
    put(base, {"a.txt": b"newer a"})
    assert held(base) == FILES | {"a.txt": b"newer a"}


def test_a_moved_folder_is_brought_to_its_end_where_it_is_now(base: Path, tmp_path: Path) -> None:
    stop_after(base, 2)
    shutil.move(base, tmp_path / "elsewhere")
    settle(tmp_path / "elsewhere" / SWAP)
    assert held(tmp_path / "elsewhere") == FILES


def test_where_a_file_cannot_be_swapped_in_the_others_are_put_back(base: Path) -> None:
    before = held(base)
    (base / "z").write_bytes(b"no folder")
    with pytest.raises(FileError, match=r"z.*the files are as they were"):
        put(base, FILES | {"z/f.txt": b"new"})
    assert held(base) == before | {"z": b"no folder"}


def test_where_a_file_cannot_be_laid_ready_nothing_begins(base: Path) -> None:
    before = held(base)
    (base / "folder").mkdir()
    with pytest.raises(FileError, match=r"folder.*the files are as they were"):
        put(base, FILES | {"folder": b"new"})
    assert held(base) == before


def test_killed_while_it_puts_back_it_is_put_back_by_the_next_start(base: Path) -> None:
    before = held(base)
    stop_after(base, 2)
    (base / SWAP / "forward.json").rename(base / SWAP / "back.json")
    assert settle(base / SWAP) == ()
    assert held(base) == before


def test_a_journal_that_cannot_be_read_is_named(base: Path) -> None:
    stop_after(base, 2)
    (base / SWAP / "forward.json").write_text("{")
    with pytest.raises(FileError, match=r"forward\.json: .*allowed: a list of files"):
        settle(base / SWAP)


def test_where_there_is_nowhere_to_write_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none.*the files are as they were"):
        replace_together({tmp_path / "a": b"a"}, tmp_path / "none" / ".swap.new")


def test_two_writers_wait_for_each_other(base: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", "import sys; from pathlib import Path\n"
             "from tests.io.test_journal import put, FILES\n"
             "for n in range(20): put(Path(sys.argv[1]), {k: sys.argv[2].encode() for k in FILES})",
             base, word], cwd=ROOT,
        )
        for word in ("one", "two")
    ]  # fmt: skip
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert set(map(bytes, held(base).values())) in ({b"one"}, {b"two"})
