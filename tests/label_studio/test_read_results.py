"""Whatever the results of an annotation hold, they are read, found fault with, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.tiny import (
    GAS,
    SCHEME,
    TEXTS,
    Json,
    annotation,
    article_task,
    relation,
    span,
    write_json,
)
from usiran.errors import FileError
from usiran.label_studio.annotation_records import TaskReading, annotation_rows
from usiran.label_studio.control_map import ControlMap
from usiran.label_studio.read_export import read_export

SERVER = json.loads(
    (Path(__file__).parents[1] / "data" / "exports" / "server.json").read_text(encoding="utf-8")
)
KNOWN = ["actor", "event", "mode", "evt-1", "act-1", "left", "neutral", "Tehran"]
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 300),
        st.floats(allow_nan=False),
        st.text(max_size=5),
        st.sampled_from(KNOWN),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)
Place = tuple[str | int, ...]


def places(value: object, path: Place = ()) -> list[Place]:
    """Return the path to every value inside a JSON value."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


def edit(content: Any, place: Place, value: object) -> None:
    """Set one value, where an earlier edit has not taken its place away."""
    try:
        for key in place[:-1]:
            content = content[key]
        content[place[-1]] = value
    except (TypeError, LookupError):
        pass


def read(path: Path) -> list[TaskReading] | None:
    """Read an export; None where it is refused."""
    try:
        return list(read_export(path, scheme=SCHEME, texts=TEXTS))
    except FileError:
        return None


PLACES = st.sampled_from([place for place in places(SERVER) if place])
INNER_PLACES = st.sampled_from([place for place in places(SERVER) if len(place) > 1])


def edited(edits: list[tuple[Place, object]]) -> Any:
    """Return the server's export with something else in some places."""
    content = json.loads(json.dumps(SERVER))
    for place, value in edits:
        edit(content, place, value)
    return content


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(PLACES, JSON), min_size=1, max_size=2))
def test_an_export_with_anything_anywhere_is_read_or_refused(
    tmp_path: Path, edits: list[tuple[Place, object]]
) -> None:
    content = edited(edits)
    tasks = read(write_json(tmp_path / "x.json", content)) or []
    for made in (made for task in tasks for made in task.annotations):
        layers = {one.region: one.layer for one in made.spans}
        assert all(layers[role.event] == "event" for role in made.roles)
        assert all(layers[role.actor] == "actor" for role in made.roles)
        assert all(one.end > one.start >= 0 for one in made.spans)
    rows = [row.annotation_id for row in annotation_rows(tasks, round="r1", annotator_id="ann")]
    if len({task.unit_id for task in tasks}) == len(tasks) == sum(map(labelled, tasks)):
        assert len(set(rows)) == len(rows)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(INNER_PLACES, JSON), min_size=1, max_size=2))
def test_a_foreign_export_with_anything_anywhere_is_read(
    tmp_path: Path, edits: list[tuple[Place, object]]
) -> None:
    content = edited(edits)
    path = write_json(tmp_path / "x.json", content)
    names = ControlMap.of(SCHEME)
    tasks = list(read_export(path, scheme=SCHEME, texts=TEXTS, control_map=names))
    assert len(tasks) == 2
    for finding in (finding for task in tasks for finding in (*task.findings, *task.repairs)):
        assert finding.file == str(path)
        str(finding).encode("utf-8")


def labelled(task: TaskReading) -> bool:
    """Whether a task has one annotation that is not skipped."""
    return sum(not made.skipped for made in task.annotations) == 1


KINDS = st.sampled_from(["actor", "event", "tone"])
LABELS = st.sampled_from(["GOVERNMENT", "CONSULT", "ROBOT"])
QUOTES = st.sampled_from(["Tehran", "meet", "Moscow"])
ENDS = st.sampled_from(["actor1", "actor2", "event1", "event2"])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(KINDS, st.integers(1, 4), LABELS, QUOTES), max_size=6),
    st.lists(st.tuples(ENDS, ENDS), max_size=4),
)
def test_no_label_is_lost_without_a_finding(
    tmp_path: Path, drawn: list[tuple[str, int, str, str]], links: list[tuple[str, str]]
) -> None:
    results: list[Json] = []
    for kind, number, label, quote in drawn:
        start = max(TEXTS.texts[GAS].find(quote), 0)
        results.append(span(f"{kind}{number}", label, start, start + len(quote), quote))
    results += [relation(first, second, "agent") for first, second in links]
    (task,) = read(write_json(tmp_path / "x.json", [article_task(annotation(*results))])) or []
    (made,) = task.annotations
    twice = sum(repair.allowed == "each label once" for repair in task.repairs)
    assert len(made.spans) + len(made.roles) + len(task.findings) + twice == len(results)
