"""Foreign keys: whatever names a row of another table names one that exists."""

from collections.abc import Iterator

from usiran.errors import Finding, shorten
from usiran.loading import Opened
from usiran.schemas.tables import FILES, KEYS, record_of

# A column, and the key columns of which one must hold each of its values.
_REFERENCES = (
    ("sentences.article_id", "articles.article_id"),
    ("folds.article_id", "articles.article_id"),
    ("articles.article_id", "sentences.article_id"),
    ("articles.article_id", "folds.article_id"),
    ("annotations.annotator_id", "annotators.annotator_id"),
    ("decisions.decided_by", "annotators.annotator_id"),
    ("adjudication.decided_by", "annotators.annotator_id"),
    ("actor_links.span_id", "actors.span_id"),
    ("actor_links.actor_id", "registry.actor_id"),
    ("actors.actor_id", "registry.actor_id"),
    ("roles.event_id", "events.span_id"),
    ("roles.actor_span_id", "actors.span_id"),
    ("article_aliases.article_id", "articles.article_id"),
    ("article_aliases.actor_id", "registry.actor_id"),
    ("event_groups.event_id", "events.span_id"),
    ("event_groups.event_group", "event_groups.event_id"),
    ("holders.sentence_id", "stance.sentence_id"),
    ("holders.actor_span_id", "actors.span_id"),
    ("contrast.sentence_id", "sentences.sentence_id"),
    ("contrast.contrast_id", "contrast_key.contrast_id"),
    ("contrast_dropped.contrast_id", "contrast_key.contrast_id"),
    ("contrast_key.contrast_id", "contrast.contrast_id", "contrast_dropped.contrast_id"),
    ("contrast_dropped.sentence_id", "sentences.sentence_id"),
    ("contrast_labels.annotator_id", "annotators.annotator_id"),
    ("contrast_labels.contrast_id", "contrast.contrast_id", "contrast_dropped.contrast_id"),
    ("predictions.sentence_id", "sentences.sentence_id", "contrast.contrast_id"),
)


def _file(place: list[str]) -> str:
    return FILES[place[0]]


def references(opened: Opened) -> Iterator[Finding]:
    """Find values that name no row of the table they refer to; one finding a value."""
    for reference in _REFERENCES:
        (name, column), *targets = (place.split(".") for place in reference)
        tables = opened.tables
        if not {name, *(table for table, _ in targets)} <= tables.keys():
            continue
        known = {key for table, key_column in targets for key in tables[table][key_column]}
        # A row that could not be read is there all the same: its own finding is enough.
        known |= {row.record for row in opened.findings if row.file in map(_file, targets)}
        frame, file = tables[name], FILES[targets[0][0]]
        dangling = frame[frame[column].notna() & ~frame[column].isin(list(known))]
        # One a value: an id that was renamed would otherwise be told for each of its rows.
        for value, rows in dangling.groupby(column, sort=True):
            record = record_of(rows, rows.index[0], KEYS[name])
            if len(rows) > 1 and record != str(value):
                record += f" and {len(rows) - 1} more"
            fix = f"add {shorten(value)} to {file}, or take out what names it"
            allowed = f"one that stands in {file}"
            yield Finding(FILES[name], record, column, shorten(value), allowed, fix)
