"""The facts about a corpus that its card, croissant.json, citation and datasheet all tell.

They are counted once, from corpus.toml and the tables, so that no two of these files can tell
different ones.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from usiran.annotation.agreement.measure import Agreement, measure_opened
from usiran.corpus import Corpus, Manifest
from usiran.dataset.describe.description import Description, read_description
from usiran.dataset.release.stored import MANIFEST as RELEASED
from usiran.dataset.release.stored import Release, folder_of, read_release
from usiran.dataset.release.version import parse_version
from usiran.dataset.view import View
from usiran.errors import InputError
from usiran.loading import Opened
from usiran.loading.companion import families_of, passages_of
from usiran.schemas.contrast_key import KINDS
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.tables import Frames, rows_of

Counts = Mapping[str, int]

# What is labelled, and the table and column that hold its gold.
_LABELLED = {
    "stance": ("stance", "stance"),
    "holder": ("stance", "holder"),
    "actor": ("actors", "type"),
    "event": ("events", "type"),
    "quad": ("events", "quad"),
    "mode": ("events", "mode"),
    "role": ("roles", "role"),
}


class Article(NamedTuple):
    """What is known of an article, and how much of everything it holds.

    `stances` counts its scored sentences by their stance, in the scheme's order.
    """

    article_id: str
    publisher: str | None
    text_origin: str | None
    original_publisher: str | None
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


class Gold(NamedTuple):
    """What is said of gold labels: how many are contested, and how full the events are.

    `contested` counts by table; `happenings` are groups of events, `dyadic` events have both an
    agent and a recipient, and the actor of a role from `context` stands in another sentence.
    `garbled` are the sentences whose meaning a machine's rewording turned.
    """

    contested: Counts
    happenings: int
    dyadic: int
    context: int
    garbled: tuple[str, ...]


class Contrast(NamedTuple):
    """The size of the contrast set: `items` are edits of `sentences`, `dropped` were left out.

    `kinds` (of edit), `stances` and `holders` count the items; `annotators` labelled them blind.
    """

    items: int
    sentences: int
    kinds: Counts
    stances: Counts
    holders: Counts
    dropped: int
    annotators: tuple[str, ...]


class Companion(NamedTuple):
    """The size of the training companion, which counts in no other figure.

    `stances` and `holders` count its sentences, `registers` its passages, `kinds` the sentences in
    `families`; `in_families` are those of its `positions` (not neutral) that stand in a family of
    three to six. `spans` counts the sentences whose actors, events and roles are labelled.
    """

    sentences: int
    passages: int
    writers: int
    registers: Counts
    stances: Counts
    holders: Counts
    families: int
    kinds: Counts
    positions: int
    in_families: int
    spans: int
    actors: int
    events: int
    roles: int


@dataclass(frozen=True)
class Facts:
    """Everything that the descriptions of a corpus tell.

    `guidelines` is the version of the label scheme, `released` the day of this version's release
    (YYYY-MM-DD), `unreleased` the configs that are not in it. `labels` leads from what is labelled
    to its counts; `linked` actor spans are linked to the `registry`'s actors. `agreement` is that
    of the gold rounds, without intervals; None where fewer than two annotators share units, as
    `companion` is where there is none.
    """

    manifest: Manifest
    description: Description
    guidelines: str
    released: str | None
    articles: tuple[Article, ...]
    annotators: tuple[Annotator, ...]
    labels: Mapping[str, Counts]
    linked: int
    registry: int
    gold: Gold
    contrast: Contrast
    companion: Companion | None
    agreement: Agreement | None = field(repr=False)
    unreleased: tuple[str, ...] = ()

    def total(self, name: str) -> int:
        """Return the sum of one number over the articles, such as ``scored``."""
        return sum(int(getattr(article, name)) for article in self.articles)

    @property
    def withdrawn(self) -> tuple[str, ...]:
        """The articles whose texts are withdrawn."""
        return tuple(row.article_id for row in self.articles if row.text_status == "withdrawn")


def facts_of(
    opened: Opened,
    *,
    manifest: Manifest | None = None,
    released: str | None = None,
    configs: Sequence[View] = (),
) -> Facts:
    """Count the facts of a corpus without findings.

    `manifest` is taken for what corpus.toml says, `released` for the day of a release that is
    being made; otherwise the corpus's releases give the day, and say which of `configs` they lack.
    """
    corpus, frames, scheme = opened.corpus, opened.tables, opened.scheme
    manifest = manifest or corpus.manifest
    release = None if released else _release(corpus, manifest.version)
    labels = {
        name: _counts(frames[table][column], scheme.allowed[name])
        for name, (table, column) in _LABELLED.items()
    }
    return Facts(
        manifest=manifest,
        description=description_of(opened),
        guidelines=scheme.version,
        released=release.created if release else released,
        articles=_articles(frames, scheme),
        annotators=_annotators(frames),
        labels=labels,
        linked=int(frames["actors"]["actor_id"].notna().sum()),
        registry=len(frames["registry"]),
        gold=_gold(frames),
        contrast=_contrast(frames, scheme),
        companion=_companion(opened.companion, scheme),
        agreement=_agreement(opened),
        unreleased=_not_in(release, configs) if release else (),
    )


def description_of(opened: Opened) -> Description:
    """Return what a corpus says of itself in words, with its figures."""
    return read_description(opened.corpus, _figures(opened.tables, opened.scheme))


def _figures(frames: Frames, scheme: Scheme) -> dict[str, object]:
    """Return what may stand in braces in description.toml."""
    stances = _counts(frames["stance"]["stance"], scheme["stance"].names)
    rarest, scored = min(stances, key=stances.__getitem__), len(frames["stance"])
    return {
        "articles": len(frames["articles"]),
        "scored": scored,
        "rarest": f"the rarest stance, {rarest}, has {stances[rarest]} of {scored} sentences",
        "guidelines": scheme.version,
    }


def _release(corpus: Corpus, version: str) -> Release | None:
    folder = folder_of(corpus, parse_version(version))
    return read_release(folder) if (folder / RELEASED).is_file() else None


def _not_in(release: Release, configs: Iterable[View]) -> tuple[str, ...]:
    """Return the names of the configs that came after a release."""
    new = (view.name for view in configs if view.key not in release.configs)
    return tuple(dict.fromkeys(new))


def _agreement(opened: Opened) -> Agreement | None:
    """Measure the agreement; intervals would take seconds, and nothing here tells them."""
    try:
        # Alpha itself does not depend on the draws.
        return measure_opened(opened, draws=1)
    except InputError:
        # The corpus has no findings: fewer than two annotators, or no unit that two labelled.
        return None


def _counts(values: Iterable[str], names: Sequence[str]) -> Counts:
    """Count values in the order of their names, the absent ones as 0."""
    counts = Counter(values)
    return {name: counts[name] for name in names}


def _articles(frames: Frames, scheme: Scheme) -> tuple[Article, ...]:
    sizes = {
        name: Counter(frames[name]["article_id"])
        for name in ("sentences", "stance", "actors", "events", "roles")
    }
    stances = Counter(zip(frames["stance"]["article_id"], frames["stance"]["stance"], strict=True))
    return tuple(
        Article(
            article_id=row.article_id,
            publisher=row.publisher,
            text_origin=row.text_origin,
            original_publisher=row.original_publisher,
            published=row.published,
            published_basis=row.published_basis,
            text_status=row.text_status,
            sentences=sizes["sentences"][row.article_id],
            scored=sizes["stance"][row.article_id],
            stances={name: stances[row.article_id, name] for name in scheme["stance"].names},
            actors=sizes["actors"][row.article_id],
            events=sizes["events"][row.article_id],
            roles=sizes["roles"][row.article_id],
        )
        for row in rows_of(frames["articles"])
    )


def _annotators(frames: Frames) -> tuple[Annotator, ...]:
    annotations = frames["annotations"]
    # The contrast set was labelled by annotators of its own: their labels count, too.
    labels = Counter(annotations["annotator_id"])
    labels.update(frames["contrast_labels"]["annotator_id"])
    rounds = sorted(set(zip(annotations["annotator_id"], annotations["round"], strict=True)))
    return tuple(
        Annotator(
            annotator_id=row.annotator_id,
            kind=row.kind,
            name=row.name,
            labels=labels[row.annotator_id],
            rounds=tuple(name for who, name in rounds if who == row.annotator_id),
        )
        for row in rows_of(frames["annotators"])
    )


def _gold(frames: Frames) -> Gold:
    contested = {
        name: int(frames[name]["contested"].sum())
        for name in ("stance", "actors", "events", "roles")
    }
    sentences, roles = frames["stance"], frames["roles"]
    ends = set(zip(roles["event_id"], roles["role"], strict=True))
    counts = Counter(event for event, _ in ends)
    return Gold(
        contested=contested,
        happenings=int(frames["events"]["event_group"].nunique()),
        dyadic=sum(count > 1 for count in counts.values()),
        context=int((roles["evidence"] == "context").sum()),
        garbled=tuple(row.sentence_id for row in rows_of(sentences) if row.garbled),
    )


def _contrast(frames: Frames, scheme: Scheme) -> Contrast:
    items, labels = frames["contrast"], frames["contrast_labels"]
    key = frames["contrast_key"]
    return Contrast(
        items=len(items),
        sentences=int(items["sentence_id"].nunique()),
        kinds=_counts(key["kind"][key["contrast_id"].isin(items["contrast_id"])], KINDS),
        stances=_counts(items["stance"], scheme["stance"].names),
        holders=_counts(items["holder"], scheme["holder"].names),
        dropped=len(frames["contrast_dropped"]),
        annotators=tuple(sorted(set(labels["annotator_id"][labels["given"] == "blind"]))),
    )


def _companion(companion: Opened | None, scheme: Scheme) -> Companion | None:
    if companion is None:
        return None
    frames, families = companion.tables, families_of(companion)
    passages, stance = passages_of(companion), frames["stance"]
    sizes = Counter(member.family_id for member in families.values())
    stances = dict(zip(stance["sentence_id"], stance["stance"], strict=True))
    sided = {side.stance for side in scheme.contest.sides}
    positions = [key for key, label in stances.items() if label in sided]
    families_of_positions = (families[key].family_id for key in positions if key in families)
    return Companion(
        sentences=len(stance),
        passages=len(passages),
        writers=len({passage.writer for passage in passages.values()}),
        registers=Counter(passage.register for passage in passages.values()),
        stances=_counts(stance["stance"], scheme["stance"].names),
        holders=_counts(stance["holder"], scheme["holder"].names),
        families=len(sizes),
        kinds=Counter(member.kind for member in families.values()),
        positions=len(positions),
        in_families=sum(3 <= sizes[family] <= 6 for family in families_of_positions),
        spans=sum(passages[key].has_spans for key in stance["article_id"]),
        actors=len(frames["actors"]),
        events=len(frames["events"]),
        roles=len(frames["roles"]),
    )
