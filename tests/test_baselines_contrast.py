"""Claims about the contrast set: what is learned, what is asked, and three scores."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from tests import synthetic
from usiran.baselines.protocol import run
from usiran.baselines.scoring import Predictions
from usiran.baselines.tasks import Gold, Objects, gold_of, objects
from usiran.errors import InputFault

OTHER = {"pro-US": "pro-Iran", "pro-Iran": "pro-US", "neutral": "neutral"}


def _tables(edits: int = 20) -> dict[str, pd.DataFrame]:
    tables = dict(synthetic.tables())
    rows = []
    for row in tables["stance"].iloc[::6].head(edits).to_dict("records"):
        key, stance = row["sentence_id"], row["stance"]
        swapped = row["text"].replace(synthetic.OBJECTS[stance], synthetic.OBJECTS[OTHER[stance]])
        for number, (edit, text, label) in enumerate((
            ("swap-sides", swapped, OTHER[stance]),
            ("negate-event", row["text"].replace(" near", " not near"), stance),
        ), start=1):  # fmt: skip
            rows.append(
                {
                    "contrast_id": f"{key}~{number}", "sentence_id": key, "edit": edit,
                    "text": text, "stance": label, "holder": row["holder"],
                }
            )  # fmt: skip
    tables["contrast"] = pd.DataFrame(rows)
    return tables


def _gold() -> Gold:
    return gold_of(synthetic.tasks()["contrast"], _tables())


def _scores(gold: Gold, said: list[str]) -> dict[str, float]:
    scorer = gold.task.score(gold)
    return scorer.scores(scorer.counts(gold, Predictions(objects(said))).sum(axis=0))


def test_every_original_leads_its_edits_and_lends_them_its_neighbours() -> None:
    gold = _gold()
    first = gold.records.head(3)
    key = synthetic.tables()["stance"]["sentence_id"].iloc[0]
    assert first["sentence_id"].tolist() == [key, f"{key}~1", f"{key}~2"]
    assert first["edit"].tolist() == ["original", "swap-sides", "negate-event"]
    assert first["after"].nunique() == 1
    assert len(gold.values) == 60
    assert gold.verdict == ""


def test_systems_learn_stance_from_the_other_articles_and_never_from_edits() -> None:
    gold = _gold()
    seen: list[set[str]] = []

    class Witness(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
        def fit(self, X: pd.DataFrame, y: Objects) -> Witness:
            assert len(X) == len(y)
            seen.append(set(X["sentence_id"]))
            return self

        def predict(self, X: pd.DataFrame) -> Objects:
            assert not {key.split("#")[0] for key in seen[-1]} & set(X["article_id"])
            return objects(["neutral"] * len(X))

    run(Witness(), gold)
    assert len(seen) == 5
    assert all(len(keys) == 96 and not any("~" in key for key in keys) for keys in seen)


def test_the_right_answers_score_1_three_times() -> None:
    gold = _gold()
    scores = _scores(gold, gold.values.tolist())
    assert (scores["accuracy"], scores["consistency"], scores["symmetry"]) == (1.0, 1.0, 1.0)


def test_consistency_needs_the_original_and_all_its_edits() -> None:
    gold = _gold()
    said = gold.values.tolist()
    said[0] = OTHER[said[0]] if said[0] != "neutral" else "pro-US"  # an original
    said[4] = OTHER[said[4]] if said[4] != "neutral" else "pro-US"  # another one's edit
    scores = _scores(gold, said)
    assert scores["consistency"] == 18 / 20
    assert scores["accuracy"] == 39 / 40


def test_symmetry_asks_for_the_mirror_image_right_or_wrong() -> None:
    gold = _gold()
    mirrored = ["pro-Iran" if edit == "swap-sides" else "pro-US" for edit in gold.records["edit"]]
    assert _scores(gold, mirrored)["symmetry"] == 1.0
    assert _scores(gold, ["pro-US"] * 60)["symmetry"] == 0.0
    assert _scores(gold, ["neutral"] * 60)["symmetry"] == 1.0


def test_an_edit_of_an_unscored_sentence_is_refused() -> None:
    tables = _tables()
    tables["contrast"] = tables["contrast"].assign(sentence_id="article-9#001")
    with pytest.raises(InputFault, match="found 'article-9#001'; allowed: a scored sentence"):
        gold_of(synthetic.tasks()["contrast"], tables)


def test_chance_is_the_accuracy_of_independent_labels_with_the_same_totals() -> None:
    gold = _gold()
    scorer = gold.task.score(gold)
    edited = gold.values[gold.records["edit"] != "original"]
    shares = pd.Series(edited).value_counts(normalize=True)
    sums = scorer.counts(gold, Predictions(gold.values)).sum(axis=0)
    assert scorer.chance(sums) == pytest.approx(float((shares**2).sum()))
    assert scorer.headline(sums) == 1.0
