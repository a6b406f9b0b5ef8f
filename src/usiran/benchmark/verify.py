"""Verifying results: everything in them is computed again from the predictions and the gold.

A result is *verified* when its predictions have the hash it states and every name, hash,
count, score and interval in it is what they give on the corpus's present gold. What a system
was trained on cannot be seen in its predictions: that is not verified.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from usiran import plugins
from usiran.benchmark.companion.track import TRACK, with_companion
from usiran.benchmark.leaderboard import card
from usiran.benchmark.predictions import lines as entries
from usiran.benchmark.predictions.rules import Line
from usiran.benchmark.protocol import Outcome
from usiran.benchmark.protocol import holds as protocol_holds
from usiran.benchmark.results import (
    SUBMITTED,
    Result,
    card_path,
    parameters_sha256,
    read_result,
    read_results,
    results_folder,
    sha256,
)
from usiran.benchmark.run import Benchmark
from usiran.errors import FileError, Finding, InputError, shorten
from usiran.io.atomic import holds
from usiran.models.registry import SYSTEMS
from usiran.progress import steps
from usiran.tasks.base import Predictions

# Results are rounded to six places; another machine's sums may fall on the other side.
PLACE = 1.5e-6
_TRUST = "trust the recomputed value, or score the predictions again"
_RESCORE = "score them on the present gold: `usiran benchmark rescore`"


@dataclass(frozen=True)
class Checked:
    """One result that was looked at."""

    file: str
    findings: Sequence[Finding]


def verify(benchmark: Benchmark, result: Path, predictions: Path | None = None) -> Checked:
    """Compute one result again and return what differs.

    The predictions stand beside the result unless another file is named.
    """
    file = benchmark.corpus.name_of(result)
    try:
        stated = read_result(result, file)
        if stated.track == TRACK and not benchmark.track:
            benchmark = with_companion(benchmark)
        if stated.task in plugins.names("usiran.tasks"):
            benchmark = benchmark.with_plugins(tasks=[stated.task])
        path = predictions or result.with_name(f"{result.stem}.predictions.jsonl")
        check = _Check(benchmark, stated, result, benchmark.corpus.name_of(path))
        return Checked(file, tuple(check.findings(entries.read_content(path, check.predictions))))
    except (InputError, FileError) as error:
        return Checked(file, error.findings)


def verify_all(benchmark: Benchmark) -> list[Checked]:
    """Verify every stored result, and the cards of submitted systems, in the order of names."""
    checked = list(_verified(benchmark))
    if any(results_folder(benchmark.corpus, TRACK).glob("*/*")):
        checked += _verified(with_companion(benchmark))
    if not any(result.findings for result in checked):  # a card is made from sound results
        checked += _cards(benchmark)
    return checked


def _verified(benchmark: Benchmark) -> Iterator[Checked]:
    """Verify the stored results of the benchmark's track."""
    folder = results_folder(benchmark.corpus, benchmark.track)
    for path in steps("results verified", sorted(folder.glob("*/*.json"))):
        yield verify(benchmark, path)
    for path in sorted(folder.glob("*/*.predictions.jsonl")):
        if not path.with_name(path.name.replace(".predictions.jsonl", ".json")).is_file():
            file, fix = benchmark.corpus.name_of(path), "score them, or take the file out"
            value, allowed = "predictions without a result", "a result beside them"
            yield Checked(file, (Finding(file, "", "", value, allowed, fix),))


def _cards(benchmark: Benchmark) -> Iterator[Checked]:
    stored = read_results(benchmark.corpus)
    submitted = [name for (name, _), item in stored.items() if item.result.kind == SUBMITTED]
    for name in dict.fromkeys(submitted):
        path = card_path(benchmark.corpus, name)
        page = card(stored, name, scores=benchmark.corpus.manifest.scores)
        if not holds(path, page.encode("utf-8")):
            file = benchmark.corpus.name_of(path)
            fix = f"write it again: `usiran benchmark rescore --system {name} --write`"
            finding = Finding(file, "", "", "another text", "the card its results give", fix)
            yield Checked(file, (finding,))


