"""From an annotator's projects to a submission: everything is checked, then all is written.

The exports are streamed into temporary files, which are gone afterwards. What is stored is
what `usiran annotate import` stores: ids, hashes and labels, no article text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from usiran.annotation.server.accounts import choose_annotator, email_of
from usiran.annotation.server.client import Address, Studio, address, explained
from usiran.annotation.server.data_dir import DataDir
from usiran.annotation.server.projects import Mark, check_version, find_project, no_project
from usiran.annotation.submissions import PROJECTS, Report, import_labels
from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, InputError, StudioError
from usiran.io.json_stream import batches
from usiran.schemas.label_scheme import Project


class _Ident(msgspec.Struct):
    id: int


class _By(msgspec.Struct):
    completed_by: int | _Ident | None = None


class _Task(msgspec.Struct):
    annotations: list[_By] | None = None
    drafts: list[msgspec.Raw] | None = None


@dataclass
class Held:
    """What one project holds: its tasks, those this annotator has submitted, and the rest."""

    title: str
    tasks: int = 0
    submitted: int = 0
    drafts: int = 0
    others: int = 0


@dataclass(frozen=True)
class Pulled:
    """What a pull did.

    Parameters
    ----------
    url : str
        The server.
    projects : tuple of Held
        What was found on it.
    report : Report or None
        What became of the labels; None where there are none yet.
    """

    url: str
    projects: tuple[Held, ...]
    report: Report | None


def pull(
    corpus: Corpus,
    data_dir: DataDir,
    *,
    round: str,
    annotator_id: str,
    layers: Iterable[Project] = PROJECTS,
    url: str | None = None,
    dry_run: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Pulled:
    """Take an annotator's labels from the server into the submission of a round.

    Parameters
    ----------
    corpus : Corpus
        Whose submission it is.
    data_dir : DataDir
        The data folder whose server is asked.
    round, annotator_id : str
        Where the labels are stored; the annotator must stand in annotators.csv.
    layers : iterable of {"stance", "spans"}
        Which projects; both need not be there, but one must.
    url : str, optional
        Another server than the folder's.
    dry_run : bool
        Check and count, but write nothing.
    say : callable
        Called with lines of progress.

    Raises
    ------
    StudioError
        The server cannot be reached, breaks off, or has no such project or one of another
        version of the corpus. Nothing is written.
    FileError, InputError
        With every fault of the labels. Nothing is written.
    """
    choose_annotator(corpus, annotator_id)
    where = address(data_dir, url)
    marks = [Mark.of(corpus.manifest, layer, annotator_id) for layer in layers]
    with fetched(where, marks, annotator_id, say) as (projects, merged):
        report = None
        if any(held.submitted for held in projects):
            with located(corpus, merged, where.url) as name:
                report = import_labels(
                    merged, corpus, round=round, annotator_id=annotator_id, dry_run=dry_run
                )
            repairs = tuple(renamed(report.repairs, name, where.url))
            report = replace(report, repairs=repairs)
    return Pulled(where.url, projects, report)


@contextmanager
def fetched(
    where: Address, marks: Iterable[Mark], annotator_id: str, say: Callable[[str], None]
) -> Iterator[tuple[tuple[Held, ...], Path]]:
    """Yield what an annotator's projects hold, and one export of that annotator's labels.

    Raises
    ------
    StudioError
        The server cannot be reached, breaks off, or has none of the projects or one of
        another version of the corpus.
    """
    # The system's folder for temporary files, not the corpus: the exports hold the texts.
    with TemporaryDirectory(prefix="usiran-") as temporary:
        exports = []
        with Studio(where) as studio, explained(where.url):
            user = studio.users().get(email_of(annotator_id))
            for project in _projects(studio, marks):
                export = Path(temporary) / f"{project.id}.json"
                studio.download(project.id, export)
                say(f"{project.title}: {export.stat().st_size} bytes")
                exports.append((Held(project.title), export))
        for held, export in exports:
            _count(held, export, user)
        merged = Path(temporary) / "export.json"
        _join(merged, [export for held, export in exports if held.submitted], user)
        yield tuple(held for held, _ in exports), merged


def _projects(studio: Studio, marks: Iterable[Mark]) -> list[Any]:
    """Return the projects that the server has, or refuse where it has none of them."""
    found = {mark: find_project(studio, mark) for mark in marks}
    projects = {mark: project for mark, project in found.items() if project is not None}
    for mark, project in projects.items():
        check_version(studio, mark, project)
    if not projects:
        raise no_project(studio, found)
    return list(projects.values())


def _count(held: Held, export: Path, user: int | None) -> None:
    decode = msgspec.json.Decoder(_Task).decode
    try:
        for batch in batches(export, name=held.title):
            for raw in batch:
                task = decode(raw)
                by = [_ident(one) for one in task.annotations or ()]
                mine = user is not None and user in by
                held.tasks += 1
                held.submitted += mine
                held.drafts += bool(task.drafts) and not mine
                held.others += sum(one != user for one in by)
    except msgspec.MsgspecError as error:
        allowed, fix = "Label Studio tasks", "pull again"
        raise StudioError(held.title, str(error), allowed, fix) from None


def _ident(annotation: _By) -> int | None:
    by = annotation.completed_by
    return by.id if isinstance(by, _Ident) else by


def _join(target: Path, exports: Iterable[Path], user: int | None) -> None:
    """Write several exports as one array, so that they are checked and stored as one.

    Only this annotator's annotations go along: what others did is not theirs to mend.
    """
    with target.open("wb") as file:
        opened = b"["
        for task in (task for export in exports for task in _tasks(export)):
            made = msgspec.convert(task.get("annotations") or [], list[_By])
            mine = [_ident(one) == user for one in made]
            kept = {"annotations": list(compress(task.get("annotations") or [], mine))}
            file.write(opened + msgspec.json.encode({**task, **kept}))
            opened = b","
        file.write(b"]")


def _tasks(export: Path) -> Iterator[dict[str, Any]]:
    for batch in batches(export, name=export.name):
        for raw in batch:
            yield msgspec.json.decode(raw, type=dict[str, Any])


@contextmanager
def located(corpus: Corpus, merged: Path, url: str) -> Iterator[str]:
    """Say of the server what is found in its labels, not of a temporary file; yield its name."""
    name = corpus.name_of(merged)
    try:
        yield name
    except InputError as error:
        raise InputError(renamed(error.findings, name, url)) from None
    except FileError as error:
        (found,) = renamed([error.finding], name, url)
        raise FileError(found.file, found.value, found.allowed, found.fix) from None


def renamed(findings: Iterable[Finding], name: str, url: str) -> list[Finding]:
    """Return findings with those of one file said of the server."""
    return [replace(one, file=url) if one.file == name else one for one in findings]
