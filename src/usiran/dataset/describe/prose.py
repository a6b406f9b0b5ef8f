"""What the descriptions of a corpus say in words, each thing said once, with its figures.

The card, croissant.json, the citation and the datasheet's blocks take their sentences from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from usiran.annotation.agreement.measure import Agreement
from usiran.annotation.agreement.report import SHARED_MODEL, figure, who_are_models
from usiran.dataset.describe.facts import Counts, Facts

GOLD = {
    "first-pass": (
        "The gold labels are **one annotator's first pass**. They stand in until three independent "
        "annotators and an adjudicated pass replace them; treat every label as provisional."
    ),
    "adjudicated": (
        "The gold labels were adjudicated from independent annotators' labels; every decision "
        "has its reason in the repository, in `annotation/gold/decisions.csv`."
    ),
}
KEYWORDS = ("stance-detection", "event-extraction", "conflict", "news", "Iraq", "PLOVER")
MEANING = (
    "The labels say which side a wording favours, not what anybody believes, and not what is true."
)
USES = (
    "Trying out pipelines for stance, actor and event extraction; comparing label schemes; "
    "teaching evaluation on very few documents; growing a larger corpus."
)
NOT_FOR = (
    "Do not rank models by them, and decide nothing about a person, an outlet or a country from "
    "them."
)
PEOPLE = (
    "The texts report on armed conflict: killings, bombings and accusations. They name public "
    "figures and officials and quote unnamed sources. Nobody who is not named by the publishers "
    "can be identified from the annotations. Neither publishers nor the people named were asked."
)
MAINTENANCE = (
    "The maintainers are reached through the repository's issues. Versions are semantic: MAJOR "
    "when a record is edited, removed or moved, MINOR when records are added, PATCH when the same "
    "data is packaged anew; every release keeps a snapshot and a list of changes with reasons. A "
    "publisher or author can ask for a text's removal; ids, hashes, offsets and labels then stay."
)


def maintainers(facts: Facts) -> str:
    """Return the name of those who made the corpus."""
    return f"The {facts.manifest.name} maintainers"


def license_id(facts: Facts) -> str:
    """Return the annotations' licence as SPDX writes it."""
    return facts.manifest.annotation_license.upper()


def summary(facts: Facts) -> str:
    """Return what the corpus is, in one sentence."""
    return (
        f"A seed corpus of {len(facts.articles)} English news articles ({facts.total('scored')} "
        "scored sentences) on the contest between the US and Iran over Iraq, with the stance of "
        "every sentence, the actors and events in it, and who does what to whom."
    )


def seed(facts: Facts) -> str:
    """Return what so small a corpus is for."""
    return (
        "It is a seed corpus, a template and a unit test for pipelines; it is not evidence of "
        f"which model is better: {len(facts.articles)} articles cannot carry that."
    )


def annotators(facts: Facts) -> str:
    """Return who labelled."""
    kinds = Counter(one.kind.replace("-", " ") for one in facts.annotators)
    told = " and ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in sorted(kinds.items()))
    names = "; ".join(f"`{one.annotator_id}`: {one.name}" for one in facts.annotators)
    return f"Annotators: {told} ({names}). Nothing here was labelled by anybody else."


def rights(facts: Facts) -> str:
    """Return who has which rights."""
    return f"{facts.manifest.text_rights} Annotations: {license_id(facts)}."


def limits(facts: Facts) -> str:
    """Return what the corpus cannot show."""
    count = len(facts.articles)
    return (
        f"{count} texts, in one language, on one contest, not sampled from anything; {rare(facts)}."
    )


def rare(facts: Facts) -> str:
    """Name the stance with the fewest sentences."""
    stances = facts.labels["stance"]
    name = min(stances, key=stances.__getitem__)
    return f"the rarest stance, {name}, has {stances[name]} of {facts.total('scored')} sentences"


def withdrawn(facts: Facts) -> str:
    """Tell which texts are withdrawn; empty where none is."""
    names = facts.withdrawn
    if not names:
        return ""
    return (
        f"The texts of {len(names)} of the {len(facts.articles)} articles are withdrawn "
        f"({', '.join(f'`{name}`' for name in names)}): their ids, hashes, offsets and labels "
        "stay, underscores of equal length stand for the words, and the benchmark leaves them "
        'out. Rows with words are those whose `text_status` is "present".'
    )


def contrast(facts: Facts) -> str:
    """Tell how large the contrast set is."""
    one = facts.contrast
    if not one.items:
        return "There is no contrast set."
    by = f"labelled blind by {len(one.annotators)} annotators" if one.annotators else "not blind"
    return (
        f"The contrast set has {one.items} minimal edits of {one.sentences} sentences, {by}. "
        f"Edits: {listed(one.edits)}. Stances: {listed(one.stances)}. Holders: "
        f"{listed(one.holders)}. Left out: {one.dropped}."
    )


def agreement(facts: Facts) -> str:
    """Tell how far the annotators agree, in one paragraph."""
    found = facts.agreement
    if found is None:
        return "Not measured: fewer than two annotators labelled the same units for the gold."
    alphas = ", ".join(f"{name} {value}" for name, value, *_ in alpha_rows(facts))
    spans = ", ".join(f"{name} {value}" for name, value, _ in span_rows(facts))
    return (
        f"{agreeing(found)} Krippendorff's alpha: {alphas}. F1 of spans and role links, mean over "
        f"the pairs of annotators: {spans}."
    )


def agreeing(found: Agreement) -> str:
    """Tell whose agreement was measured, and what to expect of them."""
    told = f"{len(found.annotators)} annotators ({', '.join(found.annotators)})."
    if not found.shared_model:
        return told
    return f"{told} {who_are_models(found)} {' '.join(SHARED_MODEL.split())}"


def alpha_rows(facts: Facts) -> list[tuple[str, str, int, str]]:
    """Return what is labelled, its alpha, how many units count, and what a unit is."""
    found = facts.agreement.labels if facts.agreement else ()
    return [(one.name, figure(one.alpha.value), one.alpha.units, one.about) for one in found]


def span_rows(facts: Facts) -> list[tuple[str, str, str]]:
    """Return each measure of spans, its mean F1, and the lowest and highest pair."""
    rows = []
    for one in facts.agreement.spans if facts.agreement else ():
        values = [pair.value for pair in one.pairs if pair.value is not None]
        told = f"{figure(min(values))} to {figure(max(values))}" if values else "–"
        rows.append((one.name, figure(one.mean), told))
    return rows


def citation(facts: Facts) -> str:
    """Return how to cite the corpus."""
    manifest, day = facts.manifest, facts.released
    when = f", {day}" if day else ""
    return f"{maintainers(facts)}: {manifest.title}, version {manifest.version} of the data{when}."


def listed(counts: Counts) -> str:
    """Return counts as words.

    >>> listed({"pro-US": 3, "neutral": 0})
    'pro-US 3, neutral 0'
    """
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def ordered(counts: Counts) -> Mapping[str, int]:
    """Return the counts that are not 0, the greatest first."""
    return dict(sorted(((k, n) for k, n in counts.items() if n), key=lambda item: -item[1]))


def table(head: Iterable[object], rows: Iterable[Sequence[object]]) -> str:
    r"""Return rows as a Markdown table.

    >>> print(table(["name"], [["one | two"]]))
    | name |
    | --- |
    | one \| two |
    """
    top = list(head)
    lines: list[Sequence[object]] = [top, ["---"] * len(top), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
