"""Verifying results: everything in them is computed again from the predictions and the gold.

A result is *verified* when its predictions have the hash it states and every name, hash,
count, score and interval in it is what they give on the corpus's present gold. What a system
was trained on cannot be seen in its predictions: that is not verified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from usiran.benchmark.cards import card, card_path
from usiran.benchmark.predictions import read_content, read_lines
from usiran.benchmark.protocol import PROTOCOL, Outcome
from usiran.benchmark.results import (
    SUBMITTED,
    Line,
    Result,
    Stored,
    lines_of,
    outcomes_in,
    paths,
    prediction_bytes,
    read_result,
    rounded,
    sha256,
)
from usiran.benchmark.run import Benchmark, own_settings_sha256, replicates, scores_of
from usiran.benchmark.submit import parameters_sha256
from usiran.errors import FileError, Finding, InputError, shorten
from usiran.io.atomic import holds
from usiran.models.registry import SYSTEMS
from usiran.tasks.base import Predictions

# Results are rounded to six places; another machine's sums may fall on the other side.
PLACE = 1.5e-6
_TRUST = "trust the recomputed value, or score the predictions again"
_RESCORE = "score them on the present gold: `usiran benchmark rescore`"
_GROUND = ("gold_sha256", "folds_sha256")


@dataclass(frozen=True)
class Checked:
    """One result that was looked at."""

    file: str
    findings: Sequence[Finding]


def verify(bench: Benchmark, result: Path, predictions: Path | None = None) -> Checked:
    """Compute one result again and return what differs.

    Parameters
    ----------
    bench : Benchmark
        The corpus it was scored on.
    result : Path
        The result file.
    predictions : Path, optional
        The predictions it states to be made from; ``<task>.predictions.jsonl`` beside it
        where left out.
    """
    file = bench.corpus.name_of(result)
    try:
        stated = read_result(result, file)
        path = predictions or result.with_name(f"{result.stem}.predictions.jsonl")
        check = _Check(bench, stated, result, bench.corpus.name_of(path))
        return Checked(file, tuple(check.findings(read_content(path, check.source))))
    except InputError as error:
        return Checked(file, error.findings)
    except FileError as error:
        return Checked(file, (error.finding,))


def verify_all(bench: Benchmark) -> list[Checked]:
    """Verify every stored result, and the cards of submitted systems, in the order of names."""
    folder = bench.corpus.baselines / "results"
    found = [verify(bench, path) for path in sorted(folder.glob("*/*.json"))]
    lost = [
        path
        for path in sorted(folder.glob("*/*.predictions.jsonl"))
        if not path.with_name(path.name.replace(".predictions.jsonl", ".json")).is_file()
    ]
    found += [_without_result(bench.corpus.name_of(path)) for path in lost]
    if not any(one.findings for one in found):  # a card is made from sound results
        found += _cards(bench)
    return found


def _without_result(file: str) -> Checked:
    error = Finding(file, "", "", "predictions without a result", "a result beside them",
                    "score them, or take the file out")  # fmt: skip
    return Checked(file, (error,))


def _cards(bench: Benchmark) -> Iterator[Checked]:
    folder = bench.corpus.baselines / "results"
    stored = {
        (path.parent.name, path.stem): Stored(read_result(path, str(path)), b"")
        for path in sorted(folder.glob("*/*.json"))
    }
    names = [name for (name, _), one in stored.items() if one.result.kind == SUBMITTED]
    for name in dict.fromkeys(names):
        path = card_path(bench.corpus, name)
        file = bench.corpus.name_of(path)
        wanted = card(stored, name).encode("utf-8")
        if not holds(path, wanted):
            fix = f"write it again: `usiran benchmark rescore --system {name} --write`"
            error = Finding(file, "", "", "another text", "the card its results give", fix)
            yield Checked(file, (error,))


class _Check:
    """One result against what its predictions give."""

    def __init__(self, bench: Benchmark, stated: Result, path: Path, source: str) -> None:
        self.bench = bench
        self.stated = stated
        self.path = path
        self.file = bench.corpus.name_of(path)
        self.source = source

    def findings(self, content: bytes) -> Iterator[Finding]:
        """Yield what differs: names and gold first, for nothing else can be told without."""
        blocking = list(self._ground())
        if blocking:
            yield from blocking
            return
        gold = self.bench.golds[self.stated.task]
        lines = read_lines(content, gold, self.source, relabelled=self.relabelled)
        replaced = list(self._references(lines))
        if replaced:
            yield from replaced
            return
        canonical = prediction_bytes(lines)
        # A stored file is canonical; one that somebody keeps elsewhere need not be.
        digest = sha256(content if self.inside else canonical)
        yield from self._differences(self._expected(canonical, digest))

    @property
    def inside(self) -> bool:
        """Whether the file stands among the corpus's results."""
        folder = self.bench.corpus.baselines / "results"
        return self.path.resolve().is_relative_to(folder.resolve())

    @property
    def own(self) -> bool:
        """Whether it is a result of a built-in system; inside, its name says so alone."""
        known = self.stated.system in self.bench.library
        return known and (self.inside or self.stated.kind != SUBMITTED)

    @property
    def relabelled(self) -> bool:
        """Whether the system is a control whose labels are rearranged."""
        return self.own and SYSTEMS[self.stated.system].relabel is not None

    def _ground(self) -> Iterator[Finding]:
        stated, bench = self.stated, self.bench
        if stated.task not in bench.golds:
            yield self._find("task", stated.task, ", ".join(bench.golds), "name one of these tasks")
            return
        if not self.own and stated.kind != SUBMITTED:
            allowed = f"{SUBMITTED}, for a system that is none of {', '.join(bench.library)}"
            yield self._find("kind", stated.kind, allowed, "run or submit the system again")
        place = paths(bench.corpus, stated.system, stated.task)[0]
        if self.inside and self.path.resolve() != place.resolve():
            yield self._find("system", f"{stated.system}/{stated.task}", self.file,
                             f"move it to {bench.corpus.name_of(place)}")  # fmt: skip
        grounds = (bench.golds[stated.task].sha256, bench.folds)
        for column, wanted in zip(_GROUND, grounds, strict=True):
            if getattr(stated, column) != wanted:
                yield self._find(column, getattr(stated, column), wanted, _RESCORE)

    def _references(self, lines: Sequence[Line]) -> Iterator[Finding]:
        """Yield the lines whose reference is not what the control's seed gives."""
        relabel = SYSTEMS[self.stated.system].relabel if self.relabelled else None
        if relabel is None:
            return
        gold, seed = self.bench.golds[self.stated.task], self.stated.seed
        trues = [relabel(gold, seed + number) for number in range(len(lines) // len(gold.values))]
        again = [Outcome(true, Predictions(true.values)) for true in trues]
        for line, wanted in zip(lines, lines_of(again, relabelled=True), strict=True):
            if line.reference != wanted.reference:
                found, allowed = (shorten(one.reference) for one in (line, wanted))
                yield Finding(self.source, line.sentence_id, "reference", found, allowed, _TRUST)

    def _expected(self, content: bytes, digest: str) -> Result:
        """Return the result that the predictions give; what only records facts is kept."""
        stated, bench = self.stated, self.bench
        gold = bench.golds[stated.task]
        outcomes = outcomes_in(content, gold, self.source)
        fields: dict[str, Any] = {name: getattr(stated, name) for name in stated.__struct_fields__}
        fields |= {
            "protocol": PROTOCOL,
            "relabelled": self.relabelled,
            "replicates": len(outcomes),
            "data_version": bench.corpus.manifest.version,
            "predictions_sha256": digest,
            "settings_sha256": parameters_sha256(stated.settings),
            **rounded(scores_of(gold, outcomes, seed=stated.seed, draws=stated.draws)),
        }
        if self.own:
            fields |= self._own()
        return Result(**fields)

    def _own(self) -> dict[str, object]:
        task, settings = self.stated.task, self.bench.library[self.stated.system]
        return {
            "title": settings.title,
            "kind": settings.kind,
            "settings": self.bench.build_context(task, settings.name, self.stated.seed).options,
            "settings_sha256": own_settings_sha256(self.bench, task, settings.name),
            "replicates": replicates(settings, self.bench.learned(task).name),
            "submission": msgspec.UNSET,
            "environment": msgspec.UNSET,
        }

    def _differences(self, expected: Result) -> Iterator[Finding]:
        said, wanted = (_plain(one) for one in (self.stated, expected))
        for column in dict.fromkeys((*said, *wanted)):
            for where, found, allowed in differences(said.get(column), wanted.get(column), column):
                if column == "predictions_sha256":
                    yield Finding(self.source, "", "", f"predictions with SHA-256 {allowed}",
                                  f"those that {self.file} was made from: {found}",
                                  "restore the file, or score the changed one")  # fmt: skip
                else:
                    yield self._find(where, found, allowed, _TRUST)

    def _find(self, column: str, found: object, allowed: object, fix: str) -> Finding:
        return Finding(self.file, "", column, shorten(found), shorten(allowed), fix)


def _plain(result: Result) -> dict[str, Any]:
    return dict(msgspec.to_builtins(result))


def differences(found: Any, wanted: Any, where: str) -> Iterator[tuple[str, str, str]]:
    """Yield (place, found, wanted) wherever two JSON values differ.

    Numbers count as equal where they differ in the last stored place only.

    Examples
    --------
    >>> list(differences({"f1": 0.5, "n": 3}, {"f1": 0.500001, "n": 4}, "scores"))
    [('scores.n', '3', '4')]
    """
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        for key in dict.fromkeys((*wanted, *found)):
            yield from differences(found.get(key), wanted.get(key), f"{where}.{key}")
    elif _sequence(found) and _sequence(wanted) and len(found) == len(wanted):
        for i, pair in enumerate(zip(found, wanted, strict=True)):
            yield from differences(*pair, f"{where}[{i}]")
    elif not _equal(found, wanted):
        yield where, _shown(found), _shown(wanted)


def _sequence(value: object) -> bool:
    return isinstance(value, list | tuple)


def _equal(found: object, wanted: object) -> bool:
    if isinstance(found, float) and isinstance(wanted, float):
        return abs(found - wanted) <= PLACE
    return type(found) is type(wanted) and found == wanted


def _shown(value: object) -> str:
    return "nothing" if value is None else shorten(value)
