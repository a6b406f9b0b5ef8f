"""Validating a corpus: everything wrong with it, located and sorted.

Faults have levels: texts; articles, sentences, folds and annotators; single labels; each
annotator's pass; votes; gold. Where a fault on one level makes others on a later level follow
from it (a moved boundary moves every label on it), those are counted instead of listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from usiran.corpus import Corpus
from usiran.errors import Finding
from usiran.label_studio.config import check_config, config
from usiran.loading.results import read_benchmark
from usiran.loading.tables import PROJECTS, Loaded, load, texts_of
from usiran.schemas.label_scheme import Project
from usiran.schemas.tables import FILES, rows_of
from usiran.text.articles import Texts
from usiran.text.tokens import tokenize
from usiran.validation.rules import cross_check
from usiran.validation.withheld import standoff_findings

_UNIT = re.compile(
    r"(?P<article>[a-z0-9]+(?:-[a-z0-9]+)*)(?:#(?P<number>[0-9]{3,})|@[a-z]+:(?P<start>[0-9]+))"
)
_ARTICLES = ("dataset/source/articles/", "dataset/source/withdrawn/")
_ROOTS = (
    "dataset/corpus.toml",
    *(FILES[name] for name in ("articles", "sentences", "folds", "annotators")),
)
_ANNOTATORS = 3


@dataclass(frozen=True)
class Report:
    """What validation found.

    Parameters
    ----------
    findings : tuple of Finding
        Sorted.
    followed : int
        Findings left out because they follow from those listed.
    counts : dict
        Rows of each table that could be read.
    """

    findings: tuple[Finding, ...]
    followed: int
    counts: dict[str, int]


def validate(corpus: Corpus) -> Report:
    """Check everything in a corpus.

    Raises
    ------
    FileError
        The label scheme or corpus.toml cannot be read; nothing else can be checked then.
    """
    loaded = load(corpus)
    benchmark, found_there = read_benchmark(corpus, loaded.scheme)
    loaded.frames |= benchmark
    loaded.findings += found_there
    crossed = cross_check(
        loaded.frames,
        allowed=loaded.scheme.allowed,
        quads=loaded.scheme.quad_of,
        contest=loaded.scheme.contest,
        rounds=corpus.manifest.gold_rounds,
    )
    crossed += _cut_tokens(loaded.frames)
    crossed += standoff_findings(corpus, loaded.frames)
    crossed += _claimed(corpus, loaded.frames)
    configs = [f for name in PROJECTS for f in _config(loaded, name)]
    found, followed = _roots(loaded, crossed)
    counts = {name: len(frame) for name, frame in sorted(loaded.frames.items())}
    return Report(tuple(sorted({*configs, *found})), followed, counts)


def _config(loaded: Loaded, project: Project) -> list[Finding]:
    """Check the config that labels.toml gives: duplicate hotkeys are made there."""
    xml = config(loaded.scheme, project)
    return check_config(xml, loaded.scheme, project, file="annotation/labels.toml")


def _claimed(corpus: Corpus, frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    """Find a gold that is called adjudicated and rests on fewer annotators than that takes."""
    manifest = corpus.manifest
    if manifest.gold_basis == "adjudicated" and "annotations" in frames:
        rows = frames["annotations"]
        count = rows[rows["round"].isin(list(manifest.gold_rounds))]["annotator_id"].nunique()
        if count < _ANNOTATORS:
            found = f"adjudicated, with {count} annotators in the gold rounds"
            allowed = f"adjudicated from {_ANNOTATORS} annotators on, else first-pass"
            fix = "correct gold_basis or gold_rounds"
            yield Finding("dataset/corpus.toml", "", "gold_basis", found, allowed, fix)


def _cut_tokens(frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    """Find gold spans that begin or end inside a token."""
    if "articles" not in frames:
        return
    texts = dict(zip(frames["articles"]["article_id"], frames["articles"]["text"], strict=True))
    edges = {
        key: {edge for token in tokenize(str(text)) for edge in token[:2]}
        for key, text in texts.items()
    }
    for name in ("actors", "events"):
        for row in rows_of(frames[name]) if name in frames else ():
            if not {row.start, row.end} <= edges.get(row.article_id, {row.start, row.end}):
                span = f"{row.start}-{row.end} '{row.text}'"
                allowed = "offsets where tokens begin and end"
                yield Finding(
                    FILES[name], row.span_id, "start", span, allowed, "correct the offsets"
                )


def _roots(loaded: Loaded, crossed: Iterable[Finding]) -> tuple[list[Finding], int]:
    """Keep the findings that do not follow from one on an earlier level."""
    units = _units(loaded)
    levels: list[list[Finding]] = [[] for _ in range(6)]
    for finding in {*loaded.findings, *loaded.label_findings, *crossed}:
        levels[_level(finding, loaded)].append(finding)
    kept: list[Finding] = []
    followed = 0
    masked: set[str] = set()
    for level in levels:
        fresh = [finding for finding in level if not masked & units(finding.record, wide=True)]
        followed += len(level) - len(fresh)
        kept += fresh
        masked |= {unit for finding in fresh for unit in units(finding.record, wide=False)}
    return kept, followed


def _level(finding: Finding, loaded: Loaded) -> int:
    if finding.file.startswith(_ARTICLES):
        return 0
    if finding.file in _ROOTS:
        return 1
    if finding in loaded.findings or finding in loaded.label_findings:
        return 2
    if finding.file.startswith(FILES["annotations"]):
        return 3
    return 4 if finding.file == FILES["votes"] else 5


def _units(loaded: Loaded) -> Callable[..., set[str]]:
    """Return a function from a finding's record to the articles and sentences it is about.

    With `wide` a sentence also counts as its article: that is what can be masked. Without,
    a finding about a sentence masks that sentence only.
    """
    ready = {"articles", "sentences"} <= set(loaded.frames)
    texts = texts_of(loaded.frames) if ready else Texts({}, {})
    # An article whose text cannot be read is one all the same.
    articles = {*texts.texts, *texts.sentences}

    def units(record: str, *, wide: bool) -> set[str]:
        found: set[str] = set()
        for match in _UNIT.finditer(record):
            article = match["article"]
            number = match["number"]
            if number is None:
                start = int(match["start"])
                sentence = texts.holding(article, start, start + 1)
                found.add(sentence.sentence_id if sentence else article)
            else:
                found.add(f"{article}#{number}")
            if wide:
                found.add(article)
        return found or {word for word in re.split(r"[^a-z0-9-]+", record) if word in articles}

    return units
