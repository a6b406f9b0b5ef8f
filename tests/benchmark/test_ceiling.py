"""Claims about the ceiling: annotators scored as systems are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.support import synthetic
from tests.support.benches import lay_out
from usiran.benchmark.annotators import Annotators
from usiran.benchmark.ceiling import Annotator, Ceiling, measure
from usiran.benchmark.leaderboard import reached, render
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus, Round
from usiran.label_studio.annotation_records import AnnotationRow
from usiran.tasks.base import Gold, Tables

Row = dict[str, object]
ROUNDS = {"r0": Round("0.9", "a draft"), "r1": Round("1.0", "the guidelines")}
OTHER = {"author": "source", "source": "author"}


def _labels(tables: Tables) -> list[Row]:
    """Return the gold labels as one annotator's rows, without round and annotator."""
    rows = []
    for row in tables["stance"].to_dict("records"):
        place = {"unit_id": row["sentence_id"], "start": row["start"], "end": row["end"]}
        for layer in ("stance", "holder"):
            label = {"layer": layer, "label": row[layer], "article_id": row["article_id"]}
            rows.append({**place, **label})
    for table, layer in (("actors", "actor"), ("events", "event")):
        for row in tables[table].to_dict("records"):
            place = {key: row[key] for key in ("article_id", "start", "end")}
            rows.append({**place, "unit_id": row["span_id"], "layer": layer, "label": row["type"]})
    for row in tables["roles"].to_dict("records"):
        said = {"unit_id": row["event_id"], "label": row["role"], "target": row["actor_span_id"]}
        rows.append({"article_id": row["article_id"], "layer": "role", **said})
    return rows


def _tables(passes: Mapping[str, Iterable[Row]], *, round: str = "r1") -> dict[str, pd.DataFrame]:
    tables = dict(synthetic.tables(sentences=12))
    made = [
        {**row, "round": row.get("round", round), "annotator_id": who}
        for who, rows in passes.items()
        for row in rows
    ]
    tables["annotations"] = pd.DataFrame(made, columns=list(AnnotationRow._fields))
    kinds = [{"annotator_id": who, "kind": "human"} for who in passes]
    tables["annotators"] = pd.DataFrame(kinds, columns=["annotator_id", "kind"])
    return tables


def _golds(tables: Tables) -> dict[str, Gold]:
    return {name: task.gold(tables) for name, task in synthetic.tasks().items()}


def _measure(tables: Tables, *rounds: str, basis: str = "adjudicated") -> Ceiling:
    manifest = replace(Corpus.find().manifest, gold_basis=basis, rounds=ROUNDS)
    annotators = Annotators.of(tables, rounds or ("r1",))
    others = Annotators.without_part(tables, annotators, manifest.rounds)
    return measure(_golds(tables), annotators, others, manifest)


@pytest.fixture(scope="module")
def labels() -> list[Row]:
    return _labels(synthetic.tables(sentences=12))


@pytest.fixture(scope="module")
def three(labels: list[Row]) -> Ceiling:
    """Ann says what the gold says; Bob and Cy differ in ways that are counted by hand."""
    bob: list[Row] = []
    holders = actors = 0
    for row in labels:
        changed = dict(row)
        if row["layer"] == "holder" and holders < 15:
            changed["label"], holders = OTHER[str(row["label"])], holders + 1
        if row["layer"] == "actor" and actors < 6:
            changed["end"], actors = int(str(row["end"])) - 1, actors + 1
        bob.append(changed)
    cy = [row for row in labels if row["article_id"] in ("article-0", "article-1")]
    return _measure(_tables({"ann": labels, "bob": bob, "cy": cy}))


def test_every_task_has_each_annotator_against_the_gold_and_each_other(three: Ceiling) -> None:
    assert list(three.tasks) == [
        "stance", "toward_us", "toward_iran", "holder", "actors", "events", "roles",
        "roles_end_to_end",
    ]  # fmt: skip
    for one in three.tasks.values():
        assert [(a.first, a.second) for a in one.gold] == [
            ("ann", "gold"), ("bob", "gold"), ("cy", "gold"),
        ]  # fmt: skip
        assert [(a.first, a.second) for a in one.pairs] == [
            ("ann", "bob"), ("ann", "cy"), ("bob", "cy"),
        ]  # fmt: skip
    person = Annotator("human", part=True, rounds=("r1",))
    assert three.annotators == dict.fromkeys(("ann", "bob", "cy"), person)
    assert three.rounds == {"r1": ROUNDS["r1"]}


def test_the_same_labels_score_1(three: Ceiling) -> None:
    assert three.tasks["stance"].gold[0].score == 1.0
    # The articles of stance lack some of its classes, which score 0 there.
    for name in ("holder", "actors", "events", "roles", "roles_end_to_end"):
        ann = three.tasks[name].gold[0]
        assert (ann.score, ann.interval, ann.sentences, ann.articles) == (1.0, (1.0, 1.0), 60, 5)
        assert set(ann.per_article.values()) == {1.0}


def test_changed_labels_are_scored_by_the_systems_scorer(three: Ceiling) -> None:
    bob = three.tasks["holder"].gold[1]
    assert bob.scores["accuracy"] == 45 / 60
    assert "soft" not in bob.scores
    assert bob.interval[0] < bob.score < bob.interval[1]
    actors = three.tasks["actors"].gold[1]
    assert actors.scores["type_strict_f1"] == pytest.approx(54 / 60)
    assert actors.scores["type_overlap_f1"] == 1.0
    events = three.tasks["events"].gold[1].scores
    assert (events["quad_overlap_f1"], events["type_overlap_f1"]) == (1.0, 1.0)


