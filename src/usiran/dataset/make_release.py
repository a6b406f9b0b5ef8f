"""Making a release: everything is checked and made in memory, then written as one step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from usiran.annotation.agreement.measure import measure_corpus
from usiran.annotation.agreement.report import to_json
from usiran.corpus import Corpus
from usiran.dataset.build import Progress, Result, drift_of, make
from usiran.dataset.release.change_reasons import explain, first_few
from usiran.dataset.release.changelog import section, with_section, with_version
from usiran.dataset.release.diff import Changes, bump, diff
from usiran.dataset.release.git import check_clean, check_untagged
from usiran.dataset.release.snapshot import (
    Records,
    content_hash,
    label_counts,
    records_of,
    table_hash,
    to_lines,
)
from usiran.dataset.release.stored import CHANGES, MANIFEST, RECORDS, Release, folder_of, latest
from usiran.dataset.release.version import Bump, Version
from usiran.errors import Finding, InputError
from usiran.io.atomic import holds, replace_files
from usiran.text.articles import read_text
from usiran.validation.validate import open_valid

FIRST = Version(0, 1, 0)
_SOURCES = ("annotation/GUIDELINES.md", "annotation/labels.toml", "dataset/source/folds.csv")


@dataclass(frozen=True)
class Plan:
    """A release that is ready to be written.

    Parameters
    ----------
    version : Version
        Its version.
    previous : Release or None
        The release before it.
    created : str
        Its date, YYYY-MM-DD.
    records : dict
        What is released.
    changes : Changes
        Since `previous`; empty for the first release.
    reasons : tuple of str or None
        One for each change.
    bump : str or None
        The step that the changes demand; None for the first release.
    files : dict
        From path to content: everything that changes.
    """

    version: Version
    previous: Release | None
    created: str
    records: Records
    changes: Changes
    reasons: tuple[str | None, ...]
    bump: Bump | None
    files: Mapping[Path, bytes]


def write(corpus: Corpus, plan: Plan) -> None:
    """Write a release, all of it or nothing, even where the program is killed."""
    replace_files(plan.files, corpus.swap)


def prepare(
    corpus: Corpus,
    version: Version,
    *,
    reason: str | None = None,
    today: date | None = None,
    draws: int = 10_000,
    progress: Progress = lambda _: None,
) -> Plan:
    """Check that a version can be released, and make everything that is written then.

    Parameters
    ----------
    corpus : Corpus
        What is released.
    version : Version
        Its version.
    reason : str, optional
        Why records changed where no decision says it.
    today : date, optional
        The release's date (default: today).
    draws : int
        Bootstrap draws for the intervals of the agreement.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        The version is too small, the git tree is not clean, the corpus has findings, a
        generated file has drifted, or a change has no reason.
    FileError
        There is no git repository, or a file cannot be read.
    """
    previous = latest(corpus)
    _check_greater(version, previous)
    check_clean(corpus.root, corpus.name_of(corpus.dataset / "corpus.toml"))
    check_untagged(corpus.root, f"v{version}")
    opened = open_valid(corpus)
    records = records_of(opened.tables, opened.scheme)
    changes, demanded = Changes(()), None
    reasons: tuple[str | None, ...] = ()
    if previous is not None:
        changes = diff(previous.records, records)
        demanded = bump(changes)
        _check_bump(version, previous.version, demanded, changes)
        reasons = explain(changes, previous.records, records, reason=reason)
    if findings := drift_of(corpus, make(opened, progress)):
        raise InputError(findings)
    created = (today or date.today()).isoformat()
    plan = Plan(version, previous, created, records, changes, reasons, demanded, {})
    progress("building the files of the release")
    told = replace(corpus.manifest, version=str(version))
    built = make(opened, manifest=told, released=created)
    progress("measuring the annotators' agreement")
    files = _files(corpus, plan, built, _agreement(corpus, draws))
    changed = {path: content for path, content in files.items() if not holds(path, content)}
    return replace(plan, files=changed)


def _check_greater(version: Version, previous: Release | None) -> None:
    if previous is None and version < FIRST:
        raise _too_small(version, f"{FIRST} or greater, for a first release", FIRST)
    if previous is not None and version <= previous.version:
        least = previous.version.after("PATCH")
        raise _too_small(version, f"a version greater than the last, {previous.version}", least)


def _check_bump(version: Version, last: Version, demanded: Bump, changes: Changes) -> None:
    least = last.after(demanded)
    if version >= least:
        return
    kinds = changes.of("edited", "removed", "moved") if demanded == "MAJOR" else changes.rows
    allowed = f"{least} or greater: since {last} records changed that demand a {demanded} step"
    raise _too_small(version, f"{allowed} ({first_few(kinds)})", least)


def _too_small(version: Version, allowed: str, least: Version) -> InputError:
    fix = f"release {least}, or a greater version"
    return InputError([Finding("VERSION", "", "", str(version), allowed, fix)])


def _agreement(corpus: Corpus, draws: int) -> dict[str, Any]:
    """Return the annotators' agreement as `usiran annotate agreement --json` prints it."""
    try:
        figures = to_json(measure_corpus(corpus, draws=draws))
    except InputError as error:
        # The corpus has no findings: there are fewer than two annotators, or none shared a unit.
        found = "; ".join(f"{one.value}; needed: {one.allowed}" for one in error.findings)
        return {"agreement": None, "no_agreement": found}
    return {"agreement": figures, "no_agreement": None}


