"""From an annotator's projects to a submission: everything is checked, then all is written.

The exports are streamed into temporary files, which are gone afterwards. What is stored is
what `usiran annotate import` stores: ids, hashes and labels, no article text.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import msgspec

from usiran.annotation.server.accounts import email_of
from usiran.annotation.server.client import Connection, speaking
from usiran.annotation.server.projects import Mark, pushed_projects
from usiran.annotation.submissions import PROJECTS, Report, check_annotator, import_labels
from usiran.corpus import Corpus
from usiran.errors import StudioError, counted
from usiran.io.json_stream import batches
from usiran.schemas.label_scheme import Project


class _Account(msgspec.Struct):
    id: int


class _By(msgspec.Struct):
    completed_by: int | _Account | None = None


@dataclass
class ProjectCounts:
    """What one project holds: its tasks, those this annotator has submitted, and the rest."""

    title: str
    tasks: int = 0
    submitted: int = 0
    drafts: int = 0
    others: int = 0

    def __str__(self) -> str:
        lines = [f"'{self.title}': {self.submitted} of {counted(self.tasks, 'task')} submitted"]
        if self.drafts:
            lines.append(f"  {counted(self.drafts, 'draft')}, not submitted: left out")
        if self.others:
            lines.append(f"  {counted(self.others, 'annotation')} by other accounts: left out")
        return "\n".join(lines)


@dataclass(frozen=True)
class Pulled:
    """What a pull found in the projects of a server, and what became of the labels, if any."""

    url: str
    projects: tuple[ProjectCounts, ...]
    report: Report | None

    def __str__(self) -> str:
        report = "no labels yet: nothing to write" if self.report is None else self.report
        return "\n".join(map(str, (*self.projects, report)))


def pull(
    corpus: Corpus,
    connection: Connection,
    *,
    round: str,
    annotator_id: str,
    layers: Iterable[Project] = PROJECTS,
    dry_run: bool = False,
) -> Pulled:
    """Take an annotator's labels from the server into the submission of a round.

    Not all projects of `layers` need be on the server, but one must. A `dry_run` checks and counts.
    """
    check_annotator(corpus, annotator_id)
    marks = [Mark.of(corpus.manifest, layer, annotator_id) for layer in layers]
    with fetched(connection, marks, annotator_id) as (url, projects, labels):
        paths = {} if labels is None else {annotator_id: labels}
        # What is found is said of the server, not of a temporary file.
        reports = import_labels(paths, corpus, round=round, name=url, dry_run=dry_run)
    return Pulled(url, projects, reports.get(annotator_id))


@contextmanager
def fetched(
    connection: Connection, marks: Iterable[Mark], annotator_id: str
) -> Iterator[tuple[str, tuple[ProjectCounts, ...], Path | None]]:
    """Yield the server, what an annotator's projects hold, and a file of its labels, if any."""
    # The system's folder for temporary files, not the corpus: the exports hold the texts.
    with TemporaryDirectory(prefix="usiran-") as temporary:
        # One file of both projects, so that they are checked and stored as one.
        labels, counts = Path(temporary) / "export.jsonl", []
        with speaking(connection.address()) as studio, labels.open("wb") as lines:
            user = studio.users().get(email_of(annotator_id))
            for project in pushed_projects(studio, marks):
                with studio.exported(project.id) as export:
                    connection.say(f"{project.title}: {export.stat().st_size} bytes")
                    counts.append(_copy_own(project.title, export, lines, user))
        any_labels = any(project.submitted for project in counts)
        yield studio.url, tuple(counts), labels if any_labels else None


def _copy_own(title: str, export: Path, lines: BinaryIO, user: int | None) -> ProjectCounts:
    """Append a project's tasks with one user's annotations, and count what there is."""
    counts, begin = ProjectCounts(title), lines.tell()
    decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
    try:
        for batch in batches(export, name=title):
            for task in map(decode, batch):
                annotations = _list(task, "annotations")
                # What others did is not this annotator's to mend: it does not go along.
                own = [raw for raw in annotations if _user(raw) == user and user is not None]
                counts.tasks += 1
                counts.submitted += bool(own)
                counts.others += len(annotations) - len(own)
                counts.drafts += bool(_list(task, "drafts")) and not own
                lines.write(msgspec.json.encode({**task, "annotations": own}) + b"\n")
    except msgspec.MsgspecError as error:
        raise StudioError(title, str(error), "Label Studio tasks", "pull again") from None
    if not counts.submitted:
        # Its tasks would be counted as unlabelled ones of a project that is not pulled.
        lines.seek(begin)
        lines.truncate()
    return counts


def _list(task: dict[str, msgspec.Raw], key: str) -> list[msgspec.Raw]:
    raw = task.get(key)
    return msgspec.json.decode(raw, type=list[msgspec.Raw] | None) or [] if raw else []


def _user(annotation: msgspec.Raw) -> int | None:
    by = msgspec.json.decode(annotation, type=_By).completed_by
    return by.id if isinstance(by, _Account) else by
