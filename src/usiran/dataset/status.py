"""How far a corpus is on the way from texts to published tables and results, article by article.

What is told comes from one reading of the corpus (`usiran.loading.open`). Whether the published
tables are behind is told from sentence labels, events and links in them; `usiran build --check`
compares everything.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from usiran.annotation.adjudication.questions import Resolver, State, read_decisions
from usiran.annotation.annotator_labels import labels_of
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.loading import Opened
from usiran.schemas.tables import withdrawn_articles
from usiran.stats.alpha import alpha, coincidences
from usiran.validation.registry import all_linked
from usiran.validation.votes import ADJUDICATED

_ENOUGH = 2
"""Annotators of an article that is not to be called adjudicated, before it is decided."""
_PLACES = 2

Pass = tuple[str, str]  # round, annotator


@dataclass(frozen=True)
class ArticleStatus:
    """How far one article is.

    `done` are the passes (``ROUND/ANNOTATOR``) over all its scored sentences and its spans,
    `begun` how many units are missing in the others; `missing` annotators of the round have
    labelled other articles in it. `agreement` is alpha of the stance over these passes, None
    where it is undefined; `counted`: whether they are of a round behind the gold. `open` are
    decisions to be made, `waiting` where roles come after them; `gold` says how many of its
    `scored` sentences have a gold stance.
    """

    article_id: str
    sentences: int
    scored: int
    withdrawn: bool
    done: tuple[str, ...]
    begun: dict[str, int]
    missing: tuple[str, ...]
    agreement: float | None
    counted: bool
    open: int
    waiting: bool
    gold: int
    unlinked: int

    @property
    def round(self) -> str:
        """The round of its passes; none where it has none."""
        return next((name.partition("/")[0] for name in (*self.done, *self.begun)), "")


@dataclass(frozen=True)
class Status:
    """How far a corpus is; `enough` is how many passes an article needs.

    `adjudicator` decided most, or could: somebody without labels; empty where there is nobody.
    `unreadable` counts findings of files and tables. `stale` are results (``system/task``) on
    other gold or folds, `results` all that are stored. `published` is None where nothing is
    published yet, else whether the published tables hold the present labels and links.
    """

    articles: tuple[ArticleStatus, ...]
    enough: int
    rounds: tuple[str, ...]
    annotators: tuple[str, ...]
    adjudicator: str
    unreadable: int
    stale_decisions: int
    published: bool | None
    results: int
    stale: tuple[str, ...]
    kinds: tuple[str, ...]


def status_of(opened: Opened) -> Status:
    """Return how far a corpus that was opened is."""
    manifest = opened.corpus.manifest
    state = _state(opened)
    articles = tuple(map(_Articles(opened, state).status, opened.texts.sentences))
    kinds, stale, results = _results(opened)
    whole = all(article.gold == article.scored for article in articles)
    return Status(
        articles=articles,
        enough=ADJUDICATED if manifest.gold_basis == "adjudicated" else _ENOUGH,
        rounds=manifest.gold_rounds,
        annotators=tuple(row.annotator_id for row in opened.rows("annotators")),
        adjudicator=_adjudicator(opened),
        unreadable=_unreadable(opened),
        stale_decisions=len(state.stale) if state else 0,
        published=_published(opened) if whole and articles else None,
        results=results,
        stale=stale,
        kinds=kinds,
    )


class _Articles:
    """Who labelled what, and what became of it, by article."""

    def __init__(self, opened: Opened, state: State | None) -> None:
        self._state = state
        self._withdrawn = withdrawn_articles(opened.tables)
        self._gold = Counter(row.article_id for row in opened.rows("stance"))
        self._unlinked = _unlinked(opened)
        self._texts = opened.texts
        self._rounds = opened.corpus.manifest.gold_rounds
        self._stances = opened.scheme["stance"].names
        self._labels: dict[str, dict[Pass, dict[str, str]]] = defaultdict(dict)
        self._spans: dict[str, set[Pass]] = defaultdict(set)
        self._of_round: dict[str, dict[str, None]] = defaultdict(dict)
        for (round_name, who, project), tasks in opened.submissions.items():
            self._of_round[round_name][who] = None
            for task in tasks:
                reading = next((one for one in task.annotations if not one.skipped), None)
                if reading is None:
                    continue
                if project == "spans":
                    self._spans[task.article_id].add((round_name, who))
                elif "stance" in reading.choices:
                    own = self._labels[task.article_id].setdefault((round_name, who), {})
                    own[task.unit_id] = reading.choices["stance"][0]

    def status(self, article_id: str) -> ArticleStatus:
        """Return how far an article is."""
        rows = self._texts.sentences[article_id]
        scored = [row.sentence_id for row in rows if row.scored]
        passes, spans = self._labels[article_id], self._spans[article_id]
        everybody = list(dict.fromkeys([*passes, *sorted(spans)]))
        rounds = dict.fromkeys(name for name, _ in everybody)
        behind = [name for name in rounds if name in self._rounds]
        # Passes that do not count for the gold matter only while there are no others.
        chosen = behind or list(rounds)[-1:] or self._rounds[-1:]
        lacking = {
            own: sum(unit not in passes.get(own, {}) for unit in scored) + (own not in spans)
            for own in everybody
            if own[0] in chosen
        }
        missing = {who for name in chosen for who in self._of_round[name]}
        missing -= {who for _, who in lacking}
        of_article = self._state.articles.get(article_id) if self._state and behind else None
        return ArticleStatus(
            article_id=article_id,
            sentences=len(rows),
            scored=len(scored),
            withdrawn=article_id in self._withdrawn,
            done=tuple("/".join(own) for own, count in lacking.items() if not count),
            begun={"/".join(own): count for own, count in lacking.items() if count},
            missing=tuple(sorted(missing)),
            agreement=self._alpha(scored, [passes.get(own, {}) for own in lacking]),
            counted=bool(behind),
            open=len(of_article.open) if of_article else 0,
            waiting=bool(of_article and of_article.waiting),
            gold=self._gold[article_id],
            unlinked=self._unlinked[article_id],
        )

    def _alpha(self, units: Sequence[str], given: Sequence[Mapping[str, str]]) -> float | None:
        """Return alpha of the stance; None where nothing can be compared, or nothing varies."""
        counts = np.array(
            [
                [sum(own.get(unit) == name for own in given) for name in self._stances]
                for unit in units
            ],
            dtype=float,
        ).reshape(len(units), len(self._stances))
        value = float(alpha(coincidences(counts).sum(axis=0)))
        return None if np.isnan(value) else round(value, _PLACES) + 0.0


def _state(opened: Opened) -> State | None:
    """Return how far the adjudication is; None where the gold rounds cannot be read."""
    try:
        labels = labels_of(opened)
        return Resolver(labels, opened.scheme, opened.texts).resolve(read_decisions(opened.corpus))
    except (InputError, KeyError):
        # No round or no annotators yet: what is missing is told article by article.
        return None


def _adjudicator(opened: Opened) -> str:
    """Return who decided most, else the last of annotators.csv who labelled nothing."""
    if decided := [str(row.decided_by) for row in opened.rows("decisions")]:
        return max(decided, key=decided.count)
    labelled = {who for _, who, _ in opened.submissions}
    everybody = (str(row.annotator_id) for row in reversed(opened.rows("annotators")))
    return next((who for who in everybody if who not in labelled), "")


def _unreadable(opened: Opened) -> int:
    """Count findings of files and tables; a gold that was never written is none."""
    root, gold = opened.corpus.root, opened.corpus.name_of(opened.corpus.gold)
    own = [
        finding
        for finding in opened.findings
        if not finding.file.startswith(f"{gold}/") or (root / finding.file).exists()
    ]
    return len(own) + len(opened.label_findings)


def _unlinked(opened: Opened) -> Counter[str]:
    readable = {"registry", "actors", "actor_links"} <= opened.tables.keys()
    findings = all_linked(opened) if readable else ()
    return Counter(finding.record.partition("@")[0] for finding in findings)


class _Stated(msgspec.Struct, frozen=True):
    """What is read of a stored result."""

    system: str
    task: str
    gold_sha256: str
    folds_sha256: str
    kind: str = ""


def _results(opened: Opened) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Return the kinds of stored results, those on other gold or folds, and how many there are."""
    corpus, decoder = opened.corpus, msgspec.json.Decoder(_Stated)
    stated = []
    for path in sorted((corpus.baselines / "results").glob("*/*.json")):
        try:
            stated.append(decoder.decode(path.read_bytes()))
        except msgspec.DecodeError:  # `usiran validate` says what is wrong with it
            stated.append(_Stated(path.parent.name, path.stem, "", ""))
    golds = _gold_hashes(opened, {result.task for result in stated})
    folds = _folds_sha256(corpus)
    stale = tuple(
        f"{result.system}/{result.task}"
        for result in stated
        if result.task in golds
        and (result.gold_sha256, result.folds_sha256) != (golds[result.task], folds)
    )
    return tuple(sorted({result.kind for result in stated})), stale, len(stated)


