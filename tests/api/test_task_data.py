"""Claims about a task as arrays: the official folds and score, by scikit-learn's own means."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import cross_val_predict, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

import usiran
from usiran.api.opened import open_benchmark
from usiran.corpus import Corpus
from usiran.errors import InputError

COLUMNS = ["sentence_id", "article_id", "start", "end", "zone", "text", "before", "after"]


def framed() -> Pipeline:
    words = make_column_transformer((TfidfVectorizer(), "text"))
    return make_pipeline(words, LinearSVC(class_weight="balanced", random_state=0))


def test_a_task_has_rows_labels_articles_and_folds() -> None:
    task = usiran.task("stance")
    assert list(task.X) == COLUMNS
    assert len(task.X) == len(task.y) == len(task.groups)
    assert set(task.y) <= set(task.labels)
    assert task.cv.get_n_splits() == len(set(task.groups))
    for train, test in task.cv.split(task.X, task.y, task.groups):
        assert not set(task.groups[train]) & set(task.groups[test])
    assert repr(task).startswith("<task stance: ")
    # A frame of its own: whoever writes into it changes nothing.
    rows = task.X
    rows["text"] = ""
    assert task.X["text"].str.len().min() > 0


def test_help_names_every_task_and_every_config(repo: Corpus) -> None:
    tasks = open_benchmark(repo.root, tasks=()).golds
    assert set(tasks) <= _named(usiran.task)
    assert {path.name for path in repo.data.iterdir()} <= _named(usiran.load)


def _named(function: Callable[..., object]) -> set[str]:
    return set(re.findall(r"``(\w+)``", inspect.getdoc(function) or ""))


@pytest.mark.parametrize("name", ["stance", "holder"])
def test_out_of_fold_predictions_are_the_official_ones(name: str) -> None:
    task = usiran.task(name)
    predicted = cross_val_predict(framed(), task.X, task.y, cv=task.cv)
    report = usiran.evaluate(framed(), name, draws=100)
    assert predicted.tolist() == report.predictions["predicted"].tolist()
    assert round(task.score(predicted), 6) == report.score
    # One article a fold: the scorer's values are the articles' own scores.
    folds = cross_val_score(framed(), task.X, task.y, cv=task.cv, scoring=task.scorer)
    assert sorted(folds.round(6)) == sorted(report.per_article)


def test_texts_alone_are_enough_for_an_estimator_that_reads_strings() -> None:
    task = usiran.task("stance")
    pipeline = make_pipeline(TfidfVectorizer(), LinearSVC(class_weight="balanced", random_state=0))
    predicted = cross_val_predict(pipeline, task.X["text"], task.y, cv=task.cv)
    assert predicted.tolist() == usiran.evaluate(pipeline, draws=100).predictions.predicted.tolist()


def test_skore_runs_on_the_official_folds() -> None:
    skore = pytest.importorskip("skore", reason="skore is not installed (the extra 'dev')")
    task = usiran.task("stance")
    report = skore.evaluate(framed(), task.X, task.y, splitter=task.cv)
    official = usiran.evaluate(framed(), draws=100).predictions["predicted"]
    for part, (_, test) in zip(report.reports_, task.cv.split(task.X), strict=True):
        assert part.estimator_.predict(task.X.iloc[test]).tolist() == official.iloc[test].tolist()


def test_spans_are_tags_too() -> None:
    task = usiran.task("actors")
    assert [len(row) for row in task.tokens] == [len(row) for row in task.tags]
    assert task.score(task.tags) == task.score(task.y) == 1.0
    assert task.score([()] * len(task.y)) == 0.0
    with pytest.raises(InputError, match="a task of spans"):
        _ = usiran.task("stance").tags


def test_marks_that_are_hidden_in_the_article_held_out_are_not_in_the_rows() -> None:
    assert {"actors", "events"} <= set(usiran.task("roles").X)
    assert not {"actors", "events"} & set(usiran.task("roles_end_to_end").X)
    assert "kind" not in usiran.task("contrast").X


def test_what_a_task_cannot_do_is_said() -> None:
    task = usiran.task("stance")
    with pytest.raises(InputError, match=r"found '3 rows'; allowed: the \d+ rows of the task"):
        next(task.cv.split(task.X.head(3)))
    with pytest.raises(InputError, match="contrast'; allowed: a task that is learned, such as st"):
        _ = usiran.task("contrast").cv
    with pytest.raises(InputError, match=r"task: found 'stanse'; .*did you mean 'stance'"):
        usiran.task("stanse")
    with pytest.raises(InputError, match="the label is constant inside each"):
        usiran.task("article_stance")
    with pytest.raises(InputError, match=r"predictions: found '2 predictions for \d+ rows"):
        task.score(["neutral", "neutral"])
    with pytest.raises(InputError, match=r"labels .*'left'.* allowed are"):
        task.score(np.full(len(task.y), "left"))


def test_the_track_with_the_companion_is_none_of_its_rows() -> None:
    with pytest.raises(InputError, match=r"with-synthetic.*usiran\.evaluate"):
        usiran.task("stance", data="with-synthetic")
