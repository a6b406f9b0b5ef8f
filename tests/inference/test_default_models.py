"""Claims about models that learned from the companion, and the default models."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.benchmark.test_companion import track
from tests.support.benches import MakeBench, bench, run_pairs
from usiran.errors import FileError
from usiran.inference.default_models import default_systems, model_and_inputs
from usiran.inference.eval_results import FILE
from usiran.inference.store import INFO, load
from usiran.inference.train import model_files

__all__ = ["bench"]

BEST = {"stance": "tfidf-nb", "holder": "tfidf-nb", "actors": "tagger-gazetteer"}
BEST |= {"events": "filtered-lexicon", "roles": "role-pairs", "affiliation": "tagger-gazetteer"}
# No passage of the companion tells who an actor is.
LINKED = {"linking": "alias-context"}


def test_the_best_of_the_track_is_the_default_whatever_peers_and_controls_score(
    bench: MakeBench,
) -> None:
    other = track(bench(sentences=4))
    ran = run_pairs(other, ("holder", "tfidf-nb"))
    (first,) = ran.values()

    def stored(task: str, system: str, score: float, kind: str = "sentence model") -> None:
        result = msgspec.structs.replace(
            first.result, task=task, system=system, score=score, kind=kind,
            gold_sha256=other.golds[task].sha256, headline=other.golds[task].task.headline,
            scores={key: score for key, _ in other.golds[task].task.columns}
            | {other.golds[task].task.headline: score},
        )  # fmt: skip
        ran[system, task] = msgspec.structs.replace(first, result=result)

    for task, system in BEST.items():
        stored(task, system, 0.7)
    stored("stance", "attitudes", 0.6)
    stored("stance", "minilm", 0.9, "peer")
    stored("stance", "shuffled-within", 0.9, "control")
    plain = dict(ran)
    for task, system in LINKED.items():
        stored(task, system, 0.7)
        of_track = ran.pop((system, task))
        unset = dict.fromkeys(("track", "companion_sha256"), msgspec.UNSET)
        official = msgspec.structs.replace(of_track.result, **unset)
        plain[system, task] = msgspec.structs.replace(of_track, result=official)
    results = {"": plain, other.track: ran}
    assert default_systems(other, results) == BEST | LINKED
    del ran["filtered-lexicon", "events"]
    with pytest.raises(FileError, match=r"no result on events.*--with synthetic --task events"):
        default_systems(other, results)


def test_a_model_and_its_card_say_that_it_learned_invented_sentences(
    bench: MakeBench, tmp_path: Path
) -> None:
    made = bench(sentences=6)
    told: list[str] = []
    files = model_files(track(made), "holder", "tfidf-nb", say=told.append)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    info = load(tmp_path).info
    assert (info.track, info.companion_sentences, info.sentences) == ("with-synthetic", 18, 30)
    card = files["README.md"].decode("utf-8")
    assert "**It was trained with invented sentences besides:** 18 sentences" in card
    assert FILE not in files
    assert told == []
    plain = model_files(made, "holder", "tfidf-nb")
    assert "invented" not in plain["README.md"].decode("utf-8")
    assert "companion" not in plain[INFO].decode("utf-8")
    assert plain["model.skops"] != files["model.skops"]


def test_one_path_is_an_input_for_the_default_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = Path("models/stance")
    assert model_and_inputs([str(model), "texts", "-"]) == (model, ["texts", "-"])
    with pytest.raises(FileError, match="usiran train --defaults --output models"):
        model_and_inputs(["texts"])
    model.mkdir(parents=True)
    (model / INFO).write_text("{}")
    assert model_and_inputs(["texts"]) == (Path("models"), ["texts"])
    with pytest.raises(FileError, match="nothing to label"):
        model_and_inputs([str(model)])
