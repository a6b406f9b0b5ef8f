"""What `usiran release` and `usiran diff` print."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import groupby

from usiran.cli.options import say, show_json
from usiran.corpus import Corpus
from usiran.dataset.make_release import Plan
from usiran.dataset.release.compare import Comparison
from usiran.dataset.release.diff import KINDS, Change, Changes

WIDTH = 100
# A narrower terminal would cut every id.
_NARROWEST = 40


def show_release(corpus: Corpus, plan: Plan, *, written: bool, as_json: bool) -> None:
    """Print what a release holds, which files are written, and the next steps."""
    files = [corpus.name_of(path) for path in plan.files]
    steps = list(_steps(corpus, plan))
    if as_json:
        show_json(_release_json(plan, files, steps, written=written))
        return
    for line in _release_lines(plan):
        print(line)
    for name in files:
        print(f"{'written' if written else 'would write'}: {name}")
    say("Next:" if written else "Nothing was written. After the release:")
    for step in steps:
        print(f"  {step}")


def _steps(corpus: Corpus, plan: Plan) -> Iterator[str]:
    """Yield what is to be done after a release, as commands."""
    if _stale_results(corpus, str(plan.version)):
        # Every result names the version of the data that it was scored on.
        yield "usiran benchmark run"
        yield "usiran benchmark report"
    yield f'git add --all && git commit -m "Data {plan.version}"'
    yield f"git tag v{plan.version}"


def _stale_results(corpus: Corpus, version: str) -> bool:
    """Whether a stored result was scored on another version of the data."""
    paths = sorted((corpus.baselines / "results").glob("*/*.json"))
    return any(json.loads(path.read_bytes()).get("data_version") != version for path in paths)


def _release_json(
    plan: Plan, files: list[str], steps: list[str], *, written: bool
) -> dict[str, object]:
    return {
        "version": str(plan.version),
        "previous": str(plan.previous.version) if plan.previous else None,
        "bump": plan.bump,
        "changes": plan.changes.counts(),
        "written": written,
        "files": files,
        "tag": f"v{plan.version}",
        "next": steps,
    }


def _release_lines(plan: Plan) -> Iterator[str]:
    records = sum(map(len, plan.records.values()))
    if plan.previous is None:
        yield f"Data {plan.version}, the first release: {records} records"
        return
    yield f"Data {plan.version}, {records} records; since {plan.previous.version}: {plan.bump}"
    yield from _counts(plan.changes)


def show_diff(found: Comparison, *, as_json: bool) -> None:
    """Print what changed: counts of each table, then each record, field by field."""
    if as_json:
        show_json({
            "from": found.old.name, "to": found.new.name, "bump": found.bump,
            "least": str(found.least), "counts": found.changes.counts(),
            "changes": [row._asdict() for row in found.changes.rows],
        })  # fmt: skip
        return
    print(f"From {found.old.name} to {found.new.name}: {_summary(found)}")
    width = max(_NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns)
    for line in _diff_lines(found.changes):
        print(line if len(line) <= width else line[: width - 1] + "…")


def _summary(found: Comparison) -> str:
    if not found.changes:
        return "no record differs"
    records = len({(row.table, row.key) for row in found.changes.rows})
    noun = "record differs" if records == 1 else "records differ"
    return f"{records} {noun}; a release would be {found.bump}: {found.least} or greater"


def _diff_lines(changes: Changes) -> Iterator[str]:
    yield from _counts(changes)
    for table, rows in groupby(changes.rows, lambda row: row.table):
        yield ""
        yield table
        for key, parts in groupby(rows, lambda row: row.key):
            yield from _record(key, list(parts))


def _counts(changes: Changes) -> Iterator[str]:
    counts = changes.counts()
    if not counts:
        return
    widest = max(map(len, counts))
    yield ""
    yield "  ".join([" " * widest, *KINDS])
    for table, found in counts.items():
        cells = (str(found[kind]).rjust(len(kind)) for kind in KINDS)
        yield "  ".join([table.ljust(widest), *cells])


def _record(key: str, rows: list[Change]) -> Iterator[str]:
    kinds = " and ".join(kind for kind in KINDS if any(row.kind == kind for row in rows))
    yield f"  {kinds}  {key}"
    for row in rows:
        if row.field is not None:
            yield f"    {row.field}: {_value(row.old)} -> {_value(row.new)}"
        else:
            yield f"    {_value(row.new if row.kind == 'added' else row.old)}"


def _value(value: object) -> str:
    if value is None:
        return "nothing"
    return json.dumps(value, ensure_ascii=False)
