"""All of a corpus's tables, read from its files once and checked as they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, InvalidCorpus
from usiran.files import is_there
from usiran.io.collection import paused_collection
from usiran.io.csv import read_cells
from usiran.label_studio.annotation_records import AnnotationRow, TaskReading, annotation_rows
from usiran.label_studio.read_export import read_export
from usiran.loading.gold import gold_frames
from usiran.schemas.base import is_id
from usiran.schemas.label_scheme import Project, Scheme, read_scheme
from usiran.schemas.tables import FILES, KEYS, MODELS, check, empty, rows_of
from usiran.text.articles import Sentence, Stored, Texts, grouped, read_stored, read_text

CROSSWALKS = ("ace2005", "acled", "cameo", "quad")
PROJECTS: tuple[Project, ...] = ("stance", "spans")
_WHOLE = re.compile(r"-?[0-9]+", re.ASCII)
# Articles are read with their texts, and before the others.
_CSV = tuple(name for name, file in FILES.items() if file.endswith(".csv") and name != "articles")
_GOLD_OF: Mapping[Project, tuple[str, ...]] = {
    "stance": ("stance",),
    "spans": ("article_stance", "actors", "events", "roles"),
}


@dataclass(frozen=True)
class Opened:
    """A corpus read once, to be handed on: every command reads a file of it once.

    A table that cannot be read or breaks its model is absent from `tables`; `texts` are empty
    where articles or sentences are absent. `submissions` are the tasks of each export, by round,
    annotator and project, `gold` those of the gold exports that can be read. `findings` are
    errors of files and tables, `label_findings` errors of single labels in the exports, and
    offsets that had to be mended.
    """

    corpus: Corpus
    scheme: Scheme
    tables: dict[str, pd.DataFrame]
    texts: Texts
    submissions: Mapping[tuple[str, str, Project], tuple[TaskReading, ...]]
    gold: Mapping[Project, tuple[TaskReading, ...]]
    findings: tuple[Finding, ...]
    label_findings: tuple[Finding, ...]
    _rows: dict[str, tuple[Any, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def rows(self, name: str) -> tuple[Any, ...]:
        """Return a table's rows as named tuples; none where the table is absent."""
        # Six rules read the annotations, which are most of a corpus: they are unpacked once.
        if name not in self._rows:
            self._rows[name] = tuple(rows_of(self.tables[name])) if name in self.tables else ()
        return self._rows[name]

    @cached_property
    def companion(self) -> Opened | None:
        """The training companion, a corpus of its own; None where the corpus has none."""
        companion = self.corpus.companion
        return open(companion) if companion else None

    def refuse_findings(self) -> Opened:
        """Return the corpus if it could be read without a finding; `validate` finds more."""
        if self.findings or self.label_findings:
            raise InvalidCorpus([*self.findings, *self.label_findings])
        return self


@paused_collection()
def open(corpus: Corpus) -> Opened:
    """Read every table of a corpus, collecting what is wrong instead of stopping.

    Rows that break their model are left out of the tables; texts and sentences are taken as
    far as they can be read, so that one bad row does not hide what is wrong elsewhere.
    """
    reader = _Reader(corpus)
    reader.read_articles()
    for name in _CSV:
        reader.read_csv(name)
    reader.read_crosswalks()
    reader.read_frozen()
    # Labels are offsets in texts: without both tables every one of them would be a finding.
    if {"articles", "sentences"} <= set(reader.tables):
        reader.texts = texts_of(reader.tables)
        reader.read_submissions()
        reader.read_gold()
    return reader.opened()


def load_tables(corpus: Corpus) -> dict[str, pd.DataFrame]:
    """Return every table of a corpus, keyed by name."""
    return open(corpus).refuse_findings().tables


def texts_of(tables: Mapping[str, pd.DataFrame]) -> Texts:
    """Return the texts and sentences that the tables hold."""
    sentences = (
        Sentence(row.sentence_id, row.article_id, int(row.start), int(row.end), row.zone)
        for row in rows_of(tables["sentences"])
    )
    articles = tables["articles"]
    withdrawn = articles[articles["text_status"] == "withdrawn"]
    return Texts(
        texts=dict(zip(articles["article_id"], articles["text"], strict=True)),
        sentences=grouped(sentences),
        withdrawn=dict(zip(withdrawn["article_id"], withdrawn["text_sha256"], strict=True)),
    )


