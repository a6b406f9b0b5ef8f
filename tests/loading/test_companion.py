"""The training companion as tasks read it: the tables of a corpus, with ids of their own."""

from __future__ import annotations

import pytest

from usiran import loading
from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.loading import Opened
from usiran.loading.companion import Member, families_of, passages_of, training_tables
from usiran.tasks.inputs import layers_of
from usiran.tasks.registry import tasks_of


@pytest.fixture(scope="module")
def articles(repo: Corpus) -> Opened:
    return loading.open(repo)


@pytest.fixture(scope="module")
def companion(articles: Opened) -> Opened:
    assert articles.companion is not None
    return articles.companion


def test_its_passages_say_who_wrote_them_as_what(companion: Opened) -> None:
    passages = passages_of(companion)
    assert len(passages) == 40
    first = passages["w1-eleven-barriers"]
    assert (first.register, first.writer, first.has_spans) == ("opinion", "w1", True)
    assert sum(passage.has_spans for passage in passages.values()) == 25


def test_a_remark_between_a_family_and_its_sentence_hides_nothing(companion: Opened) -> None:
    families = families_of(companion)
    assert len(families) == 432
    assert families["w1-eleven-barriers#004"] == Member("w1-f06", "negation")


def test_a_passage_without_a_register_is_refused_by_name(copied: Corpus) -> None:
    path = copied.annotation / "synthetic/written/w1-gas-waiver.txt"
    path.write_text(path.read_text("utf-8").replace("register", "kind", 1), "utf-8")
    opened = loading.open(copied).companion
    assert opened is not None
    with pytest.raises(FileError, match=r"w1-gas-waiver\.txt.*no line for register"):
        passages_of(opened)


def test_its_tables_have_the_columns_of_the_articles_tables(
    articles: Opened, companion: Opened
) -> None:
    tables = training_tables(companion)
    for name in ("stance", "actors", "events", "roles", "registry", "articles", "folds"):
        assert list(tables[name].columns) == list(articles.tables[name].columns), name
    assert not set(tables["articles"]["article_id"]) & set(
        articles.tables["articles"]["article_id"]
    )


def test_every_task_reads_its_gold_from_them(companion: Opened) -> None:
    golds = {
        task.name: task.gold(training_tables(companion, spans=task.unit in ("spans", "links")))
        for task in tasks_of(companion.scheme).values()
        if not task.learns_from
    }
    assert len(golds["stance"].records) == 800
    assert len(golds["actors"].records) == 500
    assert all(gold.verdict == "" for gold in golds.values() if gold.task.unit == "sentence")


def test_whole_passages_without_spans_are_left_out(companion: Opened) -> None:
    tables = training_tables(companion, spans=True)
    marked = set(tables["actors"]["article_id"])
    assert set(tables["stance"]["article_id"]) == marked
    assert len(tables["actors"]) == len(companion.tables["actors"])


def test_the_side_of_every_mention_is_read(companion: Opened) -> None:
    sides = layers_of(training_tables(companion, spans=True))["sides"]
    affiliations = {side for sentence in sides for side in sentence}
    assert affiliations <= set(companion.scheme.affiliations)
    assert {"US", "IRAN", "IRAQ"} <= affiliations
