"""What labelled texts say once their labels' errors are allowed for: shares, and counts of dyads.

Raw counts of predicted labels are no estimates. Here the models' errors on the held-out articles
of the corpus, as their stored results have them, are carried over to the texts
(`usiran.stats.quantification`): shares of labels by adjusted counts, dyads by the ratio of true to
predicted ones of a quad class (of one dyad there are too few). Both take it that a model errs in
the new texts as it does in the articles; intervals know nothing of texts where that is not so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads

from usiran.benchmark.results import Stored, read_stored
from usiran.benchmark.run import Benchmark
from usiran.errors import FileError
from usiran.files import BAD_JSON, read_bytes
from usiran.inference.job.run import JOB
from usiran.stats import quantification
from usiran.stats.quantification import Texts
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Objects
from usiran.text.spans import Span, overlaps

END_TO_END, SIDES = "roles_end_to_end", "affiliation"
_FORMATS = {"jsonl": "json"}
_LABEL = "label the texts with `usiran predict`"


class Share(msgspec.Struct, frozen=True):
    """How much of the sentences has a label."""

    task: str
    label: str
    sentences: int  # that were given it
    counted: float  # their share
    estimated: float
    low: float
    high: float


class DyadCount(msgspec.Struct, frozen=True):
    """How many events one side directs at another; None where no ratio is known."""

    agent_affiliation: str
    recipient_affiliation: str
    quad: str
    counted: int
    estimated: float | None
    low: float | None
    high: float | None


class Ratio(msgspec.Struct, frozen=True):
    """What the held-out articles have of a quad class, over all dyads, and what is predicted."""

    quad: str
    true: int
    predicted: int


class Estimates(msgspec.Struct, frozen=True):
    """Shares and counts; `missing` says what could not be estimated, and why."""

    systems: dict[str, str]  # by task, those whose held-out errors were carried over
    shares: tuple[Share, ...]
    ratios: tuple[Ratio, ...]
    dyads: tuple[DyadCount, ...]
    missing: tuple[str, ...]


class _Model(msgspec.Struct, frozen=True):
    task: str
    system: str
    track: str = ""  # of the benchmark; the official one has no name


class _Job(msgspec.Struct, frozen=True):
    models: tuple[_Model, ...]
    form: str


def estimate(
    benchmarks: Mapping[str, Benchmark], folder: Path, *, draws: int, seed: int
) -> Estimates:
    """Return the estimates from a folder that `usiran predict` wrote.

    `benchmarks` are those of the tracks, by name; one of a track that no model needs may lack.

    Raises
    ------
    FileError
        The folder holds no job, or a model has no stored result on the present gold.
    """
    job = _read_job(folder)
    models = {model.task: model for model in job.models}
    held_out = {task: _HeldOut(benchmarks, model) for task, model in models.items()}
    labels = [part for part in held_out.values() if part.gold.task.unit == "sentence"]
    shares = [share for part in labels for share in _shares(part, folder, job, draws, seed)]
    ratios, dyads, missing = _dyads(held_out, folder, job, draws, seed)
    systems = {task: model.system for task, model in models.items()}
    return Estimates(systems, tuple(shares), ratios, dyads, missing)


def tracks_of(folder: Path) -> frozenset[str]:
    """Return the tracks that the models of a folder of predictions were trained in."""
    return frozenset(model.track for model in _read_job(folder).models)


def _read_job(folder: Path) -> _Job:
    path = folder / JOB
    try:
        return msgspec.json.decode(read_bytes(path), type=_Job)
    except OSError as error:
        allowed = "a folder that `usiran predict` wrote"
        raise FileError.of(error, path, allowed, _LABEL) from None
    except BAD_JSON:
        raise FileError(path, "something else", "what `usiran predict` writes", _LABEL) from None


class _HeldOut:
    """What a system says of the articles, each while it was held out."""

    def __init__(self, benchmarks: Mapping[str, Benchmark], model: _Model) -> None:
        self.benchmark = benchmarks[model.track]
        self.system = model.system
        self.gold = self.benchmark.golds[model.task]
        self.task = model.task

    def predictions(self, task: str = "") -> tuple[Gold, Objects]:
        """Return a task's gold and the predictions: by default, of its own."""
        benchmark, task = self.benchmark, task or self.task
        (outcome, *_) = benchmark.outcomes(self._stored(task))
        return outcome.gold, outcome.predictions.values

    def _stored(self, task: str) -> Stored:
        benchmark = self.benchmark
        path = benchmark.files_of(self.system, task)[0]
        stored = read_stored(benchmark.corpus, path) if path.is_file() else None
        if stored is None or benchmark.is_stale(stored.result):
            file = benchmark.corpus.name_of(path)
            track = " --with synthetic" if benchmark.track else ""
            fix = f"run it: `usiran benchmark run{track} --task {task} --system {self.system}`"
            raise FileError(file, "no result on the present gold", "one to know errors by", fix)
        return stored


def _shares(part: _HeldOut, folder: Path, job: _Job, draws: int, seed: int) -> Iterator[Share]:
    gold, predicted = part.predictions()
    labels = list(gold.task.labels)
    confusions = np.zeros((len(predicted), len(labels), len(labels)))
    codes = [[labels.index(str(value)) for value in values] for values in (gold.values, predicted)]
    confusions[np.arange(len(predicted)), codes[0], codes[1]] = 1
    texts = _labelled(folder, job, part.task, labels)
    if not texts.total.any():
        return
    told = quantification.shares(confusions, gold.articles, texts, draws=draws, seed=seed)
    for label, sentences, share in zip(labels, texts.total, told, strict=True):
        yield Share(
            part.task, label, int(sentences), share.counted, share.estimated, *share.interval
        )


