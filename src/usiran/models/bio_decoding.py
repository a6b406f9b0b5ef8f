"""The best BIO tags of a sentence under the one constraint that BIO has.

``I-X`` may only follow ``B-X`` or ``I-X``. With scores s[t, k] of token t and tag k, and
a[j, k] = 0 where k may follow j, minus infinity where not::

    best[t, k] = s[t, k] + max_j (best[t - 1, j] + a[j, k])
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from usiran.stats.scores import Floats


def bio_tags(labels: Sequence[str]) -> list[str]:
    """Return O, then B and I of each label.

    Examples
    --------
    >>> bio_tags(["ACTOR"])
    ['O', 'B-ACTOR', 'I-ACTOR']
    """
    return ["O", *(f"{part}-{label}" for label in labels for part in "BI")]


def allowed(tags: Sequence[str]) -> NDArray[np.bool_]:
    """Return which tag (column) may follow which (row)."""
    return np.array([[b[:2] != "I-" or (a != "O" and a[2:] == b[2:]) for b in tags] for a in tags])


def decode(scores: Sequence[Floats], tags: Sequence[str]) -> list[list[str]]:
    """Return the best allowed tags of every sentence.

    Parameters
    ----------
    scores : sequence of array, shape (tokens, tags)
        Log-probabilities or margins; one array a sentence. All sentences are decoded
        together, token by token, so the cost in Python is that of the longest one.
    tags : sequence of str
        What the columns stand for.

    Examples
    --------
    >>> decode([np.array([[1.0, 0.5, 0.0], [0.0, 0.0, 0.8]])], bio_tags(["X"]))
    [['B-X', 'I-X']]
    """
    lengths = np.array([len(rows) for rows in scores], dtype=int)
    if not lengths.any():
        return [[] for _ in scores]
    padded = np.zeros((len(scores), lengths.max(), len(tags)))
    for i, rows in enumerate(scores):
        padded[i, : len(rows)] = rows
    step = np.where(allowed(tags), 0.0, -np.inf)
    # Nothing stands before the first token: no sentence begins inside a span.
    best = padded[:, 0] + np.where([tag[:2] == "I-" for tag in tags], -np.inf, 0.0)
    back = np.zeros(padded.shape, dtype=int)
    ends = [best]
    for t in range(1, padded.shape[1]):
        through = best[:, :, None] + step
        back[:, t] = through.argmax(axis=1)
        best = through.max(axis=1) + padded[:, t]
        ends.append(best)
    # Each sentence is traced from its own last token: what pads the shorter ones has no say.
    return [
        _trace(back[i], ends[length - 1][i], length, tags) if length else []
        for i, length in enumerate(lengths)
    ]


def _trace(back: NDArray[np.int_], last: Floats, length: int, tags: Sequence[str]) -> list[str]:
    path = [int(last.argmax())]
    for t in range(length - 1, 0, -1):
        path.append(int(back[t, path[-1]]))
    return [tags[k] for k in reversed(path)]
