"""Closed sets that several tables and commands share, and the one rule over labels.

Kept apart from the models, so that a command that needs only these does not import pandera.
"""

from __future__ import annotations

from collections.abc import Iterable

ZONES = ("title", "body", "caption", "boilerplate")
LAYERS = ("stance", "grounds", "holder", "article_stance", "actor", "event", "role")
SENTENCE_LAYERS = LAYERS[:3]
VOTED_LAYERS = (*LAYERS, "mode")
TEXT_STATUSES = ("present", "withdrawn", "withheld")

_SIGN = {"us+": 1, "us-": -1, "iran+": -1, "iran-": 1}
_STANCE = {1: "pro-US", 0: "neutral", -1: "pro-Iran"}


def stance_of(grounds: Iterable[str]) -> str:
    """Return the stance that grounds carry: the sign of (us+ - us-) - (iran+ - iran-).

    Examples
    --------
    >>> stance_of(["us+", "iran-"]), stance_of(["us-", "iran-"]), stance_of([])
    ('pro-US', 'neutral', 'neutral')
    """
    total = sum(_SIGN.get(ground, 0) for ground in grounds)
    return _STANCE[(total > 0) - (total < 0)]
