"""The repository's corpus cut to two of its articles, for tests that need real labels, not all."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

from tests.support.tiny import write_csv, write_json
from usiran.corpus import Corpus

FIRST = "2013-11-weekly-security-update"
SECOND = "2020-01-us-suspends-iraqi-forces-training"
# The others are corpora of their own, or say something of all articles.
_PARTS = ("labels.toml", "submissions", "gold", "crosswalks")


def build_sample(whole: Corpus, root: Path) -> Corpus:
    """Write the two articles with all that is said of them: no edits, companion or results."""
    corpus = Corpus(root)
    dropped = {path.stem for path in whole.articles.glob("*.txt")} - {FIRST, SECOND}
    for path in (whole.dataset / "corpus.toml", *_below(whole.source), *_labels(whole)):
        target = root / path.relative_to(whole.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".csv":
            _cut_rows(path, target, dropped)
        elif path.suffix == ".json":
            _cut_tasks(path, target, dropped)
        elif path.stem not in dropped:
            shutil.copy(path, target)
    (corpus.source / "contrast.csv").unlink()
    return corpus


def unlink(corpus: Corpus) -> None:
    """Take away the links of four names, of which one is mentioned twice."""
    links = corpus.annotation / "actor_links.csv"
    header, *lines = links.read_text("utf-8").splitlines(keepends=True)
    links.write_text("".join([header, *lines[3:]]), encoding="utf-8")
    aliases = corpus.annotation / "article_aliases.csv"
    kept = [line for line in aliases.read_text("utf-8").splitlines() if ",Coalition," not in line]
    aliases.write_text("\n".join(kept) + "\n", encoding="utf-8")


def _below(path: Path) -> list[Path]:
    return [inner for inner in sorted(path.rglob("*")) if inner.is_file()]


def _labels(whole: Corpus) -> list[Path]:
    folders = (whole.annotation / part for part in _PARTS)
    inside = [path for folder in folders for path in (_below(folder) or [folder])]
    return [*sorted(whole.annotation.glob("*.csv")), *inside]


def _cut_rows(path: Path, target: Path, dropped: set[str]) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    articles = tuple(dropped)
    write_csv(target, header, [row for row in rows if not any(_of(row, articles))])


def _of(row: list[str], articles: tuple[str, ...]) -> list[str]:
    """Return the cells that begin with the id of an article."""
    return [cell for cell in row if cell.startswith(articles)]


def _cut_tasks(path: Path, target: Path, dropped: set[str]) -> None:
    tasks = json.loads(path.read_bytes())
    write_json(target, [task for task in tasks if task["data"]["article_id"] not in dropped])