def _files(
    corpus: Corpus, plan: Plan, built: Result, agreement: dict[str, Any]
) -> dict[Path, bytes]:
    folder = folder_of(corpus, plan.version)
    toml, changelog = corpus.dataset / "corpus.toml", corpus.root / "CHANGELOG.md"
    manifest = _manifest(corpus, plan, built) | agreement
    files = {path: built.files[path] for path in built.changed}
    files |= {
        folder / RECORDS / f"{name}.jsonl": to_lines(table) for name, table in plan.records.items()
    }
    files[folder / MANIFEST] = _pretty(manifest)
    files[folder / CHANGES] = _changes(plan)
    text = read_text(toml, what="TOML")
    files[toml] = with_version(text, plan.version, file=corpus.name_of(toml)).encode()
    old = read_text(changelog, what="the changelog") if changelog.exists() else ""
    files[changelog] = with_section(old, _section(plan)).encode()
    return files


def _section(plan: Plan) -> str:
    return section(
        plan.version,
        plan.created,
        since=plan.previous.version if plan.previous else None,
        bump=plan.bump,
        changes=plan.changes,
        reasons=plan.reasons,
        records=sum(map(len, plan.records.values())),
    )


def _manifest(corpus: Corpus, plan: Plan, built: Result) -> dict[str, Any]:
    records = plan.records
    sources = ((name, corpus.root / name) for name in _SOURCES)
    return {
        "name": corpus.manifest.name,
        "version": str(plan.version),
        "previous": str(plan.previous.version) if plan.previous else None,
        "created": plan.created,
        "bump": plan.bump,
        "counts": {
            "records": {name: len(table) for name, table in records.items()},
            "labels": label_counts(records),
        },
        "changes": plan.changes.counts(),
        "files": published(corpus, built),
        "content": {
            "all": content_hash(records),
            "tables": {name: table_hash(table) for name, table in records.items()},
        },
        "configs": {
            one.view.name: {"rows": len(one.view.rows), "content": one.content}
            for one in built.configs
        },
        "sources": {name: _sha256(path.read_bytes()) for name, path in sources if path.exists()},
    }


def published(corpus: Corpus, built: Result) -> dict[str, dict[str, str | int]]:
    """Return the hash and size of each published file, by its path relative to dataset/.

    Published is what a build makes below dataset/.
    """
    contents = {
        path.relative_to(corpus.dataset).as_posix(): content
        for path, content in built.files.items()
        if path.is_relative_to(corpus.dataset)
    }
    return {
        name: {"sha256": _sha256(content), "size": len(content)}
        for name, content in sorted(contents.items())
    }


def _changes(plan: Plan) -> bytes:
    """Return changes.json: one change a line, so that git can show them."""
    rows = [
        row._asdict() | {"reason": reason}
        for row, reason in zip(plan.changes.rows, plan.reasons, strict=True)
    ]
    head = {
        "version": str(plan.version),
        "previous": str(plan.previous.version) if plan.previous else None,
        "bump": plan.bump,
    }
    opened = json.dumps(head)[:-1]
    return f'{opened}, "changes": [{_listed(rows)}]}}\n'.encode()


def _listed(rows: Sequence[Mapping[str, Any]]) -> str:
    lines: Iterable[str] = (json.dumps(row, ensure_ascii=False) for row in rows)
    return "\n" + ",\n".join(lines) + "\n" if rows else ""


def _pretty(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
