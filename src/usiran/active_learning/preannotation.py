"""What a system says of the tasks of a project, before anybody has labelled them.

The system has not seen the article it is asked about: as in the protocol, a copy is fitted on
the other folds' gold. An article that has no gold is asked of a copy fitted on all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from usiran import loading
from usiran.annotation.server.predictions import Prediction, Predictor
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.errors import Finding, InputError
from usiran.label_studio.annotation_records import (
    AnnotationReading,
    SpanReading,
    TaskReading,
    region_id,
    span_id,
)
from usiran.label_studio.tasks import Task
from usiran.label_studio.write_export import result_items
from usiran.models.base import Estimator, Indices, fit_copy, predict
from usiran.models.registry import SYSTEMS
from usiran.models.settings import chosen
from usiran.schemas.label_scheme import Project, Scheme, read_scheme
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Objects
from usiran.tasks.inputs import records_of
from usiran.text.articles import Texts, read_texts

ORDERING = "tfidf-logreg"
TASKS: dict[Project, tuple[str, ...]] = {
    "stance": ("stance", "holder"), "spans": ("actors", "events"),
}  # fmt: skip
_LAYERS = {"actors": "actor", "events": "event"}
_NEEDED = ("stance", "folds", "actors", "events", "article_stance")


def predictor_of(
    corpus: Corpus,
    layer: Project,
    system: str | None = None,
    *,
    ordering: bool = False,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> Predictor:
    """Return what predicts the tasks of a project by a system trained on the gold.

    Parameters
    ----------
    corpus : Corpus
        Whose gold and texts.
    layer : {"stance", "spans"}
        Which project.
    system : str, optional
        Whose labels are given (default: none; `ORDERING` then only orders the tasks).
    ordering : bool
        Whether the scores are to order the tasks: the system must state probabilities.
    seed : int
        For whatever is random in the system.
    say : callable
        Called with lines of progress.

    Returns
    -------
    callable
        Its predictions are marked ``<system>@<data version>``. A score is the probability of
        the likeliest label, the lower one of stance and holder; None where none is stated.

    Raises
    ------
    InputError
        The system is unknown or is of no use for the layer, or there is no gold to learn from.
    UsiranError
        The corpus or the system's settings cannot be read.
    """
    if ordering and layer == "spans":
        fix = "leave --queue out: the order of a few whole articles is yours to choose"
        raise _refused("--queue", "uncertainty for spans", "--layer stance", fix)
    bench = _bench(corpus)
    name = system or ORDERING
    tasks = _tasks(bench, layer, name)
    if ordering:
        _check_probabilities(bench, tasks, name)
    version = f"{name}@{corpus.manifest.version}"
    maker = _Maker(bench, tasks, name, seed, read_texts(corpus), read_scheme(corpus.labels), say)
    if system is None:
        return lambda asked: (
            one._replace(result=(), model_version=f"order by {version}")
            for one in maker.sentences(asked, version)
        )
    make = maker.sentences if layer == "stance" else maker.articles
    return lambda asked: make(asked, version)


def _bench(corpus: Corpus) -> Benchmark:
    opened = loading.open(corpus)
    stored = (corpus.gold / "stance.json").exists()
    if stored and not set(_NEEDED) <= set(opened.tables):
        raise InputError(opened.findings)
    if not stored or opened.tables["stance"].empty:
        fix = "adopt or adjudicate a gold first, or leave --pre-annotate and --queue out"
        raise _refused(corpus.name_of(corpus.gold), "no gold", "a gold to learn from", fix)
    return Benchmark.of(corpus, opened.tables)


def _tasks(bench: Benchmark, layer: Project, system: str) -> tuple[str, ...]:
    """Return the tasks of a layer that a system can do on texts that nobody has labelled."""
    able = {
        name: tuple(task for task in TASKS[layer] if task in settings.tasks)
        for name, settings in bench.library.items()
        if SYSTEMS[name].relabel is None
        and SYSTEMS[name].reads != "marks"
        and not SYSTEMS[name].packages
    }
    names = tuple(name for name, tasks in able.items() if tasks)
    if system not in names and system in bench.library:
        allowed = f"a system that labels the {layer} layer: {', '.join(names)}"
        raise _refused("--pre-annotate", system, allowed, "name one of these")
    chosen("pre-annotate", (system,), names)
    return able[system]


def _check_probabilities(bench: Benchmark, tasks: Sequence[str], system: str) -> None:
    built = [SYSTEMS[system].build(bench.build_context(task, system, 0)) for task in tasks]
    # A control's word lists say all or nothing: there is no order in that.
    if bench.library[system].kind == "control" or not all(
        hasattr(one, "predict_proba") for one in built
    ):
        allowed = f"with --queue a system that states probabilities, such as {ORDERING}"
        raise _refused("--pre-annotate", system, allowed, "name another one")


def _refused(where: str, found: str, allowed: str, fix: str) -> InputError:
    return InputError([Finding(where, "", "", found, allowed, fix)])


@dataclass(frozen=True)
class _Maker:
    """Asks a system about articles that it has not learned from."""

    bench: Benchmark
    tasks: tuple[str, ...]
    system: str
    seed: int
    texts: Texts
    scheme: Scheme
    say: Callable[[str], None]

    def sentences(self, asked: Sequence[Task], version: str) -> Iterator[Prediction]:
        """Yield a prediction for each task of a sentence."""
        records = self._records({str(task.data["article_id"]) for task in asked})
        place = {key: row for row, key in enumerate(records["sentence_id"])}
        said = {task: self._said(task, records) for task in self.tasks}
        for one in asked:
            row = place[one.unit_id]
            choices = {task: (str(values[row]),) for task, (values, _) in said.items()}
            stated = [
                float(chances[row].max()) for _, chances in said.values() if chances is not None
            ]
            score = round(min(stated), 6) if len(stated) == len(said) else None
            sentence = self.texts.by_id[one.unit_id]
            reading = _reading(choices=choices)
            task = TaskReading(
                "stance", None, sentence.article_id, one.unit_id, sentence.start, sentence.end,
                None, (reading,),
            )  # fmt: skip
            yield Prediction(one.unit_id, result_items(task, reading, self.scheme), score, version)

    def articles(self, asked: Sequence[Task], version: str) -> Iterator[Prediction]:
        """Yield a prediction for each task of an article."""
        records = self._records({task.unit_id for task in asked})
        said = {task: self._said(task, records)[0] for task in self.tasks}
        for one in asked:
            text = self.texts.texts[one.unit_id]
            spans = tuple(
                self._span(one.unit_id, _LAYERS[task], int(start) + span.start,
                           int(start) + span.end, span.label)
                for task, values in said.items()
                for article, start, found in zip(
                    records["article_id"], records["start"], values, strict=True)
                if article == one.unit_id
                for span in found
            )  # fmt: skip
            reading = _reading(spans=spans)
            task_reading = TaskReading(
                "spans", None, one.unit_id, None, 0, len(text), None, (reading,)
            )
            found = result_items(task_reading, reading, self.scheme)
            yield Prediction(one.unit_id, found, None, version)

    def _span(self, article_id: str, layer: str, start: int, end: int, label: str) -> SpanReading:
        region = region_id(span_id(article_id, layer, start, end))
        text = self.texts.texts[article_id][start:end]
        mode = self.scheme["mode"].default if layer == "event" else None
        return SpanReading(region, layer, start, end, text, label, mode)

    def _records(self, articles: set[str]) -> pd.DataFrame:
        """Return what a system may read of the articles' sentences, gold or not."""
        rows = [
            {**row._asdict(), "text": self.texts.text_of(row)}
            for article in self.texts.sentences
            if article in articles
            for row in self.texts.sentences[article]
            if row.scored
        ]
        return records_of(pd.DataFrame(rows))

    def _said(self, task: str, records: pd.DataFrame) -> tuple[Objects, Floats | None]:
        """Return labels or spans, and probabilities where stated, for each record."""
        gold = self.bench.gold_for(self.system, task)
        fold = dict(zip(gold.articles.tolist(), gold.folds.tolist(), strict=True))
        folds = np.array([fold.get(article, -1) for article in records["article_id"]])
        values = np.empty(len(records), dtype=object)
        stated: Floats | None = None
        for number in np.unique(folds):
            held = np.flatnonzero(folds == number)
            self.say(
                f"{self.system}: {task} of {', '.join(records['article_id'].iloc[held].unique())}"
            )
            fitted = self._fitted(task, gold, np.flatnonzero(gold.folds != number))
            said, chances = predict(fitted, records.iloc[held], gold.task.labels)
            values[held] = said
            if chances is not None:
                stated = (
                    np.zeros((len(records), len(gold.task.labels))) if stated is None else stated
                )
                stated[held] = chances
        return values, stated

    def _fitted(self, task: str, gold: Gold, train: Indices) -> Estimator:
        if not len(train):
            name = self.bench.corpus.name_of(self.bench.corpus.gold)
            fix = "make the gold of another article first"
            raise _refused(name, "the gold of this article alone", "the gold of another one", fix)
        context = self.bench.build_context(task, self.system, self.seed)
        return fit_copy(SYSTEMS[self.system].build(context), gold, train)


def _reading(
    choices: Mapping[str, tuple[str, ...]] | None = None, spans: tuple[SpanReading, ...] = ()
) -> AnnotationReading:
    return AnnotationReading(None, None, None, None, None, None, False, choices or {}, spans, ())
