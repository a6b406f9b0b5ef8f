"""Closed sets that several tables and commands share.

Kept apart from the models, so that a command that needs only these does not import pandera.
"""

ZONES = ("title", "body", "caption", "boilerplate")
SCORED_ZONES = ZONES[:-1]
GOLD_LAYERS = ("stance", "grounds", "holder", "article_stance", "actor", "event", "role")
# What annotators say about their own sentence labels: told as they gave it, never voted on.
REMARKS = ("voiced_by", "confidence", "second_stance", "second_holder")
# Boxes of the labelling pages that are no layers: what annotators write about a whole task, for
# whoever decides, and why an adjudicator decided it so.
NOTES, REASON = "notes", "reason"
BOXES = (NOTES, REASON)
# How an annotator says whose side a source is on that the sentence does not name.
UNNAMED = "unnamed:"
LAYERS = (*GOLD_LAYERS, *REMARKS)
SENTENCE_LAYERS = (*GOLD_LAYERS[:3], *REMARKS)
VOTED_LAYERS = (*GOLD_LAYERS, "mode")
TEXT_ORIGINS = ("original", "spun-copy")
FLAGS = ("garbled",)
FLAG = "garbled: a machine reworded the text, and the sentence's meaning turned or was lost"
CONTESTED = (
    "whether nobody gave the label, or the majorities of the ways of reading differ: the votes are "
    "the label then"
)
TEXT_STATUSES = ("present", "withdrawn", "withheld")
TEXT_STATUS = (
    "whether the text is here: present, withdrawn (taken out on request; underscores stand for it) "
    "or withheld (an edition without texts)"
)
