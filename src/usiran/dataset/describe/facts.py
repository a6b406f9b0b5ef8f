"""The facts about a corpus that its card, croissant.json, citation and datasheet all tell.

They are counted once, from corpus.toml and the tables, so that no two of these files can tell
different ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from usiran.annotation.agreement.measure import Agreement, measure_corpus
from usiran.corpus import Corpus, Manifest
from usiran.dataset.release.stored import MANIFEST as RELEASED
from usiran.dataset.release.stored import folder_of, read_release
from usiran.dataset.release.version import parse_version
from usiran.errors import InputError
from usiran.schemas.contrast import EDITS
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.tables import Frames, rows_of

Counts = Mapping[str, int]


class Article(NamedTuple):
    """What is known of an article, and how much of everything it holds.

    `stances` counts its scored sentences by their stance, in the scheme's order.
    """

    article_id: str
    publisher: str | None
    published: str | None
    published_basis: str
    text_status: str
    sentences: int
    scored: int
    stances: Counts
    actors: int
    events: int
    roles: int


class Annotator(NamedTuple):
    """Who labelled: a person or a language model; how many labels, in which rounds."""

    annotator_id: str
    kind: str
    name: str
    labels: int
    rounds: tuple[str, ...]


@dataclass(frozen=True)
class Contrast:
    """The size of the contrast set.

    Parameters
    ----------
    items, sentences : int
        Edited sentences, and the sentences they were made from.
    edits, stances, holders : mapping
        How many items of each kind of edit, stance and holder.
    dropped : int
        Edits that were left out.
    annotators : tuple of str
        Who labelled it blind.
    """

    items: int
    sentences: int
    edits: Counts
    stances: Counts
    holders: Counts
    dropped: int
    annotators: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Everything that the descriptions of a corpus tell.

    Parameters
    ----------
    manifest : Manifest
        What corpus.toml says.
    guidelines : str
        The version of the label scheme.
    released : str or None
        The day on which this version was released, YYYY-MM-DD.
    articles : tuple of Article
    annotators : tuple of Annotator
    labels : mapping
        From what is labelled (stance, holder, actor, event, quad, mode, role) to counts.
    linked, registry : int
        Actor spans that are linked to the registry, and its actors.
    contrast : Contrast
    agreement : Agreement or None
        Of the gold rounds, without intervals; None where fewer than two annotators share units.
    """

    manifest: Manifest
    guidelines: str
    released: str | None
    articles: tuple[Article, ...]
    annotators: tuple[Annotator, ...]
    labels: Mapping[str, Counts]
    linked: int
    registry: int
    contrast: Contrast
    agreement: Agreement | None = field(repr=False)

    def total(self, name: str) -> int:
        """Return the sum of one number over the articles, such as ``scored``."""
        return sum(int(getattr(one, name)) for one in self.articles)

    @property
    def withdrawn(self) -> tuple[str, ...]:
        """The articles whose texts are withdrawn."""
        return tuple(one.article_id for one in self.articles if one.text_status == "withdrawn")


def facts_of(
    corpus: Corpus,
    frames: Frames,
    scheme: Scheme,
    *,
    manifest: Manifest | None = None,
    released: str | None = None,
) -> Facts:
    """Count the facts of a corpus.

    Parameters
    ----------
    corpus : Corpus
        Its submissions give the agreement, its releases the day of this version's.
    frames : mapping
        Every table of the corpus, without findings.
    scheme : Scheme
        The order of labels.
    manifest : Manifest, optional
        What to take for what corpus.toml says.
    released : str, optional
        The day of a release that is being made.
    """
    told = manifest or corpus.manifest
    return Facts(
        manifest=told,
        guidelines=scheme.version,
        released=released or _released(corpus, told.version),
        articles=_articles(frames, scheme),
        annotators=_annotators(frames),
        labels=_labels(frames, scheme),
        linked=int(frames["actors"]["actor_id"].notna().sum()),
        registry=len(frames["registry"]),
        contrast=_contrast(frames, scheme),
        agreement=_agreement(corpus),
    )


def _released(corpus: Corpus, version: str) -> str | None:
    folder = folder_of(corpus, parse_version(version))
    return read_release(folder).created if (folder / RELEASED).is_file() else None


def _agreement(corpus: Corpus) -> Agreement | None:
    """Measure the agreement; intervals would take seconds, and nothing here tells them."""
    try:
        return measure_corpus(corpus, draws=1)
    except InputError:
        # The corpus has no findings: fewer than two annotators, or no unit that two labelled.
        return None


def _counted(values: Sequence[Any], names: Sequence[str]) -> Counts:
    """Count values in the order of their names, the absent ones as 0."""
    counts = Counter(values)
    return {name: counts[name] for name in names}


def _articles(frames: Frames, scheme: Scheme) -> tuple[Article, ...]:
    sizes = {
        name: Counter(frames[name]["article_id"])
        for name in ("sentences", "stance", "actors", "events", "roles")
    }
    stances: dict[str, list[str]] = {}
    for row in rows_of(frames["stance"]):
        stances.setdefault(row.article_id, []).append(row.stance)
    return tuple(
        Article(
            article_id=key,
            publisher=_known(row.publisher),
            published=_known(row.published),
            published_basis=row.published_basis,
            text_status=row.text_status,
            sentences=sizes["sentences"][key],
            scored=sizes["stance"][key],
            stances=_counted(stances.get(key, []), scheme["stance"].names),
            actors=sizes["actors"][key],
            events=sizes["events"][key],
            roles=sizes["roles"][key],
        )
        for row in rows_of(frames["articles"])
        for key in [row.article_id]
    )


def _known(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _annotators(frames: Frames) -> tuple[Annotator, ...]:
    """Return who is in annotators.csv; the contrast set's labels count, too."""
    labels, rounds = Counter(frames["contrast_labels"]["annotator_id"]), Counter[tuple[str, str]]()
    for row in rows_of(frames["annotations"]):
        labels[row.annotator_id] += 1
        rounds[row.annotator_id, row.round] += 1
    return tuple(
        Annotator(
            annotator_id=row.annotator_id,
            kind=row.kind,
            name=row.name,
            labels=labels[row.annotator_id],
            rounds=tuple(sorted(name for who, name in rounds if who == row.annotator_id)),
        )
        for row in rows_of(frames["annotators"])
    )


def _labels(frames: Frames, scheme: Scheme) -> dict[str, Counts]:
    told = {
        "stance": ("stance", "stance"), "holder": ("stance", "holder"),
        "actor": ("actors", "type"), "event": ("events", "type"), "quad": ("events", "quad"),
        "mode": ("events", "mode"), "role": ("roles", "role"),
    }  # fmt: skip
    return {
        field: _counted(list(frames[table][column]), scheme.allowed[field])
        for field, (table, column) in told.items()
    }


def _contrast(frames: Frames, scheme: Scheme) -> Contrast:
    items, blind = frames["contrast"], frames["contrast_labels"]
    return Contrast(
        items=len(items),
        sentences=int(items["sentence_id"].nunique()),
        edits=_counted(list(items["edit"]), EDITS),
        stances=_counted(list(items["stance"]), scheme["stance"].names),
        holders=_counted(list(items["holder"]), scheme["holder"].names),
        dropped=len(frames["contrast_dropped"]),
        annotators=tuple(sorted(set(blind["annotator_id"][blind["given"] == "blind"]))),
    )
