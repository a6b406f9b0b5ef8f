"""What is asked before a corpus is made: wrong answers are told at once, all together."""

from __future__ import annotations

from pathlib import Path

import pytest

from usiran.dataset.new_corpus.answers import answers_of, slug
from usiran.errors import InputError

SIDES = ["upland", "coast"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"title": ""}, r"--title: found ''; allowed: a line of words"),
        ({"title": "two\nlines"}, r"--title: .*allowed: a line of words"),
        ({"language": "English"}, r"--language: found 'English'; allowed: an ISO 639 code"),
        ({"sides": ["coast"]}, r"--side: found 'coast'; allowed: two sides"),
        ({"sides": []}, r"--side: found 'none'; .*give --side twice"),
        ({"sides": ["coast", "coast"]}, r"--side: found 'coast, coast'"),
        ({"sides": ["The Coast", "upland"]}, r"--side: found 'The Coast'; allowed: small letters"),
        ({"sides": ["a=for", "b=for"]}, r"--side: found 'for, for, neutral'; .*--side NAME=STANCE"),
        ({"neutral": "no one"}, r"--neutral: found 'no one'; allowed: letters, digits"),
        ({"affiliations": ["OTHER"]}, r"--affiliation: found 'OTHER'; .* UPLAND, COAST, OTHER"),
        ({"affiliations": ["A", "A"]}, r"--affiliation: found 'A'; allowed: a name of its own"),
        ({"affiliations": ["A=sea"]}, r"--affiliation: A: found 'sea'; allowed: one of the sides"),
    ],
)
def test_an_answer_that_will_not_do_is_told(wrong: dict[str, object], message: str) -> None:
    given = {"title": "The dike", "language": "de", "sides": SIDES} | wrong
    with pytest.raises(InputError, match=message):
        answers_of(Path("dike"), **given)  # type: ignore[arg-type]


def test_all_wrong_answers_are_told_together() -> None:
    with pytest.raises(InputError) as error:
        answers_of(Path("dike"), title="", language="1", sides=["x"], neutral="?")
    assert [finding.file for finding in error.value.findings] == [
        "--language",
        "--neutral",
        "--side",
        "--title",
    ]


@pytest.mark.parametrize(
    ("folder", "name"), [("Two Rivers_2", "two-rivers-2"), ("río", "r-o"), ("___", "corpus")]
)
def test_a_corpus_is_called_after_its_folder(folder: str, name: str) -> None:
    assert slug(Path("corpora", folder)) == name