class _Check:
    """One result against what its predictions give."""

    def __init__(self, benchmark: Benchmark, stated: Result, path: Path, predictions: str) -> None:
        self.benchmark = benchmark
        self.stated = stated
        self.path = path
        self.file = benchmark.corpus.name_of(path)
        self.predictions = predictions
        folder = results_folder(benchmark.corpus, benchmark.track)
        self.inside = path.resolve().is_relative_to(folder.resolve())
        # Inside, a name alone says whose result it is: nobody else may submit under it.
        built_in = stated.system in SYSTEMS
        self.own = built_in and (self.inside or stated.kind != SUBMITTED)
        known = benchmark.systems.get(stated.system)
        self.relabel = known.relabel if self.own and known else None

    def findings(self, content: bytes) -> Iterator[Finding]:
        """Yield what differs: names and gold first, for nothing else can be told without."""
        if blocking := list(self._ground()):
            yield from blocking
            return
        gold = self.benchmark.golds[self.stated.task]
        relabelled = self.relabel is not None
        lines = entries.read_lines(content, gold, self.predictions, relabelled=relabelled)
        if replaced := list(self._references(lines)):
            yield from replaced
            return
        expected = self._expected(lines)
        if self.inside:
            # A stored file is canonical; one that somebody keeps elsewhere need not be.
            # Its hash must not hang on the order of lines, or submitting it would change it.
            expected = msgspec.structs.replace(expected, predictions_sha256=sha256(content))
        yield from self._differences(expected)

    def _ground(self) -> Iterator[Finding]:
        stated, benchmark = self.stated, self.benchmark
        if stated.task not in benchmark.golds:
            tasks = ", ".join(benchmark.golds)
            yield self._finding("task", stated.task, tasks, "name one of these tasks")
            return
        if not self.own and stated.kind != SUBMITTED:
            names = ", ".join(SYSTEMS)
            allowed = f"{SUBMITTED}, for a system that is none of {names}"
            fix = "run or submit the system again"
            yield self._finding("kind", stated.kind, allowed, fix)
        place = benchmark.files_of(stated.system, stated.task)[0]
        if self.inside and self.path.resolve() != place.resolve():
            fix = f"move it to {benchmark.corpus.name_of(place)}"
            yield self._finding("system", f"{stated.system}/{stated.task}", self.file, fix)
        gold_sha256 = benchmark.golds[stated.task].sha256
        grounds = (("gold_sha256", gold_sha256), ("folds_sha256", benchmark.folds))
        for column, present in grounds:
            if getattr(stated, column) != present:
                yield self._finding(column, getattr(stated, column), present, _RESCORE)

    def _references(self, lines: Sequence[Line]) -> Iterator[Finding]:
        """Yield the lines whose reference is not what the control's seed gives."""
        if self.relabel is None:
            return
        gold, seed = self.benchmark.golds[self.stated.task], self.stated.seed
        replicates = range(len(lines) // len(gold.values))
        golds = [self.relabel(gold, seed + replicate) for replicate in replicates]
        outcomes = [Outcome(relabelled, Predictions(relabelled.values)) for relabelled in golds]
        for line, again in zip(lines, entries.lines_of(outcomes, relabelled=True), strict=True):
            if line.reference != again.reference:
                value, allowed = shorten(line.reference), shorten(again.reference)
                key = line.sentence_id
                yield Finding(self.predictions, key, "reference", value, allowed, _TRUST)

    def _expected(self, lines: Sequence[Line]) -> Result:
        """Return the result that the predictions give; what only records facts is kept."""
        stated, benchmark = self.stated, self.benchmark
        if self.own:
            origin = benchmark.origin(stated.task, stated.system, stated.seed)
            # What was chosen while training does not follow from predictions.
            origin = msgspec.structs.replace(origin, mixtures=stated.mixtures)
        else:
            # What makers say of their system follows from nothing: it is taken as stated.
            origin = msgspec.structs.replace(
                stated.origin, relabelled=False, settings_sha256=parameters_sha256(stated.settings)
            )
        seed, draws = stated.seed, stated.draws
        result = benchmark.score(origin, stated.task, lines, seed=seed, draws=draws).result
        if protocol_holds(stated.protocol, result.articles):
            result = msgspec.structs.replace(result, protocol=stated.protocol)
        if not self.own:
            return result
        # As many as the settings ask for: a file could leave out the worse half of its runs.
        replicates = benchmark.replicates(stated.task, stated.system)
        return msgspec.structs.replace(result, replicates=replicates)

    def _differences(self, expected: Result) -> Iterator[Finding]:
        stated, again = (msgspec.to_builtins(result) for result in (self.stated, expected))
        for column in dict.fromkeys((*stated, *again)):
            for place, value, allowed in differences(stated.get(column), again.get(column), column):
                if column == "predictions_sha256":
                    # The file was changed, or the result: the hash alone cannot tell which.
                    other = f"predictions with SHA-256 {allowed}"
                    scored = f"those that {self.file} was made from: {value}"
                    fix = "restore the file, or score the changed one"
                    yield Finding(self.predictions, "", "", other, scored, fix)
                else:
                    yield self._finding(place, value, allowed, _TRUST)

    def _finding(self, column: str, value: object, allowed: object, fix: str) -> Finding:
        return Finding(self.file, "", column, shorten(value), shorten(allowed), fix)


def differences(
    value: Any, allowed: Any, place: str, within: float = PLACE
) -> Iterator[tuple[str, str, str]]:
    """Yield (place, value, allowed) wherever two JSON values differ.

    Numbers count as equal where they differ by `within` at most: in the last stored place only.

    Examples
    --------
    >>> list(differences({"f1": 0.5, "n": 3}, {"f1": 0.500001, "n": 4}, "scores"))
    [('scores.n', '3', '4')]
    """
    both = (value, allowed)
    if all(isinstance(side, Mapping) for side in both):
        for key in dict.fromkeys((*allowed, *value)):
            yield from differences(value.get(key), allowed.get(key), f"{place}.{key}", within)
    elif all(isinstance(side, list | tuple) for side in both) and len(value) == len(allowed):
        for i, pair in enumerate(zip(value, allowed, strict=True)):
            yield from differences(*pair, f"{place}[{i}]", within)
    elif not _equal(value, allowed, within):
        yield place, _shown(value), _shown(allowed)


def _equal(value: object, allowed: object, within: float) -> bool:
    if isinstance(value, float) and isinstance(allowed, float):
        return abs(value - allowed) <= within
    return type(value) is type(allowed) and value == allowed


def _shown(value: object) -> str:
    return "nothing" if value is None else shorten(value)
