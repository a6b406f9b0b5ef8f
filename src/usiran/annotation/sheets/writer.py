"""Sheets to fill in, and sheets filled from labels that exist."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import regex

from usiran.errors import Finding, InputError
from usiran.label_studio import annotation_records as records
from usiran.label_studio.annotation_records import AnnotationReading, SpanReading, TaskReading
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.names import REMARKS
from usiran.text.articles import Sentence, Texts
from usiran.text.quoting import escape, occurrences, one_line

_PLAIN = regex.compile(r'[^\s"\\]+')
GAP = "?"
"""Stands where a label has yet to be given; reading refuses it."""


def write_sheet(
    article_id: str, tasks: Iterable[TaskReading] = (), *, texts: Texts, scheme: Scheme
) -> str:
    """Return an article's sheet, each sentence above its line as a comment.

    It is filled in from the tasks of the article: parsing it gives the same labels again. Tasks
    without labels, or skipped, leave gaps; a span that cannot be quoted is refused.
    """
    if article_id in texts.withdrawn:
        value, allowed, fix = "a withdrawn text", "an article with its text", "label another"
        raise InputError([Finding("the article", article_id, "", value, allowed, fix)])
    rows = texts.sentences.get(article_id)
    if rows is None:
        allowed = f"one of {', '.join(sorted(texts.sentences))}"
        finding = Finding("sentences.csv", article_id, "article_id", article_id, allowed, "choose")
        raise InputError([finding])
    # Reversed, so that of several annotations the first one counts.
    labelled = {
        task.unit_id: annotation
        for task in tasks
        for annotation in reversed(task.annotations)
        if not annotation.skipped
    }
    whole = labelled.get(article_id)
    spans = records.spans_in_order(whole.spans) if whole else []
    links = _links(whole, spans, scheme)
    lines = [*_head(scheme), "", f"article {article_id}"]
    for field in scheme.of("spans"):
        if field.scope == "task":
            lines.append(f"{field.name} {_first(whole, field.name)}")
    # A span outside the scored sentences has no line to stand below.
    unplaced = spans
    for row in rows:
        lines += ["", f"# {row.zone}: {one_line(texts.text_of(row))}"]
        if row.scored:
            lines.append(_sentence_line(row, labelled.get(row.sentence_id)))
            inside = [span for span in spans if row.start <= span.start < span.end <= row.end]
            lines += _span_lines(texts, row, inside, links)
            unplaced = [span for span in unplaced if span not in inside]
    if unplaced:
        raise InputError(_unquotable(article_id, span) for span in unplaced)
    return "\n".join(lines) + "\n"


def _head(scheme: Scheme) -> Iterator[str]:
    yield "# One line a sentence: ordinal, stance, holder, grounds; then, where you can say so,"
    yield '#   voiced_by="words" confidence=4 second_stance=label second_holder=label'
    yield "# Below it, indented, its spans:"
    yield '#   ACTOR_TYPE "quoted words" handle'
    yield '#   EVENT_TYPE "quoted words" mode agent=handle,handle recipient=handle'
    yield "# Quotes stand in the text's order; #2 behind a quote means its second place from there."
    for name in ("stance", "holder", "grounds", "actor", "event", "mode"):
        yield f"# {name}: {' '.join(scheme[name].names)}"


def _first(reading: AnnotationReading | None, field: str) -> str:
    labels = reading.choices.get(field) if reading else None
    return labels[0] if labels else GAP


def _sentence_line(row: Sentence, reading: AnnotationReading | None) -> str:
    ordinal = row.sentence_id.rpartition("#")[2]
    grounds = reading.choices.get("grounds", ()) if reading else ()
    words = [ordinal, _first(reading, "stance"), _first(reading, "holder"), *grounds]
    choices = reading.choices if reading else {}
    for name, label in ((name, choices[name][0]) for name in REMARKS if name in choices):
        bare = _PLAIN.fullmatch(label) and escape(label) == label
        words.append(f"{name}={label}" if bare else f'{name}="{escape(label)}"')
    return " ".join(words)


def _links(
    whole: AnnotationReading | None, spans: list[SpanReading], scheme: Scheme
) -> dict[str, list[str]]:
    """Return what stands behind a region's quote: an actor's handle; an event's mode and roles."""
    roles = records.roles_in_order(whole.roles, spans, scheme["role"].names) if whole else []
    linked = {role.actor for role in roles}
    # Only linked actors need a handle; in the text's order, equal labels give equal sheets.
    named = [span.region for span in spans if span.region in linked]
    handles = {region: f"a{number}" for number, region in enumerate(named, start=1)}
    behind = {region: [handle] for region, handle in handles.items()}
    for span in spans:
        if span.mode is not None and span.mode != scheme["mode"].default:
            behind.setdefault(span.region, []).append(span.mode)
    for (event, name), group in groupby(roles, key=lambda role: (role.event, role.role)):
        actors = ",".join(handles[role.actor] for role in group)
        behind.setdefault(event, []).append(f"{name}={actors}")
    return behind


def _span_lines(
    texts: Texts, row: Sentence, spans: list[SpanReading], links: dict[str, list[str]]
) -> Iterator[str]:
    ends: dict[str, int] = {}
    for span in spans:
        begin = ends.get(span.layer, row.start)
        places = [at for at in occurrences(texts, row, span.text) if at[0] >= begin]
        if (span.start, span.end) not in places:
            raise InputError([_unquotable(row.article_id, span)])
        nth = places.index((span.start, span.end)) + 1
        ends[span.layer] = span.end
        words = [span.label, f'"{escape(span.text)}"', *([f"#{nth}"] if nth > 1 else [])]
        yield "  " + " ".join([*words, *links.get(span.region, ())])


def _unquotable(article_id: str, span: SpanReading) -> Finding:
    record = f"{article_id} {span.start} to {span.end}"
    allowed = "a span of whole tokens in one scored sentence, over no other span of its layer"
    fix = "correct it on the labelling page"
    return Finding("tasks", record, span.layer, span.text, allowed, fix)
