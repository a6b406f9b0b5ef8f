"""Predictions sentence by sentence, beside the gold and what the annotators voted for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from usiran.api.tables import Frame
from usiran.benchmark.protocol import Outcome
from usiran.benchmark.run import Benchmark
from usiran.tasks.base import Gold


def sentence_frame(benchmark: Benchmark, outcome: Outcome) -> pd.DataFrame:
    """Return one row a sentence: article_id, text, gold, predicted, votes, contested.

    Probabilities, where the system states them, stand in columns named after the labels.
    """
    gold, predictions = outcome.gold, outcome.predictions
    index = pd.Index(gold.records["sentence_id"], name="sentence_id")
    votes, contested = _votes(benchmark, gold)
    columns = {
        "article_id": gold.articles,
        "text": gold.records["text"].to_numpy(),
        "gold": pd.Series(gold.values, index, dtype=object),
        "predicted": pd.Series(predictions.values, index, dtype=object),
        "votes": votes,
        "contested": contested,
    }
    if predictions.probabilities is not None:
        columns |= dict(zip(gold.task.labels, predictions.probabilities.T, strict=True))
    return Frame(columns, index)


def _votes(benchmark: Benchmark, gold: Gold) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Return what the annotators voted for in each sentence, and where readers part."""
    ids = gold.records["sentence_id"]
    index = pd.Index(ids)
    if gold.task.unit == "sentence":
        contested = ids.isin(benchmark.contested).to_numpy(dtype=bool)
        by_label = [None] * len(ids) if gold.votes is None else _by_label(gold)
        return pd.Series(by_label, index, dtype=object), contested
    table = benchmark.tables[gold.task.table]
    if "sentence_id" not in table:  # a role stands in the sentence of its event
        events = benchmark.tables["events"].set_index("span_id")["sentence_id"]
        table = table.assign(sentence_id=table["event_id"].map(events))
    rows = table.groupby("sentence_id")
    votes = rows["votes"].agg(tuple) if "votes" in table else pd.Series(dtype=object)
    parted = rows["contested"].any() if "contested" in table else pd.Series(dtype=bool)
    contested = index.isin(parted.index[parted.to_numpy(dtype=bool)])
    return votes.reindex(index).astype(object), contested


def _by_label(gold: Gold) -> list[dict[str, int] | None]:
    assert gold.votes is not None
    return [
        {label: int(n) for label, n in zip(gold.task.labels, row, strict=True) if n}
        for row in gold.votes
    ]
