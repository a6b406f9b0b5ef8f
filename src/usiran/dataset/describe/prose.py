"""What is said of a corpus in words, with its figures.

The card, croissant.json, the citation and the datasheet's blocks take their sentences from here,
and the corpus's own from its description: no two of them can say different things.
"""

from collections import defaultdict
from collections.abc import Mapping

from usiran.annotation.agreement.report import SHARED_MODEL, figure, mean_over, who_are_models
from usiran.dataset.describe.facts import Counts, Facts
from usiran.errors import counted
from usiran.io.markdown import words
from usiran.schemas.tables import FILES

_GOLD = {
    "first-pass": (
        "The gold labels are **one annotator's first pass**. They stand in until three independent "
        "annotators and an adjudicated pass replace them; treat every label as provisional."
    ),
    "adjudicated": (
        "The gold labels were adjudicated from independent annotators' labels; every decision "
        "has its reason in the repository, in `annotation/gold/decisions.csv`."
    ),
}

_INVENTED = (
    "The edited sentences are invented: nothing in them is claimed of the people, groups and "
    "states that they name, and none of them may be quoted as a report."
)
_KEY = (
    "What was edited, and the stance of the sentence it was made from, stand in a key of their "
    f"own, `{FILES['contrast_key']}`, which the config does not return."
)


