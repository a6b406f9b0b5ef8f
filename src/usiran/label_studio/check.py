"""What must hold for one annotator's labels on one task, beyond what the reader checks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from usiran.errors import Finding
from usiran.label_studio.annotation_records import AnnotationReading, SpanReading, TaskReading
from usiran.schemas.contest import Contest
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Texts
from usiran.text.tokens import tokenize


def check_task(task: TaskReading, *, scheme: Scheme, texts: Texts, file: str) -> Iterator[Finding]:
    """Yield what is wrong with a task's labels: gaps, contradictions, misplaced spans.

    Skipped annotations are not looked at. Checked are: each required choice is made, the
    stance is the one its grounds carry, times are times, every span lies in one scored
    sentence, cuts no token and overlaps no other span of its layer.

    Parameters
    ----------
    task : TaskReading
        As the reader or a sheet gave it.
    scheme : Scheme
        Which choices are required.
    texts : Texts
        The corpus's texts and sentences.
    file : str
        How findings call the file.
    """
    for annotation in task.annotations:
        if annotation.skipped:
            continue
        record = f"task {task.task_id} ({task.unit_id}) annotation {annotation.annotation_id}"
        for column, found, allowed, fix in _faults(task, annotation, scheme, texts):
            yield Finding(file, record, column, found, allowed, fix)


_Fault = tuple[str, str, str, str]
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _faults(
    task: TaskReading, annotation: AnnotationReading, scheme: Scheme, texts: Texts
) -> Iterator[_Fault]:
    choices = annotation.choices
    for field in scheme.of(task.project):
        if field.required and field.scope == "task" and field.name not in choices:
            yield field.name, "nothing", f"one of {', '.join(field.names)}", "choose one"
    for column in ("created_at", "updated_at"):
        moment = getattr(annotation, column)
        if moment is not None and not _TIME.fullmatch(moment):
            yield column, moment, "a time such as 2031-05-04T12:00:00Z", "correct it"
    if "stance" in choices:
        grounds = choices.get("grounds", ())
        yield from grounds_faults(scheme.contest, choices["stance"][0], grounds)
    if annotation.spans and task.article_id in texts.texts:
        yield from _token_faults(texts.texts[task.article_id], annotation.spans)
        yield from _sentence_faults(task.article_id, annotation.spans, texts)
        yield from _overlaps(annotation.spans)


def grounds_faults(contest: Contest, stance: str, grounds: Iterable[str]) -> Iterator[_Fault]:
    """Yield the fault of a stance that is not the sign of its grounds, if it is not."""
    carried = contest.stance_of(grounds)
    if carried != stance:
        found = f"{stance} with grounds {' '.join(grounds) or 'none'}"
        yield "stance", found, f"{carried} with these grounds", "correct the stance or the grounds"


def _token_faults(text: str, spans: Iterable[SpanReading]) -> Iterator[_Fault]:
    tokens = tokenize(text)
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    for span in spans:
        if span.start not in starts or span.end not in ends:
            yield span.layer, told(span), "spans of whole tokens", "draw it from token to token"


def _sentence_faults(
    article_id: str, spans: Iterable[SpanReading], texts: Texts
) -> Iterator[_Fault]:
    for span in spans:
        sentence = texts.holding(article_id, span.start, span.end)
        if sentence is None:
            yield span.layer, told(span), "a span inside one sentence", "shorten or split it"
        elif not sentence.scored:
            allowed = "spans in titles, body and captions"
            yield span.layer, f"{told(span)} in {sentence.zone}", allowed, "delete it"


def _overlaps(spans: Iterable[SpanReading]) -> Iterator[_Fault]:
    last: SpanReading | None = None
    for span in sorted(spans, key=lambda span: (span.layer, span.start, -span.end)):
        if last is not None and last.layer == span.layer and span.start < last.end:
            found = f"{told(span)}, over {told(last)}"
            yield span.layer, found, "spans of one layer side by side", "keep the outermost"
        else:
            last = span


def told(span: SpanReading) -> str:
    """Return a span in words, for messages."""
    return f"{span.label} '{span.text}' ({span.start} to {span.end})"
