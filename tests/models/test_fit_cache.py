"""Claims about fitting the same tagger once."""

from __future__ import annotations

from tests.support import synthetic
from usiran.models.fit_cache import fit_once
from usiran.models.gazetteer import GazetteerTagger


def test_a_tagger_is_fitted_once_for_equal_sentences_and_anew_for_others() -> None:
    gold = synthetic.gold("actors", sentences=4)
    first = fit_once(GazetteerTagger(), gold.records, gold.values)
    assert fit_once(GazetteerTagger(), gold.records.copy(), gold.values.copy()) is first
    assert fit_once(GazetteerTagger(fold_case=True), gold.records, gold.values) is not first
    fewer = gold.values.copy()
    fewer[0] = ()
    assert fit_once(GazetteerTagger(), gold.records, fewer) is not first
