"""A small corpus in a git repository of its own, and the changes that a release meets."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from tests.support.synthetic import tables, write_corpus
from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.build import build
from usiran.dataset.make_release import Plan, prepare
from usiran.dataset.release.snapshot import Snapshot, snapshot_of
from usiran.dataset.release.version import parse_version
from usiran.io.atomic import replace_files

DAY = date(2031, 6, 1)
ONE, TWO = "article-0", "article-1"
FIRST = f"{ONE}#001"


def git(corpus: Corpus, *words: str) -> str:
    """Run git in the corpus, as somebody whose settings do not matter."""
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(corpus.root), *who, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def releasable(root: Path) -> Corpus:
    """Write a corpus of two short articles, built and committed."""
    root.mkdir()
    corpus = write_corpus(root, tables(articles=2, sentences=4))
    (root / "sheet.txt").unlink()
    (root / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- Two articles.\n")
    corpus = Corpus.find(root)
    for span_id in loading.open(corpus).tables["actors"]["span_id"]:
        add_line(corpus.annotation / "actor_links.csv", f"{span_id},,OTHER,nobody in the registry")
    git(corpus, "init", "--quiet")
    return commit(corpus)


def commit(corpus: Corpus) -> Corpus:
    """Build, commit everything, and return the corpus as it then is."""
    fresh = Corpus.find(corpus.root)
    build(fresh)
    git(fresh, "add", "--all")
    git(fresh, "commit", "--quiet", "--allow-empty", "--message", "a change")
    return fresh


def released(corpus: Corpus, version: str, reason: str | None = None) -> Plan:
    """Release a version, commit it and tag it."""
    fresh = Corpus.find(corpus.root)
    plan = prepare(fresh, parse_version(version), reason=reason, today=DAY, draws=100)
    replace_files(plan.files, fresh.swap)
    git(fresh, "add", "--all")
    git(fresh, "commit", "--quiet", "--message", f"Data {version}")
    git(fresh, "tag", f"v{version}")
    return plan


def snapshot(corpus: Corpus) -> Snapshot:
    """Return the records of a corpus folder as it stands."""
    opened = loading.open(Corpus.find(corpus.root))
    return snapshot_of(opened.tables, opened.scheme)


def turn_holder(corpus: Corpus, sentence_id: str) -> tuple[str, str]:
    """Overrule the gold holder of a sentence, with a reason; return the old and the new one."""
    path = corpus.gold / "stance.json"
    tasks = json.loads(path.read_bytes())
    (task,) = [one for one in tasks if one["data"]["sentence_id"] == sentence_id]
    choices = _choices(task, "holder")
    old = choices[0]
    new = "author" if old == "source" else "source"
    choices[:] = [new]
    path.write_text(json.dumps(tasks), "utf-8")
    decision = f"holder,{sentence_id},{new},,true,H2: it is told so,ann,2031-05-01T08:00:00Z\n"
    with (corpus.gold / "decisions.csv").open("a", encoding="utf-8") as file:
        file.write(decision)
    return old, new


def _choices(task: dict[str, Any], field: str) -> list[str]:
    results = task["annotations"][0]["result"]
    (found,) = [one["value"]["choices"] for one in results if one["from_name"] == field]
    assert isinstance(found, list)
    return found


def add_line(path: Path, line: str) -> None:
    """Add a line to a text file."""
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
