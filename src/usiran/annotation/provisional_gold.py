"""The provisional gold: one annotator's submission, with the votes of all gold rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from usiran.annotation.annotator_labels import read_rounds
from usiran.annotation.submissions import (
    PROJECTS,
    list_submissions,
    read_folder,
    renumbered,
    submission_file,
)
from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, InputError, counted, refuse
from usiran.io.atomic import replace_files
from usiran.io.csv import csv_bytes, read_rows
from usiran.label_studio.annotation_records import TaskReading
from usiran.label_studio.write_export import export_bytes
from usiran.schemas.label_scheme import Scheme, read_scheme
from usiran.schemas.tables import MODELS
from usiran.text.articles import Texts, read_texts
from usiran.validation.votes import count_votes, vote_rows


@dataclass(frozen=True)
class Adoption:
    """What an adoption wrote: the files, the annotators counted, the rows of votes.csv."""

    files: tuple[str, ...]
    annotators: tuple[str, ...]
    votes: int

    def __str__(self) -> str:
        votes = f"{counted(self.votes, 'label')} counted over"
        votes += f" {counted(len(self.annotators), 'annotator')}"
        return f"{votes}: {', '.join(self.annotators)}\nwritten: {', '.join(self.files)}"


def adopt(corpus: Corpus, *, round: str, annotator_id: str, force: bool = False) -> Adoption:
    """Make one annotator's submission the gold, and count the votes of all gold rounds.

    A gold that is replaced (only with `force`) takes its decisions with it.
    """
    rounds = corpus.manifest.gold_rounds
    if round not in rounds:
        fix = "add it to gold_rounds in dataset/corpus.toml"
        allowed = f"one of the gold rounds: {', '.join(rounds)}"
        raise InputError.of("--round", round, allowed, fix)
    if not force:
        _refuse_decided(corpus)
    _refuse_missing(corpus, round, annotator_id)
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    stored = {name for name, _ in list_submissions(corpus)}
    # A gold round may be planned before anybody has labelled in it.
    labelled_rounds = [name for name in rounds if name in stored]
    annotations = read_rounds(corpus, labelled_rounds, scheme=scheme, texts=texts)
    adopted = annotations.submissions[round, annotator_id]
    _refuse_partial(adopted, texts, corpus.name_of(corpus.submissions / round / annotator_id))
    files = _merged(corpus, adopted, scheme, texts)
    votes = count_votes(annotations.rows, rounds)
    files[corpus.gold / "votes.csv"] = csv_bytes(vote_rows(votes), list(MODELS["votes"].columns))
    decisions = corpus.gold / "decisions.csv"
    # Decisions explain the gold that they were made for, and no other.
    if force or not decisions.exists():
        files[decisions] = csv_bytes((), list(MODELS["decisions"].columns))
    replace_files(files, corpus.swap)
    return Adoption(
        files=tuple(corpus.name_of(path) for path in files),
        annotators=tuple(sorted({annotator for _, annotator in annotations.submissions})),
        votes=len(votes),
    )


def _merged(
    corpus: Corpus, adopted: Sequence[TaskReading], scheme: Scheme, texts: Texts
) -> dict[Path, bytes]:
    """Return the gold exports with the adopted articles in place of what they had."""
    # Articles that the submission does not cover keep their gold.
    articles = {task.article_id for task in adopted}
    gold = read_folder(corpus, corpus.gold, scheme=scheme, texts=texts)
    tasks = [*(task for task in gold if task.article_id not in articles), *adopted]
    files = {}
    for project in PROJECTS:
        own = [task for task in tasks if task.project == project]
        files[corpus.gold / f"{project}.json"] = export_bytes(renumbered(own, texts), scheme)
    return files


def _refuse_partial(adopted: Sequence[TaskReading], texts: Texts, file: str) -> None:
    """Refuse an article that is labelled in part: the gold would lose labels."""
    done = {task.unit_id for task in adopted}
    findings = []
    for article in dict.fromkeys(task.article_id for task in adopted):
        wanted = [row.sentence_id for row in texts.sentences[article] if row.scored]
        missing = [unit for unit in (*wanted, article) if unit not in done]
        if missing:
            value = f"{len(missing)} units without labels, the first {missing[0]}"
            fix = "label the rest and import it, then adopt"
            allowed = "every scored sentence and the article itself labelled"
            findings.append(Finding(file, article, "", value, allowed, fix))
    refuse(findings)


def _refuse_missing(corpus: Corpus, round: str, annotator_id: str) -> None:
    for project in PROJECTS:
        path = submission_file(corpus, round, annotator_id, project)
        if not path.is_file():
            stored = ", ".join("/".join(pair) for pair in list_submissions(corpus)) or "none yet"
            allowed = f"a stored one of both projects; there are {stored}"
            fix = "import it first with `usiran annotate import`"
            raise FileError(corpus.name_of(path), "no such submission", allowed, fix)


def _refuse_decided(corpus: Corpus) -> None:
    path = corpus.gold / "decisions.csv"
    name = corpus.name_of(path)
    if path.exists() and (decisions := len(read_rows(path, name=name))):
        fix = "keep the adjudicated gold, or replace it with --force"
        allowed = "a gold without decisions"
        raise InputError.of(name, f"{decisions} decisions", allowed, fix)
