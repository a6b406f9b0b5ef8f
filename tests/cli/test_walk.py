"""From a text to the published tables in eight commands, each the one that `status` asks for."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from tests.support.command import call
from tests.support.sample import FIRST, SECOND
from usiran.corpus import Corpus

NEW = "2031-05-longer-stay"
STORY = """\
Baghdad weighs a longer American stay

BAGHDAD - Iran condemned the United States on Monday for keeping troops in Iraq.
The Iraqi official said the American trainers had protected his city.
The parliament will debate a new agreement on Thursday.
"""
LABELS = {
    "001": "neutral author",
    "002": """pro-Iran source us-
  GOVERNMENT "Iran" i
  ACCUSE "condemned" agent=i recipient=u
  GOVERNMENT "United States" u""",
    "003": """pro-US source us+
  GOVERNMENT "Iraqi official"
  MILITARY "American trainers" t
  AID "protected" agent=t""",
    "004": """neutral author
  POLITICAL_GROUP "parliament" p
  CONSULT "debate" future agent=p""",
}


def filled(blank: str, **changes: str) -> str:
    """Return a sheet with labels in the place of its gaps."""
    lines = blank.replace("article_stance ?", "article_stance neutral").splitlines()
    made = [
        f"{line[:3]} {LABELS[line[:3]]}" if line[3:].startswith(" ? ?") else line for line in lines
    ]
    sheet = "\n".join(made) + "\n"
    for old, new in changes.items():
        assert old in sheet
        sheet = sheet.replace(old, new)
    return sheet


def test_a_text_reaches_the_published_tables_in_eight_commands(
    sample: Corpus, tmp_path: Path
) -> None:
    story, outline = tmp_path / "story.txt", tmp_path / "outline.txt"
    story.write_text(STORY, encoding="utf-8")
    taken: list[str] = []

    def step(*words: str | Path, typed: str = "") -> str:
        done = call(*words, at=sample, typed=typed)
        assert done.code == 0, f"{words}\n{done.out}\n{done.err}"
        taken.append(" ".join(map(str, words)))
        return done.out

    def asked() -> str:
        """Return the command that status names next, up to its arguments."""
        lines = call("status", at=sample).out.splitlines()
        return next(line for line in reversed(lines) if line.startswith("  usiran")).strip()

    facts = ("--id", NEW, "--publisher", "The Invented Daily", "--note", "written for a test")
    step("articles", "add", story, *facts)
    outline.write_text(step("articles", "sentences", "2031"), encoding="utf-8")
    step("articles", "sentences", "2031", "--apply", outline)

    assert asked() == "usiran annotate import core-c=core-c.txt --round core"
    blank = step("annotate", "sheet", "2031")
    sheets = []
    for who in ("core-c", "core-d", "core-e"):
        changes = {"ACCUSE": "REJECT", "pro-US source us+": "neutral source"}
        sheet = filled(blank, **(changes if who == "core-e" else {}))
        path = tmp_path / f"{who}.txt"
        path.write_text(sheet, encoding="utf-8")
        sheets.append(f"{who}={path}")
    step("annotate", "import", *sheets, "--round", "core")

    command = asked()
    assert command == "usiran annotate adjudicate --adjudicator lm-adjudicator-2"
    step(*command.split()[1:], "--interactive", typed="A\nS4: the first\n" * 3)
    command = asked()
    assert command == "usiran articles link"
    step(*command.split()[1:], "--interactive", typed="u\nIRAQ\n\n" * 4)
    command = asked()
    assert command == "usiran build"
    step(*command.split()[1:], "--quiet")

    assert len(taken) == 8
    assert asked() == "usiran benchmark run"
    published = pq.read_table(sample.data / "stance" / "train-00000-of-00001.parquet")
    assert set(published["article_id"].to_pylist()) == {FIRST, SECOND, NEW}


def test_of_several_files_all_are_taken_in_or_none(sample: Corpus, tmp_path: Path) -> None:
    sheets = []
    for who in ("core-c", "core-d"):
        sheet = call("annotate", "sheet", FIRST, "--from", f"core/{who}", at=sample).out
        path = tmp_path / f"{who}.txt"
        path.write_text(sheet.replace("\n001 neutral author", "\n001 neutral source"))
        sheets.append(f"{who}={path}")
    before = call("annotate", "sheet", FIRST, "--from", "core/core-c", at=sample).out
    (tmp_path / "core-d.txt").write_text("article nope\n")
    done = call("annotate", "import", *sheets, "--round", "core", at=sample)
    assert (done.code, "core-d.txt" in done.err) == (1, True)
    assert call("annotate", "sheet", FIRST, "--from", "core/core-c", at=sample).out == before
    twice = call("annotate", "import", sheets[0], sheets[0], "--round", "core", at=sample)
    assert (twice.code, "one file for each annotator" in twice.err) == (2, True)
    sheets[1] = sheets[0].replace("core-c=", "core-d=")
    done = call("annotate", "import", *sheets, "--round", "core", at=sample)
    assert done.out.startswith("core-c:\nstance: 0 new, 1 changed")
    assert "\ncore-d:\n" in done.out
