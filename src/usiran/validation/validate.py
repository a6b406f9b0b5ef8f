"""Validating a corpus: everything wrong with it, located and sorted.

Findings have levels: texts; articles, sentences, folds and annotators; single labels; each
annotator's submissions; votes; gold. Where one on an early level makes others on a later level
follow from it (a moved boundary moves every label on it), those are counted instead of listed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from usiran import loading
from usiran.corpus import Corpus
from usiran.errors import Finding, InvalidCorpus
from usiran.io.collection import paused_collection
from usiran.loading import Opened
from usiran.loading.results import read_benchmark
from usiran.schemas.tables import FILES
from usiran.validation.rules import cross_check

_UNIT = re.compile(
    r"(?P<article>[a-z0-9]+(?:-[a-z0-9]+)*)(?:#(?P<number>[0-9]{3,})|@[a-z]+:(?P<start>[0-9]+))"
)
_TEXTS = ("dataset/source/articles/", "dataset/source/withdrawn/")
_ROOTS = (
    "dataset/corpus.toml",
    *(FILES[name] for name in ("articles", "sentences", "folds", "annotators")),
)


@dataclass(frozen=True)
class Report:
    """What validation found, sorted; how many rows of each table could be read.

    `followed` counts the findings left out because they follow from those listed.
    """

    findings: tuple[Finding, ...]
    followed: int
    counts: dict[str, int]


def open_valid(corpus: Corpus) -> Opened:
    """Read a corpus and validate it: what most commands that make something start from."""
    opened = loading.open(corpus)
    if findings := validate(opened).findings:
        raise InvalidCorpus(findings)
    return opened


@paused_collection()
def validate(opened: Opened) -> Report:
    """Check everything in a corpus."""
    benchmark, findings = read_benchmark(opened.corpus, opened.scheme)
    tables = opened.tables | benchmark
    opened = replace(opened, tables=tables, findings=(*opened.findings, *findings))
    # One wrong boundary can move hundreds of labels: the reader needs the boundary.
    roots, followed = _roots(opened, cross_check(opened))
    counts = {name: len(frame) for name, frame in sorted(tables.items())}
    return Report(tuple(sorted(roots)), followed, counts)


def _roots(opened: Opened, crossed: Iterable[Finding]) -> tuple[list[Finding], int]:
    """Leave out the findings that follow from one on an earlier level; say how many they are."""
    read = {*opened.findings, *opened.label_findings}
    levels: list[list[Finding]] = [[] for _ in range(6)]
    for finding in {*read, *crossed}:
        levels[_level(finding, read)].append(finding)
    units = _Units(opened)
    roots: list[Finding] = []
    followed = 0
    masked: set[str] = set()
    for level in levels:
        fresh = [finding for finding in level if not masked & units.around(finding.record)]
        followed += len(level) - len(fresh)
        roots += fresh
        # Only now: two findings on one level do not follow from each other.
        masked |= {unit for finding in fresh for unit in units.named(finding.record)}
    return roots, followed


def _level(finding: Finding, read: set[Finding]) -> int:
    if finding.file.startswith(_TEXTS):
        return 0
    if finding.file in _ROOTS:
        return 1
    if finding in read:
        return 2
    if finding.file.startswith(FILES["annotations"]):
        return 3
    return 4 if finding.file == FILES["votes"] else 5


class _Units:
    """Tells the articles and sentences that a finding is about from the record it names."""

    def __init__(self, opened: Opened) -> None:
        self._texts = opened.texts
        # An article whose text cannot be read is one all the same.
        self._articles = {*opened.texts.texts, *opened.texts.sentences}

    def named(self, record: str) -> set[str]:
        """Return the sentences and articles a record names: what a finding on it masks."""
        units = {self._unit(match) for match in _UNIT.finditer(record)}
        words = re.split(r"[^a-z0-9-]+", record)
        return units or self._articles.intersection(words)

    def around(self, record: str) -> set[str]:
        """Return these with the sentences' articles: what it takes to mask the finding."""
        return self.named(record) | {match["article"] for match in _UNIT.finditer(record)}

    def _unit(self, match: re.Match[str]) -> str:
        article, number, start = match["article"], match["number"], match["start"]
        if number is not None:
            return f"{article}#{number}"
        sentence = self._texts.holding(article, int(start), int(start) + 1)
        return sentence.sentence_id if sentence else article