class _Reader:
    """Reads one table after the other, and keeps what was found wrong."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.scheme = read_scheme(corpus.labels)
        self.tables: dict[str, pd.DataFrame] = {}
        self.texts = Texts({}, {})
        self.submissions: dict[tuple[str, str, Project], tuple[TaskReading, ...]] = {}
        self.gold: dict[Project, tuple[TaskReading, ...]] = {}
        self.findings: list[Finding] = []
        self.label_findings: list[Finding] = []

    def opened(self) -> Opened:
        return Opened(
            self.corpus,
            self.scheme,
            self.tables,
            self.texts,
            self.submissions,
            self.gold,
            tuple(self.findings),
            tuple(self.label_findings),
        )

    def read_csv(self, name: str) -> None:
        # Empty, not absent: no reader has to ask whether a corpus has a contrast set.
        if not (MODELS[name].needed or is_there(self.corpus.root / FILES[name])):
            self.tables[name] = empty(name)
        elif (raw := self._raw(name)) is not None:
            self._add(name, raw)

    def read_articles(self) -> None:
        raw = self._raw("articles")
        if raw is None:
            return
        ids: list[object] = list(raw.get("article_id", []))
        stored = [self._stored(str(article_id)) for article_id in ids]
        raw["text_status"] = [
            "withdrawn" if text and text.withdrawn else "present" for text in stored
        ] or None
        raw["text"] = [text and text.text for text in stored] or None
        frame = self._checked("articles", raw, made=("text_status", "text"))
        if frame is not None:
            # A wrong fact about an article is no reason not to read its labels.
            readable = raw[raw["article_id"].notna() & raw["text"].notna()]
            self.tables["articles"] = readable.drop_duplicates("article_id").reindex(
                columns=frame.columns
            )
        self._find_strays(self.corpus.articles, ".txt", ids)
        self._find_strays(self.corpus.withdrawn, ".json", ids)

    def _stored(self, article_id: str) -> Stored | None:
        if not is_id(article_id):
            return None  # no file can have such an id; the model reports it
        try:
            return read_stored(self.corpus, article_id)
        except FileError as error:
            self.findings.append(replace(error.finding, record=article_id, column="text"))
            return None

    def _find_strays(self, folder: Path, suffix: str, ids: Sequence[object]) -> None:
        allowed = f"a text that {FILES['articles']} lists"
        fix = "add it with `usiran articles add`, or take the file out"
        for path in sorted(folder.glob("*")):
            listed = path.suffix == suffix and path.stem in ids
            if not listed and not path.name.startswith("."):
                self._add_finding(path, allowed, fix)

    def read_crosswalks(self) -> None:
        folder = self.corpus.root / FILES["crosswalks"]
        if not folder.exists():
            self.tables["crosswalks"] = empty("crosswalks")
            return
        frames = []
        for name in sorted({*CROSSWALKS, *(path.stem for path in folder.glob("*.csv"))}):
            file = f"{FILES['crosswalks']}/{name}.csv"
            raw = self._raw("crosswalks", file)
            if raw is None:
                continue
            frame = self._checked(
                "crosswalks",
                raw.assign(crosswalk=name),
                file=file,
                key=("event", "target"),
                made=("crosswalk",),
            )
            frames += [] if frame is None else [frame]
        if frames:
            self.tables["crosswalks"] = pd.concat(frames, ignore_index=True)

    def read_frozen(self) -> None:
        """Read the hashes of the companion's files."""
        path = self.corpus.root / FILES["companion"]
        if not path.exists():
            self.tables["companion"] = empty("companion")
            return
        try:
            lines = read_text(path, name=FILES["companion"], what="lines of sha256sum").splitlines()
        except FileError as error:
            self.findings.append(error.finding)
            return
        parts = [line.partition("  ") for line in lines if line.strip()]
        rows = {"file": [file for _, _, file in parts], "sha256": [digest for digest, *_ in parts]}
        self._add("companion", pd.DataFrame(rows, dtype=object))

    def read_submissions(self) -> None:
        """Read every submission; without all of them there is no table of annotations."""
        rows: list[AnnotationRow] = []
        complete = True
        # Not the expected files alone: labels in a misnamed one would never count, unsaid.
        for path in sorted(self.corpus.submissions.rglob("[!.]*.json*")):
            owner = path.relative_to(self.corpus.submissions).parts[:-1]
            project = next((name for name in PROJECTS if path.name == f"{name}.json"), None)
            if project is None or len(owner) != 2 or not all(map(is_id, owner)):
                allowed = "<round>/<annotator_id>/stance.json or spans.json, in small letters"
                self._add_finding(path, allowed, "move the file there, or take it out")
                continue
            tasks = self._tasks(path)
            if tasks is None:
                complete = False
                continue
            round_name, annotator_id = owner
            self.submissions[round_name, annotator_id, project] = tasks
            rows += annotation_rows(tasks, round=round_name, annotator_id=annotator_id)
        if complete:
            frame = pd.DataFrame(rows, columns=list(AnnotationRow._fields))
            self._add("annotations", frame if rows else empty("annotations"))

    def read_gold(self) -> None:
        """Read the gold exports; one that cannot be read gives no tables."""
        rows: list[AnnotationRow] = []
        readable: set[str] = set()
        for project in PROJECTS:
            tasks = self._tasks(self.corpus.gold / f"{project}.json")
            if tasks is not None:
                self.gold[project] = tasks
                rows += annotation_rows(tasks, round="gold", annotator_id="gold")
                readable |= set(_GOLD_OF[project])
        rounds = self.corpus.manifest.gold_rounds
        gold = gold_frames(rows, self.tables, self.texts, self.scheme, rounds=rounds)
        for name, frame in gold.items():
            if name in readable:
                self._add(name, frame)

    def _tasks(self, path: Path) -> tuple[TaskReading, ...] | None:
        """Read one export of the corpus; in what is stored, even a mended offset is a finding."""
        name = self.corpus.name_of(path)
        try:
            tasks = tuple(read_export(path, scheme=self.scheme, texts=self.texts, name=name))
        except FileError as error:
            self.findings.append(error.finding)
            return None
        for task in tasks:
            self.label_findings += [*task.findings, *task.repairs]
        return tasks

    def _raw(self, name: str, file: str | None = None) -> pd.DataFrame | None:
        """Read a table kept as CSV as texts, blank cells missing; None where it cannot be read."""
        file = file or FILES[name]
        try:
            header, rows = read_cells(self.corpus.root / file, name=file)
        except FileError as error:
            self.findings.append(error.finding)
            return None
        # Not pandas' own reader: it would guess types, and take a text such as 'NA' for missing.
        columns = MODELS[name].columns
        frame = pd.DataFrame(
            [[cell or None for cell in row] for row in rows], columns=header, dtype=object
        )
        for key in (key for key in header if key in columns and str(columns[key].dtype) == "int64"):
            # pandas would take ' 54' and other digits than 0-9 for numbers.
            frame[key] = frame[key].map(lambda text: text if _is_whole(text) else repr(text))
        return frame

    def _checked(
        self,
        name: str,
        raw: pd.DataFrame,
        *,
        file: str | None = None,
        key: Iterable[str] = (),
        made: Sequence[str] = (),
    ) -> pd.DataFrame | None:
        frame, findings = check(
            name,
            raw,
            file=file or FILES[name],
            key=tuple(key) or KEYS[name],
            allowed=self.scheme.allowed,
            made=made,
        )
        self.findings += findings
        return frame

    def _add(self, name: str, raw: pd.DataFrame) -> None:
        frame = self._checked(name, raw)
        if frame is not None:
            self.tables[name] = frame

    def _add_finding(self, path: Path, allowed: str, fix: str) -> None:
        self.findings.append(Finding(self.corpus.name_of(path), "", "", path.name, allowed, fix))


def _is_whole(text: object) -> bool:
    return text is None or bool(_WHOLE.fullmatch(str(text)))
