"""The provisional gold: one annotator's pass, with the votes of the whole round."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass

from usiran.annotation.exports import read_export
from usiran.annotation.labels import read_scheme
from usiran.annotation.records import AnnotationRow, annotation_rows
from usiran.annotation.submissions import PROJECTS, list_submissions, submission_file
from usiran.annotation.texts import read_texts
from usiran.corpus import Corpus
from usiran.errors import FileFault, Finding, InputFault
from usiran.schemas.checks.votes import count_votes, vote_rows
from usiran.schemas.csv_files import csv_bytes
from usiran.schemas.votes import Decisions, Votes
from usiran.writing import replace_files


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
    FileFault
        A submission is missing or cannot be read.
    InputFault
        The round is no gold round, a submission has faults, or the gold has decisions and
        `force` is off.
    """
    rounds = corpus.manifest.gold_rounds
    if round not in rounds:
        mend = "add it to gold_rounds in dataset/corpus.toml"
        allowed = f"one of the gold rounds: {', '.join(rounds)}"
        raise InputFault([Finding("--round", "", "", round, allowed, mend)])
    if not force:
        _refuse_decided(corpus)
    files = {
        corpus.gold / f"{project}.json": _submitted(corpus, round, annotator_id, f"{project}.json")
        for project in PROJECTS
    }
    passes = [one for one in list_submissions(corpus) if one[0] in rounds]
    votes = count_votes(_rows(corpus, passes), rounds)
    files[corpus.gold / "votes.csv"] = csv_bytes(vote_rows(votes), list(Votes.to_schema().columns))
    decisions = corpus.gold / "decisions.csv"
    if force or not decisions.exists():
        files[decisions] = csv_bytes((), list(Decisions.to_schema().columns))
    replace_files(files)
    names = tuple(corpus.name_of(path) for path in files)
    return Adoption(names, tuple(sorted({who for _, who in passes})), len(votes))


def _submitted(corpus: Corpus, round: str, annotator_id: str, file: str) -> bytes:
    path = corpus.submissions / round / annotator_id / file
    try:
        return path.read_bytes()
    except OSError:
        stored = ", ".join("/".join(pair) for pair in list_submissions(corpus)) or "none yet"
        raise FileFault(
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
        raise InputFault(findings)
    return rows


def _refuse_decided(corpus: Corpus) -> None:
    path = corpus.gold / "decisions.csv"
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            decisions = sum(1 for row in csv.reader(lines) if row) - 1
    except FileNotFoundError:
        return
    if decisions > 0:
        found = f"{decisions} decisions"
        mend = "keep the adjudicated gold, or replace it with --force"
        name = corpus.name_of(path)
        raise InputFault([Finding(name, "", "", found, "a gold without decisions", mend)])
