"""Tables fit a terminal, and nothing is cut; a long silence is explained on a terminal alone."""

from __future__ import annotations

import re
import time

import pytest

from tests.conftest import ROOT
from tests.support.command import call
from usiran.cli.output import fitted, in_columns
from usiran.cli.working import Ticker, working
from usiran.errors import Finding
from usiran.progress import steps, under_way

ROWS = [("article", "words"), ("2013-11-weekly-security-update", 430)]


def test_a_table_that_fits_stands_in_columns() -> None:
    width = len("2013-11-weekly-security-update") + 2 + len("words")
    assert list(in_columns(ROWS, width)) == [
        "article                         words",
        "2013-11-weekly-security-update  430",
    ]


def test_a_finding_that_is_too_wide_has_a_line_for_each_of_its_parts() -> None:
    finding = Finding(
        "folds.csv", "a-1", "fold", "-2", "a whole number from 0", "run `usiran build`"
    )
    assert fitted(f"{finding}\nshort", 40).split("\n") == [
        "folds.csv: a-1: fold: found '-2'",
        "  allowed: a whole number from 0",
        "  to mend: run `usiran build`",
        "short",
    ]
    assert fitted(str(finding), None) == str(finding)


def test_what_is_copied_stays_whole_in_a_line_that_is_broken() -> None:
    command = "`usiran annotate adjudicate --list --as-sheet`"
    lines = fitted(f"  now type {command} and so on, once", 40).split("\n")
    assert lines == ["  now type", f"    {command}", "    and so on, once"]


def test_one_that_is_too_wide_has_the_id_on_a_line_of_its_own_and_loses_nothing() -> None:
    assert list(in_columns(ROWS, 36)) == [
        "article", "  words", "2013-11-weekly-security-update", "  430",
    ]  # fmt: skip


def test_the_articles_fit_80_columns_of_a_terminal_and_are_not_cut_in_a_pipe() -> None:
    lines = call("articles", "list", at=ROOT).out.splitlines()
    assert max(map(len, lines)) > 80
    rows = [re.split(r"  +", line) for line in lines]
    assert all(len(line) <= 80 for line in in_columns(rows, 80))


def test_silence_is_explained_after_a_while_and_no_longer_when_something_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ticker, now = Ticker(), time.monotonic()
    ticker.tell(now)
    assert capsys.readouterr().err == ""
    ticker.tell(now + 60)
    assert capsys.readouterr().err.endswith("working, 60 s")
    ticker.clear()
    assert capsys.readouterr().err == "\r\x1b[K"
    ticker.stop()
    ticker.tell(now + 600)
    assert capsys.readouterr().err == ""


def test_of_counted_work_the_outermost_is_told_with_the_time_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ticker, told = Ticker(), []
    for page in steps("pages", range(3)):
        for _ in steps("lines of a page", range(9)):
            ticker.tell(time.monotonic() + 60)
        told.append(capsys.readouterr().err.rpartition("working, 60 s; ")[2])
        work = under_way()
        assert work is not None
        # As if each page had taken 30 seconds.
        work.begun = time.monotonic() + 60 - 30 * (page + 1)
    left = ("", ", about 60 s left", ", about 30 s left")
    assert told == [f"pages: {number} of 3{rest}" for number, rest in enumerate(left)]
    ticker.tell(time.monotonic() + 90)
    assert capsys.readouterr().err.endswith("working, 90 s")


def test_work_that_fails_is_no_longer_under_way() -> None:
    broken = (1 / page for page in steps("pages", range(3)))
    with pytest.raises(ZeroDivisionError):
        next(broken)
    assert under_way() is None


def test_in_a_pipe_nothing_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[bool] = []
    monkeypatch.setattr(Ticker, "start", lambda _: started.append(True))
    with working():
        pass
    assert (started, capsys.readouterr().err) == ([], "")
