"""The order of the cross-table checks: a new rule is one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from usiran.errors import Finding
from usiran.schemas.contest import Contest
from usiran.schemas.tables import Allowed, Frames
from usiran.validation import contrast, keys, labels, registry, texts, votes


class Rule(NamedTuple):
    """A check and the tables it needs; it is left out where one of them is missing."""

    needs: tuple[str, ...]
    find: Callable[[Frames], Iterator[Finding]]


def cross_check(
    frames: Frames,
    *,
    allowed: Allowed,
    quads: Mapping[str, str],
    contest: Contest,
    rounds: Sequence[str],
) -> list[Finding]:
    """Check the tables against each other.

    Parameters
    ----------
    frames : mapping
        From table name to its checked frame; a table that broke its own model is left out.
    allowed : mapping
        The label sets of the scheme.
    quads : mapping
        From event label to quad class.
    contest : Contest
        Which stance grounds carry.
    rounds : sequence of str
        The rounds whose labels are the votes behind the gold.

    Returns
    -------
    list of Finding
        Sorted.
    """
    gold = ("stance", "article_stance", "actors", "events", "roles")
    rules = (
        Rule((), keys.references),
        Rule(("articles",), texts.hashes),
        Rule(("articles",), texts.stated),
        Rule(("articles", "sentences"), texts.sentences_in_text),
        Rule(("articles", "sentences"), texts.coverage),
        Rule(("folds",), texts.folds),
        Rule(("stance", "annotations"), partial(labels.signs, contest=contest)),
        Rule(("sentences",), labels.on_sentences),
        Rule((), labels.overlaps),
        Rule(("articles",), labels.surfaces),
        Rule(("articles", "sentences", "stance", "article_stance"), labels.all_labelled),
        Rule(("annotations", "sentences"), partial(votes.passes_complete, rounds=rounds)),
        Rule(("annotations",), partial(votes.rounds_there, rounds=rounds)),
        Rule(("annotations", "votes"), partial(votes.votes_equal, rounds=rounds)),
        Rule(("decisions", *gold), partial(votes.decisions_hold, allowed=allowed)),
        Rule(("annotations", "decisions", *gold), partial(votes.decided, rounds=rounds)),
        Rule(("registry",), registry.aliases_unique),
        Rule(("registry", "actors"), registry.types_agree),
        Rule(("registry", "actors", "actor_links"), registry.all_linked),
        Rule(("contrast", "sentences"), contrast.groups),
        Rule(("contrast", "contrast_labels"), contrast.agreed),
        Rule(("contrast", "contrast_dropped"), contrast.left_out),
        Rule(
            ("crosswalks",),
            partial(registry.crosswalks_complete, allowed=allowed, quads=dict(quads)),
        ),
    )
    present = set(frames)
    return sorted(
        {f for rule in rules if present.issuperset(rule.needs) for f in rule.find(frames)}
    )
