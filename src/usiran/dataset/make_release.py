"""Making a release: everything is checked and made in memory, then written as one step."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from packaging.version import Version

from usiran.annotation.agreement.measure import measure_opened
from usiran.annotation.agreement.report import to_json
from usiran.corpus import Corpus
from usiran.dataset.build import Progress, Result, describe, drift_of, make
from usiran.dataset.release import snapshot as records
from usiran.dataset.release import stored
from usiran.dataset.release.change_reasons import explain, first_few
from usiran.dataset.release.changelog import section, with_section
from usiran.dataset.release.diff import Changes, bump, diff
from usiran.dataset.release.git import check_clean, check_untagged
from usiran.dataset.release.stored import PublishedFile, Release
from usiran.dataset.release.version import Bump, next_version, with_version
from usiran.errors import InputError, refuse
from usiran.io.atomic import holds
from usiran.loading import Opened
from usiran.stats import DRAWS
from usiran.text.articles import read_text
from usiran.validation.validate import open_valid

FIRST = Version("0.1.0")
_GUIDELINES = ("annotation/GUIDELINES.md", "annotation/ONE-PAGE.md", "annotation/CASEBOOK.md")
_SOURCES = (*_GUIDELINES, "annotation/labels.toml", "dataset/source/folds.csv")


@dataclass(frozen=True)
class Plan:
    """A release that is ready to be written, `created` on a day (YYYY-MM-DD).

    `reasons` has one for each of `changes`, which are empty for the first release; `bump` is the
    step that they demand; `files` is all that changes.
    """

    version: Version
    previous: Release | None
    created: str
    snapshot: records.Snapshot
    changes: Changes = field(default=Changes(()))
    reasons: tuple[str | None, ...] = ()
    bump: Bump | None = None
    files: Mapping[Path, bytes] = field(default_factory=dict)

    @property
    def since(self) -> str | None:
        """The version before this one."""
        return str(self.previous.version) if self.previous else None


def prepare(
    corpus: Corpus,
    version: Version,
    *,
    reason: str | None = None,
    today: date | None = None,
    draws: int = DRAWS,
    progress: Progress = lambda _: None,
) -> Plan:
    """Check that a version can be released, and make everything that is written then.

    `reason` says why records changed where no decision does; `draws` are those of the bootstrap
    for the agreement's intervals.
    """
    # What is cheap to find out comes first: reading the corpus takes far longer.
    previous = stored.latest(corpus)
    _check_greater(version, previous)
    check_clean(corpus.root, corpus.name_of(corpus.dataset / "corpus.toml"))
    check_untagged(corpus.root, f"v{version}")
    progress("reading and checking the tables")
    opened = open_valid(corpus)
    created = (today or date.today()).isoformat()
    plan = Plan(version, previous, created, records.snapshot_of(opened.tables, opened.scheme))
    if previous is not None:
        plan = _with_changes(plan, previous, reason)
    built = make(opened, progress)
    refuse(drift_of(corpus, built))
    progress("building the files of the release")
    manifest = replace(corpus.manifest, version=str(version))
    # The rows are those that were just made and loaded back: only what tells the version changes.
    built = describe(opened, built.files, built.configs, manifest=manifest, released=created)
    progress("measuring the annotators' agreement")
    files = _files(corpus, plan, built, _agreement(opened, draws))
    # What already holds its content needs no swap, and keeps its time of change.
    changed = {path: content for path, content in files.items() if not holds(path, content)}
    return replace(plan, files=changed)


def _check_greater(version: Version, previous: Release | None) -> None:
    if previous is None and version < FIRST:
        raise _too_small(version, f"{FIRST} or greater, for a first release", FIRST)
    if previous is not None and version <= previous.version:
        allowed = f"a version greater than the last, {previous.version}"
        raise _too_small(version, allowed, next_version(previous.version, "PATCH"))


def _with_changes(plan: Plan, previous: Release, reason: str | None) -> Plan:
    """Add what changed since the release before, which the version must be great enough for."""
    changes = diff(previous.snapshot, plan.snapshot)
    demanded = bump(changes)
    least = next_version(previous.version, demanded)
    if plan.version < least:
        major = demanded == "MAJOR"
        causes = changes.of("edited", "removed", "moved") if major else changes.rows
        since = f"since {previous.version} records changed that demand a {demanded} step"
        allowed = f"{least} or greater: {since} ({first_few(causes)})"
        raise _too_small(plan.version, allowed, least)
    reasons = explain(changes, previous.snapshot, plan.snapshot, reason=reason)
    return replace(plan, changes=changes, reasons=reasons, bump=demanded)


def _too_small(version: Version, allowed: str, least: Version) -> InputError:
    fix = f"release {least}, or a greater version"
    return InputError.of("VERSION", str(version), allowed, fix)


def _agreement(opened: Opened, draws: int) -> dict[str, Any]:
    """Return the annotators' agreement as `usiran annotate agreement --json` prints it."""
    try:
        return {"agreement": to_json(measure_opened(opened, draws=draws)), "no_agreement": None}
    except InputError as error:
        # The corpus has no findings: there are fewer than two annotators, or none shared a unit.
        findings = (f"{finding.value}; needed: {finding.allowed}" for finding in error.findings)
        return {"agreement": None, "no_agreement": "; ".join(findings)}


