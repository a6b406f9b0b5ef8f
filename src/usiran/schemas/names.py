"""Closed sets that several tables and commands share.

Kept apart from the models, so that a command that needs only these does not import pandera.
"""

from __future__ import annotations

ZONES = ("title", "body", "caption", "boilerplate")
SCORED_ZONES = ZONES[:-1]
LAYERS = ("stance", "grounds", "holder", "article_stance", "actor", "event", "role")
SENTENCE_LAYERS = LAYERS[:3]
VOTED_LAYERS = (*LAYERS, "mode")
TEXT_STATUSES = ("present", "withdrawn", "withheld")
TEXT_STATUS = (
    "whether the text is here: present, withdrawn (taken out on request; underscores stand for it) "
    "or withheld (an edition without texts)"
)
