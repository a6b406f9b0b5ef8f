"""Claims about the contrast set: what is learned, what is asked, and three scores."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from tests.support import synthetic
from tests.support.command import call
from usiran import loading
from usiran.benchmark.protocol import run
from usiran.benchmark.results import read_results
from usiran.benchmark.run import Benchmark
from usiran.benchmark.submit import score
from usiran.benchmark.verify import verify_all
from usiran.benchmark.write_results import outdated
from usiran.errors import InputError
from usiran.loading.tables import load_tables
from usiran.schemas.tables import FILES
from usiran.tasks.base import LAYERS, Gold, Objects, Predictions, objects
from usiran.tasks.inputs import with_layers
from usiran.validation.validate import validate

OTHER = {"pro-US": "pro-Iran", "pro-Iran": "pro-US", "neutral": "neutral"}


def _tables(edits: int = 20, **options: int) -> dict[str, pd.DataFrame]:
    tables = dict(synthetic.tables(**options))
    rows, keys = [], []
    for row in tables["stance"].iloc[:: 120 // edits].head(edits).to_dict("records"):
        key, stance = row["sentence_id"], row["stance"]
        swapped = row["text"].replace(synthetic.OBJECTS[stance], synthetic.OBJECTS[OTHER[stance]])
        for number, (kind, text, label) in enumerate((
            ("swap-sides", swapped, OTHER[stance]),
            ("negate-event", row["text"].replace(" near", " not near"), stance),
        ), start=1):  # fmt: skip
            rows.append(
                {
                    "contrast_id": f"{key}~{number}", "sentence_id": key,
                    "text": text, "stance": label, "holder": row["holder"],
                }
            )  # fmt: skip
            keys.append({"contrast_id": f"{key}~{number}", "kind": kind, "source_stance": stance})
    tables["contrast"], tables["contrast_key"] = pd.DataFrame(rows), pd.DataFrame(keys)
    return tables


def _gold() -> Gold:
    return synthetic.tasks()["contrast"].gold(_tables())


def _scores(gold: Gold, said: list[str]) -> dict[str, float]:
    scorer = gold.scorer
    return scorer.scores(scorer.counts(gold, Predictions(objects(said))).sum(axis=0))


def test_every_original_leads_its_edits_and_lends_them_its_neighbours() -> None:
    gold = _gold()
    first = gold.records.head(3)
    key = synthetic.tables()["stance"]["sentence_id"].iloc[0]
    assert first["sentence_id"].tolist() == [key, f"{key}~1", f"{key}~2"]
    assert first["kind"].tolist() == ["original", "swap-sides", "negate-event"]
    assert first["after"].nunique() == 1
    assert len(gold.values) == 60
    assert gold.verdict == ""


def test_systems_learn_stance_from_other_articles_and_see_neither_edits_nor_their_kinds() -> None:
    gold = _gold()
    seen: list[set[str]] = []

    class Witness(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
        def fit(self, X: pd.DataFrame, y: Objects) -> Witness:
            assert len(X) == len(y)
            seen.append(set(X["sentence_id"]))
            return self

        def predict(self, X: pd.DataFrame) -> Objects:
            assert not {key.split("#")[0] for key in seen[-1]} & set(X["article_id"])
            assert "kind" not in X
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
    mirrored = ["pro-Iran" if kind == "swap-sides" else "pro-US" for kind in gold.records["kind"]]
    assert _scores(gold, mirrored)["symmetry"] == 1.0
    assert _scores(gold, ["pro-US"] * 60)["symmetry"] == 0.0
    assert _scores(gold, ["neutral"] * 60)["symmetry"] == 1.0


def test_an_edit_of_an_unscored_sentence_is_refused() -> None:
    tables = _tables()
    tables["contrast"] = tables["contrast"].assign(sentence_id="article-9#001")
    with pytest.raises(InputError, match="found 'article-9#001'; allowed: a scored sentence"):
        synthetic.tasks()["contrast"].gold(tables)


def test_an_edit_without_a_key_is_refused() -> None:
    tables = _tables()
    tables["contrast_key"] = tables["contrast_key"].iloc[1:]
    with pytest.raises(InputError, match=r"article-0#001~1.*an edit of annotation/contrast/key"):
        synthetic.tasks()["contrast"].gold(tables)


def test_the_kind_stays_hidden_where_layers_are_read_too() -> None:
    layers = synthetic.tables()["stance"][["sentence_id"]].assign(**dict.fromkeys(LAYERS, ""))
    assert with_layers(_gold(), layers, ("actors",)).hidden == ("kind", "actors")


def test_chance_is_the_accuracy_of_independent_labels_with_the_same_totals() -> None:
    gold = _gold()
    scorer = gold.scorer
    edited = gold.values[gold.records["kind"] != "original"]
    shares = pd.Series(edited).value_counts(normalize=True)
    sums = scorer.counts(gold, Predictions(gold.values)).sum(axis=0)
    assert scorer.chance(sums) == pytest.approx(float((shares**2).sum()))
    assert scorer.headline(sums) == 1.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    """A corpus on disk with a contrast set and two systems' results on it."""
    tables = _tables(40, articles=3, sentences=10)
    corpus = synthetic.write_corpus(tmp_path_factory.mktemp("contrast"), tables)
    for name in ("contrast", "contrast_key"):
        path = corpus.root / FILES[name]
        path.parent.mkdir(exist_ok=True)
        tables[name].to_csv(path, index=False)
    words = ("--task", "contrast", "--system", "tfidf-nb", "--system", "who-to-whom")
    done = call("benchmark", "run", *words, "--workers", "1", "--draws", "200", "--json", at=corpus)
    assert done.code == 0, done.err
    systems = [one["system"] for one in json.loads(done.out)["results"]]
    assert systems == ["tfidf-nb", "who-to-whom"]
    return Benchmark.of(corpus, load_tables(corpus))


