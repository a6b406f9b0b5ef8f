"""Differences from the gold: by kind, none forgotten, and what is not labelled is none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.support.pages import read
from usiran.benchmark.results import read_results
from usiran.benchmark.run import Benchmark
from usiran.errors import counted
from usiran.loading import Opened
from usiran.site.comparison import Comparison, Differences, kind_of
from usiran.site.gold import GoldView
from usiran.text.spans import Span


@pytest.mark.parametrize(
    ("gold", "other", "kind"),
    [
        (Span(0, 4, "A"), None, "missed"),
        (Span(0, 4, "A"), Span(0, 4, "B"), "type"),
        (Span(0, 4, "A"), Span(1, 4, "A"), "border"),
        (Span(0, 4, "A"), Span(1, 6, "B"), "border and type"),
    ],
)
def test_a_difference_has_a_kind(gold: Span, other: Span | None, kind: str) -> None:
    assert kind_of(gold, other) == kind


def by_layer(opened: Opened) -> dict[tuple[str, str], Differences]:
    everybody = Comparison(GoldView(opened), None, {}).everybody()
    return {(who.name, task.asked.layer): task for who in everybody for task in who.tasks}


def test_every_span_of_the_gold_is_said_or_differs(opened: Opened) -> None:
    annotations, differences = opened.tables["annotations"], by_layer(opened)
    for name in ("ann", "bob", "cy"):
        for layer in ("actor", "event"):
            own = annotations[
                (annotations["annotator_id"] == name) & (annotations["layer"] == layer)
            ]
            said = Counter(zip(own["unit_id"], own["label"], strict=True))
            gold = opened.tables[f"{layer}s"]
            same = Counter(zip(gold["span_id"], gold["type"], strict=True)) & said
            counts = differences[name, layer].counts
            differing = sum(counts.values()) - counts["missed"] - counts["spurious"]
            assert same.total() + differing + counts["missed"] == len(gold)
            assert same.total() + differing + counts["spurious"] == said.total()


def test_every_other_stance_is_a_difference(opened: Opened) -> None:
    annotations, differences = opened.tables["annotations"], by_layer(opened)
    stances = opened.tables["stance"].set_index("sentence_id")["stance"]
    for name in ("ann", "bob", "cy"):
        own = annotations[
            (annotations["annotator_id"] == name) & (annotations["layer"] == "stance")
        ]
        labels = own.set_index("unit_id")["label"]
        other = (labels != stances.reindex(labels.index)).sum()
        assert len(differences[name, "stance"].rows) == other


def test_the_first_page_sums_up_every_task_and_leads_to_it(
    opened: Opened, files: dict[str, bytes]
) -> None:
    for who in Comparison(GoldView(opened), None, {}).everybody():
        first = read(files[who.file(0)])
        for task in who.tasks:
            name = task.asked.name
            rows, units = counted(len(task.rows), "difference"), counted(task.units, "sentence")
            assert f"{name} {rows} in {units}" in first.text
            assert f"../{who.address(name)}" in first.links
            assert who.address(name).startswith(f"{who.file(who.begins(name) - 1)}#")
            for kind in task.counts:
                for article, _ in task.articles(kind):
                    assert f"../{who.address(name, kind, article)}" in first.links


def test_what_somebody_did_not_label_is_no_difference(opened: Opened) -> None:
    rows = opened.tables["annotations"]
    one = opened.rows("articles")[0].article_id
    mine = (rows["annotator_id"] == "ann") & (rows["article_id"] == one)
    whole = by_layer(opened)["ann", "actor"]
    tables = {**opened.tables, "annotations": rows[~mine]}
    part = by_layer(replace(opened, tables=tables))["ann", "actor"]
    assert whole.unlabelled == 0
    assert part.unlabelled == sum(row.article_id == one for row in opened.rows("stance"))
    assert {row.article_id for row in part.rows} == {row.article_id for row in whole.rows} - {one}


def test_results_on_a_task_that_the_benchmark_does_not_have_are_passed_over(
    opened: Opened, repo_opened: Opened
) -> None:
    results = read_results(repo_opened.corpus)
    (system, _), stored = next(iter(results.items()))
    bench = Benchmark.of(repo_opened.corpus, repo_opened.tables, repo_opened.scheme)
    compared = Comparison(GoldView(opened), bench, {(system, "gone"): stored}).everybody()
    assert {who.group for who in compared} == {"annotator"}
