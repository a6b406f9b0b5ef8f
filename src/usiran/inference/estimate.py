"""What labelled texts say once their labels' errors are allowed for: shares, and counts of dyads.

Raw counts of predicted labels are no estimates. Here the models' errors on the held-out articles
of the corpus, as their stored results have them, are carried over to the texts
(`usiran.stats.quantification`): shares of labels by adjusted counts, dyads by the ratio of true to
predicted ones of a quad class (of one dyad there are too few). Both take it that a model errs in
the new texts as it does in the articles; intervals know nothing of texts where that is not so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads

from usiran.benchmark.run import Benchmark
from usiran.errors import FileError
from usiran.files import BAD_JSON, read_bytes
from usiran.inference.job.run import JOB
from usiran.stats import quantification
from usiran.stats.quantification import Texts
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Objects, Task
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
    systems = {model.task: model.system for model in job.models}
    tracks = {model.task: benchmarks[model.track] for model in job.models}
    shares: list[Share] = []
    for task, system in systems.items():
        if tracks[task].golds[task].task.unit == "sentence":
            gold, predicted = _held_out(tracks[task], task, system)
            texts = _labelled(folder, job, gold.task)
            if texts.total.any():
                shares += _shares(gold, predicted, texts, draws, seed)
    ratios, dyads, missing = _dyads(tracks, systems, folder, job, draws=draws, seed=seed)
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


def _held_out(benchmark: Benchmark, task: str, system: str) -> tuple[Gold, Objects]:
    """Return a task's gold, and what a system says of each article while it was held out."""
    stored = benchmark.stored(system, task)
    if stored is None:
        file = benchmark.corpus.name_of(benchmark.files_of(system, task)[0])
        track = " --with synthetic" if benchmark.track else ""
        fix = f"run it: `usiran benchmark run{track} --task {task} --system {system}`"
        raise FileError(file, "no result on the present gold", "one to know errors by", fix)
    (outcome, *_) = benchmark.outcomes(stored)
    return outcome.gold, outcome.predictions.values


def _shares(gold: Gold, predicted: Objects, texts: Texts, draws: int, seed: int) -> Iterator[Share]:
    labels = list(gold.task.labels)
    confusions = np.zeros((len(predicted), len(labels), len(labels)))
    codes = [[labels.index(str(value)) for value in values] for values in (gold.values, predicted)]
    confusions[np.arange(len(predicted)), codes[0], codes[1]] = 1
    shares = quantification.shares(confusions, gold.articles, texts, draws=draws, seed=seed)
    for label, sentences, share in zip(labels, texts.total.tolist(), shares, strict=True):
        yield Share(gold.task.name, label, int(sentences), *share[:2], *share.interval)


def _labelled(folder: Path, job: _Job, task: Task) -> Texts:
    """Return how many sentences of each text were given each label."""
    labels, columns = task.labels, ["article_id", task.name]
    kinds: Counter[tuple[int, ...]] = Counter()
    for table in _tables(folder / "stance", job, columns):
        counted = table.group_by(columns).aggregate([([], "count_all")])
        texts: dict[str, list[int]] = defaultdict(lambda: [0] * len(labels))
        for row in counted.to_pylist():
            texts[row["article_id"]][labels.index(row[task.name])] = row["count_all"]
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
    tracks: Mapping[str, Benchmark],
    systems: Mapping[str, str],
    folder: Path,
    job: _Job,
    *,
    draws: int,
    seed: int,
) -> tuple[tuple[Ratio, ...], tuple[DyadCount, ...], tuple[str, ...]]:
    if "roles" not in systems or SIDES not in systems:
        return (), (), (_NO_ROLES if "roles" not in systems else _NO_SIDES,)
    links, linked = _held_out(tracks["roles"], END_TO_END, systems["roles"])
    sides, sided = _held_out(tracks[SIDES], SIDES, systems[SIDES])
    quads = tracks["roles"].golds["events"].task.groups
    gold = dyads_by_article(links, links.values, sides, sides.values, quads)
    predicted = dyads_by_article(links, linked, sides, sided, quads)
    by_quad = {
        quad: [_of_quad(counts, links.article_ids, quad) for counts in (gold, predicted)]
        for quad in sorted(set(quads.values()))
    }
    ratios = [Ratio(quad, *(int(each.sum()) for each in both)) for quad, both in by_quad.items()]
    rows = []
    for dyad, texts in sorted(_predicted(folder, job).items()):
        true, marked = by_quad[dyad[2]]
        estimate = quantification.total(true, marked, texts, draws=draws, seed=seed)
        known = (estimate.estimated, *estimate.interval) if estimate else (None, None, None)
        rows.append(DyadCount(*dyad, int(texts.total[0]), *known))
    return tuple(ratios), tuple(rows), ()


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
