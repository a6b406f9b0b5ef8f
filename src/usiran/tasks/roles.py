"""The tasks of roles: who does an event and to whom, the spans given or predicted as well."""

from dataclasses import replace

from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import Gold, Tables, Task
from usiran.tasks.inputs import layers_of, sentence_gold
from usiran.tasks.metrics.links import LINK_COLUMNS, LinkScorer

_GIVEN_CARD = (
    "Every gold event and actor span is given; links from events to actors are asked for. A "
    "link is right when event, actor and role are, by their offsets. The actor may stand in "
    "another sentence of the article. F1 is micro over all links. Pairs: event and actor are "
    "right, whatever the role."
)
_END_TO_END_CARD = (
    "Spans and links are both predicted. A link is right when its role is, its actor has the "
    "offsets of the gold actor, and its event overlaps the gold event and is of its quad "
    "class: actors and events fit as in their own tasks' headlines, the actor's type apart. "
    "Each link is matched at most once, and as many as possible are. Pairs: event and actor "
    "fit, whatever the role."
)


def roles(scheme: Scheme) -> Task:
    """Return the task of roles between given spans."""
    return Task(
        name="roles",
        title="Who does an event, and to whom, given the spans?",
        unit="links",
        labels=scheme["role"].names,
        headline="link_f1",
        table="roles",
        column="role",
        read=_role_gold,
        score=lambda gold: LinkScorer(gold.task.labels, None, gold.unevaluable_classes()),
        columns=LINK_COLUMNS,
        card=_GIVEN_CARD,
    )


def roles_end_to_end(scheme: Scheme) -> Task:
    """Return the task of roles from the text alone."""
    quads = scheme.quad_of
    return replace(
        roles(scheme),
        name="roles_end_to_end",
        title="Who does what to whom, from the text alone?",
        score=lambda gold: LinkScorer(gold.task.labels, quads, gold.unevaluable_classes()),
        card=_END_TO_END_CARD,
        hidden=("actors", "events"),
    )


def _role_gold(task: Task, tables: Tables) -> Gold:
    layers = layers_of(tables)
    # What is hidden stands in the records all the same: systems may learn from it.
    return sentence_gold(task, tables, layers["roles"], marks=layers[["actors", "events"]])