def test_links_between_given_spans_are_compared_where_both_marked_the_spans(
    three: Ceiling,
) -> None:
    assert three.tasks["roles"].gold[1].score == 1.0
    # End to end an actor whose bounds differ is no actor found: 6 of 60 links are lost.
    assert three.tasks["roles_end_to_end"].gold[1].score == pytest.approx(54 / 60)


def test_only_what_both_labelled_is_compared(three: Ceiling) -> None:
    for one in three.tasks.values():
        cy = one.gold[2]
        assert (cy.sentences, cy.articles) == (24, 2)
        assert list(cy.per_article) == ["article-0", "article-1"]
    assert three.tasks["actors"].pairs[1].score == 1.0


def test_means_are_over_annotators_and_over_pairs(three: Ceiling) -> None:
    actors = three.tasks["actors"]
    assert actors.mean_gold == pytest.approx(sum(a.score for a in actors.gold) / 3, abs=1e-6)
    assert actors.mean_pairs == pytest.approx(sum(a.score for a in actors.pairs) / 3, abs=1e-6)


def test_the_notes_say_what_the_gold_was_made_from(three: Ceiling, labels: list[Row]) -> None:
    assert [note[:40] for note in three.notes] == ["Annotators with a part in the gold are t"]
    alone = _measure(_tables({"ann": labels}), basis="first-pass")
    assert alone.tasks == {}
    assert "One annotator only (ann)" in alone.notes[0]
    assert "there is no ceiling yet" in alone.notes[1]
    none = _measure(_tables({}), basis="first-pass")
    assert (none.tasks, none.notes) == ({}, ("No ceiling: no annotator's labels are stored.",))


def test_language_models_are_told_from_people(labels: list[Row]) -> None:
    tables = _tables({"m1": labels, "m2": labels})
    tables["annotators"]["kind"] = "language-model"
    measured = _measure(tables)
    notes = " ".join(measured.notes)
    assert "All annotators are language models" in notes
    assert "Human ceiling: empty, because no person has annotated this corpus." in notes
    assert all(task.mean_people is None for task in measured.tasks.values())


def test_annotators_of_other_rounds_are_scored_against_the_gold_apart(labels: list[Row]) -> None:
    early = [{**row, "round": "r0"} for row in labels]
    turned = [{**row, "label": OTHER.get(str(row["label"]), row["label"])} for row in early]
    # Whoever labelled in a round behind the gold had a part in it, whatever else they labelled.
    tables = _tables({"ann": [*turned, *labels], "bob": labels, "dot": turned, "eve": early})
    tables["annotators"].loc[3, "kind"] = "language-model"
    measured = _measure(tables)
    holder = measured.tasks["holder"]
    assert [(row.first, row.score) for row in holder.gold] == [("ann", 1.0), ("bob", 1.0)]
    assert [(row.first, row.score) for row in holder.no_part] == [("dot", 0.0), ("eve", 1.0)]
    assert [(row.first, row.second) for row in holder.pairs] == [("ann", "bob")]
    assert (holder.mean_gold, holder.mean_no_part) == (1.0, 0.5)
    assert holder.mean_people == pytest.approx(2 / 3, abs=1e-6)
    assert measured.annotators["eve"] == Annotator("language-model", part=False, rounds=("r0",))
    assert measured.rounds == ROUNDS
    assert reached(measured, holder) == [
        "part in the gold (r1): 1.00, 1.00 against each other",
        "no part in it (r0): .50",
        "people: .67",
    ]


def test_the_last_round_in_which_a_task_was_labelled_counts(labels: list[Row]) -> None:
    early = [
        {**row, "round": "r1", "label": OTHER.get(str(row["label"]), row["label"])}
        for row in labels
    ]
    late = [{**row, "round": "r2"} for row in labels if row["article_id"] != "article-4"]
    tables = _tables({"ann": [*early, *late]})
    both = _measure(tables, "r1", "r2").tasks["holder"].gold[0]
    assert both.per_article == {f"article-{i}": float(i < 4) for i in range(5)}
    turned = _measure(tables, "r2", "r1").tasks["holder"].gold[0]
    assert turned.score == 0.0


def test_spans_outside_scored_sentences_are_left_out(labels: list[Row]) -> None:
    stray: Row = {"article_id": "article-0", "layer": "actor", "unit_id": "x", "start": 9_000,
                  "end": 9_004, "label": "MILITARY"}  # fmt: skip
    link: Row = {"article_id": "article-0", "layer": "role", "unit_id": "events:0:0",
                 "label": "agent", "target": "x"}  # fmt: skip
    measured = _measure(_tables({"ann": [*labels, stray, link]}))
    assert measured.tasks["actors"].gold[0].score == 1.0
    assert measured.tasks["roles_end_to_end"].gold[0].score == 1.0


def test_the_leaderboard_has_a_table_of_annotators(tmp_path: Path, labels: list[Row]) -> None:
    corpus = lay_out(tmp_path)
    round = corpus.manifest.gold_rounds[0]
    bench = Benchmark.of(corpus, _tables({"ann": labels, "bob": labels}, round=round))
    text = render(bench, {})
    heads = "| ceiling | part in the gold | macro-F1 | 95 % interval | accuracy | MCC | sentences |"
    assert heads in text
    assert text.count("| ann and bob | yes | **1.00** | 1.00 to 1.00 |") == 6
    assert f"- part in the gold ({round}): 1.00, 1.00 against each other\n" in text
    given = corpus.manifest.rounds[round]
    assert f"| {round} | ann, bob | yes | {given.guidelines} | {given.given} |" in text
    assert "The human ceiling is empty" not in text
