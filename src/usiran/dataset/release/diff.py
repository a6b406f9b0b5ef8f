"""What changed between the snapshots of two releases, and the step of the version it demands."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

from usiran.dataset.release.snapshot import Record, Snapshot, Table, Value
from usiran.dataset.release.version import Bump

Kind = Literal["added", "removed", "edited", "moved"]
KINDS: tuple[Kind, ...] = ("added", "removed", "edited", "moved")

PLACES = ("fold", "zone", "start", "end", "sentence_id", "span_id")
"""The fields that say where a record stands: a change of one of them is a move."""
_SPANS = ("actors", "events")


class Change(NamedTuple):
    """One change: a record added or removed (no field), or one field of a record.

    `old` and `new` are the field's values, or the whole record; None where there is none.
    """

    table: str
    key: str
    kind: Kind
    field: str | None
    old: Value | Record | None
    new: Value | Record | None


@dataclass(frozen=True)
class Changes:
    """Every change between two snapshots, sorted by table, record and field."""

    rows: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.rows)

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        """Return the changes of some kinds."""
        return tuple(row for row in self.rows if row.kind in kinds)

    def counts(self) -> dict[str, dict[Kind, int]]:
        """Return how many records of each table changed in each way; only tables with any.

        A record that was both moved and edited counts as both.
        """
        # A record with two fields edited is one record edited.
        records = {(row.table, row.kind, row.key) for row in self.rows}
        totals = Counter((table, kind) for table, kind, _ in records)
        tables = sorted({table for table, _ in totals})
        return {table: {kind: totals[table, kind] for kind in KINDS} for table in tables}


def diff(old: Snapshot, new: Snapshot) -> Changes:
    """Return what changed from `old` to `new`.

    A record is *added* or *removed* where its id is new or gone, *edited* where a field has
    another value, and *moved* where that field is one of `PLACES`. The id of a span holds its
    offsets: where a span is gone and a new one of the same table overlaps it, the two are told
    as one record moved, named by its old id. Links to it (roles, votes, decisions) are then
    other records. A field that is absent and one that has no value are the same.
    """
    names = sorted({*old, *new})
    tables = (_changes(name, old.get(name, {}), new.get(name, {})) for name in names)
    return Changes(tuple(chain.from_iterable(tables)))


def bump(changes: Changes) -> Bump:
    """Return the step of the version that changes demand; PATCH is the same data packaged anew."""
    # Every table counts, those that are made from others too: an annotator more changes the
    # vote counts that every gold record carries, and a reader of soft labels has other data then.
    if changes.of("edited", "removed", "moved"):
        return "MAJOR"
    return "MINOR" if changes else "PATCH"


def _changes(name: str, old: Table, new: Table) -> list[Change]:
    moves = _moved_spans(old, new) if name in _SPANS else {}
    targets = set(moves.values())
    changes: list[Change] = []
    for key, record in old.items():
        successor = new.get(moves.get(key, key))
        if successor is None:
            changes.append(Change(name, key, "removed", None, record, None))
        else:
            changes += _field_changes(name, key, record, successor)
    changes += [
        Change(name, key, "added", None, None, record)
        for key, record in new.items()
        if key not in old and key not in targets
    ]
    return sorted(changes, key=lambda change: (change.key, change.field or ""))


def _field_changes(name: str, key: str, old: Record, new: Record) -> Iterator[Change]:
    for field in sorted({*old, *new}):
        before, after = old.get(field), new.get(field)
        if before != after:
            kind: Kind = "moved" if field in PLACES else "edited"
            yield Change(name, key, kind, field, before, after)


def _moved_spans(old: Table, new: Table) -> Mapping[str, str]:
    """Pair each span that is gone with the new one that overlaps it most; each only once."""
    gone = [key for key in old if key not in new]
    fresh = [key for key in new if key not in old]
    overlaps = sorted(
        (-shared, before, after)
        for before in gone
        for after in fresh
        if (shared := _shared(old[before], new[after])) > 0
    )
    pairs: dict[str, str] = {}
    # Greedy, the largest overlap first; equal ones by their ids, so that runs agree.
    for _, before, after in overlaps:
        if before not in pairs and after not in pairs.values():
            pairs[before] = after
    return pairs


def _shared(span: Record, other: Record) -> int:
    """Return how many characters two spans share."""
    if span["article_id"] != other["article_id"]:
        return 0
    ends = (int(str(record["end"])) for record in (span, other))
    starts = (int(str(record["start"])) for record in (span, other))
    return min(ends) - max(starts)
