"""A task as arrays and a splitter, for whatever speaks scikit-learn's language."""

# ruff: noqa: N802, N803, ARG002  (scikit-learn's names)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import make_scorer
from sklearn.model_selection import PredefinedSplit

from usiran.api.opened import Data, evaluable_gold, open_benchmark
from usiran.benchmark.companion.track import TRACK
from usiran.errors import InputError, counted
from usiran.models.guest import guest
from usiran.tasks.base import Gold, Objects, Predictions, objects
from usiran.text.tokens import to_bio, tokenize

Indices = NDArray[np.intp]


class ArticleFolds(PredefinedSplit):  # type: ignore[misc]  # sklearn is untyped
    """The official folds: whole articles are held out, and X has to be the task's own."""

    def split(
        self, X: Any = None, y: Any = None, groups: Any = None
    ) -> Iterator[tuple[Indices, Indices]]:
        """Yield the rows to learn from and those held out, fold by fold."""
        if X is not None and len(X) != len(self.test_fold):
            allowed = f"the {len(self.test_fold)} rows of the task, in their order"
            raise InputError.of("cv", f"{len(X)} rows", allowed, "split the task's own X")
        # The articles are the folds: scikit-learn would warn that groups change nothing.
        yield from super().split(X, y)


@dataclass(frozen=True, eq=False)
class TaskData:
    """A task: its rows, labels, official folds and score; `usiran.task` makes it."""

    gold: Gold

    @property
    def name(self) -> str:
        """The task's name."""
        return self.gold.task.name

    @property
    def title(self) -> str:
        """What is asked."""
        return self.gold.task.title

    @property
    def labels(self) -> tuple[str, ...]:
        """What is predicted: labels, types of spans or roles, in the scheme's order."""
        return self.gold.task.labels

    @property
    def X(self) -> pd.DataFrame:
        """What a system may read: a new frame, one row a scored sentence (see `usiran.task`)."""
        records = self.gold.records.drop(columns=list(self.gold.hidden), errors="ignore")
        return records.reset_index(drop=True)

    @property
    def y(self) -> Objects:
        """The gold (n,): labels as str; for spans and links one tuple a sentence."""
        values = self.gold.values.copy()
        return values.astype(str) if self.gold.task.unit == "sentence" else values

    @property
    def groups(self) -> NDArray[np.str_]:
        """The article_id of each row (n,)."""
        return self.gold.articles

    @property
    def tokens(self) -> list[list[str]]:
        """The tokens of each sentence."""
        return [[token.text for token in tokenize(text)] for text in self.gold.records["text"]]

    @property
    def tags(self) -> list[list[str]]:
        """The gold as BIO tags, one a token, for a task of spans."""
        if self.gold.task.unit != "spans":
            raise InputError.of("tags", self.name, "a task of spans", "use y")
        rows = zip(self.gold.records["text"], self.gold.values, strict=True)
        return [to_bio(tokenize(text), spans) for text, spans in rows]

    @property
    def cv(self) -> ArticleFolds:
        """The official folds as a splitter of scikit-learn's.

        Raises
        ------
        InputError
            The task is for evaluation only: what is learned are the rows of another one.
        """
        if self.gold.training is not None:
            learned = self.gold.task.learns_from
            allowed, fix = f"a task that is learned, such as {learned}", "use usiran.evaluate"
            raise InputError.of("cv", self.name, allowed, fix)
        return ArticleFolds(self.gold.folds)

    @property
    def scorer(self) -> Any:
        """The task's headline score of an estimator on some rows, as a scorer of scikit-learn's.

        On the rows of one fold it is that fold's own score; over all rows see `score`.
        """
        return make_scorer(self._headline)

    def _headline(self, y_true: Iterable[Any], y_pred: Iterable[Any]) -> float:
        """Return the headline of predictions in the gold's own form."""
        gold = replace(self.gold, values=_plain(y_true), votes=None)
        # What cannot be evaluated is a matter of the whole gold, not of the rows at hand.
        counts = self.gold.scorer.counts(gold, Predictions(_plain(y_pred)))
        return float(self.gold.scorer.headline(counts.sum(axis=0)))

    def score(self, predicted: Iterable[Any]) -> float:
        """Return the official score of out-of-fold predictions, one a row of `X`.

        It is that of `usiran.evaluate`, unrounded. Spans may be BIO tags as well.

        Raises
        ------
        InputError
            There are more or fewer than rows, or one is not what the task asks for.
        """
        values = list(predicted)
        system = guest(lambda _: values, self.gold.task, "predictions", noun="predictions")
        checked = system.fit(self.gold.records, self.gold.values).predict(self.gold.records)
        try:
            counts = self.gold.scorer.counts(self.gold, Predictions(checked))
        except ValueError as error:
            allowed = ", ".join(self.labels)
            raise InputError.of("predictions", str(error), allowed, "correct them") from None
        return float(self.gold.scorer.headline(counts.sum(axis=0)))

    def __repr__(self) -> str:
        """Return the task in a line."""
        sentences = counted(len(self.gold.values), "sentence")
        articles = counted(len(self.gold.article_ids), "article")
        return f"<task {self.name}: {sentences} in {articles}>"