def _gold_hashes(opened: Opened, tasks: set[str]) -> dict[str, str]:
    """Return the SHA-256 of the present gold of some tasks; none where a table is missing."""
    if not tasks or opened.findings or opened.label_findings:
        return {}
    from usiran.tasks.inputs import with_texts
    from usiran.tasks.registry import tasks_of

    tables = with_texts(opened.tables)
    return {
        name: task.gold(tables).sha256
        for name, task in tasks_of(opened.scheme).items()
        if name in tasks
    }


def _folds_sha256(corpus: Corpus) -> str:
    path = corpus.source / "folds.csv"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


_ANSWER = ("annotation_id", "label")


def _published(opened: Opened) -> bool | None:
    """Return whether the published tables hold the present labels, events, links and answers."""
    folder = opened.corpus.data
    stance, spans, answers = (
        folder / name / "train-00000-of-00001.parquet"
        for name in ("stance", "spans", "annotations")
    )
    if not (stance.is_file() and spans.is_file()):
        return None
    try:
        labels = pq.read_table(stance, columns=["sentence_id", "stance", "holder"])
        marked = pq.read_table(spans, columns=["sentence_id", "actors", "events"])
        # Of every annotator, also of rounds that the gold was not decided from.
        given = pq.read_table(answers, columns=list(_ANSWER)) if answers.is_file() else None
    except (OSError, pa.ArrowException):
        return False
    there = set(zip(*labels.to_pydict().values(), strict=True))
    # Published as numbers.
    stances, holders = (opened.scheme[field].names for field in ("stance", "holder"))
    here = {
        (row.sentence_id, stances.index(row.stance), holders.index(row.holder))
        for row in opened.rows("stance")
    }
    # Words that an annotator wrote are published as their offsets.
    words = {field.name for field in opened.scheme.fields if field.kind == "text"}
    rows = opened.tables["annotations"].loc[lambda table: ~table["layer"].isin(words)]
    present = set(zip(rows["annotation_id"], rows["label"], strict=True))
    told = set() if given is None else set(zip(*given.to_pydict().values(), strict=True))
    told = {(key, label) for key, label in told if key.split("/")[2] not in words}
    return there == here and told == present and set(_linked(marked)) == set(_gold_spans(opened))


def _linked(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    for actors, events in zip(
        table["actors"].to_pylist(), table["events"].to_pylist(), strict=True
    ):
        for actor in actors:
            yield actor["span_id"], actor["actor_id"]
        for event in events:
            yield event["span_id"], *map(frozenset, (event["agents"], event["recipients"]))


def _gold_spans(opened: Opened) -> Iterator[tuple[Any, ...]]:
    roles: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in opened.rows("roles"):
        roles[row.event_id, row.role].add(row.actor_span_id)
    for row in opened.rows("actors"):
        yield row.span_id, row.actor_id
    for row in opened.rows("events"):
        ends = (roles[row.span_id, role] for role in ("agent", "recipient"))
        yield row.span_id, *map(frozenset, ends)
