"""The cross-table rules, in the order of their subjects: a new rule is one line here."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from usiran.errors import Finding
from usiran.loading import Opened
from usiran.validation import (
    companion,
    contrast,
    guidelines,
    keys,
    labels,
    registry,
    texts,
    votes,
    withheld,
)

_GOLD = ("stance", "article_stance", "actors", "events", "roles")


class Rule(NamedTuple):
    """A check and the tables it needs; it is left out where one of them is missing."""

    needs: tuple[str, ...]
    find: Callable[[Opened], Iterator[Finding]]


# Some need no table: they pass over what is absent.
RULES = (
    Rule((), labels.config_valid),
    Rule((), keys.references),
    Rule(("articles",), texts.hashes),
    Rule(("articles",), texts.stated),
    Rule(("articles", "sentences"), texts.sentences_in_text),
    Rule(("articles", "sentences"), texts.coverage),
    Rule(("articles", "sentences"), withheld.standoff_kept),
    Rule(("folds",), texts.folds),
    Rule(("stance", "annotations"), labels.signs),
    Rule(("sentences",), labels.on_sentences),
    Rule((), labels.overlaps),
    Rule(("articles",), labels.surfaces),
    Rule(("articles",), labels.whole_tokens),
    Rule(("articles", "sentences", "stance", "article_stance"), labels.all_labelled),
    Rule(("stance", "holders"), labels.sources_alone),
    Rule(("event_groups",), labels.happenings),
    Rule(("annotations", "sentences"), votes.submissions_complete),
    Rule(("annotations",), votes.rounds_there),
    Rule(("annotations",), votes.annotators_enough),
    Rule(("annotations", "votes"), votes.votes_equal),
    Rule(("decisions", *_GOLD), votes.decisions_hold),
    Rule(("decisions", "adjudication"), votes.decisions_kept),
    Rule(("annotations", "decisions", *_GOLD), votes.decided),
    Rule(("registry",), registry.aliases_unique),
    Rule(("registry", "actors"), registry.types_agree),
    Rule(("registry", "actors", "actor_links"), registry.all_linked),
    Rule(("actor_links",), registry.unlinked_sided),
    Rule(("registry",), guidelines.invented),
    Rule(("crosswalks",), registry.crosswalks_complete),
    Rule(("contrast", "sentences"), contrast.groups),
    Rule(("contrast", "contrast_labels"), contrast.agreed),
    Rule(("contrast", "contrast_dropped"), contrast.left_out),
    Rule(("contrast_key", "stance"), contrast.sources),
    Rule(("contrast", "contrast_key"), contrast.crossed),
    Rule(("contrast", "articles", "sentences"), contrast.minimal),
    Rule(("companion",), companion.frozen),
    Rule((), companion.trained_on_alone),
    Rule(("articles", "sentences"), companion.unshared),
)


def cross_check(opened: Opened) -> set[Finding]:
    """Return what breaks a rule; a rule whose tables could not be read is passed over."""
    readable = set(opened.tables)
    return {
        finding
        for rule in RULES
        if readable.issuperset(rule.needs)
        for finding in rule.find(opened)
    }
