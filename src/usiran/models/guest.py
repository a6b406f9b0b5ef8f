"""Anybody's estimator under the protocol: what it is given, and what it may answer.

An estimator that reads strings (by scikit-learn's tags: a text vectoriser, or a pipeline that
begins with one) is given the column ``text``, every other one the whole frame. It answers with one
value a row: a label; spans as (start, end, label), their offsets counted from the start of the
sentence, or as the dicts of entities that pipelines of transformers return, or one BIO tag a token
of `usiran.text.tokens.tokenize`; links as (role, event span, actor span). What the values may be
beyond their shape is for the benchmark's rules.
"""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils import get_tags

from usiran.errors import Finding, InputError, counted, nearest, shorten
from usiran.plugins import guarded
from usiran.stats.scores import Floats
from usiran.tasks.base import Objects, Task, Unit, objects
from usiran.tasks.links import Link, link_set
from usiran.text.spans import Span
from usiran.text.tokens import from_bio, tokenize

_TAGGER = "derive one of your own from sklearn.base.BaseEstimator, as in docs/evaluate.md"
_NAMED = "return names: labels[id] of your own list, or int2str(id) of the dataset's ClassLabel"
# What the type of an entity is called in a dict, first by pipelines of transformers.
_TYPES = ("entity_group", "entity", "type", "label")
_SHAPES = {
    "sentence": "one label a row",
    "spans": "for each row spans as (start, end, label), as dicts of start, end and entity_group "
    "(or type), or one BIO tag a token",
    "links": "for each row links as (role, (start, end, type), (start, end))",
}
# scikit-learn's classifiers fail at labels that are tuples, and say something of matrices then.
_LEARNS = {
    "sentence": "an estimator that can be fitted",
    "spans": "a tagger, which learns from and predicts a tuple of (start, end, type) a row",
    "links": "a model that learns from and predicts a tuple of (role, event, actor) a row",
}


