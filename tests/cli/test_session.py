"""Two commands at once, and what a killed one left where nothing can be written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support.command import call, tree
from tests.support.killing import kill_at_rename
from usiran.cli.session import session, to_read
from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.io.atomic import replace_files
from usiran.io.lock import locked

STORY = "A dam was opened\n\nThe dam in the north was opened by the minister of water.\n"
ADD = ("articles", "add", "story.txt", "--note", "invented")


@pytest.fixture
def corpus(sample: Corpus) -> Corpus:
    (sample.root / "story.txt").write_text(STORY)
    return sample


def test_a_second_writer_is_refused_in_one_line_that_names_the_first(corpus: Corpus) -> None:
    before = tree(corpus.root)
    with locked(corpus.lock):
        holder = json.loads(corpus.lock.read_bytes())
        done = call(*ADD, at=corpus)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
        assert f"(process {os.getpid()}, since {holder['since']}) is writing" in done.err
        assert "to mend: wait until it is done, or say --wait" in done.err
        # Who only reads is not kept out.
        assert call("articles", "list", at=corpus).code == 0
    assert tree(corpus.root) == before


def test_a_second_writer_waits_if_told_to(corpus: Corpus) -> None:
    with locked(corpus.lock):
        program = [sys.executable, "-c", "from usiran.cli.main import main; main()"]
        waiting = subprocess.Popen(
            [*program, *ADD, "--wait"], cwd=corpus.root, stderr=subprocess.PIPE, text=True
        )
        assert waiting.stderr is not None
        assert waiting.stderr.readline().startswith("waiting for `usiran")
        assert len(call("articles", "list", at=corpus).out.splitlines()) == 3
    assert waiting.wait(60) == 0
    waiting.stderr.close()
    assert len(call("articles", "list", at=corpus).out.splitlines()) == 4
    assert not corpus.lock.exists()


def test_one_that_was_killed_while_it_held_the_lock_is_named_by_the_next(corpus: Corpus) -> None:
    content = b'{"command":"usiran build","pid":12,"since":"2031-01-01 10:00:00"}'
    corpus.lock.write_bytes(content)
    corpus.rehearsal.mkdir()
    done = call("articles", "list", at=corpus)
    assert done.code == 0
    assert "had left nothing half-way: `usiran build` (process 12, since 2031-01-01" in done.err
    assert not corpus.lock.exists()
    assert not corpus.rehearsal.exists()


def test_what_a_killed_command_left_is_no_finding_and_goes_with_the_next_that_writes(
    corpus: Corpus,
) -> None:
    before = call("validate", at=corpus)
    whose = next(corpus.submissions.glob("*/*"))
    left = [whose / ".stance.json.new", corpus.gold / ".spans.json.new", corpus.data / ".swap.new"]
    for folder in left:
        folder.mkdir(parents=True)
        (folder / "0.new").write_bytes(b"half")
    assert call("validate", at=corpus) == before
    assert all(folder.exists() for folder in left)
    assert call(*ADD, at=corpus).code == 0
    assert not any(folder.exists() for folder in left)


def test_who_reads_while_files_are_replaced_is_told_to_run_it_again(corpus: Corpus) -> None:
    files = {corpus.article("b"): b"b", corpus.article("c"): b"c"}

    def read() -> None:
        with session():
            to_read(corpus.root)
            time.sleep(0.02)  # longer than a tick of a file system's clock
            replace_files(files, corpus.swap)
            raise SystemExit(0)

    with pytest.raises(FileError, match="another command replaced while this one read them"):
        read()
    # Now they are so already, and nothing is replaced.
    with pytest.raises(SystemExit):
        read()


def test_two_states_where_nothing_can_be_written_are_not_read(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {corpus.article("b"): b"b", corpus.article("c"): b"c"}
    kill_at_rename(files, corpus.swap, 2)
    before = tree(corpus.root)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(corpus.lock))

    with monkeypatch.context() as patch:
        patch.setattr(FileLock, "acquire", refused)
        done = call("validate", at=corpus)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "files of two states, left by an interrupted command" in done.err
    assert tree(corpus.root) == before
    done = call("articles", "list", at=corpus)
    assert "an interrupted command was brought to its end: 2 files in place" in done.err
    assert not corpus.swap.exists()


def read_only(corpus: Corpus, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `usiran` where the corpus is a mount that cannot be written, in its own namespace."""
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0" && exec "$@"'
    program = [sys.executable, "-c", "from usiran.cli.main import main; main()", *words]
    command = ["unshare", "-Urm", "sh", "-c", mount, str(corpus.root), *program]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_folder_that_cannot_be_written_is_read_and_not_changed(corpus: Corpus) -> None:
    # As root the rights of a folder stop nobody; a mount does.
    done = (
        subprocess.run(["unshare", "-Urm", "true"], check=False)
        if shutil.which("unshare")
        else None
    )
    if done is None or done.returncode:
        pytest.skip("no mounts of one's own here")
    before = tree(corpus.root)
    assert read_only(corpus, "articles", "list").returncode == 0
    for words in (ADD, ("build", "--quiet"), ("benchmark", "leaderboard")):
        refused = read_only(corpus, *words)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.count("\n") == 1
        assert "found 'read-only file system'" in refused.stderr
    assert tree(corpus.root) == before
    # What a killed command left cannot be mended there, so that nothing is told of it.
    kill_at_rename({corpus.article("b"): b"b", corpus.article("c"): b"c"}, corpus.swap, 2)
    refused = read_only(corpus, "articles", "list")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "files of two states, left by an interrupted command" in refused.stderr


def test_a_full_disk_is_one_line(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device", "/tmp/some-cache")

    # Any call of any library; here the first that a command makes.
    monkeypatch.setattr(Path, "cwd", full)
    done = call("articles", "list", at=corpus)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "/tmp/some-cache: found 'no space left on device'" in done.err


def test_the_lock_is_in_no_copy_of_the_corpus_that_git_keeps() -> None:
    ignored = Path(__file__).parents[2] / ".gitignore"
    assert ".*.lock" in ignored.read_text().splitlines()
