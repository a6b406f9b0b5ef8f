"""Claims about our estimators as scikit-learn knows them.

scikit-learn's checks fall in two. Those of parameters, cloning, tags and representation
need no data, and every estimator here passes them. All others call ``fit`` on arrays of
numbers; X here is a frame of sentences with named columns, and y holds spans for some, so
they do not apply: an array has no text to read. The only parts that do take numbers are
scikit-learn's own classifiers at the end of the pipelines.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.utils import estimator_checks as checks

from usiran.models.controls import ArticlePrior, NoSpans, RandomSpans
from usiran.models.embeddings import MiniLm
from usiran.models.gazetteer import CombinedTagger, GazetteerTagger
from usiran.models.lexicon import AttributionCues, FilteredCues, SideCues, SpanCues
from usiran.models.peers import CrfTagger
from usiran.models.roles import NearestActor, NoLinks, PairModel, RandomLinks
from usiran.models.stance_from_sides import StanceFromSides
from usiran.models.tagger import LinearTagger
from usiran.models.tuning import ArticleTuned
from usiran.models.who_to_whom import WhoToWhomFeatures
from usiran.models.with_spans import WithPredictedSpans

WORDS = {"MILITARY": ("troops",)}
ESTIMATORS: list[BaseEstimator] = [
    ArticlePrior(),
    NoSpans(),
    RandomSpans(1),
    SideCues(WORDS),
    AttributionCues(WORDS),
    SpanCues(WORDS),
    FilteredCues(WORDS),
    StanceFromSides(LogisticRegression(), ("pro-US", "pro-Iran", "neutral")),
    GazetteerTagger(),
    LinearTagger(),
    CrfTagger(),
    MiniLm(),
    CombinedTagger(LinearTagger(), GazetteerTagger()),
    WhoToWhomFeatures({"AID": "material cooperation"}, {}),
    NearestActor(),
    NoLinks(),
    RandomLinks(),
    PairModel((1.0, 2.0)),
    WithPredictedSpans(NearestActor(), GazetteerTagger(), LinearTagger()),
    ArticleTuned(TfidfVectorizer(), LogisticRegression(), "C", (0.1, 1.0)),
]
CHECKS: list[Callable[[str, BaseEstimator], None]] = [
    checks.check_estimator_cloneable,
    checks.check_no_attributes_set_in_init,
    checks.check_parameters_default_constructible,
    checks.check_get_params_invariance,
    checks.check_set_params,
    checks.check_do_not_raise_errors_in_init_or_set_params,
    checks.check_estimator_repr,
    checks.check_valid_tag_types,
    checks.check_estimator_tags_renamed,
    checks.check_mixin_order,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: type(one).__name__)
def test_every_estimator_passes_scikit_learns_checks_that_need_no_numbers(
    estimator: BaseEstimator, check: Callable[[str, BaseEstimator], None]
) -> None:
    check(type(estimator).__name__, clone(estimator))
