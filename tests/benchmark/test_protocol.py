"""Claims about leave-one-article-out: nothing of the held-out article is seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import Pipeline

from tests.support import synthetic
from usiran.benchmark.protocol import folds_sha256, run
from usiran.corpus import Corpus
from usiran.errors import FileError
from usiran.models.gazetteer import GazetteerTagger
from usiran.tasks.base import Gold, Objects, objects

SEEN: list[tuple[set[str], set[str]]] = []


class Witness(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Notes which articles it is fitted on and asked about."""

    def fit(self, X: pd.DataFrame, y: Objects) -> Witness:  # noqa: N803  (sklearn's name)
        self.fitted_ = set(X["article_id"])
        assert len(X) == len(y)
        return self

    def predict(self, X: pd.DataFrame) -> Objects:  # noqa: N803  (sklearn's name)
        SEEN.append((self.fitted_, set(X["article_id"])))
        return objects(["neutral"] * len(X))


def _pipeline() -> Pipeline:
    features = ColumnTransformer([("words", TfidfVectorizer(), "text")])
    return Pipeline([("features", features), ("model", LogisticRegression())])


def test_each_article_is_predicted_once_by_a_copy_that_never_saw_it() -> None:
    SEEN.clear()
    run(Witness(), synthetic.gold("stance"))
    everything = {f"article-{i}" for i in range(5)}
    assert [asked for _, asked in SEEN] == [{f"article-{i}"} for i in range(5)]
    assert all(fitted == everything - asked for fitted, asked in SEEN)


def test_predictions_and_probabilities_equal_those_of_cross_val_predict() -> None:
    gold = synthetic.gold("stance")
    keep = {"X": gold.records, "y": gold.values.astype(str), "groups": gold.articles}
    labels = cross_val_predict(_pipeline(), cv=LeaveOneGroupOut(), **keep)
    chances = cross_val_predict(_pipeline(), cv=LeaveOneGroupOut(), method="predict_proba", **keep)
    found = run(_pipeline(), gold).predictions
    assert found.values.tolist() == labels.tolist()
    assert found.probabilities is not None
    order = [sorted(gold.task.labels).index(label) for label in gold.task.labels]
    np.testing.assert_allclose(found.probabilities, chances[:, order])


def test_a_class_missing_from_training_gets_probability_0() -> None:
    gold = synthetic.gold("stance", articles=2)
    values = gold.values.copy()
    values[24:] = ["pro-US", "neutral"] * 12
    found = run(_pipeline(), Gold(gold.task, gold.records, values, gold.folds)).predictions
    assert found.probabilities is not None
    assert (found.probabilities[:24, 1] == 0).all()
    assert found.probabilities.sum(axis=1) == pytest.approx(1.0)


def test_a_fold_with_one_label_only_is_predicted_with_it() -> None:
    gold = synthetic.gold("holder", articles=2)
    values = gold.values.copy()
    values[24:] = "source"
    found = run(_pipeline(), Gold(gold.task, gold.records, values, gold.folds)).predictions
    assert set(found.values[:24]) == {"source"}


def test_a_gazetteer_cannot_know_names_that_stand_in_the_held_out_article_only() -> None:
    gold = synthetic.gold("actors")
    records = gold.records.copy()
    first = records["article_id"] == "article-0"
    # Same lengths, so that the offsets stay right.
    for name in synthetic.ACTORS:
        hidden = name.swapcase()
        records.loc[first, "text"] = records.loc[first, "text"].str.replace(name, hidden)
    found = run(GazetteerTagger(), Gold(gold.task, records, gold.values, gold.folds))
    assert all(row == () for row in found.predictions.values[:24])
    assert found.predictions.values[24:].tolist() == gold.values[24:].tolist()


def test_the_folds_hash_is_that_of_the_files_bytes(tmp_path: Path) -> None:
    source = tmp_path / "dataset" / "source"
    source.mkdir(parents=True)
    with pytest.raises(FileError, match=r"dataset/source/folds\.csv: found 'no such file'"):
        folds_sha256(Corpus(tmp_path))
    (source / "folds.csv").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert folds_sha256(Corpus(tmp_path)) == known
