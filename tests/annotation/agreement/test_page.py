"""AGREEMENT.md: its figures are made from the exports, its words are left alone."""

from __future__ import annotations

import json
import sys

import pytest

from tests.support.command import call
from tests.support.three_passes import three
from usiran.annotation.agreement.page import page_drift, page_files
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError
from usiran.io.atomic import replace_files

__all__ = ["three"]

PAGE = "# Agreement\n\nBefore.\n\n<!-- agreement: r1 -->\nold\n<!-- /agreement -->\n\nAfter.\n"


@pytest.fixture
def paged(three: Corpus) -> Corpus:
    (three.annotation / "AGREEMENT.md").write_text(PAGE, encoding="utf-8")
    return three


def test_a_block_is_filled_and_the_words_around_it_stay(paged: Corpus) -> None:
    picture, page = page_files(paged).items()
    text = page[1].decode()
    assert text.startswith(
        "# Agreement\n\nBefore.\n\n<!-- agreement: r1 -->\n```text\nAgreement of 3"
    )
    assert text.endswith("](agreement/r1.svg)\n<!-- /agreement -->\n\nAfter.\n")
    assert picture[0] == paged.annotation / "agreement" / "r1.svg"


def test_what_was_written_does_not_drift_and_a_changed_figure_does(paged: Corpus) -> None:
    replace_files(page_files(paged), paged.swap)
    assert page_drift(paged) == []
    path = paged.annotation / "AGREEMENT.md"
    path.write_text(path.read_text(encoding="utf-8").replace("stance  ", "stance 1", 1))
    (paged.annotation / "agreement" / "r1.svg").unlink()
    assert [one.file for one in page_drift(paged)] == [
        "annotation/agreement/r1.svg", "annotation/AGREEMENT.md",
    ]  # fmt: skip


def test_without_matplotlib_the_figures_are_checked_and_the_picture_is_told(
    paged: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_files(page_files(paged), paged.swap)
    monkeypatch.delitem(sys.modules, "usiran.io.pictures", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said: list[str] = []
    assert page_drift(paged, said.append) == []
    assert said == [
        "measuring r1",
        "not checked: annotation/agreement/r1.svg: found 'no matplotlib'; "
        "allowed: matplotlib, which draws it; to mend: pip install 'usiran[plots]'",
    ]
    with pytest.raises(FileError, match=r"pip install 'usiran\[plots\]'"):
        page_files(paged)
    path = paged.annotation / "AGREEMENT.md"
    path.write_text(path.read_text(encoding="utf-8").replace("stance  ", "stance 1", 1))
    assert [one.file for one in page_drift(paged)] == ["annotation/AGREEMENT.md"]


def test_a_page_without_a_block_and_no_page_are_refused(paged: Corpus) -> None:
    path = paged.annotation / "AGREEMENT.md"
    path.write_text("# Agreement\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"AGREEMENT.md: found 'no block for r1'.*agreement: ROUND"
    ):
        page_files(paged)
    path.unlink()
    with pytest.raises(FileError, match=r"annotation/AGREEMENT.md.*no such file"):
        page_files(paged)


def test_the_command_writes_the_page_and_checks_it(paged: Corpus) -> None:
    checked = call("annotate", "agreement", "--check", "--json", at=paged)
    assert checked.code == 1
    assert {one["file"] for one in json.loads(checked.out)["findings"]} == {
        "annotation/AGREEMENT.md", "annotation/agreement/r1.svg",
    }  # fmt: skip
    written = call("annotate", "agreement", "--write", at=paged)
    assert written.out.split() == ["annotation/agreement/r1.svg", "annotation/AGREEMENT.md"]
    assert call("annotate", "agreement", "--check", at=paged).code == 0
