"""What `usiran release` and `usiran diff` print."""

import json
import shutil
from collections.abc import Iterator
from itertools import groupby

from usiran.cli.output import say, show, show_json, show_text
from usiran.corpus import Corpus
from usiran.dataset.make_release import Plan
from usiran.dataset.release.compare import Comparison
from usiran.dataset.release.diff import KINDS, Change, Changes
from usiran.errors import counted

WIDTH = 100
# A narrower terminal would cut every id.
_NARROWEST = 40


def show_release(corpus: Corpus, plan: Plan, *, written: bool, as_json: bool) -> None:
    """Print what a release holds, which files are written, and the next steps."""
    files = [corpus.name_of(path) for path in plan.files]
    steps = list(_steps(corpus, plan))
    if as_json:
        document = {
            "version": str(plan.version),
            "previous": plan.since,
            "bump": plan.bump,
            "changes": plan.changes.counts(),
            "written": written,
            "files": files,
            "tag": f"v{plan.version}",
            "next": steps,
        }
        show_json(document)
        return
    records = sum(map(len, plan.snapshot.values()))
    if plan.previous is None:
        show(f"Data {plan.version}, the first release: {counted(records, 'record')}")
    else:
        show(f"Data {plan.version}, {counted(records, 'record')}; since {plan.since}: {plan.bump}")
    for line in _counts(plan.changes):
        show(line)
    for name in files:
        show(f"{'written' if written else 'would write'}: {name}")
    say("Next:" if written else "Nothing was written. After the release:")
    for step in steps:
        show(f"  {step}")


def _steps(corpus: Corpus, plan: Plan) -> Iterator[str]:
    """Yield what is to be done after a release, as commands."""
    results = (corpus.baselines / "results").glob("*/*.json")
    versions = {json.loads(path.read_bytes()).get("data_version") for path in results}
    if versions - {str(plan.version)}:
        # Every result names the version of the data that it was scored on.
        yield "usiran benchmark run"
        yield "usiran benchmark report"
    yield f'git add --all && git commit -m "Data {plan.version}"'
    yield f"git tag v{plan.version}"


def show_diff(comparison: Comparison, *, as_json: bool) -> None:
    """Print what changed: counts of each table, then each record, field by field."""
    old, new, changes, bump = comparison
    if as_json:
        document = {
            "from": old.name,
            "to": new.name,
            "bump": bump,
            "least": str(comparison.least),
            "counts": changes.counts(),
            "changes": [change._asdict() for change in changes.rows],
        }
        show_json(document)
        return
    count = len({(change.table, change.key) for change in changes.rows})
    noun = "record differs" if count == 1 else "records differ"
    step = f"{count} {noun}; a release would be {bump}: {comparison.least} or greater"
    show_text(f"From {old.name} to {new.name}: {step if changes else 'no record differs'}")
    # Cut, not wrapped: one change stays one line.
    width = max(_NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns)
    for line in _diff_lines(changes):
        show(line if len(line) <= width else line[: width - 1] + "…")


def _diff_lines(changes: Changes) -> Iterator[str]:
    yield from _counts(changes)
    for table, rows in groupby(changes.rows, lambda change: change.table):
        yield ""
        yield table
        for key, parts in groupby(rows, lambda change: change.key):
            yield from _record_lines(key, list(parts))


def _counts(changes: Changes) -> Iterator[str]:
    counts = changes.counts()
    if not counts:
        return
    widest = max(map(len, counts))
    yield ""
    yield "  ".join([" " * widest, *KINDS])
    for table, by_kind in counts.items():
        cells = (str(by_kind[kind]).rjust(len(kind)) for kind in KINDS)
        yield "  ".join([table.ljust(widest), *cells])


def _record_lines(key: str, changes: list[Change]) -> Iterator[str]:
    kinds = {change.kind for change in changes}
    yield f"  {' and '.join(kind for kind in KINDS if kind in kinds)}  {key}"
    for change in changes:
        old, new = (
            "nothing" if value is None else json.dumps(value, ensure_ascii=False)
            for value in (change.old, change.new)
        )
        if change.field is not None:
            yield f"    {change.field}: {old} -> {new}"
        else:
            yield f"    {new if change.kind == 'added' else old}"
