"""Why records changed: from the decisions on them, else from what the releaser says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from usiran.dataset.release.diff import Change, Changes
from usiran.dataset.release.snapshot import Record, Records
from usiran.errors import Finding, InputError, shorten

# From table and field of a gold record (None: the record as a whole, and its place) to the
# layer whose decisions speak of it.
_LAYERS: dict[tuple[str, str | None], str] = {
    ("stance", "stance"): "stance",
    ("stance", "grounds"): "grounds",
    ("stance", "holder"): "holder",
    ("article_stance", "article_stance"): "article_stance",
    ("actors", None): "actor",
    ("actors", "type"): "actor",
    ("events", None): "event",
    ("events", "type"): "event",
    ("events", "quad"): "event",
    ("events", "mode"): "mode",
    ("roles", None): "role",
}
_OWN = ("decisions", "actor_links")
_SHOWN = 5

Reasons = Mapping[tuple[str, str], list[str]]


def explain(
    changes: Changes, old: Records, new: Records, *, reason: str | None
) -> tuple[str | None, ...]:
    """Return the reason for each change.

    A change of a gold label has the reasons of the decisions on its unit that are new or
    edited since `old`: an older one cannot explain it. A decision and a link made by hand
    have their own reason, and such a link explains the actor it gives. Everything else has
    `reason`.

    Parameters
    ----------
    changes : Changes
        From `old` to `new`.
    old, new : Records
        What changed.
    reason : str or None
        What the releaser says; None where nothing was said.

    Raises
    ------
    InputError
        A record was edited, removed or moved, no decision says why, and `reason` is blank.
    """
    reason = (reason or "").strip() or None
    decided = _fresh_reasons(old, new)
    moved = {(row.table, row.key): str(row.new) for row in changes.rows if row.field == "span_id"}
    reasons = tuple(
        " / ".join(_told(row, decided, moved.get((row.table, row.key)))) or reason
        for row in changes.rows
    )
    silent = [
        row
        for row, told in zip(changes.rows, reasons, strict=True)
        if told is None and row.kind != "added"
    ]
    if silent:
        raise InputError([_unexplained(silent)])
    return reasons


def describe(change: Change) -> str:
    """Return a change in one line, without its values where a whole record is meant."""
    if change.field is None:
        return f"{change.table} {change.key} {change.kind}"
    values = " -> ".join(_shown(value) for value in (change.old, change.new))
    return f"{change.table} {change.key} {change.kind}: {change.field} {values}"


def first_few(rows: list[Change] | tuple[Change, ...]) -> str:
    """Return the first few changes in one line, and how many more there are."""
    more = f"; and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return "; ".join(describe(row) for row in rows[:_SHOWN]) + more


def _unexplained(silent: list[Change]) -> Finding:
    found = f"no reason for {len(silent)} changes"
    allowed = f"a reason for every record edited, removed or moved: {first_few(silent)}"
    fix = "say it with --reason TEXT, or record decisions"
    return Finding("--reason", "", "", found, allowed, fix)


def _fresh_reasons(old: Records, new: Records) -> Reasons:
    """Return the reasons of new and edited decisions and links, by layer and unit."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in _OWN:
        before = old.get(name, {})
        for key, row in new.get(name, {}).items():
            if before.get(key) != row:
                where = ("link", key) if name == "actor_links" else _unit(row)
                told = str(row["reason"])
                found[where] += [] if told in found[where] else [told]
    return found


def _unit(decision: Record) -> tuple[str, str]:
    return str(decision["layer"]), str(decision["unit_id"])


def _told(row: Change, decided: Reasons, moved_to: str | None) -> Iterator[str]:
    """Yield the reasons that decisions and links give; a span moved has two ids to look under."""
    ids = [row.key] if moved_to is None else [row.key, moved_to]
    if row.table in _OWN:
        own = row.new if isinstance(row.new, dict) else {}
        yield from [str(own["reason"])] if own else decided.get(_own_place(row), [])
    elif row.field == "actor_id":
        yield from (told for key in ids for told in decided.get(("link", key), []))
    else:
        whole = row.field is None or row.kind == "moved"
        layer = _LAYERS.get((row.table, None if whole else row.field), "")
        units = [row.key.split(" ")[0]] if row.table == "roles" else ids
        yield from dict.fromkeys(told for unit in units for told in decided.get((layer, unit), []))


def _own_place(row: Change) -> tuple[str, str]:
    if row.table == "actor_links":
        return "link", row.key
    layer, unit, *_ = row.key.split(" ")
    return layer, unit


def _shown(value: object) -> str:
    return "nothing" if value is None else shorten(value, 40)