def test_a_run_scores_edits_and_their_originals(made: Benchmark) -> None:
    result = read_results(made.corpus)["tfidf-nb", "contrast"].result
    assert (result.sentences, result.articles, result.headline) == (30, 3, "accuracy")
    assert result.scores["accuracy"] == result.score
    assert {"consistency", "symmetry", "macro_f1"} <= set(result.scores)
    board = (made.corpus.baselines / "LEADERBOARD.md").read_text()
    assert "Headline: accuracy. 20 edits of 10 sentences in 3 articles." in board
    assert "| consistency | symmetry | macro-F1 |" in board


def test_the_stored_predictions_of_edits_are_verified_scored_and_valid(made: Benchmark) -> None:
    assert not [finding for one in verify_all(made) for finding in one.findings]
    assert outdated(made) == []
    lines = made.corpus.baselines / "results/tfidf-nb/contrast.predictions.jsonl"
    scored = score(made, lines, task="contrast", system="mine", draws=200)
    assert scored.result.scores == read_results(made.corpus)["tfidf-nb", "contrast"].result.scores
    findings = validate(loading.open(made.corpus)).findings
    assert [one for one in findings if one.file.startswith("baselines")] == []


def test_predictions_for_an_edit_that_is_not_there_are_found(
    made: Benchmark, tmp_path: Path
) -> None:
    lines = made.corpus.baselines / "results/tfidf-nb/contrast.predictions.jsonl"
    broken = tmp_path / "mine.jsonl"
    broken.write_text(lines.read_text().replace("#001~1", "#001~7"))
    with pytest.raises(InputError, match=r"found 'article-0#001~7'.*did you mean 'article-0#001~"):
        score(made, broken, task="contrast", system="mine", draws=200)
    stored = made.corpus.baselines / "results/tfidf-nb/contrast.predictions.jsonl"
    kept = stored.read_bytes()
    stored.write_bytes(kept.replace(b"#001~1", b"#001~7", 1))
    findings = validate(loading.open(made.corpus)).findings
    found = [one for one in findings if one.file.startswith("baselines")]
    stored.write_bytes(kept)
    assert [(one.column, one.value) for one in found] == [("sentence_id", "article-0#001~7")]