class Untrained(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """A function from a frame to predictions, which learns nothing."""

    def __init__(self, function: Callable[[pd.DataFrame], Iterable[Any]]) -> None:
        self.function = function

    def __sklearn_clone__(self) -> Self:
        """Return itself: a copy would copy whatever model the function holds."""
        return self

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Learn nothing."""
        return self

    def predict(self, X: pd.DataFrame) -> Iterable[Any]:
        """Return what the function says."""
        return self.function(X)


class GuestEstimator(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Somebody's estimator, given what it reads and held to what the task asks for.

    A copy of it is fitted. `source` is what messages call it, `noun` what they say is to be mended.
    """

    def __init__(
        self,
        inner: Any,
        unit: Unit,
        source: str,
        labels: tuple[str, ...] = (),
        noun: str = "estimator",
    ) -> None:
        self.inner = inner
        self.unit = unit
        self.source = source
        self.labels = labels
        self.noun = noun

    def fit(self, X: pd.DataFrame, y: Objects) -> Self:
        """Fit a copy on the rows; labels are an array of str."""
        labels, fix = (y.astype(str), self._mend) if self.unit == "sentence" else (y, _TAGGER)
        self.inner_ = clone(self.inner)
        self._call(lambda: self.inner_.fit(self._read(X), labels), _LEARNS[self.unit], fix)
        return self

    def _read(self, X: pd.DataFrame) -> Any:
        return X["text"] if reads_strings(self.inner) else X

    @property
    def _mend(self) -> str:
        return f"mend the {self.noun}"

    def _call(self, call: Callable[[], Any], allowed: str, fix: str) -> Any:
        return guarded(call, self.source, allowed, fix)

    def predict(self, X: pd.DataFrame) -> Objects:
        """Return one label, or one tuple of spans or links, for each row."""
        allowed, fix = f"an {self.noun} that can predict", self._mend
        if self.noun == "function":
            allowed, fix = "a function that returns", "mend the function: the error is in it"
        stated = self._call(lambda: self.inner_.predict(self._read(X)), allowed, fix)
        try:
            values = list(stated)
        except TypeError:
            raise self._refused("", stated) from None
        if len(values) != len(X):
            value = f"{counted(len(values), 'prediction')} for {counted(len(X), 'row')}"
            fix = "return one for each row of the frame, in its order"
            raise InputError.of(self.source, value, self._shape, fix)
        rows = zip(X["sentence_id"], X["text"], X["start"], values, strict=True)
        return objects([self._value(*row) for row in rows])

    def answer(self, X: pd.DataFrame, labels: Sequence[str]) -> tuple[Objects, Floats | None]:
        """Return predictions, and probabilities over the labels where the estimator states them."""
        values = self.predict(X)
        if self.unit != "sentence" or not hasattr(self.inner_, "predict_proba"):
            return values, None
        stated = np.asarray(
            self._call(
                lambda: self.inner_.predict_proba(self._read(X)), "probabilities", self._mend
            ),
            dtype=float,
        )
        classes = [str(label) for label in getattr(self.inner_, "classes_", ())]
        unknown = sorted(set(classes) - set(labels))
        if unknown or stated.shape != (len(X), len(classes)):
            value = f"shape {stated.shape} over the classes {', '.join(classes) or 'of none'}"
            allowed = f"({len(X)}, classes), the classes among {', '.join(labels)}"
            raise InputError.of(f"{self.source}: probabilities", value, allowed, self._mend)
        probabilities = np.zeros((len(X), len(labels)))
        probabilities[:, [labels.index(label) for label in classes]] = stated
        return values, probabilities

    def _value(self, sentence_id: str, text: str, start: int, value: Any) -> Any:
        if self.unit == "sentence":
            if not isinstance(value, str):
                raise self._refused(sentence_id, value)
            return str(value)
        try:
            rows = list(value)
            if self.unit == "links":
                return link_set([_link(row) for row in rows], start)
            if rows and all(isinstance(row, str) for row in rows):
                return tuple(from_bio(tokenize(text), rows))
            spans = tuple(sorted(_span(row) for row in rows))
        except (TypeError, ValueError, KeyError) as error:
            raise self._refused(sentence_id, value, f" ({error})") from None
        for fault in self._faults(spans, len(text)):
            raise InputError([Finding(self.source, sentence_id, *fault)])
        return spans

    def _faults(self, spans: Sequence[Span], length: int) -> Iterator[tuple[str, ...]]:
        """Yield what the rules of files would refuse, with the offsets that were returned."""
        for span in spans:
            if not 0 <= span.start < span.end <= length:
                allowed = f"offsets in the sentence, 0 <= start < end <= {length}"
                fix = "count from the sentence's start" if span.start >= length else self._mend
                yield "", str(tuple(span)), allowed, fix
            if self.labels and span.label not in self.labels:
                allowed = f"a type of {', '.join(self.labels)}"
                yield "", str(tuple(span)), allowed, nearest(span.label, self.labels)
        for before, after in pairwise(spans):
            if after.start < before.end:
                both = f"{tuple(before)}, {tuple(after)}"
                yield "", both, "spans that share no character", "keep one of the two"

    @property
    def _shape(self) -> str:
        of = f", {'one' if self.unit == 'sentence' else 'a label'} of {', '.join(self.labels)}"
        return _SHAPES[self.unit] + (of if self.labels else "")

    def _refused(self, sentence_id: str, value: Any, why: str = "") -> InputError:
        shown = f"{shorten(repr(value), 80)}, a {type(value).__name__}{why}"
        is_id = self.unit == "sentence" and sentence_id and isinstance(value, int | np.integer)
        fix = _NAMED if is_id else self._mend
        return InputError([Finding(self.source, sentence_id, "", shown, self._shape, fix)])


def _span(row: Any) -> Span:
    if isinstance(row, Mapping):
        (label, *_) = [row[name] for name in _TYPES if name in row]
        row = row["start"], row["end"], label
    start, end, label = row
    return Span(_offset(start), _offset(end), str(label))


def _link(row: Any) -> Link:
    role, event, actor = row
    return Link(str(role), _span(event), Span(_offset(actor[0]), _offset(actor[1]), ""))


def _offset(value: Any) -> int:
    """Return an offset as a whole number; what has another value, such as .5, is a ValueError."""
    whole = int(value)
    if isinstance(value, float | np.floating) and value != whole:
        raise ValueError(f"{value} is no whole number")
    return whole


def reads_strings(estimator: Any) -> bool:
    """Return whether an estimator reads texts rather than a frame of them."""
    if isinstance(estimator, Pipeline):
        return reads_strings(estimator.steps[0][1])
    if isinstance(estimator, FeatureUnion):
        return all(reads_strings(part) for _, part in estimator.transformer_list)
    # Searches, calibration and such hold the one that reads.
    for name in ("estimator", "base_estimator"):
        if hasattr(getattr(estimator, name, None), "get_params"):
            return reads_strings(getattr(estimator, name))
    return isinstance(estimator, BaseEstimator) and bool(get_tags(estimator).input_tags.string)


def guest(estimator: Any, task: Task, source: str, *, noun: str = "function") -> GuestEstimator:
    """Return anybody's estimator, or function from a frame to predictions, as one for a task.

    `noun` is what messages say is to be mended where it is a function.

    Raises
    ------
    InputError
        It is neither; `source` is what the message calls it.
    """
    allowed = "an estimator with fit, predict and get_params, or a function of a frame"
    if isinstance(estimator, type):
        fix = f"make one: {estimator.__name__}()"
        raise InputError.of(source, f"the class {estimator.__name__}", allowed, fix)
    if all(hasattr(estimator, name) for name in ("fit", "predict", "get_params")):
        allowed, fix = "an estimator that can be cloned", "mend the estimator"
        guarded(lambda: clone(estimator), source, allowed, fix)
        return GuestEstimator(estimator, task.unit, source, task.labels)
    if hasattr(estimator, "fit") or not callable(estimator):
        # Without get_params a fresh copy for each fold cannot be made.
        fix = "derive it from sklearn.base.BaseEstimator"
        raise InputError.of(source, f"a {type(estimator).__name__}", allowed, fix)
    return GuestEstimator(Untrained(estimator), task.unit, source, task.labels, noun)