class Prose:
    """The sentences about one corpus; empty ones are left out where they are put together."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.own = facts.description
        manifest = facts.manifest
        self.gold = _GOLD[manifest.gold_basis]
        self.maintainers = f"The {manifest.name} maintainers"
        # SPDX writes identifiers in capitals, the Hub in lower case.
        self.license_id = manifest.annotation_license.upper()
        self.rights = f"{manifest.text_rights} Annotations: {self.license_id}."

    @property
    def annotators(self) -> str:
        """Who labelled; a model that stands behind several of them is named once."""
        ids: dict[tuple[str, str], list[str]] = defaultdict(list)
        for who in self.facts.annotators:
            ids[who.kind.replace("-", " "), words(who.name)].append(f"`{who.annotator_id}`")
        groups = "; ".join(
            f"{len(same)} {kind}{'s' * (len(same) > 1)}, {name} ({', '.join(same)})"
            for (kind, name), same in sorted(ids.items())
        )
        apart = " The config `synthetic` has its own." if self.facts.companion else ""
        return f"Annotators: {groups}. Nothing here was labelled by anybody else.{apart}"

    @property
    def unreleased(self) -> str:
        """Which configs are in no release yet; empty where all are."""
        names = " and ".join(f"`{name}`" for name in self.facts.unreleased)
        return f"In no release yet: {names}." if names else ""

    @property
    def withdrawn(self) -> str:
        """Which texts are withdrawn; empty where none is."""
        names = self.facts.withdrawn
        if not names:
            return ""
        return (
            f"The texts of {len(names)} of the {len(self.facts.articles)} articles are withdrawn "
            f"({', '.join(f'`{name}`' for name in names)}): their ids, hashes, offsets and labels "
            "stay, underscores of equal length stand for the words, and the benchmark leaves them "
            'out. Rows with words are those whose `text_status` is "present".'
        )

    @property
    def contrast(self) -> str:
        """How large the contrast set is."""
        contrast = self.facts.contrast
        if not contrast.items:
            return "There is no contrast set."
        count = len(contrast.annotators)
        by = f"labelled blind by {counted(count, 'annotator')}" if count else "not blind"
        return (
            f"The contrast set has {counted(contrast.items, 'minimal edit')} of "
            f"{counted(contrast.sentences, 'sentence')}, {by}. "
            f"Kinds of edit: {listed(contrast.kinds)}. Stances: "
            f"{listed(contrast.stances)}. Holders: {listed(contrast.holders)}. "
            f"Left out: {contrast.dropped}. {_INVENTED} {_KEY}"
        )

    @property
    def garbled(self) -> str:
        """Which sentences a machine's rewording has turned."""
        names = self.facts.gold.garbled
        if not names:
            return "No scored sentence carries the flag `garbled`."
        return (
            f"{len(names)} of the {self.facts.total('scored')} scored sentences carry the flag "
            f"`garbled`: {', '.join(f'`{name}`' for name in names)}."
        )

    @property
    def agreeing(self) -> str:
        """Whose agreement was measured, and what to expect of them."""
        agreement = self.facts.agreement
        if agreement is None:
            return "Not measured: fewer than two annotators labelled the same units for the gold."
        names = f"{len(agreement.annotators)} annotators ({', '.join(agreement.annotators)})."
        # Annotators that are one model agree for that reason too: whoever reads the figure is told.
        if not agreement.shared_model:
            return names
        return f"{names} {who_are_models(agreement)} {' '.join(SHARED_MODEL.split())}"

    @property
    def between(self) -> str:
        """How far annotators of two ways of reading agree; empty where there is one way."""
        if self.facts.agreement is None or not self.facts.agreement.ways:
            return ""
        stance = next(row for row in self.ways if row[0] == "stance")
        within = ", ".join(
            f"{value} within {name}" for name, value in zip(self.rounds, stance[2:], strict=True)
        )
        return (
            f"**Between the ways of reading ({', '.join(self.rounds)}) Krippendorff's alpha of "
            f"stance is {stance[1]}**; {within}."
        )

    @property
    def rounds(self) -> tuple[str, ...]:
        """The ways of reading: the rounds behind the gold."""
        return tuple(self.facts.agreement.rounds) if self.facts.agreement else ()

    @property
    def ways(self) -> list[tuple[str, ...]]:
        """What is labelled, the agreement between the rounds, and within each of them."""
        agreement = self.facts.agreement
        if agreement is None:
            return []
        labels = [
            (one.name, *(figure(alpha.value) for alpha in (one.between, *one.within.values())))
            for one in agreement.ways
        ]
        # No round stands for pairs of annotators of two rounds.
        spans = [
            (
                f"{one.name} (F1)",
                *(figure(mean_over(one, agreement.rounds, name)) for name in ("", *self.rounds)),
            )
            for one in agreement.spans
        ]
        return [*labels, *spans]

    @property
    def agreement(self) -> str:
        """How far the annotators agree, in one paragraph."""
        if self.facts.agreement is None:
            return self.agreeing
        alphas = ", ".join(f"{name} {value}" for name, value, *_ in self.alphas)
        spans = ", ".join(f"{name} {value}" for name, value, _ in self.span_scores)
        return (
            f"{self.between} {self.agreeing} Krippendorff's alpha of all: {alphas}. F1 of spans "
            f"and role links, mean over the pairs of annotators: {spans}."
        ).lstrip()

    @property
    def alphas(self) -> list[tuple[str, str, int, str]]:
        """What is labelled, its alpha, how many units count, and what a unit is."""
        labels = self.facts.agreement.labels if self.facts.agreement else ()
        return [(row.name, figure(row.alpha.value), row.alpha.units, row.about) for row in labels]

    @property
    def span_scores(self) -> list[tuple[str, str, str]]:
        """Each measure of spans, its mean F1, and the lowest and highest pair."""
        rows = []
        for row in self.facts.agreement.spans if self.facts.agreement else ():
            values = [pair.value for pair in row.pairs if pair.value is not None]
            ends = f"{figure(min(values))} to {figure(max(values))}" if values else "–"
            rows.append((row.name, figure(row.mean), ends))
        return rows

    @property
    def citation(self) -> str:
        """How to cite the corpus."""
        manifest = self.facts.manifest
        day = f", {self.facts.released}" if self.facts.released else ""
        title = words(manifest.title)
        return f"{self.maintainers}: {title}, version {manifest.version} of the data{day}."


def listed(counts: Counts) -> str:
    """Return counts as words.

    >>> listed({"pro-US": 3, "neutral": 0})
    'pro-US 3, neutral 0'
    """
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def ordered(counts: Counts) -> Mapping[str, int]:
    """Return the counts that are not 0, the greatest first."""
    return dict(sorted(((k, n) for k, n in counts.items() if n), key=lambda item: -item[1]))
