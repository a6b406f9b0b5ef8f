"""The provisional gold: one annotator's pass, with the votes of the whole round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from usiran.annotation.submissions import (
    PROJECTS,
    list_submissions,
    read_submission,
    renumbered,
    submission_file,
)
from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, InputError
from usiran.io.atomic import replace_files
from usiran.io.csv import csv_bytes, read_rows
from usiran.label_studio.annotation_records import AnnotationRow, TaskReading, annotation_rows
from usiran.label_studio.read_export import read_export
from usiran.label_studio.write_export import export_bytes
from usiran.schemas.label_scheme import read_scheme
from usiran.schemas.votes import Decisions, Votes
from usiran.text.articles import Texts, read_texts
from usiran.validation.votes import count_votes, vote_rows


@dataclass(frozen=True)
class Adoption:
    """What an adoption wrote: the files, the annotators counted, the rows of votes.csv."""

    files: tuple[str, ...]
    annotators: tuple[str, ...]
    votes: int


def adopt(corpus: Corpus, *, round: str, annotator_id: str, force: bool = False) -> Adoption:
    """Make one annotator's submission the gold, and count the votes behind it.

    Votes are counted over all annotators in the rounds that corpus.toml names as
    ``gold_rounds``. A gold that is replaced takes its decisions with it.

    Parameters
    ----------
    corpus : Corpus
        Whose gold it is.
    round, annotator_id : str
        The submission; both of its exports must be there, and the round a gold round.
    force : bool
        Replace a gold that has decisions.

    Raises
    ------
    FileError
        A submission is missing or cannot be read.
    InputError
        The round is no gold round, a submission has faults, or the gold has decisions and
        `force` is off.
    """
    rounds = corpus.manifest.gold_rounds
    if round not in rounds:
        fix = "add it to gold_rounds in dataset/corpus.toml"
        allowed = f"one of the gold rounds: {', '.join(rounds)}"
        raise InputError([Finding("--round", "", "", round, allowed, fix)])
    if not force:
        _refuse_decided(corpus)
    files = _merged(corpus, round, annotator_id)
    passes = [one for one in list_submissions(corpus) if one[0] in rounds]
    votes = count_votes(_rows(corpus, passes), rounds)
    files[corpus.gold / "votes.csv"] = csv_bytes(vote_rows(votes), list(Votes.to_schema().columns))
    decisions = corpus.gold / "decisions.csv"
    if force or not decisions.exists():
        files[decisions] = csv_bytes((), list(Decisions.to_schema().columns))
    replace_files(files)
    names = tuple(corpus.name_of(path) for path in files)
    return Adoption(names, tuple(sorted({who for _, who in passes})), len(votes))


def _merged(corpus: Corpus, round: str, annotator_id: str) -> dict[Path, bytes]:
    """Return the gold exports with this pass's articles in place of what they had.

    Articles that the pass does not cover keep their gold; one that it covers in part is
    refused, as the gold would lose labels.
    """
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    for project in PROJECTS:
        _submitted(corpus, round, annotator_id, f"{project}.json")
    given = [
        task
        for task in read_submission(corpus, round, annotator_id, scheme=scheme, texts=texts)
        if task.annotations and not task.annotations[0].skipped
    ]
    _refuse_partial(given, texts, corpus.name_of(corpus.submissions / round / annotator_id))
    articles = {task.article_id for task in given}
    files = {}
    for project in PROJECTS:
        path = corpus.gold / f"{project}.json"
        kept = read_export(path, scheme=scheme, texts=texts) if path.exists() else ()
        tasks = [task for task in kept if task.article_id not in articles]
        tasks += [task for task in given if task.project == project]
        files[path] = export_bytes(renumbered(tasks, texts), scheme)
    return files


def _refuse_partial(given: Sequence[TaskReading], texts: Texts, file: str) -> None:
    done = {task.unit_id for task in given}
    findings = []
    for article in dict.fromkeys(task.article_id for task in given):
        wanted = [row.sentence_id for row in texts.sentences[article] if row.scored]
        missing = [unit for unit in (*wanted, article) if unit not in done]
        if missing:
            found = f"{len(missing)} units without labels, the first {missing[0]}"
            fix = "label the rest and import it, then adopt"
            allowed = "every scored sentence and the article itself labelled"
            findings.append(Finding(file, article, "", found, allowed, fix))
    if findings:
        raise InputError(findings)


def _submitted(corpus: Corpus, round: str, annotator_id: str, file: str) -> bytes:
    path = corpus.submissions / round / annotator_id / file
    try:
        return path.read_bytes()
    except OSError:
        stored = ", ".join("/".join(pair) for pair in list_submissions(corpus)) or "none yet"
        raise FileError(
            corpus.name_of(path),
            "no such submission",
            f"a stored one of both projects; there are {stored}",
            "import it first with `usiran annotate import`",
        ) from None


def _rows(corpus: Corpus, passes: Iterable[tuple[str, str]]) -> list[AnnotationRow]:
    """Read the submissions of these rounds and annotators; refuse any that has faults."""
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    rows: list[AnnotationRow] = []
    findings: list[Finding] = []
    for round, who in passes:
        for project in PROJECTS:
            path = submission_file(corpus, round, who, project)
            if path.exists():
                name = corpus.name_of(path)
                readings = list(read_export(path, scheme=scheme, texts=texts, name=name))
                findings += [finding for task in readings for finding in task.findings]
                rows += annotation_rows(readings, round=round, annotator_id=who)
    if findings:
        raise InputError(findings)
    return rows


def _refuse_decided(corpus: Corpus) -> None:
    path = corpus.gold / "decisions.csv"
    if not path.exists():
        return
    decisions = len(read_rows(path, name=corpus.name_of(path)))
    if decisions > 0:
        found = f"{decisions} decisions"
        fix = "keep the adjudicated gold, or replace it with --force"
        name = corpus.name_of(path)
        raise InputError([Finding(name, "", "", found, "a gold without decisions", fix)])