def _labelled(folder: Path, job: _Job, task: str, labels: Sequence[str]) -> Texts:
    """Return how many sentences of each text were given each label."""
    kinds: Counter[tuple[int, ...]] = Counter()
    for table in _tables(folder / "stance", job, ["article_id", task]):
        counted = table.group_by(["article_id", task]).aggregate([([], "count_all")])
        texts: dict[str, list[int]] = defaultdict(lambda: [0] * len(labels))
        for row in counted.to_pylist():
            texts[row["article_id"]][labels.index(row[task])] = row["count_all"]
        kinds.update(map(tuple, texts.values()))
    rows = np.array(list(kinds), dtype=float).reshape(len(kinds), len(labels))
    return Texts(rows, np.array(list(kinds.values()), dtype=np.int64))


def _tables(folder: Path, job: _Job, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield a table's columns, a part at a time: no text is in two."""
    source = pads.dataset(folder, format=_FORMATS.get(job.form, job.form))
    for fragment in source.get_fragments():
        yield fragment.to_table(schema=source.schema, columns=list(columns))


# Dyads

_Counts = dict[tuple[str, str, str], int]  # by agent, recipient and quad class
_NO_ROLES = "dyads: no model of roles labelled the texts"
_NO_SIDES = "dyads: no model of affiliation labelled the texts; train one and add it with --with"


def _dyads(
    held_out: Mapping[str, _HeldOut], folder: Path, job: _Job, draws: int, seed: int
) -> tuple[tuple[Ratio, ...], tuple[DyadCount, ...], tuple[str, ...]]:
    if "roles" not in held_out or SIDES not in held_out:
        return (), (), (_NO_ROLES if "roles" not in held_out else _NO_SIDES,)
    links, sides = held_out["roles"].predictions(END_TO_END), held_out[SIDES].predictions()
    quads = held_out["roles"].benchmark.golds["events"].task.groups
    gold = dyads_by_article(links[0], links[0].values, sides[0], sides[0].values, quads)
    predicted = dyads_by_article(links[0], links[1], sides[0], sides[1], quads)
    by_quad = {
        quad: [_of_quad(counts, links[0].article_ids, quad) for counts in (gold, predicted)]
        for quad in sorted(set(quads.values()))
    }
    ratios = [Ratio(quad, *(int(each.sum()) for each in both)) for quad, both in by_quad.items()]
    rows = [
        _dyad(dyad, texts, by_quad[dyad[2]], draws, seed)
        for dyad, texts in sorted(_predicted(folder, job).items())
    ]
    return tuple(ratios), tuple(rows), ()


def _dyad(
    dyad: tuple[str, str, str], texts: Texts, pair: Sequence[Floats], draws: int, seed: int
) -> DyadCount:
    told = quantification.total(pair[0], pair[1], texts, draws=draws, seed=seed)
    known = (told.estimated, *told.interval) if told else (None, None, None)
    return DyadCount(*dyad, int(texts.total[0]), *known)


def _predicted(folder: Path, job: _Job) -> dict[tuple[str, str, str], Texts]:
    """Return how many events of each dyad the texts have; those without any are left out."""
    names = ["agent_affiliation", "recipient_affiliation", "quad"]
    kinds: dict[tuple[str, str, str], Counter[int]] = defaultdict(Counter)
    for table in _tables(folder / "dyads", job, [*names, "events"]):
        for row in table.to_pylist():
            agent, recipient, quad = (str(row[name] or "") for name in names)
            kinds[agent, recipient, quad][row["events"]] += 1
    return {
        dyad: Texts(np.array(list(counts), dtype=float)[:, None], np.array(list(counts.values())))
        for dyad, counts in kinds.items()
    }


def _of_quad(counts: Mapping[str, _Counts], articles: Sequence[str], quad: str) -> Floats:
    """Return how many events of a quad class each article has, over all dyads."""
    return np.array(
        [
            float(sum(n for dyad, n in counts.get(article, {}).items() if dyad[2] == quad))
            for article in articles
        ]
    )


def dyads_by_article(
    links: Gold, by_sentence: Objects, sides: Gold, sided: Objects, quads: Mapping[str, str]
) -> dict[str, _Counts]:
    """Return the dyads of each article: an event counts once in each that it has."""
    affiliations = _in_article(sides, sided)
    events: dict[tuple[str, Span], dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for record, values in zip(links.records.to_dict("records"), by_sentence, strict=True):
        for link in values:
            event, actor = (_moved(span, record["start"]) for span in link[1:])
            events[record["article_id"], event][link.role].append(actor)
    counts: dict[str, _Counts] = defaultdict(Counter)
    for (article, event), parties in events.items():
        agents, recipients = (
            {_side(actor, affiliations[article]) for actor in parties[role]}
            for role in ("agent", "recipient")
        )
        for agent, recipient in product(agents, recipients):
            counts[article][agent, recipient, quads[event.label]] += 1
    return counts


def _in_article(gold: Gold, values: Objects) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = defaultdict(list)
    for record, own in zip(gold.records.to_dict("records"), values, strict=True):
        spans[record["article_id"]] += [_moved(span, record["start"]) for span in own]
    return spans


def _moved(span: Span, start: Any) -> Span:
    return span._replace(start=span.start + int(start), end=span.end + int(start))


def _side(actor: Span, sides: Sequence[Span]) -> str:
    """Return the side of the first span that an actor shares a character with, or ""."""
    return next((side.label for side in sides if overlaps(side, actor)), "")
