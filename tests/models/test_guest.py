"""Claims about anybody's estimator: what it is given, which answers are taken, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from tests.support.tiny import SCHEME
from usiran.errors import InputError
from usiran.models.guest import guest, reads_strings
from usiran.tasks.base import Unit, objects
from usiran.tasks.links import Link
from usiran.tasks.registry import tasks_of
from usiran.text.spans import Span

TASKS = tasks_of(SCHEME)
OF: dict[Unit, str] = {"sentence": "stance", "spans": "actors", "links": "roles"}
X = pd.DataFrame(
    {
        "sentence_id": ["a#001", "a#002"],
        "text": ["US army left.", "Nobody spoke."],
        "start": [0, 20],
    }
)
STANCES = objects(["neutral", "pro-US"])


def answered(values: Any, unit: Unit) -> Any:
    """Return what is made of a function's answer."""
    system = guest(lambda _: values, TASKS[OF[unit]], "mine")
    return system.fit(X, STANCES).predict(X).tolist()


def test_an_estimator_that_reads_strings_is_given_texts() -> None:
    words, svm = TfidfVectorizer(), LinearSVC()
    reading = [
        make_pipeline(words, svm),
        make_pipeline(make_union(words, CountVectorizer(analyzer="char")), svm),
        GridSearchCV(make_pipeline(words, svm), {}),
        CalibratedClassifierCV(make_pipeline(words, svm)),
    ]
    assert [reads_strings(each) for each in reading] == [True] * 4
    framed = make_pipeline(make_column_transformer((words, "text")), svm)
    assert [reads_strings(each) for each in (framed, svm)] == [False, False]
    for each in (reading[0], framed):
        fitted = guest(each, TASKS["stance"], "mine").fit(X, STANCES)
        assert fitted.predict(X).tolist() == ["neutral", "pro-US"]


def test_probabilities_stand_in_the_order_of_the_labels() -> None:
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression())
    labels = TASKS["stance"].labels
    fitted = guest(pipeline, TASKS["stance"], "mine").fit(X, STANCES)
    values, stated = fitted.answer(X, labels)
    assert stated is not None
    assert [labels[best] for best in stated.argmax(axis=1)] == values.tolist()
    # A label that training lacked has none.
    assert np.flatnonzero(stated.sum(axis=0) == 0).tolist() == [labels.index("pro-Iran")]


def test_spans_and_tags_are_taken_alike() -> None:
    spans = [(Span(0, 7, "MILITARY"),), ()]
    assert answered([[(0, 7, "MILITARY")], []], "spans") == spans
    tags = [["B-MILITARY", "I-MILITARY", "O", "O"], np.array(["O", "O", "O"])]
    assert answered(tags, "spans") == spans
    entities = [[{"entity_group": "MILITARY", "score": 0.9, "start": 0, "end": 7}], []]
    assert answered(entities, "spans") == spans


def test_links_name_role_event_and_actor() -> None:
    stated = [[("agent", (8, 12, "ENGAGE"), (0, 7))], []]
    link = Link("agent", Span(8, 12, "ENGAGE"), Span(0, 7, ""))
    assert answered(stated, "links") == [(link,), ()]


@pytest.mark.parametrize(
    ("unit", "values", "message"),
    [
        ("sentence", ["neutral"], r"mine: found '1 prediction for 2 rows'; allowed: one label a"),
        ("sentence", 7, r"mine: found '7, a int'"),
        ("sentence", [0, 1], r"mine: a#001: found '0, a int'; allowed: .*pro-US, .*int2str\(id\)"),
        ("sentence", [None, None], r"mine: a#001: found 'None, .*to mend: mend the function"),
        ("spans", [[(0, 7)], []], r"a#001: .*not enough values to unpack"),
        ("spans", [["B-MILITARY"], []], r"a#001: .*1 tags for 4 tokens"),
        ("spans", [[(0, 70, "MILITARY")], []], r"a#001: .*0 <= start < end <= 13"),
        ("spans", [[{"start": 0, "end": 7}], []], r"a#001: .*as dicts of start, end and entity_gr"),
        ("spans", [[], [(0, 6, "Military")]], r"a#002: found '\(0, 6, 'Military'\)'; .*'MILITARY'"),
        ("spans", [[(0, 7, "MILITARY"), (3, 9, "MILITARY")], []], r"'\(0, 7, .*\(3, 9, .*share no"),
        ("spans", [[], [(20, 26, "MILITARY")]], r"a#002: .*count from the sentence's start"),
        ("links", [[("agent", (8, 12, "X"))], []], r"a#001: .*links as \(role, \(start, end, type"),
    ],
)
def test_an_answer_of_another_shape_is_refused(unit: Unit, values: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        answered(values, unit)


class Stubborn:
    """Fits and predicts, but cannot be copied unfitted."""

    def fit(self, rows: Any, labels: Any) -> None:
        """Learn nothing."""

    def predict(self, rows: Any) -> Any:
        """Say nothing."""


def test_what_is_no_estimator_is_refused() -> None:
    with pytest.raises(InputError, match=r"the class LinearSVC'; .*to mend: make one: LinearSVC"):
        guest(LinearSVC, TASKS["stance"], "mine")
    with pytest.raises(InputError, match=r"a Stubborn'; .*derive it from sklearn\.base"):
        guest(Stubborn(), TASKS["stance"], "mine")
    with pytest.raises(InputError, match=r"found 'a int'; allowed: an estimator with fit"):
        guest(3, TASKS["stance"], "mine")


def test_what_an_estimator_raises_is_one_message_with_its_cause() -> None:
    with pytest.raises(InputError, match=r"mine: found 'ValueError: .*can be fitted") as caught:
        guest(LinearSVC(), TASKS["stance"], "mine").fit(X, STANCES)
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_classifier_of_texts_is_told_that_spans_ask_for_a_tagger() -> None:
    pipeline = make_pipeline(TfidfVectorizer(), LinearSVC())
    wanted = r"learns from and predicts a tuple of \(start, end, type\) a row; .*docs/evaluate\.md"
    with pytest.raises(InputError, match=wanted):
        guest(pipeline, TASKS["actors"], "mine").fit(X, objects([(Span(0, 7, "MILITARY"),), ()]))
