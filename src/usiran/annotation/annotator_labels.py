"""What every annotator labelled: the raw exports of some rounds, or any exports at all.

Agreement, adjudication and votes all start here. A task is a scored sentence (project ``stance``)
or an article (project ``spans``); where an annotator labelled a task in several rounds, the
last one listed counts, as in the votes behind the gold.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from usiran.annotation import submissions as stored
from usiran.annotation.read_labels import same_labels, single_annotations, with_emails
from usiran.corpus import Corpus
from usiran.errors import Finding, counted, refuse
from usiran.label_studio import annotation_records as records
from usiran.label_studio.annotation_records import AnnotationReading, TaskReading, author_of
from usiran.label_studio.control_map import NO_RENAMING, ControlMap, Renaming
from usiran.label_studio.read_export import read_export
from usiran.schemas.label_scheme import Project, Scheme
from usiran.text.articles import Texts

if TYPE_CHECKING:
    # It brings pandera, which takes a second to import and is not needed to read exports.
    from usiran.loading import Opened

Key = tuple[Project, str]


@dataclass(frozen=True)
class AnnotatorLabels:
    """Each annotator's labels, task by task.

    `tasks` are by annotator (sorted), then by project and unit; each has one annotation that is
    not skipped. `source` names rounds or files, `kinds` is what annotators.csv says of annotators.
    `submissions` has all tasks by round and annotator, also those that a later round replaced.
    """

    tasks: dict[str, dict[Key, TaskReading]]
    source: str
    kinds: dict[str, str] = field(default_factory=dict)
    repairs: tuple[Finding, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    submissions: dict[tuple[str, str], list[TaskReading]] = field(default_factory=dict)

    @property
    def annotators(self) -> tuple[str, ...]:
        """Everybody who labelled anything, sorted."""
        return tuple(self.tasks)

    @cached_property
    def rows(self) -> tuple[records.AnnotationRow, ...]:
        """All labels of all rounds: what votes are counted from."""
        return tuple(
            row
            for (round, annotator), tasks in self.submissions.items()
            for row in records.annotation_rows(tasks, round=round, annotator_id=annotator)
        )

    @property
    def by_round(self) -> dict[str, tuple[str, ...]]:
        """From round to its annotators; empty for exports, which are of no round."""
        rounds: dict[str, tuple[str, ...]] = {}
        for round, annotator in self.submissions:
            rounds[round] = (*rounds.get(round, ()), annotator)
        return rounds

    # Both look-ups are asked for every unit of the corpus: a scan each would cost its square.
    @cached_property
    def _by_unit(self) -> Mapping[Project, dict[str, dict[str, TaskReading]]]:
        units: dict[Project, dict[str, dict[str, TaskReading]]] = {"stance": {}, "spans": {}}
        for annotator, tasks in self.tasks.items():
            for (project, unit), task in tasks.items():
                units[project].setdefault(unit, {})[annotator] = task
        return units

    @cached_property
    def _by_article(self) -> Mapping[Key, dict[str, None]]:
        annotators: dict[Key, dict[str, None]] = {}
        for annotator, tasks in self.tasks.items():
            for (project, _), task in tasks.items():
                annotators.setdefault((project, task.article_id), {})[annotator] = None
        return annotators

    def units(self, project: Project) -> dict[str, dict[str, TaskReading]]:
        """From unit to annotator to task, for every unit of a project that has labels."""
        return self._by_unit[project]

    def annotators_of(self, project: Project, article_id: str) -> tuple[str, ...]:
        """Everybody who labelled something of an article in a project."""
        return tuple(self._by_article.get((project, article_id), ()))


def read_rounds(
    corpus: Corpus, rounds: Sequence[str], *, scheme: Scheme, texts: Texts
) -> AnnotatorLabels:
    """Read the stored submissions of some rounds, in which the last one listed counts."""
    submissions = {
        key: stored.read_folder(
            corpus, corpus.submissions.joinpath(*key), scheme=scheme, texts=texts
        )
        for key in stored.list_submissions(corpus)
    }
    return _of_rounds(rounds, submissions, stored.read_annotators(corpus))


def labels_of(opened: Opened) -> AnnotatorLabels:
    """Return what a corpus that was opened has of its gold rounds; raises as `read_rounds`."""
    submissions: dict[tuple[str, str], list[TaskReading]] = defaultdict(list)
    for project in stored.PROJECTS:
        for (round, annotator, of_project), tasks in sorted(opened.submissions.items()):
            if of_project == project:
                submissions[round, annotator] += tasks
    annotators = opened.tables["annotators"]
    kinds = dict(zip(annotators["annotator_id"], annotators["kind"], strict=True))
    return _of_rounds(opened.corpus.manifest.gold_rounds, submissions, kinds)


def _of_rounds(
    rounds: Sequence[str],
    submissions: Mapping[tuple[str, str], Iterable[TaskReading]],
    kinds: Mapping[str, str],
) -> AnnotatorLabels:
    names = sorted({round for round, _ in submissions})
    allowed = f"a round with submissions: {', '.join(names) or 'none is stored yet'}"
    refuse(
        Finding("--round", "", "", name, allowed, "name one")
        for name in rounds
        if name not in names
    )
    collected = _Collected()
    labelled = {
        (round, annotator): collected.take(annotator, f"{round}/{annotator}", tasks)
        for round in dict.fromkeys(rounds)
        for (of_round, annotator), tasks in submissions.items()
        if of_round == round
    }
    plural = "round" if len(rounds) == 1 else "rounds"
    return collected.checked(f"{plural} {', '.join(rounds)}", kinds, labelled)


class Export(NamedTuple):
    """An export to read: its path, and whose it is where that has been said."""

    path: Path
    annotator: str | None = None

    @classmethod
    def of(cls, word: str) -> Export:
        """Return what ``FILE`` or ``NAME=FILE`` names.

        >>> Export.of("ann=a.json").annotator, Export.of("b=c.json").path.name
        ('ann', 'c.json')
        """
        name, equals, path = word.partition("=")
        # A file may have an equals sign in its own name.
        if name and equals and not Path(word).exists():
            return cls(Path(path), name)
        return cls(Path(word))


def read_exports(
    exports: Sequence[Export],
    corpus: Corpus,
    *,
    scheme: Scheme,
    texts: Texts,
    renaming: Renaming = NO_RENAMING,
) -> AnnotatorLabels:
    """Read Label Studio exports, of this corpus's texts or of any others.

    Annotators are told apart by ``completed_by`` as soon as the files hold more than one; else each
    file is an annotator of its own, called by the file, or by its folder where the file is called
    after its project. ``NAME=FILE`` says whose a file is; where it holds several annotators they
    are called NAME/ID. Files in which one annotator labels a unit differently are refused: an id
    says who somebody is on one server only. The exports may be any projects', whose controls and
    labels `renaming` names.
    """
    names = ControlMap.of(scheme, renaming)
    contents = [
        (
            export,
            with_emails(read_export(export.path, scheme=scheme, texts=texts, control_map=names)),
        )
        for export in exports
    ]
    authors: dict[str | None, set[str]] = defaultdict(set)
    for export, tasks in contents:
        readings = [annotation for task in tasks for annotation in task.annotations]
        authors[export.annotator] |= {name for name in map(author_of, readings) if name}
    collected = _Collected()
    for export, tasks in contents:
        path = export.path
        owner = path.resolve().parent.name if path.stem in ("stance", "spans") else path.stem
        file = owner if export.annotator is None else export.annotator
        several = len(authors[export.annotator]) > 1
        prefix = "" if export.annotator is None else f"{export.annotator}/"
        for annotator, own_tasks in sorted(_split(tasks, file, several, prefix).items()):
            collected.take_file(annotator, str(export.path), own_tasks)
    source = ", ".join(str(export.path) for export in exports)
    return collected.checked(source, stored.read_annotators(corpus))


def _split(
    tasks: Iterable[TaskReading], file: str, several: bool, prefix: str
) -> dict[str, list[TaskReading]]:
    """Return each annotator's tasks; what is wrong with a task itself stays with the first."""
    by_annotator: dict[str, list[TaskReading]] = defaultdict(list)
    for task in tasks:
        annotations: dict[str, list[AnnotationReading]] = defaultdict(list)
        for annotation in task.annotations:
            # Whom no id names is known by the file alone; so is one person's only file.
            author = author_of(annotation) if several else None
            annotations[file if author is None else prefix + author].append(annotation)
        # A task whose annotations could not be read must not pass unseen.
        if not annotations and task.findings:
            annotations[file] = []
        told = task
        for annotator, own in annotations.items():
            by_annotator[annotator].append(told._replace(annotations=tuple(own)))
            told = task._replace(own_findings=(), own_repairs=(), left_out={})
    return by_annotator


