"""DATASHEET.md: its figures, made from the data, around what people wrote.

A block stands between ``<!-- figures: NAME -->`` and ``<!-- /figures -->``; all other lines are
written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from usiran.dataset.describe import prose as say
from usiran.dataset.describe.facts import Article, Facts
from usiran.errors import Finding, InputError

FILE = "DATASHEET.md"
_BLOCK = re.compile(r"(<!-- figures: (?P<name>[^\n]*?) -->\n).*?(<!-- /figures -->)", re.DOTALL)


def fill(text: str, facts: Facts, *, file: str = FILE) -> str:
    """Return the datasheet with every block made anew.

    Raises
    ------
    InputError
        A block has a name that is not known, or no end.
    """
    names = re.findall(r"<!-- figures: ([^\n]*?) -->", text)
    ends = text.count("<!-- /figures -->")
    closed = [match["name"] for match in _BLOCK.finditer(text)]
    if wrong := [name for name in names if name not in BLOCKS]:
        allowed = f"one of {', '.join(BLOCKS)}"
        raise InputError([Finding(file, "", "figures", wrong[0], allowed, "name one of these")])
    if closed != names or ends != len(names):
        found = f"{len(names)} beginnings and {ends} ends"
        allowed = "<!-- figures: NAME -->, a line end, and <!-- /figures --> around each block"
        raise InputError([Finding(file, "", "figures", found, allowed, "put the marks in pairs")])
    return _BLOCK.sub(lambda match: f"{match[1]}{BLOCKS[match['name']](facts)}\n{match[3]}", text)


def _sizes(facts: Facts) -> str:
    sentences, scored = facts.total("sentences"), facts.total("scored")
    return (
        f"There are {len(facts.articles)} articles with {sentences} sentences, of which {scored} "
        f"are labelled and scored; the other {sentences - scored} are boilerplate. They hold "
        f"{facts.total('actors')} actor spans, {facts.total('events')} event spans and "
        f"{facts.total('roles')} roles; {facts.linked} actor spans are linked to the registry of "
        f"{facts.registry} actors."
    )


def _labels(facts: Facts) -> str:
    rows = (
        (field, sum(counts.values()), say.listed(counts)) for field, counts in facts.labels.items()
    )
    return say.table(["what is labelled", "labels", "of which"], rows)


def _articles(facts: Facts) -> str:
    stances = list(facts.labels["stance"])
    rows = (
        [f"`{one.article_id}`", one.publisher or "unknown", _dated(one),
         one.text_status, one.sentences, one.scored, *one.stances.values(), one.actors, one.events,
         one.roles]
        for one in facts.articles
    )  # fmt: skip
    head = ["article", "publisher", "published", "text", "sentences", "scored", *stances]
    return say.table([*head, "actors", "events", "roles"], rows)


def _dated(one: Article) -> str:
    return f"{one.published} ({one.published_basis})" if one.published else "unknown"


def _annotators(facts: Facts) -> str:
    rows = (
        [f"`{one.annotator_id}`", one.kind.replace("-", " "), one.name, one.labels,
         ", ".join(one.rounds) or "none"]
        for one in facts.annotators
    )  # fmt: skip
    return say.table(["annotator", "what", "name", "labels", "rounds"], rows)


def _agreement(facts: Facts) -> str:
    if facts.agreement is None:
        return say.agreement(facts)
    alphas = say.table(["labels", "Krippendorff's alpha", "units", "of"], say.alpha_rows(facts))
    spans = say.table(["spans", "mean F1", "lowest to highest pair"], say.span_rows(facts))
    return f"{say.agreeing(facts.agreement)}\n\n{alphas}\n\n{spans}"


def _contrast(facts: Facts) -> str:
    one = facts.contrast
    if not one.items:
        return say.contrast(facts)
    parts = (("edit", one.edits), ("stance", one.stances), ("holder", one.holders))
    rows = [(f"{kind}: {name}", count) for kind, counts in parts for name, count in counts.items()]
    return f"{say.contrast(facts)}\n\n{say.table(['contrast items', 'count'], rows)}"


def _rights(facts: Facts) -> str:
    return " ".join(filter(None, [say.rights(facts), say.withdrawn(facts)]))


def _versions(facts: Facts) -> str:
    day = f"released on {facts.released}" if facts.released else "not released yet"
    return (
        f"Version {facts.manifest.version} of the data, {day}; guidelines and labels "
        f"{facts.guidelines}; gold: {facts.manifest.gold_basis}, from the rounds "
        f"{', '.join(facts.manifest.gold_rounds)}."
    )


BLOCKS: Mapping[str, Callable[[Facts], str]] = {
    "sizes": _sizes,
    "labels": _labels,
    "articles": _articles,
    "annotators": _annotators,
    "agreement": _agreement,
    "contrast": _contrast,
    "rights": _rights,
    "versions": _versions,
}
"""The blocks that a datasheet may have, by name."""
