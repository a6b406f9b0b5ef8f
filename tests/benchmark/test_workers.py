"""Claims about running systems side by side."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from tests.support.benches import MakeBench, bench
from usiran.benchmark.run import Copies, evaluate
from usiran.benchmark.workers import jobs, run_all
from usiran.errors import FileError
from usiran.models.fit_cache import forget
from usiran.models.settings import Settings

__all__ = ["bench"]


def test_results_are_the_same_bytes_whatever_the_number_of_workers(bench: MakeBench) -> None:
    made = bench(sentences=4)
    pairs = made.plan(["stance", "events"], ["stratified", "tfidf-nb", "tfidf-svm", "gazetteer"])
    told: list[tuple[str, str, int, int]] = []
    alone = run_all(made, pairs, seed=0, draws=100)
    forget()
    together = run_all(
        made, pairs, seed=0, draws=100, workers=2, progress=lambda *step: told.append(step)
    )
    assert list(together.items()) == list(alone.items())
    assert sorted(step[:2] for step in told) == sorted(pairs)
    assert [step[2:] for step in told] == [(done, len(pairs)) for done in range(len(pairs))]


def _without_alpha(settings: Settings) -> Settings:
    kept = {name: value for name, value in settings.parameters.items() if name != "alpha"}
    return msgspec.structs.replace(settings, parameters=kept)


def test_an_error_of_a_worker_is_the_one_that_would_be_raised_here(bench: MakeBench) -> None:
    made = bench(sentences=4)
    settings = made.library["tfidf-nb"]
    lacking = replace(made, library={**made.library, "tfidf-nb": _without_alpha(settings)})
    pairs = [("stance", "tfidf-nb"), ("stance", "majority")]
    with pytest.raises(FileError, match=r"tfidf-nb\.toml: found 'no parameter 'alpha''") as raised:
        run_all(lacking, pairs, seed=0, draws=100, workers=2)
    assert raised.value.finding.fix == "add it"


def test_what_shares_fitted_parts_is_one_job_and_comes_first(bench: MakeBench) -> None:
    made = bench(sentences=4)
    first, *others = jobs(made, made.plan())
    assert {("stance", "who-to-whom"), ("actors", "tagger"), ("roles", "role-pairs")} <= set(first)
    assert ("roles_end_to_end", "shuffled-within") in first
    controls = [("stance", "shuffled-within"), ("holder", "shuffled-within")]
    assert any(set(controls) <= set(group) for group in others[:12])
    assert sorted(pair for group in (first, *others) for pair in group) == sorted(made.plan())


def test_tasks_that_learn_the_same_share_the_fitted_copies(bench: MakeBench) -> None:
    made, copies = bench(sentences=4), Copies()
    evaluate(made, "stance", "tfidf-nb", seed=0, draws=100, copies=copies)
    (fitted,) = copies.values()
    assert sorted(fitted) == [0, 1, 2, 3, 4]
    kept = dict(fitted)
    evaluate(made, "stance", "tfidf-nb", seed=0, draws=100, copies=copies)
    assert all(fitted[fold] is kept[fold] for fold in kept)