def _plain(values: Iterable[Any]) -> Objects:
    return objects([str(value) if isinstance(value, str) else tuple(value) for value in values])


def task(name: str = "stance", *, data: Data = None) -> TaskData:
    """Return a task of the benchmark as arrays, with its official folds.

    ``cross_val_predict(estimator, t.X, t.y, cv=t.cv)`` gives the out-of-fold predictions of
    `usiran.evaluate`, and ``t.score`` of them its score. (Where a fold leaves one label to learn,
    `usiran.evaluate` predicts that one; most estimators refuse it.)

    Parameters
    ----------
    name : str
        ``stance``; one for each side of the scheme, here ``toward_us`` and ``toward_iran``;
        ``holder``, ``actors``, ``affiliation``, ``events``, ``roles``, ``roles_end_to_end``,
        ``linking``, ``contrast``, ``article_stance`` (whose gold cannot tell systems apart yet);
        or one that a package adds as an entry point of ``usiran.tasks``.
    data : path, optional
        A corpus folder (default: the one that the working directory is in).

    Returns
    -------
    TaskData
        ``X``, ``y``, ``groups`` (articles), ``cv``, ``labels``, ``scorer``, ``score``; for spans
        ``tokens`` and ``tags``.

    Raises
    ------
    CorpusNotFound, InputError
        There is no corpus there, no such task, or it cannot be evaluated.

    Notes
    -----
    The columns of ``X``, one row a scored sentence in corpus order:

    ``sentence_id``, ``article_id``
        Identifiers. They say where a sentence stands; nothing can be learned from them.
    ``start``, ``end``
        Offsets of the sentence in the article's text, half-open, in code points.
    ``zone``
        Where in the article it stands: ``title``, ``body``, ``caption``, ...
    ``text``
        Its words. An estimator that reads strings, by scikit-learn's tags, is given this column
        by `usiran.evaluate`; elsewhere hand it ``t.X["text"]``.
    ``before``, ``after``
        The scored sentences beside it in the same article; "" at the article's ends.
    ``actors``, ``events``
        In the task ``roles`` alone: the given spans, tuples of (start, end, type), their offsets
        counted from the start of the sentence. In ``roles_end_to_end`` they are hidden in the
        article held out; `usiran.evaluate` shows them in training, ``X`` does not have them.
    ``source_id``
        In ``contrast`` alone: the sentence that was edited.

    ``y`` holds the label; for spans a tuple of (start, end, type), for links a tuple of (role,
    event, actor), offsets counted from the start of the sentence.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.model_selection import cross_val_predict
    >>> t = task("holder")
    >>> guesses = cross_val_predict(DummyClassifier(), t.X, t.y, cv=t.cv)
    >>> sorted(set(guesses) - set(t.labels))
    []
    """
    if data == TRACK:
        allowed, fix = "a corpus folder", "use usiran.evaluate, which learns with the companion"
        raise InputError.of("data", TRACK, allowed, fix)
    return TaskData(evaluable_gold(open_benchmark(data, tasks=[name]), name))
