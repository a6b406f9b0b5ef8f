"""All of a corpus's tables, read from its files and checked as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from usiran.annotation.exports import read_export
from usiran.annotation.labels import Project, Scheme, read_scheme
from usiran.annotation.records import AnnotationRow, annotation_rows
from usiran.annotation.texts import Sentence, Texts, read_text
from usiran.corpus import Corpus
from usiran.dataset.gold import gold_frames
from usiran.errors import FileFault, Finding, InputFault
from usiran.schemas.csv_files import read_raw, read_table
from usiran.schemas.tables import FILES, KEYS, check, empty, rows_of

_CSV = ("sentences", "folds", "annotators", "registry", "actor_links", "votes", "decisions")
PROJECTS: tuple[Project, ...] = ("stance", "spans")


@dataclass
class Loaded:
    """A corpus's tables and everything found wrong while reading them.

    Parameters
    ----------
    scheme : Scheme
        The label scheme.
    frames : dict
        From table name to frame; a table that cannot be read or breaks its model is absent.
    findings : list of Finding
        Faults of files and tables.
    label_findings : list of Finding
        Faults of single labels in the exports, and offsets that had to be mended.
    """

    scheme: Scheme
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    label_findings: list[Finding] = field(default_factory=list)


def load_tables(corpus: Corpus) -> dict[str, pd.DataFrame]:
    """Return every table of a corpus, keyed by name.

    Raises
    ------
    InputFault
        Something in the corpus is wrong; run `usiran validate` for the whole list.
    """
    loaded = load(corpus)
    if loaded.findings or loaded.label_findings:
        raise InputFault([*loaded.findings, *loaded.label_findings])
    return loaded.frames


def load(corpus: Corpus) -> Loaded:
    """Read every table, collecting what is wrong instead of stopping.

    Raises
    ------
    FileFault
        The label scheme itself cannot be read.
    """
    loaded = Loaded(read_scheme(corpus.labels))
    _read_articles(corpus, loaded)
    for name in _CSV:
        _keep(loaded, name, read_table(
            corpus.root / FILES[name], name, file=FILES[name], key=KEYS[name],
            allowed=loaded.scheme.allowed,
        ))  # fmt: skip
    _read_crosswalks(corpus, loaded)
    _read_contrast(corpus, loaded)
    if {"articles", "sentences"} <= set(loaded.frames):
        texts = texts_of(loaded.frames)
        _read_submissions(corpus, loaded, texts)
        _read_gold(corpus, loaded, texts)
    return loaded


def texts_of(frames: dict[str, pd.DataFrame]) -> Texts:
    """Return the texts and sentences that the tables hold."""
    sentences: dict[str, list[Sentence]] = {}
    for row in rows_of(frames["sentences"]):
        sentence = Sentence(row.sentence_id, row.article_id, int(row.start), int(row.end), row.zone)
        sentences.setdefault(sentence.article_id, []).append(sentence)
    articles = frames["articles"]
    return Texts(
        texts=dict(zip(articles["article_id"], articles["text"], strict=True)),
        sentences={
            key: tuple(sorted(rows, key=lambda r: r.start)) for key, rows in sentences.items()
        },
    )


def _keep(loaded: Loaded, name: str, read: tuple[pd.DataFrame | None, list[Finding]]) -> None:
    frame, findings = read
    loaded.findings += findings
    if frame is not None:
        loaded.frames[name] = frame


def _read_articles(corpus: Corpus, loaded: Loaded) -> None:
    path = corpus.source / "articles.csv"
    try:
        raw = read_raw(path, "articles")
        raw["text"] = [read_text(corpus.article(str(key))) for key in raw["article_id"]]
    except FileFault as fault:
        loaded.findings.append(_relative(corpus, fault))
        return
    except KeyError:
        raw["text"] = ""  # the missing column is the model's to report
    _keep(loaded, "articles", check(
        "articles", raw, file=FILES["articles"], key=KEYS["articles"],
        allowed=loaded.scheme.allowed,
    ))  # fmt: skip
    known = {f"{key}.txt" for key in raw.get("article_id", [])}
    for extra in sorted(corpus.articles.iterdir()):
        if extra.name not in known:
            loaded.findings.append(Finding(
                corpus.name_of(extra), "", "", extra.name, f"a text that {FILES['articles']} lists",
                "add it with `usiran articles add`, or take the file out",
            ))  # fmt: skip


def _relative(corpus: Corpus, fault: FileFault) -> Finding:
    found = fault.finding
    return Finding(corpus.name_of(Path(found.file)), *_rest(found))


def _rest(finding: Finding) -> tuple[str, str, str, str, str]:
    return (finding.record, finding.column, finding.value, finding.allowed, finding.mend)


def _read_crosswalks(corpus: Corpus, loaded: Loaded) -> None:
    parts = []
    for path in sorted((corpus.root / FILES["crosswalks"]).glob("*.csv")):
        try:
            parts.append(read_raw(path, "crosswalks").assign(crosswalk=path.stem))
        except FileFault as fault:
            loaded.findings.append(_relative(corpus, fault))
    if parts:
        columns = list(empty("crosswalks").columns)
        frame = pd.concat(parts, ignore_index=True).reindex(columns=columns)
        _keep(loaded, "crosswalks", check(
            "crosswalks", frame, file=FILES["crosswalks"], key=KEYS["crosswalks"],
            allowed=loaded.scheme.allowed,
        ))  # fmt: skip


def _read_contrast(corpus: Corpus, loaded: Loaded) -> None:
    if not (corpus.root / FILES["contrast"]).exists():
        loaded.frames["contrast"] = empty("contrast")
        return
    _keep(loaded, "contrast", read_table(
        corpus.root / FILES["contrast"], "contrast", file=FILES["contrast"],
        key=KEYS["contrast"], allowed=loaded.scheme.allowed,
    ))  # fmt: skip


def _read_submissions(corpus: Corpus, loaded: Loaded, texts: Texts) -> None:
    rows: list[AnnotationRow] = []
    for path in sorted(corpus.submissions.glob("*/*/*.json")):
        rows += _rows(corpus, path, loaded, texts, (path.parts[-3], path.parts[-2]))
    _keep(loaded, "annotations", _framed("annotations", rows, loaded))


def _read_gold(corpus: Corpus, loaded: Loaded, texts: Texts) -> None:
    rows: list[AnnotationRow] = []
    for project in PROJECTS:
        rows += _rows(corpus, corpus.gold / f"{project}.json", loaded, texts, ("gold", "gold"))
    for name, frame in gold_frames(rows, loaded.frames, texts, loaded.scheme).items():
        _keep(loaded, name, check(
            name, frame, file=FILES[name], key=KEYS[name], allowed=loaded.scheme.allowed
        ))  # fmt: skip


def _rows(
    corpus: Corpus, path: Path, loaded: Loaded, texts: Texts, owner: tuple[str, str]
) -> Iterator[AnnotationRow]:
    """Read one export of the corpus; in what is stored, even a mended offset is a finding."""
    try:
        readings = list(
            read_export(path, scheme=loaded.scheme, texts=texts, name=corpus.name_of(path))
        )
    except FileFault as fault:
        loaded.findings.append(_relative(corpus, fault))
        return
    for reading in readings:
        loaded.label_findings += [*reading.findings, *reading.repairs]
    yield from annotation_rows(readings, round=owner[0], annotator_id=owner[1])


def _framed(
    name: str, rows: Iterable[AnnotationRow], loaded: Loaded
) -> tuple[pd.DataFrame | None, list[Finding]]:
    frame = pd.DataFrame(list(rows), columns=list(AnnotationRow._fields))
    frame = frame if len(frame) else empty(name)
    return check(name, frame, file=FILES[name], key=KEYS[name], allowed=loaded.scheme.allowed)
