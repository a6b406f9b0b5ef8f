"""Probabilities that keep what they promise, learned from scores of sentences held out.

Bias-corrected temperature scaling: with scores s[k] of the labels (log-probabilities or margins),
one slope a >= 0 for all of them and a bias b[k] for each::

    q[k] = exp(a s[k] + b[k]) / sum_j exp(a s[j] + b[j])

For two labels that is Platt's sigmoid. Slope and biases are the likeliest ones given the labels
of the sentences, and as with Platt a label is not wholly believed: of K labels one with n[k]
sentences counts (n[k] + 1) / (n[k] + K) in each of them, and every other one 1 / (n[k] + K). So
no q is 0 or 1, however few sentences there are; where scores tell nothing the slope is 0, and q
are the labels' shares. A model's own labels stay what they are: they need not be the likeliest
by q, where the model was asked to do justice to rare labels.

References
----------
A. Alexandari, A. Kundaje, A. Shrikumar (2020), Maximum likelihood with bias-corrected calibration
is hard-to-beat at label shift adaptation, arXiv:1901.06852. J. Platt (1999), Probabilistic
outputs for support vector machines.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from usiran.stats.scores import Floats

# Log-probabilities lower than this are as good as none: -inf cannot be multiplied by a slope of 0.
FLOOR = -50.0


def floored(probabilities: Floats) -> Floats:
    """Return the logarithms of probabilities, none below FLOOR."""
    return np.asarray(np.log(np.maximum(probabilities, np.exp(FLOOR))))


def calibrate(scores: Floats, codes: NDArray[np.intp]) -> Floats:
    """Return the slope and the biases, one array (1 + labels,), for `calibrated`.

    Parameters
    ----------
    scores : array, shape (sentences, labels)
        By models that had not seen the sentence; a row with nan is left out.
    codes : array, shape (sentences,)
        The column of each sentence's label.

    Examples
    --------
    >>> told = np.array([[2.0, 0.0]] * 6 + [[0.0, 2.0]] * 2)
    >>> calibrate(told, np.array([0, 0, 0, 0, 0, 1, 0, 1])).round(2).tolist()
    [0.24, 0.0, -0.73]
    """
    told = ~np.isnan(scores).any(axis=1)
    # Where nothing was held out, the labels' shares are all there is to say.
    target = _targets(codes[told] if told.any() else codes, scores.shape[1])
    rows = scores[told] if told.any() else np.zeros_like(scores)
    shares = np.log(target.mean(axis=0))
    untold = np.concatenate([[0.0], shares - shares[0]])

    def loss(parameters: Floats) -> tuple[float, Floats]:
        # A bias is relative to the first label's, which is 0.
        logits = parameters[0] * rows + np.concatenate([[0.0], parameters[1:]])
        error = (softmax(logits, axis=1) - target) / len(rows)
        gradient = np.concatenate([[(error * rows).sum()], error.sum(axis=0)[1:]])
        return -float((log_softmax(logits, axis=1) * target).sum() / len(rows)), gradient

    found = minimize(loss, np.delete(untold, 1), jac=True, method="BFGS", options={"gtol": 1e-9}).x
    # Scores that mislead are not turned round.
    return untold if found[0] <= 0.0 else np.insert(found, 1, 0.0)


def _targets(codes: NDArray[np.intp], size: int) -> Floats:
    """Return how much each sentence (row) counts for each label (column)."""
    counts = np.bincount(codes, minlength=size)[codes][:, None]
    return np.asarray((np.eye(size)[codes] * counts + 1.0) / (counts + size))


def calibrated(scores: Floats, parameters: Floats) -> Floats:
    """Return probabilities (sentences, labels) from scores of the same shape."""
    return np.asarray(softmax(parameters[0] * scores + parameters[1:], axis=1))
