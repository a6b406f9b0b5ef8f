"""Claims about attitude words as features, and the system that weighs them."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pandas as pd
import pytest

from tests.support.benches import MakeBench, bench
from usiran.benchmark.run import evaluate
from usiran.benchmark.settings_hash import own_settings_sha256
from usiran.models.attitudes import AttitudeFeatures

__all__ = ["bench"]

WORDS = {"us": ["Texas"], "iran": ["Shiraz"], "favourable": ["praise*"], "unfavourable": ["blame*"]}
SOURCE = {"source": ["said"]}


def features(*texts: str) -> list[set[str]]:
    frame = pd.DataFrame({"text": texts, "zone": "body"})
    model = AttitudeFeatures(WORDS, SOURCE).fit(frame)
    names = model.vocabulary_.get_feature_names_out()
    return [set(names[row.indices]) for row in model.transform(frame)]


def test_a_word_is_charged_to_the_side_named_nearest_to_it() -> None:
    (found,) = features("They praised Texas and then, after a long silence, blamed Shiraz.")
    assert {"favourable us", "unfavourable iran", "sign=1", "balance=2", "sides=iran+us"} <= found
    assert {"favourable us|first=True", "favourable us|near=True"} <= found
    assert "unfavourable us" not in found


def test_a_word_without_a_side_counts_for_nothing() -> None:
    (found,) = features("They blamed the weather.")
    assert {"sign=0", "balance=0", "sides="} <= found
    assert not any("unfavourable" in name for name in found)


def test_attribution_quotes_modals_and_negations_are_told_apart() -> None:
    plain, said, quoted = features(
        "Texas left.", "Texas, he said, should not be blamed.", 'He said: "Blame Texas."'
    )
    assert {"voice=", "modal=False", "not=False"} <= plain
    assert {"voice=attributed", "modal=True", "not=True", "sign=-1|voice=attributed"} <= said
    assert {"voice=attributedquoted", "quoted=True", "attributed=True"} <= quoted


def test_the_settings_hash_tells_both_word_lists(bench: MakeBench) -> None:
    made = bench(sentences=4)
    first = own_settings_sha256(made.build_context("stance", "attitudes", 0))
    cues = made.library["cue-lexicon"]
    for task in ("stance", "holder"):
        fewer = msgspec.structs.replace(cues, lexicon={**cues.lexicon, task: {"source": ("x",)}})
        changed = replace(made, library={**made.library, "cue-lexicon": fewer})
        assert own_settings_sha256(changed.build_context("stance", "attitudes", 0)) != first, task


@pytest.mark.parametrize("task", ["stance", "holder"])
def test_it_finds_a_planted_signal(bench: MakeBench, task: str) -> None:
    result = evaluate(bench(), task, "attitudes", seed=0, draws=100).result
    assert result.score > result.chance + (0.2 if task == "holder" else 0.0)
