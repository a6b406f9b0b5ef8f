"""How far a corpus is, and the command that it asks for next, from the first text to the end."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.command import call
from tests.support.sample import FIRST, SECOND
from tests.support.three_passes import CHANGES, submit, three
from tests.support.tiny import GAS, PORT
from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.next_step import Step, next_step
from usiran.dataset.status import Status, status_of

__all__ = ["three"]


def status(corpus: Corpus) -> Status:
    return status_of(loading.open(Corpus.find(corpus.root)))


def asked(corpus: Corpus) -> Step:
    return next_step(status(corpus))


@pytest.fixture
def blank(three_template: Path, tmp_path: Path) -> Corpus:
    """The tiny corpus without anybody's labels."""
    corpus = Corpus(shutil.copytree(three_template, tmp_path / "blank"))
    shutil.rmtree(corpus.submissions)
    return corpus


def test_a_text_without_labels_asks_for_a_sheet_of_it(blank: Corpus) -> None:
    step = asked(blank)
    assert step.why == f"{GAS}: not labelled"
    assert step.commands == (
        f"usiran annotate sheet {GAS} > ann.txt",
        "usiran annotate import ann=ann.txt --round r1",
    )


def test_one_pass_asks_for_the_next_annotator_or_to_adopt_it(blank: Corpus) -> None:
    submit(blank, "ann", CHANGES["ann"])
    step = asked(blank)
    assert step.why == f"{GAS}: 1 of 2 passes; or adopt the one there is"
    assert step.commands[1:] == (
        "usiran annotate import bob=bob.txt --round r1",
        "usiran annotate adopt --round r1 --annotator ann",
    )
    assert call(*step.commands[2].split()[1:], at=blank).code == 0
    # What was adopted needs no second pass.
    assert asked(blank).commands == ("usiran articles link",)


def test_what_was_left_out_is_asked_for_first(blank: Corpus) -> None:
    for who in ("ann", "bob"):
        submit(blank, who, CHANGES[who])
    path = blank.submissions / "r1" / "bob" / "stance.json"
    tasks = json.loads(path.read_bytes())
    path.write_text(json.dumps([t for t in tasks if t["data"]["sentence_id"] != f"{PORT}#002"]))
    step = asked(blank)
    assert step.why == f"{PORT}: r1/bob left 1 unit without labels"
    assert step.commands[0] == f"usiran annotate sheet {PORT} --from r1/bob > bob.txt"
    done = call("status", at=blank)
    assert "begun: r1/bob (1 missing)" in done.out


def test_disagreements_ask_for_decisions_and_a_round_that_does_not_count_for_the_manifest(
    three: Corpus,
) -> None:
    told = status(three)
    gas, port = told.articles
    assert (gas.done, gas.missing) == (("r1/ann", "r1/bob", "r1/cy"), ())
    assert gas.open > 0 < port.open
    assert gas.waiting
    assert next_step(told).commands == ("usiran annotate adjudicate --adjudicator judge",)
    # Of twelve labels ten are neutral; the three on 002 all differ: Do = 3/12, De = 42/132.
    assert gas.agreement == round(1 - 0.25 / (42 / 132), 2)
    manifest = three.dataset / "corpus.toml"
    manifest.write_text(manifest.read_text().replace('["r1"]', '["r2"]'))
    assert asked(three).commands == ('add "r1" to gold_rounds in dataset/corpus.toml',)


def test_a_whole_corpus_asks_for_its_build_then_results_then_nothing(
    sample: Corpus, repo: Corpus
) -> None:
    told = status(sample)
    assert {article.article_id: article.gold for article in told.articles} == {
        FIRST: 14,
        SECOND: 22,
    }
    assert next_step(told) == Step(7, "never built", ("usiran build",))
    for name in ("stance", "spans"):
        # Of all five articles: not what these two would publish.
        shutil.copytree(repo.data / name, sample.data / name)
    assert next_step(status(sample)).why == "the published tables are behind"


def test_the_repository_is_whole(copied: Corpus) -> None:
    told = status(copied)
    assert (told.published, told.stale, told.unreadable) == (True, (), 0)
    assert next_step(told).why == "nothing is left to do"
    # An answer in another round changes no gold, and is published all the same.
    answers = next(copied.submissions.glob("independent/*/stance.json"))
    text = answers.read_text("utf-8")
    answers.write_text(text.replace('"neutral"', '"pro-US"', 1), "utf-8")
    assert asked(copied).why == "the published tables are behind"
    answers.write_text(text, "utf-8")
    links = copied.annotation / "actor_links.csv"
    header, first, *rest = links.read_text("utf-8").splitlines(keepends=True)
    links.write_text("".join([header, *rest]), encoding="utf-8")
    assert asked(copied).why == f"{first.partition('@')[0]}: 1 mention not linked"
    links.write_text("".join([header, first.replace(",OTHER,", ",IRAQ,", 1), *rest]), "utf-8")
    told = status(copied)
    # An affiliation is the gold of a task: its results, and those of no other, are stale.
    assert {name.partition("/")[2] for name in told.stale} == {"affiliation"}
    assert next_step(told).commands == ("usiran benchmark run --peers",)


def test_a_table_that_cannot_be_read_asks_to_validate(sample: Corpus) -> None:
    with (sample.annotation / "actors.csv").open("a") as file:
        file.write("x\n")
    done = call("status", at=sample)
    assert done.code == 0
    assert done.out.splitlines()[-2:] == [
        "next: 1 finding in files and tables", "  usiran validate",
    ]  # fmt: skip


def test_the_table_is_narrow_and_says_the_same_in_json(three: Corpus) -> None:
    done, document = call("status", at=three), json.loads(call("status", "--json", at=three).out)
    assert max(map(len, done.out.splitlines())) <= 80
    assert [article["article_id"] for article in document["articles"]] == [GAS, PORT]
    assert document["next"]["commands"] == ["usiran annotate adjudicate --adjudicator judge"]
    (gas,) = [line for line in done.out.splitlines() if line.startswith(GAS)]
    open_ = document["articles"][0]["open"]
    assert gas.split()[1:] == ["4", "3/3", ".21", f"{open_}+", "0"]
