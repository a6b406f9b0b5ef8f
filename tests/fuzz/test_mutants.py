"""Claims about hostile files: each is read for what it says, or refused with located findings."""

from __future__ import annotations

import os
import resource
from collections import Counter
from pathlib import Path
from random import Random
from zlib import crc32

import pytest

from tests.fuzz.kinds import Kind, kinds
from tests.fuzz.mutations import awkward_files
from tests.fuzz.oracle import judge
from usiran.corpus import Corpus

MUTANTS = int(os.environ.get("USIRAN_MUTANTS", "2000"))
NAMES = (
    "export", "export imported", "foreign export", "edition", "sheet", "adjudication.csv", "table",
    "predictions", "TOML", "release", "text", "article", "model",
)  # fmt: skip
MEMORY = 400 << 20


@pytest.fixture(scope="module")
def by_name(repo: Corpus, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kind]:
    made = {kind.name: kind for kind in kinds(tmp_path_factory.mktemp("fuzz"), repo)}
    assert sum(kind.share for kind in made.values()) == 100
    return made


@pytest.mark.parametrize("name", NAMES)
def test_a_mutant_is_read_for_what_it_says_or_refused(
    name: str, by_name: dict[str, Kind], capsys: pytest.CaptureFixture[str]
) -> None:
    kind = by_name[name]
    put_all(kind)
    for path in kind.seeds:
        assert not judge(kind.read, path, kind.says), path
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    for number in range(MUTANTS * kind.share // 100):
        random = Random(crc32(f"{name} {number}".encode()))
        path = random.choice(sorted(kind.seeds))
        mutant = kind.mutate(kind.seeds[path], random)
        path.write_bytes(mutant)
        try:
            findings = judge(kind.read, path, kind.says, kind.seeds[path])
            outcomes["refused" if findings else "read"] += 1
        except Exception as error:  # whichever it is, it is told with the number of the mutant
            failures.append(f"{name} {number} {path.name}: {type(error).__name__}: {error}"[:600])
        path.write_bytes(kind.seeds[path])
    with capsys.disabled():
        print(f"\n{name}: {dict(outcomes)}, {len(failures)} failures")
    assert not failures, "\n".join(failures[:40])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY >> 10


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_is_refused(name: str, by_name: dict[str, Kind], tmp_path: Path) -> None:
    kind = by_name[name]
    put_all(kind)
    for path, content in kind.seeds.items():
        for what, put in awkward_files(tmp_path):
            path.unlink()
            put(path)
            try:
                findings = judge(kind.read, path)
            finally:
                clear(path)
                path.write_bytes(content)
            assert findings or what in ("no file", "an empty file"), (path, what)


def put_all(kind: Kind) -> None:
    for path, content in kind.seeds.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
