"""Files written all or none: killed at every call, failing, waiting for each other."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.killing import ROOT, Job, kill_at_rename, kills
from usiran.errors import FileError
from usiran.io.atomic import replace_files, settle, write_file
from usiran.io.new_folder import new_folder

FILES = {"a.txt": b"new a", "b/c.txt": b"new c", "d/e/f.txt": b"new f", "same.txt": b"same"}
SWAP = "data/.swap.new"
Files = Mapping[str, bytes | None]
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


def put(folder: Path, files: Files = FILES) -> None:
    replace_files({folder / name: content for name, content in files.items()}, folder / SWAP)


def held(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def state_after(base: Path) -> str:
    settled = settle(base / SWAP)
    assert settled is not None
    return settled.state


def stop_after(base: Path, renames: int) -> None:
    """Kill a program in the middle of the swap, after so many renames of the four there are."""
    kill_at_rename({base / name: content for name, content in FILES.items()}, base / SWAP, renames)


def test_one_file_is_written_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "b" / "a.txt"
    write_file(path, b"old and longer")
    path.chmod(0o640)
    write_file(path, b"new")
    assert held(tmp_path) == {"b/a.txt": b"new"}
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in path.parent.iterdir()] == ["a.txt"]


def test_where_one_file_cannot_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    (tmp_path / "file").write_bytes(b"no folder")
    for name in ("a.txt", "file/b.txt"):
        with pytest.raises(FileError, match=r"a file that can be written; the files are as they"):
            write_file(tmp_path / name, b"new")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "file"]


def test_nothing_to_write_writes_nothing(base: Path) -> None:
    before = held(base)
    put(base, {})
    assert held(base) == before


def test_files_that_go_are_removed_with_the_same_step(base: Path) -> None:
    put(base, {"a.txt": b"new a", "b/c.txt": None, "none.txt": None})
    assert held(base) == {"a.txt": b"new a", "same.txt": b"same"}
    put(base, {"a.txt": None})
    assert held(base) == {"same.txt": b"same"}


def test_all_files_are_replaced_and_nothing_is_left(base: Path) -> None:
    (base / "a.txt").chmod(0o640)
    put(base)
    assert held(base) == FILES
    assert (base / "a.txt").stat().st_mode & 0o777 == 0o640
    assert not (base / SWAP).exists()
    assert settle(base / SWAP) is None


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


@pytest.mark.parametrize("content", [b"new a", None])
def test_one_file_killed_at_any_call_is_old_or_new(
    base: Path, tmp_path: Path, content: bytes | None
) -> None:
    left = kills(Job(base, tmp_path / "work", {"a.txt": content, "same.txt": b"same"}, SWAP))
    assert {row.killed for row in left} == {row.settled for row in left} == {"old", "new"}


def test_a_gold_killed_at_any_call_keeps_its_exports_votes_and_decisions_together(
    base: Path, tmp_path: Path
) -> None:
    gold = ("stance.json", "spans.json", "votes.csv", "decisions.csv")
    put(base, {f"gold/{name}": b"old" for name in gold})
    left = kills(Job(base, tmp_path / "work", {f"gold/{name}": b"new" for name in gold}, SWAP, 3))
    assert {row.settled for row in left} == {"old", "new"}
    assert "mixed" in {row.killed for row in left}


def test_a_build_killed_at_any_call_is_whole_or_not_there(tmp_path: Path) -> None:
    base = tmp_path / "base"
    for part in ("dataset/data", "schemas"):
        shutil.copytree(ROOT / part, base / part)
    files: dict[str, bytes | None] = {name: content + b" " for name, content in held(base).items()}
    files |= {"schemas/folds.schema.json": None, "dataset/data/more/a.parquet": b"PAR1"}
    left = kills(Job(base, tmp_path / "work", files, "dataset/.swap.new", step=11))
    assert {row.settled for row in left} == {"old", "new"}
    assert "mixed" in {row.killed for row in left}


@pytest.mark.parametrize("renames", [1, 2, 3])
def test_the_files_brought_to_their_end_are_named(base: Path, renames: int) -> None:
    stop_after(base, renames)
    assert held(base) != FILES
    settled = settle(base / SWAP)
    assert settled is not None
    assert settled.state == "done"
    assert [path.relative_to(base).as_posix() for path in settled.files] == list(FILES)[:3]
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


@pytest.mark.parametrize("name", ["n" * 300, f"new/{'n' * 300}/f.txt", f"b/{'n' * 300}/f.txt"])
def test_a_name_that_no_file_can_have_leaves_all_as_it_was(base: Path, name: str) -> None:
    before = held(base)
    with pytest.raises(FileError, match=r"as they were; to mend: choose a shorter name"):
        put(base, FILES | {name: b"new"})
    assert held(base) == before
    assert not (base / SWAP).exists()


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
    assert state_after(base) == "undone"
    assert held(base) == before


def test_a_journal_that_cannot_be_read_is_named(base: Path) -> None:
    stop_after(base, 2)
    (base / SWAP / "forward.json").write_text("{")
    with pytest.raises(FileError, match=r"forward\.json: .*allowed: a list of files"):
        settle(base / SWAP)


def test_where_there_is_nowhere_to_write_it_says_so(base: Path) -> None:
    with pytest.raises(FileError, match=r"same\.txt.*the files are as they were"):
        replace_files({base / "a": b"a"}, base / "same.txt" / ".swap.new")


def test_two_writers_wait_for_each_other(base: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from usiran.io.atomic import replace_files\n"
        "base, word, swap, *names = sys.argv[1:]; os.fsync = lambda _: None\n"
        "files = {Path(base, name): word.encode() for name in names}\n"
        "for n in range(20): replace_files(files, Path(base, swap))\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, base, word, SWAP, *FILES])
        for word in ("one", "two")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert set(map(bytes, held(base).values())) in ({b"one"}, {b"two"})


def test_a_new_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with suppress(KeyboardInterrupt), new_folder(target, marker="a") as folder:
        (folder / "a").write_text("half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    with new_folder(target, marker="a") as folder:
        (folder / "a").write_text("one")
        assert not target.exists()
    for force, fix in (False, "replace it with --force"), (None, "to mend: name another folder"):
        with pytest.raises(FileError, match=fix), new_folder(target, marker="a", force=force):
            pass
    with new_folder(target, marker="a", force=True) as folder:
        (folder / "a").write_text("two")
        assert (target / "a").read_text() == "one"
    assert (target / "a").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_lock_of_a_program_killed_at_its_end_goes_with_the_next_one(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out", marker="a") as folder:
        (folder / "a").write_text("one")
    (tmp_path / ".out.lock").touch()
    with (
        pytest.raises(FileError, match="a folder that is there already"),
        new_folder(tmp_path / "out", marker="a"),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_somebodys_own_folder_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_text("cat")
    (tmp_path / "file").write_text("x")
    for name in ("photos", "file"):
        with (
            pytest.raises(FileError, match="name another folder"),
            new_folder(tmp_path / name, marker="model.json", force=True),
        ):
            pass
    assert (tmp_path / "photos/cat.jpg").read_text() == "cat"
