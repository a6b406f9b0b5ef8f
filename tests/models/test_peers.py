"""Claims about the peers, where they are installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.base import clone

from tests.support import synthetic
from usiran.benchmark.protocol import run
from usiran.errors import FileError
from usiran.models.embeddings import MiniLm, _content
from usiran.models.peers import CrfTagger, need


def test_a_peer_without_its_package_says_how_to_get_it() -> None:
    with pytest.raises(FileError, match=r"found 'no package no_such_package'.*usiran\[peers\]"):
        need(("json", "no_such_package"), "crf")
    need(("json",), "crf")


@pytest.mark.peers
@pytest.mark.parametrize("task", ["actors", "events"])
def test_the_crf_finds_a_planted_signal_in_articles_it_never_saw(task: str) -> None:
    gold = synthetic.gold(task, sentences=12)
    # Events are tagged by quad class, and then typed.
    model = CrfTagger(groups=dict(gold.task.groups), max_iterations=40)
    first, again = (run(model, gold).predictions.values.tolist() for _ in range(2))
    assert again == first
    right = sum(said == true for said, true in zip(first, gold.values, strict=True))
    assert right >= 0.95 * len(gold.values)
    assert clone(model).get_params() == model.get_params()


def test_a_model_file_of_other_content_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "some_weights").mkdir()
    with pytest.raises(FileError, match=r"model\.onnx: .*no such file.*extra 'peers'"):
        _content("some_weights", "model.onnx", "0" * 64)
    (tmp_path / "some_weights/model.onnx").write_bytes(b"other")
    with pytest.raises(FileError, match=r"found 'SHA-256 d9298a10.*allowed: SHA-256 0000"):
        _content("some_weights", "model.onnx", "0" * 64)


@pytest.mark.peers
@pytest.mark.filterwarnings("default")  # other people's imports warn
def test_embeddings_are_unit_length_and_do_not_depend_on_their_company() -> None:
    records = synthetic.gold("stance", sentences=2).records
    rows = MiniLm().fit(records).transform(records)
    assert rows.shape == (10, 384)
    assert (rows**2).sum(axis=1) == pytest.approx(1.0)
    assert MiniLm().transform(records.iloc[3:4])[0].tolist() == rows[3].tolist()
