"""Claims about fitting the same tagger once."""

from __future__ import annotations

from tests.support import synthetic
from usiran.models.controls import RandomSpans
from usiran.models.fit_cache import SIZE, fit_once, predict_once
from usiran.models.tagger import LinearTagger


def test_a_tagger_is_fitted_once_for_equal_sentences_and_anew_for_others() -> None:
    gold = synthetic.gold("actors", sentences=4)
    first = fit_once(LinearTagger(), gold.records, gold.values)
    assert fit_once(LinearTagger(), gold.records.copy(), gold.values.copy()) is first
    assert fit_once(LinearTagger(fold_case=True), gold.records, gold.values) is not first
    fewer = gold.values.copy()
    fewer[0] = ()
    assert fit_once(LinearTagger(), gold.records, fewer) is not first


def test_controls_are_not_remembered_and_push_nothing_out() -> None:
    gold = synthetic.gold("actors", sentences=2)
    tagger = fit_once(LinearTagger(), gold.records, gold.values)
    for seed in range(SIZE + 1):
        control = fit_once(RandomSpans(seed), gold.records, gold.values)
    assert fit_once(RandomSpans(SIZE), gold.records, gold.values) is not control
    drawn = predict_once(control, gold.records)
    assert drawn.tolist() == control.predict(gold.records).tolist()
    assert fit_once(LinearTagger(), gold.records, gold.values) is tagger
