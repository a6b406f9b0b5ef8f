"""`usiran init`: options, questions, and a folder that is somebody's own."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command import call
from usiran.schemas.label_scheme import read_scheme

GIVEN = ("--title", "The dike", "--side", "upland", "--side", "coast")


def test_options_are_enough_and_the_next_commands_are_said(tmp_path: Path) -> None:
    done = call("init", "my dike", *GIVEN, "--yes", at=tmp_path)
    assert (done.code, done.out.count("\n")) == (0, 1)
    assert "cd 'my dike'\nusiran annotate register" in done.err
    assert "\nusiran articles add story.txt" in done.err
    assert call("validate", "--corpus", tmp_path / "my dike", at=tmp_path).code == 0
    status = call("status", "--corpus", tmp_path / "my dike", at=tmp_path)
    assert "usiran articles add story.txt" in status.out


def test_what_is_left_out_is_asked_for(tmp_path: Path) -> None:
    typed = "The dike\nnl\nupland\ncoast\nGUILD=coast MONKS\n"
    done = call("init", "dike", "--interactive", at=tmp_path, typed=typed)
    assert done.code == 0, done.err
    scheme = read_scheme(tmp_path / "dike" / "annotation" / "labels.toml")
    assert scheme.affiliations == ("UPLAND", "COAST", "GUILD", "MONKS", "OTHER")
    assert 'language = "nl"' in (tmp_path / "dike" / "dataset" / "corpus.toml").read_text("utf-8")


def test_without_a_terminal_each_missing_option_is_told(tmp_path: Path) -> None:
    done = call("init", "dike", at=tmp_path)
    assert done.code == 1
    assert "--title: found ''" in done.err
    assert "--side: found 'none'" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = call("init", ".", *GIVEN, at=tmp_path)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "found 'a folder that is there already'" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_what_a_killed_program_left_goes_with_a_refusal_too(tmp_path: Path) -> None:
    assert call("init", "dike", *GIVEN, at=tmp_path).code == 0
    # It was killed when the folder was in place, before it gave its lock back.
    (tmp_path / ".dike.lock").write_text("")
    done = call("init", "dike", *GIVEN, at=tmp_path)
    assert (done.code, "found 'a folder that is there already'" in done.err) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["dike"]


def test_sides_stand_in_the_options_or_in_a_label_scheme(tmp_path: Path) -> None:
    done = call("init", "dike", *GIVEN, "--labels", "labels.toml", at=tmp_path)
    assert (done.code, "--labels: " in done.err, done.err.count("\n")) == (2, True, 1)


def test_an_empty_folder_that_one_stands_in_will_do(tmp_path: Path) -> None:
    (tmp_path / "dike").mkdir()
    done = call("init", ".", *GIVEN, at=tmp_path / "dike")
    assert done.code == 0, done.err
    assert f"cd {tmp_path / 'dike'}\n" in done.err


def test_it_can_be_tried_first_and_speaks_json(tmp_path: Path) -> None:
    tried = call("init", "dike", *GIVEN, "--dry-run", at=tmp_path)
    assert (tried.code, list(tmp_path.iterdir())) == (0, [])
    done = call("init", "dike", *GIVEN, "--json", at=tmp_path)
    files = json.loads(done.out)["files"]
    assert {name for name in files if not (tmp_path / "dike" / name).is_file()} == set()
    assert all(f"dike/{name}" in tried.err for name in files)
