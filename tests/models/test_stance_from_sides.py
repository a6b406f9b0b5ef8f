"""Claims about stance by way of the attitude to each side."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from usiran.errors import FileError
from usiran.models.stance_from_sides import StanceFromSides
from usiran.tasks.base import objects

STANCES = ("pro-US", "pro-Iran", "neutral")


def _text(frame: pd.DataFrame) -> pd.Series[str]:
    return frame["text"]


def _system() -> StanceFromSides:
    inner = make_pipeline(FunctionTransformer(_text), CountVectorizer(), LogisticRegression(C=100))
    return StanceFromSides(inner, STANCES)


def _frame(*rows: tuple[str, tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {"text": [text for text, _ in rows], "toward": objects(toward for _, toward in rows)}
    )


TRAINING = _frame(
    ("praised america", (1, 0)), ("blamed america", (-1, 0)), ("rain", (0, 0)),
    ("praised iran", (0, 1)), ("blamed iran", (0, -1)), ("blamed iran praised america", (1, -1)),
)  # fmt: skip


def test_the_stance_is_the_sign_of_the_difference_and_the_stances_are_not_looked_at() -> None:
    wrong = objects(["neutral"] * len(TRAINING))
    system = _system().fit(TRAINING, wrong)
    asked = TRAINING.drop(columns="toward")
    expected = ["pro-US", "pro-Iran", "neutral", "pro-Iran", "pro-US", "pro-US"]
    assert system.predict(asked).tolist() == expected
    assert np.allclose(system.predict_proba(asked).sum(axis=1), 1)


def test_a_side_of_whom_nothing_varies_decides_nothing() -> None:
    training = _frame(("praised america", (1, 0)), ("rain", (0, 0)), ("blamed it", (-1, 0)))
    system = _system().fit(training, objects(["neutral"] * 3))
    assert system.predict(training).tolist() == ["pro-US", "neutral", "pro-Iran"]


def test_without_the_attitudes_it_does_not_learn() -> None:
    with pytest.raises(FileError, match="no toward"):
        _system().fit(TRAINING.drop(columns="toward"), objects(STANCES * 2))