class _Collected:
    """Gathers tasks and everything wrong with them."""

    def __init__(self) -> None:
        self._tasks: dict[str, dict[Key, TaskReading]] = defaultdict(dict)
        self._files: dict[tuple[str, Key], str] = {}
        self._texts: dict[Key, tuple[str, str]] = {}
        self._findings: list[Finding] = []
        self._repairs: list[Finding] = []
        self._left_out: Counter[str] = Counter()

    def take(self, annotator: str, file: str, tasks: Iterable[TaskReading]) -> list[TaskReading]:
        """Keep an annotator's labelled tasks; they replace those of an earlier round."""
        tasks = list(tasks)
        for task in tasks:
            self._findings += task.findings
            self._repairs += task.repairs
            self._left_out.update(task.left_out)
        single, several, alike = single_annotations(tasks, None, file=file, name=annotator)
        self._findings += several
        self._repairs += alike
        # Who skips a task in a later round leaves standing what an earlier one says of it.
        labelled = [task for task in single if not task.annotation.skipped]
        if labelled:
            self._tasks[annotator] |= {task.key: task for task in labelled}
        return labelled

    def take_file(self, annotator: str, file: str, tasks: Iterable[TaskReading]) -> None:
        """Keep an annotator's labelled tasks; those of an earlier file must say the same."""
        before = dict(self._tasks.get(annotator, {}))
        otherwise: dict[str, list[str]] = defaultdict(list)
        for task in self.take(annotator, file, tasks):
            earlier = self._files.setdefault((annotator, task.key), file)
            stored = before.get(task.key)
            if stored and not same_labels(stored.annotation, task.annotation):
                otherwise[earlier].append(task.unit_id)
            text = task.text_sha256
            if text and self._texts.setdefault(task.key, (text, file))[0] != text:
                value = f"another text than in {self._texts[task.key][1]}"
                allowed = "one text under an id"
                fix = "give the tasks an article_id of their own, or compare the same texts"
                self._findings.append(Finding(file, task.name, "text", value, allowed, fix))
        for earlier, units in otherwise.items():
            value = f"{counted(len(units), 'unit')} by {annotator} that {earlier} labels otherwise"
            allowed = "one person's labels under an id, once a unit"
            fix = f"two people: a name for each, NAME={file}; one: leave a file out"
            self._findings.append(Finding(file, units[0], "completed_by", value, allowed, fix))

    def checked(
        self,
        source: str,
        kinds: Mapping[str, str],
        submissions: dict[tuple[str, str], list[TaskReading]] | None = None,
    ) -> AnnotatorLabels:
        """Return what was gathered, or refuse all of it."""
        refuse(dict.fromkeys(self._findings))
        return AnnotatorLabels(
            tasks={annotator: self._tasks[annotator] for annotator in sorted(self._tasks)},
            source=source,
            kinds={key: kind for key, kind in kinds.items() if key in self._tasks},
            # A file may be named twice, or have been exported twice.
            repairs=tuple(dict.fromkeys(self._repairs)),
            left_out=dict(self._left_out),
            submissions=submissions or {},
        )
