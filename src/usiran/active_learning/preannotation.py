"""What a system predicts for the tasks of a project, before anybody has labelled them.

The system has not seen the article it is asked about: as in the protocol, a copy is fitted on
the other folds' gold. An article that has no gold is asked of a copy fitted on all of it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from usiran import loading
from usiran.annotation.server.predictions import Prediction, Predictor
from usiran.benchmark.protocol import predict_folds
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.inference.columns import SPAN_LAYERS
from usiran.label_studio import annotation_records as records
from usiran.label_studio.annotation_records import AnnotationReading, SpanReading, TaskReading
from usiran.label_studio.tasks import Task
from usiran.label_studio.write_export import result_items
from usiran.models.base import Indices
from usiran.models.registry import SYSTEMS
from usiran.models.settings import chosen
from usiran.schemas.label_scheme import Project, Scheme, read_scheme
from usiran.tasks.base import Predictions
from usiran.tasks.inputs import records_of
from usiran.text.articles import Texts, read_texts
from usiran.text.spans import Span

ORDERING = "tfidf-logreg"
TASKS: dict[Project, tuple[str, ...]] = {
    "stance": ("stance", "holder"),
    "spans": ("actors", "events"),
}
_NEEDED = ("stance", "folds", "actors", "events", "article_stance")


def predictor_of(
    corpus: Corpus,
    layer: Project,
    system: str | None = None,
    *,
    ordering: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Predictor:
    """Return what predicts the tasks of a project by a system trained on the gold.

    Its predictions are marked ``<system>@<data version>``. A score is the probability of the
    likeliest label, the lower one of stance and holder; None where none is stated. Without a
    `system` there are no labels: `ORDERING` gives scores alone. With `ordering` the scores are to
    order the tasks, so the system must be no control.
    """
    if ordering and layer == "spans":
        fix = "leave --queue out: the order of a few whole articles is yours to choose"
        raise InputError.of("--queue", "uncertainty for spans", "--layer stance", fix)
    bench = _benchmark(corpus)
    name = system or ORDERING
    names = _tasks(bench, layer, name)
    # A control says the same of many sentences: there is no order in that.
    if ordering and bench.library[name].kind == "control":
        allowed = f"with --queue a system that is no control, such as {ORDERING}"
        raise InputError.of("--pre-annotate", name, allowed, "name another one")
    version = f"{name}@{corpus.manifest.version}"
    texts, scheme = read_texts(corpus), read_scheme(corpus.labels)
    annotator = _Preannotator(bench, names, name, version, texts, scheme, say)
    if system is None:
        return lambda tasks: (
            prediction._replace(result=(), model_version=f"order by {version}")
            for prediction in annotator.label_sentences(tasks)
        )
    return annotator.label_sentences if layer == "stance" else annotator.label_articles


def _benchmark(corpus: Corpus) -> Benchmark:
    opened = loading.open(corpus)
    stored = (corpus.gold / "stance.json").exists()
    # Faults elsewhere do not keep a system from being asked.
    if stored and not set(_NEEDED) <= set(opened.tables):
        raise InputError(opened.findings)
    if not stored or opened.tables["stance"].empty:
        fix = "adopt or adjudicate a gold first, or leave --pre-annotate and --queue out"
        raise InputError.of(corpus.name_of(corpus.gold), "no gold", "a gold to learn from", fix)
    return Benchmark.of(corpus, opened.tables, opened.scheme)


def _tasks(bench: Benchmark, layer: Project, system: str) -> tuple[str, ...]:
    """Return the tasks of a layer that a system can do on texts that nobody has labelled."""
    tasks = {
        name: tuple(task for task in TASKS[layer] if task in settings.tasks)
        for name, settings in bench.library.items()
        if SYSTEMS[name].labels_raw
    }
    names = tuple(name for name in tasks if tasks[name])
    if system not in names and system in bench.library:
        allowed = f"a system that labels the {layer} layer: {', '.join(names)}"
        raise InputError.of("--pre-annotate", system, allowed, "name one of these")
    chosen("pre-annotate", (system,), names)
    return tasks[system]


@dataclass(frozen=True)
class _Preannotator:
    """Asks a system about articles that it has not learned from."""

    bench: Benchmark
    tasks: tuple[str, ...]
    system: str
    version: str
    texts: Texts
    scheme: Scheme
    say: Callable[[str], None]

    def label_sentences(self, tasks: Sequence[Task]) -> Iterator[Prediction]:
        records = self._records({str(task.data["article_id"]) for task in tasks})
        places = {key: row for row, key in enumerate(records["sentence_id"])}
        predicted = {name: self._predict(name, records) for name in self.tasks}
        for task in tasks:
            row = places[task.unit_id]
            choices = {name: (str(answers.values[row]),) for name, answers in predicted.items()}
            stated = [
                float(answers.probabilities[row].max())
                for answers in predicted.values()
                if answers.probabilities is not None
            ]
            # A score over some of the labels would order the tasks by these alone.
            score = round(min(stated), 6) if len(stated) == len(predicted) else None
            reading = AnnotationReading(choices=choices)
            yield self._prediction(task, score, reading)

    def label_articles(self, tasks: Sequence[Task]) -> Iterator[Prediction]:
        records = self._records({task.unit_id for task in tasks})
        spans: dict[str, list[SpanReading]] = {task.unit_id: [] for task in tasks}
        for name in self.tasks:
            values = self._predict(name, records).values
            rows = zip(records["article_id"], records["start"], values, strict=True)
            for article_id, first, predicted in rows:
                spans[article_id] += [
                    self._span(article_id, SPAN_LAYERS[name], int(first), span)
                    for span in predicted
                ]
        for task in tasks:
            reading = AnnotationReading(spans=tuple(spans[task.unit_id]))
            yield self._prediction(task, None, reading)

    def _prediction(
        self, task: Task, score: float | None, reading: AnnotationReading
    ) -> Prediction:
        """Return labels in the form that Label Studio holds an annotator's in."""
        sentence = self.texts.by_id.get(task.unit_id)
        if sentence is None:
            unit = TaskReading("spans", None, task.unit_id)
        else:
            unit = TaskReading("stance", None, sentence.article_id, task.unit_id)
        items = result_items(unit, reading, self.scheme)
        return Prediction(task.unit_id, items, score, self.version)

    def _span(self, article_id: str, layer: str, first: int, span: Span) -> SpanReading:
        """Return a span of the sentence that begins at `first`."""
        start, end = first + span.start, first + span.end
        region = records.region_id(records.span_id(article_id, layer, start, end))
        text = self.texts.texts[article_id][start:end]
        mode = self.scheme["mode"].default if layer == "event" else None
        return SpanReading(region, layer, start, end, text, span.label, mode)

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

    def _predict(self, task: str, records: pd.DataFrame) -> Predictions:
        """Return labels or spans, and probabilities where stated, for each record."""
        gold = self.bench.gold_for(self.system, task)
        fold = dict(zip(gold.articles.tolist(), gold.folds.tolist(), strict=True))
        # -1 is the fold of no article: what has no gold is asked of a copy that saw all of it.
        folds = np.array([fold.get(article, -1) for article in records["article_id"]])

        def say(train: Indices, test: Indices) -> None:
            names = ", ".join(records["article_id"].iloc[test].unique())
            self.say(f"{self.system}: {task} of {names}")
            if not len(train):
                file = self.bench.corpus.name_of(self.bench.corpus.gold)
                value, allowed = "the gold of this article alone", "the gold of another one"
                raise InputError.of(file, value, allowed, "make the gold of another article first")

        context = self.bench.build_context(task, self.system, 0)
        return predict_folds(SYSTEMS[self.system].build(context), gold, records, folds, say)
