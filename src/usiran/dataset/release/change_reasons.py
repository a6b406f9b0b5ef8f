"""Why records changed: from the decisions on them, else from what the releaser says."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from usiran.dataset.release.diff import Change, Changes
from usiran.dataset.release.snapshot import Snapshot
from usiran.errors import InputError, shorten
from usiran.schemas.base import is_line

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
# Tables whose records carry a reason of their own.
_WITH_REASON = ("decisions", "actor_links", "article_aliases", "event_groups", "holders")
# What follows from other labels, or from such a table: a change of it has their reasons.
_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "toward": ("stance", "grounds"),
    "contested": ("stance", "holder"),
    "actor_id": ("actor_links",),
    "affiliation": ("actor_links",),
    "event_group": ("event_groups",),
    "voiced_by": ("holders",),
    "voiced_by_id": ("holders",),
    "voiced_by_affiliation": ("holders",),
}
_SHOWN = 5

Unit = tuple[str, str]
"""A layer and the id of a unit on it, or a table of `_WITH_REASON` and the key of its row."""


def explain(
    changes: Changes, old: Snapshot, new: Snapshot, *, reason: str | None
) -> tuple[str | None, ...]:
    """Return the reason for each change; `reason` is what the releaser says of all others.

    A change of a gold label has the reasons of the decisions on its unit that are new or edited
    since `old`. A decision and a link made by hand have their own reason, and such a link
    explains the actor it gives.
    """
    reason = (reason or "").strip() or None
    if reason is not None and not is_line(reason):
        raise InputError.of("--reason", reason, "one line of text", "say it in one line")
    decided = _fresh_reasons(old, new)
    moves = {(row.table, row.key): str(row.new) for row in changes.rows if row.field == "span_id"}
    reasons = tuple(
        " / ".join(_reasons_for(row, decided, moves.get((row.table, row.key)))) or reason
        for row in changes.rows
    )
    pairs = zip(changes.rows, reasons, strict=True)
    if unexplained := [row for row, text in pairs if text is None and row.kind != "added"]:
        value = f"no reason for {len(unexplained)} changes"
        allowed = f"a reason for every record edited, removed or moved: {first_few(unexplained)}"
        fix = "say it with --reason TEXT, or record decisions"
        raise InputError.of("--reason", value, allowed, fix)
    return reasons


def first_few(changes: Sequence[Change]) -> str:
    """Return the first few changes in one line, and how many more there are."""
    more = f"; and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
    return "; ".join(map(_describe, changes[:_SHOWN])) + more


def _describe(change: Change) -> str:
    text = f"{change.table} {change.key} {change.kind}"
    if change.field is None:
        return text
    old, new = ("nothing" if v is None else shorten(v, 40) for v in (change.old, change.new))
    return f"{text}: {change.field} {old} -> {new}"


def _fresh_reasons(old: Snapshot, new: Snapshot) -> Mapping[Unit, list[str]]:
    """Return the reasons of new and edited decisions and links."""
    reasons: dict[Unit, list[str]] = defaultdict(list)
    for name in _WITH_REASON:
        before = old.get(name, {})
        for key, row in new.get(name, {}).items():
            if before.get(key) != row:
                texts, text = reasons[_unit_of(name, key)], str(row["reason"])
                texts += [] if text in texts else [text]
    return reasons


def _reasons_for(
    change: Change, decided: Mapping[Unit, list[str]], moved_to: str | None
) -> Iterator[str]:
    """Yield the reasons that decisions and links give."""
    # A span that moved has two ids, and the decision may name either.
    ids = [change.key] if moved_to is None else [change.key, moved_to]
    if change.table in _WITH_REASON:
        if isinstance(change.new, dict):
            yield str(change.new["reason"])
        else:
            yield from decided.get(_unit_of(change.table, change.key), [])
    else:
        whole = change.field is None or change.kind == "moved"
        layer = _LAYERS.get((change.table, None if whole else change.field), "")
        layers = _FOLLOWS.get(change.field or "", (layer,))
        # The id of a role begins with its event's, the unit that decisions name.
        units = [change.key.split(" ")[0]] if change.table == "roles" else ids
        texts = (text for own in layers for unit in units for text in decided.get((own, unit), []))
        yield from dict.fromkeys(texts)


def _unit_of(table: str, key: str) -> Unit:
    """Return the unit that a decision or a link is about, from its id."""
    if table != "decisions":
        return table, key
    layer, unit, *_ = key.split(" ")
    return layer, unit
