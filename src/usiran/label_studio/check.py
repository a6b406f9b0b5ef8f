"""What must hold for one annotator's labels on one task, beyond what the reader checks."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from usiran.errors import Finding
from usiran.label_studio.annotation_records import AnnotationReading, SpanReading, TaskReading
from usiran.schemas.contest import Contest
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Texts
from usiran.text.tokens import tokenize

LabelError = tuple[str, str, str, str]
"""The column, the value found there, what is allowed, and how to mend it."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def check_task(
    task: TaskReading,
    *,
    scheme: Scheme,
    texts: Texts,
    file: str,
    unasked: Container[str] = (),
) -> Iterator[Finding]:
    """Yield what is wrong with a task's labels: gaps, contradictions, misplaced spans.

    Skipped annotations are not looked at. Layers that are `unasked` may be missing.
    """
    for annotation in task.annotations:
        if annotation.skipped:
            continue
        record = f"{task.name} annotation {annotation.annotation_id}"
        for error in _choice_errors(task, annotation, scheme, unasked):
            yield Finding(file, record, *error)
        # Spans of an article that the corpus does not have cannot be placed.
        if annotation.spans and task.article_id in texts.texts:
            for error in _span_errors(task.article_id, annotation.spans, texts):
                yield Finding(file, record, *error)


def _choice_errors(
    task: TaskReading, annotation: AnnotationReading, scheme: Scheme, unasked: Container[str]
) -> Iterator[LabelError]:
    choices = annotation.choices
    for field in scheme.of(task.project):
        # A choice of a region has a default; only those of the task can be missing.
        missing = field.required and field.scope == "task" and field.name not in choices
        if missing and field.name not in unasked:
            yield field.name, "nothing", f"one of {', '.join(field.names)}", "choose one"
    for column in ("created_at", "updated_at"):
        moment = getattr(annotation, column)
        if moment is not None and not _TIME.fullmatch(moment):
            yield column, moment, "a time such as 2031-05-04T12:00:00Z", "correct it"
    if "stance" in choices:
        grounds = choices.get("grounds", ())
        yield from grounds_errors(scheme.contest, choices["stance"][0], grounds)


def grounds_errors(contest: Contest, stance: str, grounds: Iterable[str]) -> Iterator[LabelError]:
    """Yield the error of a stance that is not the sign of its grounds, if it is not."""
    carried = contest.stance_of(grounds)
    if carried != stance:
        value = f"{stance} with grounds {' '.join(grounds) or 'none'}"
        yield "stance", value, f"{carried} with these grounds", "correct the stance or the grounds"


def _span_errors(
    article_id: str, spans: Sequence[SpanReading], texts: Texts
) -> Iterator[LabelError]:
    tokens = tokenize(texts.texts[article_id])
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    for span in spans:
        # Models tag tokens: a span that cuts one could not be written as BIO.
        if span.start not in starts or span.end not in ends:
            yield span.layer, _shown(span), "spans of whole tokens", "draw it from token to token"
        sentence = texts.holding(article_id, span.start, span.end)
        if sentence is None:
            yield span.layer, _shown(span), "a span inside one sentence", "shorten or split it"
        elif not sentence.scored:
            value = f"{_shown(span)} in {sentence.zone}"
            yield span.layer, value, "spans in titles, body and captions", "delete it"
    outer: SpanReading | None = None
    for span in sorted(spans, key=lambda span: (span.layer, span.start, -span.end)):
        if outer is not None and outer.layer == span.layer and span.start < outer.end:
            # The outer one is held on to: it may cover the next span as well.
            value = f"{_shown(span)}, over {_shown(outer)}"
            yield span.layer, value, "spans of one layer side by side", "keep the outermost"
        else:
            outer = span


def _shown(span: SpanReading) -> str:
    return f"{span.label} '{span.text}' ({span.start} to {span.end})"
