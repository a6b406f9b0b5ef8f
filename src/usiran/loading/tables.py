"""All of a corpus's tables, read from its files and checked as they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, InputError
from usiran.label_studio.annotation_records import AnnotationRow, annotation_rows
from usiran.label_studio.read_export import read_export
from usiran.loading.csv_tables import read_raw, read_table
from usiran.loading.gold import gold_frames
from usiran.schemas.base import ARTICLE_ID, ROUND
from usiran.schemas.label_scheme import Project, Scheme, read_scheme
from usiran.schemas.tables import FILES, KEYS, check, empty, rows_of
from usiran.text.articles import Sentence, Stored, Texts, read_stored

CROSSWALKS = ("ace2005", "acled", "cameo", "quad")
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
    InputError
        Something in the corpus is wrong; run `usiran validate` for the whole list.
    """
    loaded = load(corpus)
    if loaded.findings or loaded.label_findings:
        raise InputError([*loaded.findings, *loaded.label_findings])
    return loaded.frames


def load(corpus: Corpus) -> Loaded:
    """Read every table, collecting what is wrong instead of stopping.

    Rows that break their model are left out of the frames; texts and sentences are taken as
    far as they can be read, so that one bad row does not hide what is wrong elsewhere.

    Raises
    ------
    FileError
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
        withdrawn={
            row.article_id: row.text_sha256
            for row in rows_of(articles)
            if row.text_status == "withdrawn"
        },
    )


def _keep(loaded: Loaded, name: str, read: tuple[pd.DataFrame | None, list[Finding]]) -> None:
    frame, findings = read
    loaded.findings += findings
    if frame is not None:
        loaded.frames[name] = frame


def _read_articles(corpus: Corpus, loaded: Loaded) -> None:
    file, path = FILES["articles"], corpus.source / "articles.csv"
    try:
        raw = read_raw(path, "articles", file=file)
    except FileError as error:
        loaded.findings.append(error.finding)
        return
    keys: list[object] = list(raw.get("article_id", []))
    stored = [_stored(corpus, loaded, str(key)) for key in keys]
    raw["text_status"] = [
        "withdrawn" if one and one.withdrawn else "present" for one in stored
    ] or None
    raw["text"] = [one and one.text for one in stored] or None
    frame, findings = check(
        "articles", raw, file=file, key=KEYS["articles"], allowed=loaded.scheme.allowed,
        made=("text_status", "text"),
    )  # fmt: skip
    loaded.findings += findings
    if frame is not None:
        # A wrong fact about an article is no reason not to read its labels.
        known = raw[raw["article_id"].notna() & raw["text"].notna()]
        loaded.frames["articles"] = known.drop_duplicates("article_id").reindex(
            columns=frame.columns
        )
    for folder, suffix in ((corpus.articles, ".txt"), (corpus.withdrawn, ".json")):
        for extra in sorted(folder.glob("*")):
            known_text = extra.suffix == suffix and extra.stem in keys
            if not known_text and not extra.name.startswith("."):
                loaded.findings.append(_stray(corpus, extra))


def _stored(corpus: Corpus, loaded: Loaded, article_id: str) -> Stored | None:
    if not re.match(ARTICLE_ID, article_id):
        return None  # no file can have such an id; the model reports it
    try:
        return read_stored(corpus, article_id)
    except FileError as error:
        found = error.finding
        loaded.findings.append(
            Finding(found.file, article_id, "text", found.value, found.allowed, found.fix)
        )
        return None


def _stray(corpus: Corpus, path: Path) -> Finding:
    allowed = f"a text that {FILES['articles']} lists"
    fix = "add it with `usiran articles add`, or take the file out"
    return Finding(corpus.name_of(path), "", "", path.name, allowed, fix)


def _read_crosswalks(corpus: Corpus, loaded: Loaded) -> None:
    folder, parts = corpus.root / FILES["crosswalks"], []
    for name in sorted({*CROSSWALKS, *(path.stem for path in folder.glob("*.csv"))}):
        file = f"{FILES['crosswalks']}/{name}.csv"
        try:
            raw = read_raw(folder / f"{name}.csv", "crosswalks", file=file)
        except FileError as error:
            loaded.findings.append(error.finding)
            continue
        frame, findings = check(
            "crosswalks", raw.assign(crosswalk=name), file=file, key=("event", "target"),
            allowed=loaded.scheme.allowed, made=("crosswalk",),
        )  # fmt: skip
        loaded.findings += findings
        parts += [] if frame is None else [frame]
    if parts:
        loaded.frames["crosswalks"] = pd.concat(parts, ignore_index=True)


def _read_contrast(corpus: Corpus, loaded: Loaded) -> None:
    """Read the contrast set, its labels and what was left out; a corpus may have none."""
    for name in ("contrast", "contrast_labels", "contrast_dropped"):
        file = FILES[name]
        if not (corpus.root / file).exists():
            loaded.frames[name] = empty(name)
            continue
        _keep(loaded, name, read_table(
            corpus.root / file, name, file=file, key=KEYS[name], allowed=loaded.scheme.allowed
        ))  # fmt: skip


def _read_submissions(corpus: Corpus, loaded: Loaded, texts: Texts) -> None:
    """Read every submission; without all of them there is no table of annotations."""
    rows: list[AnnotationRow] = []
    whole = True
    for path in sorted(corpus.submissions.rglob("*.json*")):
        owner = path.relative_to(corpus.submissions).parts[:-1]
        if not _is_submission(path, owner):
            allowed = "<round>/<annotator_id>/stance.json or spans.json, in small letters"
            name = corpus.name_of(path)
            fix = "move the file there, or take it out"
            loaded.findings.append(Finding(name, "", "", path.name, allowed, fix))
            continue
        read = _rows(corpus, path, loaded, texts, (owner[0], owner[1]))
        whole = whole and read is not None
        rows += read or ()
    if whole:
        _keep(loaded, "annotations", _framed("annotations", rows, loaded))


def _is_submission(path: Path, owner: tuple[str, ...]) -> bool:
    named = path.name in {f"{project}.json" for project in PROJECTS}
    return named and len(owner) == 2 and all(re.match(ROUND, part) for part in owner)


def _read_gold(corpus: Corpus, loaded: Loaded, texts: Texts) -> None:
    """Read the gold exports; one that cannot be read gives no tables."""
    rows: list[AnnotationRow] = []
    absent: set[str] = set()
    for project in PROJECTS:
        read = _rows(corpus, corpus.gold / f"{project}.json", loaded, texts, ("gold", "gold"))
        rows += read or ()
        absent |= set(_MADE_FROM[project]) if read is None else set()
    for name, frame in gold_frames(rows, loaded.frames, texts, loaded.scheme).items():
        if name not in absent:
            _keep(loaded, name, check(
                name, frame, file=FILES[name], key=KEYS[name], allowed=loaded.scheme.allowed
            ))  # fmt: skip


_MADE_FROM = {"stance": ("stance",), "spans": ("article_stance", "actors", "events", "roles")}


def _rows(
    corpus: Corpus, path: Path, loaded: Loaded, texts: Texts, owner: tuple[str, str]
) -> list[AnnotationRow] | None:
    """Read one export of the corpus; in what is stored, even a mended offset is a finding."""
    try:
        readings = list(
            read_export(path, scheme=loaded.scheme, texts=texts, name=corpus.name_of(path))
        )
    except FileError as error:
        loaded.findings.append(error.finding)
        return None
    for reading in readings:
        loaded.label_findings += [*reading.findings, *reading.repairs]
    return list(annotation_rows(readings, round=owner[0], annotator_id=owner[1]))


def _framed(
    name: str, rows: Iterable[AnnotationRow], loaded: Loaded
) -> tuple[pd.DataFrame | None, list[Finding]]:
    frame = pd.DataFrame(list(rows), columns=list(AnnotationRow._fields))
    frame = frame if len(frame) else empty(name)
    return check(name, frame, file=FILES[name], key=KEYS[name], allowed=loaded.scheme.allowed)
