"""The review queue: disagreement, conflicts of a model with the gold, findings."""

from __future__ import annotations

import json
import shutil
from math import log
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import synthetic
from tests.support.three_passes import CHANGES, errors, three
from tests.support.tiny import GAS
from usiran.active_learning.review_queue import KINDS, Queue, entropy, review_queue
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.provisional_gold import adopt
from usiran.benchmark.protocol import run
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.loading.tables import load_tables
from usiran.models.registry import SYSTEMS

__all__ = ["three"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A whole invented corpus with one annotator."""
    root = tmp_path_factory.mktemp("queue")
    corpus = synthetic.write_corpus(root, synthetic.tables(articles=4, sentences=8))
    # A stated title must stand in the text; a finding on it would hide those on sentences.
    path = corpus.source / "articles.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    first = [corpus.article(key).read_text("utf-8").split("\n")[0] for key in frame["article_id"]]
    frame.assign(title=first).to_csv(path, index=False, lineterminator="\n")
    return corpus


@pytest.fixture
def made(written: Corpus, tmp_path: Path) -> Corpus:
    """A copy that a test may change."""
    shutil.copytree(written.root, tmp_path / "corpus")
    return Corpus(tmp_path / "corpus")


def change(corpus: Corpus, who: str, changes: dict[str, str]) -> None:
    """Give an annotator the labels of ann, with other stances on some sentences."""
    first = corpus.manifest.gold_rounds[0]
    source, target = (corpus.submissions / first / name for name in ("ann", who))
    if not target.exists():
        shutil.copytree(source, target)
        with (corpus.annotation / "annotators.csv").open("a", encoding="utf-8") as file:
            file.write(f"{who},human,{who},\n")
    relabel(target / "stance.json", changes)


def relabel(path: Path, changes: dict[str, str]) -> None:
    grounds = {"pro-US": ["us+"], "pro-Iran": ["iran+"], "neutral": []}
    tasks: Any = json.loads(path.read_text("utf-8"))
    for task in tasks:
        stance = changes.get(task["data"]["sentence_id"])
        if stance is not None:
            items = task["annotations"][0]["result"]
            kept = [item for item in items if item["from_name"] == "holder"]
            first = dict(items[0], value={"choices": [stance]})
            ground = dict(items[0], id="g", from_name="grounds", value={"choices": grounds[stance]})
            task["annotations"][0]["result"] = [
                first,
                *([ground] if grounds[stance] else []),
                *kept,
            ]
    path.write_text(json.dumps(tasks), "utf-8")


def stances(corpus: Corpus) -> dict[str, str]:
    frame = load_tables(corpus)["stance"]
    return dict(zip(frame["sentence_id"], frame["stance"], strict=True))


def reasons(queue: Queue) -> dict[str, list[tuple[str, float]]]:
    return {
        one.sentence_id: [(reason.kind, reason.score) for reason in one.reasons]
        for one in queue.sentences
    }


def test_the_entropy_of_votes_worked_by_hand() -> None:
    # 2 to 1: -(2/3 ln 2/3 + 1/3 ln 1/3) = 0.636514.
    assert entropy([2, 1], 3) == pytest.approx(0.636514 / log(3), abs=1e-6)
    assert entropy([2, 1], 2) == pytest.approx(0.636514 / log(2), abs=1e-6)
    assert entropy([1, 1, 1], 3) == 1.0
    assert entropy([5], 3) == entropy([], 3) == entropy([0, 4, 0], 3) == 0.0


@given(st.lists(st.integers(0, 20), min_size=2, max_size=5))
def test_the_entropy_is_a_share_and_knows_no_order(counts: list[int]) -> None:
    found = entropy(counts, len(counts))
    assert 0.0 <= found <= 1.0
    assert found == pytest.approx(entropy(counts[::-1], len(counts)), abs=1e-6)
    assert (found == 0.0) == (sum(count > 0 for count in counts) < 2)


def test_sentences_are_ranked_by_how_far_annotators_disagree(made: Corpus) -> None:
    gold = stances(made)
    others = {key: [s for s in synthetic.STANCES if s != gold[key]] for key in gold}
    split, torn = list(gold)[:2]
    change(made, "bob", {split: others[split][0], torn: others[torn][0]})
    change(made, "cy", {torn: others[torn][1]})
    queue = review_queue(made, ["disagreement"])
    assert reasons(queue) == {
        torn: [("disagreement", 1.0)],
        split: [("disagreement", entropy([2, 1], 3))],
    }
    assert [one.sentence_id for one in queue.sentences] == [torn, split]
    assert queue.sentences[0].reasons[0].why == "stance: 1 pro-US, 1 pro-Iran, 1 neutral"
    assert queue.notes == ()


def test_the_tiny_passes_disagree_on_a_stance_and_a_holder(three: Corpus) -> None:
    queue = review_queue(three, ["disagreement"])
    assert reasons(queue) == {
        f"{GAS}#002": [("disagreement", 1.0)],
        f"{GAS}#004": [("disagreement", entropy([2, 1], 2))],
    }
    assert [one.reasons[0].why for one in queue.sentences] == [
        "stance: 1 pro-US, 1 pro-Iran, 1 neutral", "holder: 2 author, 1 source",
    ]  # fmt: skip


def test_a_conflict_is_low_out_of_fold_confidence_in_a_gold_label_the_model_contradicts(
    made: Corpus,
) -> None:
    gold = stances(made)
    wrong = next(key for key, stance in gold.items() if stance == "pro-US")
    first = made.manifest.gold_rounds[0]
    relabel(made.submissions / first / "ann" / "stance.json", {wrong: "pro-Iran"})
    adopt(made, round=first, annotator_id="ann")
    queue = review_queue(made, ["conflict"])
    top = queue.sentences[0]
    assert top.sentence_id == wrong
    assert top.reasons[0].why.startswith(
        "stance: the gold says pro-Iran, tfidf-logreg says pro-US ("
    )
    bench = Benchmark.of(made, load_tables(made))
    task = bench.golds["stance"]
    outcome = run(
        SYSTEMS["tfidf-logreg"].build(bench.build_context("stance", "tfidf-logreg", 0)), task
    )
    chances = outcome.predictions.probabilities
    assert chances is not None
    row = task.records["sentence_id"].tolist().index(wrong)
    assert top.score == pytest.approx(1 - chances[row][1], abs=1e-6)
    contradicted = {
        str(key)
        for key, label, said in zip(
            task.records["sentence_id"], task.values, outcome.predictions.values, strict=True
        )
        if label != said
    }
    told = {
        one.sentence_id
        for one in queue.sentences
        if any(reason.why.startswith("stance") for reason in one.reasons)
    }
    assert told == contradicted


def test_a_finding_puts_its_sentence_in_the_queue(made: Corpus) -> None:
    path = made.gold / "spans.json"
    tasks: Any = json.loads(path.read_text("utf-8"))
    item = next(i for i in tasks[1]["annotations"][0]["result"] if i.get("from_name") == "actor")
    item["value"]["labels"] = [
        "CIVILIAN" if "CIVILIAN" not in item["value"]["labels"] else "MILITARY"
    ]
    path.write_text(json.dumps(tasks), "utf-8")
    with (made.source / "folds.csv").open("a", encoding="utf-8") as file:
        file.write("gone,4\n")
    queue = review_queue(made, ["findings"])
    (one,) = (one for one in queue.sentences if one.sentence_id == "article-1#001")
    assert one.score == 1.0
    assert {reason.kind for reason in one.reasons} == {"findings"}
    assert any("CIVILIAN" in r.why or "MILITARY" in r.why for r in one.reasons)
    assert queue.notes == ("findings that name no sentence: 1; see `usiran validate`",)


def test_all_reasons_of_a_sentence_stand_together_the_strongest_first(made: Corpus) -> None:
    gold = stances(made)
    key = next(key for key, stance in gold.items() if stance == "pro-US")
    change(made, "bob", {key: "neutral"})
    queue = review_queue(made, KINDS)
    one = next(one for one in queue.sentences if one.sentence_id == key)
    kinds = [reason.kind for reason in one.reasons]
    # The votes and the gold no longer fit: bob's labels came without an adjudication.
    assert set(kinds) >= {"findings", "disagreement"}
    assert [reason.score for reason in one.reasons] == sorted(
        (reason.score for reason in one.reasons), reverse=True
    )
    assert [one.score for one in queue.sentences] == sorted(
        (one.score for one in queue.sentences), reverse=True
    )


def test_what_cannot_be_looked_at_is_said(made: Corpus, three: Corpus) -> None:
    queue = review_queue(made, ["disagreement"])
    assert (queue.sentences, queue.notes) == (
        (), ("disagreement left out: no sentence has two annotators",),
    )  # fmt: skip
    (made.gold / "stance.json").write_text("nonsense")
    for corpus in (three, made):
        (note,) = review_queue(corpus, ["conflict"]).notes
        assert note.startswith("conflict left out: ")


def test_the_queue_of_an_adjudicated_gold_still_knows_the_votes(three: Corpus) -> None:
    work = Adjudicator(three)
    while work.state.open:
        question = work.state.open[0]
        answer = work.read(question, "A", file="answer")
        made = work.decision(question, answer, reason="S1", by="judge")
        assert made is not None
        work.save(made)
    work.write()
    assert errors(three) == []
    assert list(reasons(review_queue(three, ["disagreement"]))) == [
        f"{GAS}#002", f"{GAS}#004",
    ]  # fmt: skip
    assert CHANGES.keys() == {"ann", "bob", "cy"}


@pytest.mark.parametrize(
    ("system", "message"),
    [
        ("bert", "found 'bert'; allowed: majority"),
        ("majority", "found 'majority'; allowed: a sentence model: tfidf-logreg"),
    ],
)
def test_a_system_that_cannot_be_compared_is_refused(
    made: Corpus, system: str, message: str
) -> None:
    with pytest.raises(InputError) as raised:
        review_queue(made, ["conflict"], system=system)
    assert message in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
