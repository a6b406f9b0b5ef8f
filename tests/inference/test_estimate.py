"""Claims about estimates from labelled texts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.benches import MakeBench, bench
from tests.support.command import call
from usiran.benchmark.run import Benchmark, evaluate
from usiran.benchmark.write_results import publish
from usiran.errors import FileError
from usiran.inference.estimate import dyads_by_article, estimate, tracks_of
from usiran.stats.quantification import adjusted_shares
from usiran.tasks.base import objects
from usiran.tasks.links import Link

__all__ = ["bench"]

STANCES = ("pro-US", "pro-Iran", "neutral")
SYSTEMS = {"stance": "tfidf-nb", "roles": "role-pairs", "affiliation": "tagger"}


def predicted(folder: Path, tasks: tuple[str, ...] = tuple(SYSTEMS)) -> Path:
    """A folder of predictions in two parts: 30 texts of 4 sentences, and two dyads."""
    models = [{"task": task, "system": SYSTEMS[task]} for task in tasks]
    (folder / "stance").mkdir(parents=True)
    (folder / "dyads").mkdir()
    (folder / "job.json").write_text(json.dumps({"models": models, "form": "parquet"}))
    for part in range(2):
        texts = [f"t{part}-{text}" for text in range(15) for _ in range(4)]
        labels = [STANCES[(i * i) % 3] for i in range(60)]
        rows = {"article_id": texts, "stance": labels}
        pq.write_table(pa.table(rows), folder / "stance" / f"part-{part:05d}.parquet")
        dyads = [
            {"article_id": f"t{part}-0", "agent_affiliation": "US", "recipient_affiliation": "IRAN",
             "quad": "material conflict", "events": 3},
            {"article_id": f"t{part}-1", "agent_affiliation": "", "recipient_affiliation": "US",
             "quad": "material conflict", "events": 1},
        ]  # fmt: skip
        pq.write_table(pa.Table.from_pylist(dyads), folder / "dyads" / f"part-{part:05d}.parquet")
    return folder


@pytest.fixture
def made(bench: MakeBench) -> Benchmark:
    made = bench(sentences=6)
    pairs = [("stance", "tfidf-nb"), ("roles_end_to_end", "role-pairs"), ("affiliation", "tagger")]
    publish(
        made,
        {(system, task): evaluate(made, task, system, seed=0, draws=100) for task, system in pairs},
    )
    return made


def test_shares_are_adjusted_by_the_confusions_of_the_held_out_articles(
    made: Benchmark, tmp_path: Path
) -> None:
    folder = predicted(tmp_path / "out", ("stance",))
    estimates = estimate({"": made}, folder, draws=100, seed=0)
    told = {share.label: share for share in estimates.shares}
    gold = made.golds["stance"]
    assert tuple(told) == gold.task.labels
    result = evaluate(made, "stance", "tfidf-nb", seed=0, draws=100).result
    assert result.confusion is not None
    counts = np.array([told[label].sentences for label in gold.task.labels], dtype=float)
    assert counts.sum() == 120
    expected = adjusted_shares(np.array(result.confusion.cells), counts)
    for label, share in zip(gold.task.labels, expected, strict=True):
        row = told[label]
        assert row.counted == row.sentences / 120
        assert row.estimated == pytest.approx(share)
        assert row.low <= row.high
    assert estimates.dyads == ()
    assert estimates.missing == ("dyads: no model of roles labelled the texts",)


def test_an_event_counts_once_in_every_dyad_of_its_article(made: Benchmark) -> None:
    links, sides = made.golds["roles_end_to_end"], made.golds["affiliation"]
    both = objects(
        tuple(Link(role, *link[1:]) for link in values for role in ("agent", "agent", "recipient"))
        for values in links.values
    )
    quads = made.golds["events"].task.groups
    counts = dyads_by_article(links, both, sides, sides.values, quads)
    article = links.article_ids[0]
    of_sentence = zip(links.values[links.articles == article], sides.values, strict=False)
    expected = Counter(
        (side.label, side.label, quads[link.event.label])
        for values, (side, *_) in of_sentence
        for link in values
    )
    assert counts[article] == expected
    # As synthetic tables have it, no event has both roles.
    assert dyads_by_article(links, links.values, sides, sides.values, quads) == {}


def test_dyads_of_which_no_ratio_is_known_are_counted_alone(
    made: Benchmark, tmp_path: Path
) -> None:
    estimates = estimate({"": made}, predicted(tmp_path / "out"), draws=100, seed=0)
    assert [(row.agent_affiliation, row.counted) for row in estimates.dyads] == [("", 2), ("US", 6)]
    assert {(ratio.true, ratio.predicted) for ratio in estimates.ratios} == {(0, 0)}
    assert {row.estimated for row in estimates.dyads} == {None}


def test_a_model_without_a_result_on_the_present_gold_names_the_command(
    bench: MakeBench, tmp_path: Path
) -> None:
    folder = predicted(tmp_path / "out", ("stance",))
    with pytest.raises(FileError, match="benchmark run --task stance --system tfidf-nb"):
        estimate({"": bench(sentences=6)}, folder, draws=100, seed=0)


@pytest.mark.parametrize("content", [None, b"{", b'{"models": 3}'])
def test_what_is_no_folder_of_predictions_is_one_line(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "job.json").write_bytes(content)
    with pytest.raises(FileError, match=r"job\.json"):
        tracks_of(tmp_path)
    done = call("estimate", tmp_path, at=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
