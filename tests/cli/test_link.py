"""`usiran articles link`: who is open, what is suggested, and where each answer goes."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support.command import Done, call, tree
from tests.support.sample import FIRST, SECOND, unlink
from usiran import loading
from usiran.annotation.actor_linking import Linker
from usiran.corpus import Corpus
from usiran.validation.validate import validate

ASKED = ("suicide bomber", "sniper", "policeman", "Coalition")


@pytest.fixture(scope="module")
def unlinked(sample_template: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The sample without the links of four names; never written to."""
    root = tmp_path_factory.mktemp("unlinked") / "corpus"
    corpus = Corpus(shutil.copytree(sample_template.root, root))
    unlink(corpus)
    return corpus


@pytest.fixture
def corpus(unlinked: Corpus, tmp_path: Path) -> Corpus:
    return Corpus(shutil.copytree(unlinked.root, tmp_path / "corpus"))


def answer(corpus: Corpus, *lines: str) -> Done:
    typed = "".join(f"{line}\n" for line in lines)
    return call("articles", "link", "--interactive", at=corpus, typed=typed)


def rows(corpus: Corpus, name: str) -> list[dict[str, str]]:
    with (corpus.annotation / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_open_is_listed_with_suggestions_of_its_type(unlinked: Corpus) -> None:
    before = tree(unlinked.root)
    document = json.loads(call("articles", "link", "--list", "--json", at=unlinked).out)
    assert tuple(row["words"] for row in document) == ASKED
    coalition = document[-1]
    assert (coalition["article_id"], len(coalition["span_ids"])) == (SECOND, 2)
    best = coalition["suggestions"][0]
    assert (best["actor_id"], best["why"]) == (
        "us-led-coalition",
        "always so called; the article names it",
    )
    registry = {row["actor_id"]: row["type"] for row in rows(unlinked, "actors")}
    for row in document:
        assert {registry[actor["actor_id"]] for actor in row["suggestions"]} <= {row["type"]}
    only = call("articles", "link", "2020", "--list", at=unlinked)
    assert only.out.startswith("Coalition (COALITION), 2 mentions in ")
    assert tree(unlinked.root) == before


def test_each_answer_is_saved_and_the_next_run_goes_on(corpus: Corpus) -> None:
    done = answer(corpus, "1", "", "q")
    assert (done.code, "1 answer saved; 3 names open" in done.err) == (0, True)
    assert rows(corpus, "article_aliases")[-1] == {
        "article_id": FIRST,
        "alias": "suicide bomber",
        "actor_id": "sahwa",
        "reason": "the article's words for Sahwa",
    }
    # A new actor with a name of its own, nobody, and words that stand for one actor everywhere.
    done = answer(
        corpus, "u", "NOBODY", "", "u", "OTHER", "an unnamed sniper",
        "n", "", "An officer", "IRAQ", "", "us-led-coalition*",
    )  # fmt: skip
    assert "found 'NOBODY'; allowed: one of" in done.err
    assert "everybody is linked; next: `usiran status`" in done.err
    assert rows(corpus, "actor_links")[-1]["reason"] == "an unnamed sniper"
    new = next(row for row in rows(corpus, "actors") if row["actor_id"] == "policeman")
    assert (new["name"], new["type"], new["affiliation"]) == ("An officer", "MILITARY", "IRAQ")
    ids = [row["actor_id"] for row in rows(corpus, "actors")]
    assert ids == sorted(ids)
    coalition = next(row for row in rows(corpus, "actors") if row["actor_id"] == "us-led-coalition")
    assert coalition["aliases"].endswith(" | Coalition")
    assert validate(loading.open(corpus)).findings == ()


def test_a_session_suggests_what_the_next_one_would(corpus: Corpus) -> None:
    # A new actor of the type that is asked about next, in the same article.
    made = ("s", "n", "marksman", "A sniper", "OTHER", "")
    done = answer(corpus, *made, "q")
    again = answer(corpus, "s", "q")

    def asked(text: str) -> str:
        return text[text.rindex("policeman (") :].partition("who is it")[0]

    assert asked(done.out) == asked(again.out)
    first = call("articles", "link", "--list", "--json", at=corpus)
    document = json.loads(first.out)
    assert "policeman" in [row["words"] for row in document]


def test_who_is_not_linked_is_said_to_be_so(corpus: Corpus) -> None:
    shown = call("show", FIRST, at=corpus).out
    assert "suicide bomber [not linked] -> " in " ".join(shown.split())
    pages = call("site", "--output", "pages", "--quiet", at=corpus)
    assert pages.code == 0, pages.err
    texts = [page.read_text("utf-8") for page in (corpus.root / "pages").rglob("*.html")]
    assert not [text for text in texts if re.search(r"\bnan\b", text)]
    assert "NaN" not in call("show", FIRST, "--json", at=corpus).out


def redo(corpus: Corpus, *lines: str) -> Done:
    typed = "".join(f"{line}\n" for line in lines)
    words = ("2020", "--redo", "Coalition", "--interactive")
    return call("articles", "link", *words, at=corpus, typed=typed)


def test_a_name_is_asked_about_again_and_the_new_answer_replaces_the_old(corpus: Corpus) -> None:
    before = {name: rows(corpus, name) for name in ("actors", "article_aliases", "actor_links")}
    answer(corpus, "s", "s", "s", "u", "OTHER", "somebody")
    done = redo(corpus, "us-led-coalition", "its own words")
    assert "  linked by now: nobody of the registry\n" in done.out
    assert "1 answer saved" in done.err
    assert rows(corpus, "actor_links") == before["actor_links"]
    assert rows(corpus, "article_aliases")[:-1] == before["article_aliases"]
    done = redo(corpus, "us-led-coalition*")
    assert "  linked by now: us-led-coalition\n" in done.out
    assert rows(corpus, "article_aliases") == before["article_aliases"]
    # What was said everywhere can be said of another everywhere.
    redo(corpus, "n", "other-coalition", "Another coalition", "OTHER", "")
    assert rows(corpus, "article_aliases")[-1]["actor_id"] == "other-coalition"
    redo(corpus, "other-coalition*")
    told = {row["actor_id"]: row["aliases"] for row in rows(corpus, "actors")}
    assert "Coalition" in told["other-coalition"]
    old = {row["actor_id"]: row["aliases"] for row in before["actors"]}
    assert told["us-led-coalition"] == old["us-led-coalition"]
    # Those that were skipped are all that is wrong.
    findings = validate(loading.open(corpus)).findings
    assert {finding.fix for finding in findings} == {"say who it is: `usiran articles link`"}


def test_a_name_to_redo_that_is_none_or_stands_in_two_articles_is_told(unlinked: Corpus) -> None:
    before = tree(unlinked.root)
    done = call("articles", "link", "--list", "--redo", "Colaition", at=unlinked)
    assert "--redo: found 'Colaition'; allowed: the words or the span_id of" in done.err
    assert "did you mean 'coalition'?" in done.err
    done = call("articles", "link", "--list", "--redo", "I", at=unlinked)
    assert "name the article before it, or type more of the words" in done.err
    assert tree(unlinked.root) == before


def test_what_was_skipped_or_broken_off_stays_open(corpus: Corpus) -> None:
    before = tree(corpus.root)
    assert answer(corpus, "s", "s", "s", "s").err.endswith("`usiran articles link` goes on\n")
    broken = answer(corpus, "1")
    assert (broken.code, "stopped; 0 answers saved" in broken.err) == (1, True)
    assert tree(corpus.root) == before


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("99",), "allowed: 1 to 2, an actor_id of the registry, n, u, s or q"),
        (("us-forces", ""), "allowed: an actor of type ARMED_GROUP"),
        (("n", "Bad Id", "", "IRAQ", ""), "allowed: small letters, digits and single hyphens"),
        (("n", "sahwa", "", "IRAQ", ""), "an id that is not in annotation/actors.csv"),
        (("n", "", "Sahwa", "IRAQ", ""), "words that stand for one actor (they are sahwa"),
    ],
)
def test_a_wrong_answer_is_told_and_asked_again(
    corpus: Corpus, lines: tuple[str, ...], message: str
) -> None:
    before = tree(corpus.root)
    done = answer(corpus, *lines, "q")
    assert done.code == 0
    assert message in done.err
    assert tree(corpus.root) == before


def test_without_a_terminal_it_says_what_to_type(unlinked: Corpus) -> None:
    done = call("articles", "link", at=unlinked)
    assert (done.code, done.out) == (1, "")
    assert "`usiran articles link --list`" in done.err


def test_a_corpus_that_cannot_be_read_is_refused(corpus: Corpus) -> None:
    with (corpus.annotation / "actors.csv").open("a") as file:
        file.write("x\n")
    assert "annotation/actors.csv" in call("articles", "link", "--list", at=corpus).err


def test_everybody_is_linked_in_the_sample(sample_template: Corpus) -> None:
    assert Linker(loading.open(sample_template)).open == []
