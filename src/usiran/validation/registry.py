"""The actor registry, its links and the crosswalks: nothing ambiguous, nothing left out."""

from collections import defaultdict
from collections.abc import Iterator

from usiran.corpus import read_toml
from usiran.errors import Finding
from usiran.loading import Opened
from usiran.schemas.registry import surfaces
from usiran.schemas.tables import FILES, rows_of

_LINKING = ("registry", "article_aliases", "actor_links")


def aliases_unique(opened: Opened) -> Iterator[Finding]:
    """Find surfaces that stand for two actors."""
    holders: dict[str, list[str]] = defaultdict(list)
    for row in opened.rows("registry"):
        # A name repeated among its own aliases is no second actor.
        for surface in dict.fromkeys(surfaces(row)):
            holders[surface].append(row.actor_id)
    for surface, actors in holders.items():
        if len(actors) > 1:
            allowed = f"an alias of one actor (it is one of {', '.join(actors)})"
            fix = "keep it for one actor, and link the other's mentions in actor_links.csv"
            yield Finding(FILES["registry"], actors[-1], "aliases", surface, allowed, fix)


def types_agree(opened: Opened) -> Iterator[Finding]:
    """Find linked spans whose type is not their actor's."""
    registry = opened.tables["registry"]
    types = dict(zip(registry["actor_id"], registry["type"], strict=True))
    for row in opened.rows("actors"):
        expected = types.get(row.actor_id, row.type)
        if expected != row.type:
            value = f"{row.type} linked to {row.actor_id}"
            allowed = f"an actor of type {row.type} ({row.actor_id} is {expected})"
            fix = "correct the type, or link the span to another actor in actor_links.csv"
            yield Finding(FILES["actors"], row.span_id, "actor_id", value, allowed, fix)


def all_linked(opened: Opened) -> Iterator[Finding]:
    """Find actor spans that are neither linked nor said to be unlinkable, with a reason."""
    # Whom a row that cannot be read would link is not known.
    if {finding.file for finding in opened.findings} & {FILES[name] for name in _LINKING}:
        return
    listed = set(opened.tables["actor_links"]["span_id"])
    for row in opened.rows("actors"):
        if row.actor_id is None and row.span_id not in listed:
            allowed = f"an alias in {FILES['registry']}, or a row in {FILES['actor_links']}"
            fix = "say who it is: `usiran articles link`"
            yield Finding(FILES["actors"], row.span_id, "actor_id", row.text, allowed, fix)


def unlinked_sided(opened: Opened) -> Iterator[Finding]:
    """Find mentions that are said to be unlinkable, and not whose side they are on."""
    for row in opened.rows("actor_links"):
        if row.actor_id is None and row.affiliation is None:
            allowed = f"one of {', '.join(opened.scheme.allowed['affiliation'])}"
            fix = "say whose side the mention is on, or link it"
            yield Finding(FILES["actor_links"], row.span_id, "affiliation", "", allowed, fix)


def crosswalks_complete(opened: Opened) -> Iterator[Finding]:
    """Find event labels that a crosswalk leaves out, and targets that the other scheme has not."""
    quad_of = opened.scheme.quad_of
    path = opened.corpus.root / FILES["crosswalks"] / "targets.toml"
    targets = read_toml(path) if path.exists() else {}
    for name, rows in opened.tables["crosswalks"].groupby("crosswalk", sort=True):
        file = f"{FILES['crosswalks']}/{name}.csv"
        mapped = set(rows["event"])
        for event in quad_of:
            if event not in mapped:
                allowed, fix = "a row for every event label", f"add a row for {event}"
                yield Finding(file, event, "event", "no row", allowed, fix)
        known = targets.get(str(name))
        for row in rows_of(rows):
            # An event that the other scheme does not have is mapped to nothing.
            if isinstance(known, list) and row.target and row.target not in known:
                allowed = f"a category of {name}, as targets.toml lists them"
                yield Finding(file, row.event, "target", row.target, allowed, "correct the name")
        for row in rows_of(rows) if name == "quad" else ():
            expected = quad_of.get(row.event, row.target)
            if row.target != expected:
                allowed = f"{expected}, its quad class in labels.toml"
                fix = "correct one of the two"
                yield Finding(file, row.event, "target", str(row.target), allowed, fix)