def _files(
    corpus: Corpus, plan: Plan, built: Result, agreement: dict[str, Any]
) -> dict[Path, bytes]:
    folder = stored.folder_of(corpus, plan.version)
    files = {path: built.files[path] for path in built.changed}
    for name, table in plan.snapshot.items():
        files[folder / stored.RECORDS / f"{name}.jsonl"] = records.to_lines(table)
    manifest = json.dumps(_manifest(corpus, plan, built) | agreement, indent=2, ensure_ascii=False)
    files[folder / stored.MANIFEST] = f"{manifest}\n".encode()
    files[folder / stored.CHANGES] = _changes(plan)
    toml, changelog = corpus.dataset / "corpus.toml", corpus.root / "CHANGELOG.md"
    files[toml] = with_version(read_text(toml, what="TOML"), plan.version).encode()
    earlier = read_text(changelog, what="the changelog") if changelog.exists() else ""
    text = section(
        plan.version,
        plan.created,
        since=plan.previous.version if plan.previous else None,
        bump=plan.bump,
        changes=plan.changes,
        reasons=plan.reasons,
        records=sum(map(len, plan.snapshot.values())),
    )
    files[changelog] = with_section(earlier, text).encode()
    return files


def _manifest(corpus: Corpus, plan: Plan, built: Result) -> dict[str, Any]:
    tables = plan.snapshot.items()
    sources = {name: corpus.root / name for name in _SOURCES}
    return {
        "name": corpus.manifest.name,
        "version": str(plan.version),
        "previous": plan.since,
        "created": plan.created,
        "bump": plan.bump,
        "counts": {
            "records": {name: len(table) for name, table in tables},
            "labels": records.label_counts(plan.snapshot),
        },
        "changes": plan.changes.counts(),
        # What a build makes below dataset/ is what is published.
        "files": {
            path.relative_to(corpus.dataset).as_posix(): msgspec.structs.asdict(_published(content))
            for path, content in sorted(built.files.items(), key=lambda item: item[0].as_posix())
            if path.is_relative_to(corpus.dataset)
        },
        # Unlike the hashes of files, these do not depend on the versions of libraries.
        "content": {
            "all": records.content_hash(plan.snapshot),
            "tables": {name: records.table_hash(table) for name, table in tables},
        },
        "configs": {
            config.view.key: {"rows": len(config.view.rows), "content": config.content}
            for config in built.configs
        },
        "sources": {
            name: _published(path.read_bytes()).sha256
            for name, path in sources.items()
            if path.exists()
        },
    }


def _published(content: bytes) -> PublishedFile:
    return PublishedFile(hashlib.sha256(content).hexdigest(), len(content))


def _changes(plan: Plan) -> bytes:
    """Return changes.json: the reasons once, then one change a line, so that git can show them."""
    reasons = list(dict.fromkeys(plan.reasons))
    number = {reason: index for index, reason in enumerate(reasons)}
    lines = []
    for change, reason in zip(plan.changes.rows, plan.reasons, strict=True):
        row = change._asdict()
        if change.field is None:
            # The whole record stands in the snapshot of this release or of the one before.
            row = {name: row[name] for name in ("table", "key", "kind")}
        lines.append(json.dumps(row | {"reason": number[reason]}, ensure_ascii=False))
    head = {
        "version": str(plan.version),
        "previous": plan.since,
        "bump": plan.bump,
        "reasons": reasons,
    }
    listed = "\n" + ",\n".join(lines) + "\n" if lines else ""
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "changes": [{listed}]}}\n'.encode()
