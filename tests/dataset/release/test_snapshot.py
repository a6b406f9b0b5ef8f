"""Canonical records: without the articles' text, the same bytes for the same rows."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
import pytest

from tests.support.releasable import FIRST, ONE
from tests.support.releasable import snapshot as snapshot_as_it_stands
from tests.support.tiny import SCHEME
from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.release.snapshot import (
    TABLES,
    Snapshot,
    content_hash,
    from_lines,
    label_counts,
    snapshot_of,
    table_hash,
    to_lines,
)
from usiran.errors import FileError
from usiran.schemas.tables import MODELS


@pytest.fixture(scope="module")
def snapshot(first_release: Corpus) -> Snapshot:
    return snapshot_as_it_stands(first_release)


def test_every_table_of_the_data_has_records_and_the_label_scheme_too() -> None:
    benchmark = {"predictions", "results"}
    assert set(TABLES) == set(MODELS) - benchmark - {"adjudication"} | {"labels"}


def test_affiliations_are_no_labels_that_a_release_counts(snapshot: Snapshot) -> None:
    fields = {str(row["field"]) for row in snapshot["labels"].values()}
    assert fields == {field.name for field in SCHEME.fields if field.labels} | {"quad"}


def test_a_record_holds_its_row_and_is_named_by_its_key(
    snapshot: Snapshot, first_release: Corpus
) -> None:
    row = loading.open(first_release).tables["stance"].set_index("sentence_id").loc[FIRST]
    record = snapshot["stance"][FIRST]
    assert record["holder"] == row["holder"]
    assert record["stance_votes"] == list(row["stance_votes"])
    assert (record["start"], record["end"]) == (row["start"], row["end"])
    assert snapshot["labels"]["stance neutral"]["number"] == 2
    assert snapshot["votes"][f"holder {FIRST} {row['holder']}"]["votes"] == 1


def test_no_record_holds_text_of_an_article(snapshot: Snapshot, first_release: Corpus) -> None:
    text = first_release.article(ONE).read_text("utf-8")
    sentences = [line for line in text.splitlines() if line]
    lines = b"".join(map(to_lines, snapshot.values())).decode()
    assert sentences
    assert not [line for line in sentences if line in lines]
    assert not [name for name in snapshot if "text" in next(iter(snapshot[name].values()), {})]
    assert len(str(snapshot["articles"][ONE]["text_sha256"])) == 64


def test_an_edit_of_the_contrast_set_is_told_by_its_hash() -> None:
    frames = {name: pd.DataFrame(columns=list(MODELS[name].columns)) for name in MODELS}
    row = {
        "contrast_id": "a#001~1", "sentence_id": "a#001",
        "text": "No one came.", "stance": "neutral", "holder": "author",
    }  # fmt: skip
    frames["contrast"] = pd.DataFrame([row])
    told = {key: value for key, value in row.items() if key != "text"}
    digest = hashlib.sha256(b"No one came.").hexdigest()
    assert snapshot_of(frames, SCHEME)["contrast"] == {"a#001~1": told | {"text_sha256": digest}}


def test_lines_are_read_back_as_they_were(snapshot: Snapshot) -> None:
    for name, table in snapshot.items():
        assert from_lines(name, to_lines(table), file=name) == table


def test_equal_records_have_one_hash_whatever_their_order(snapshot: Snapshot) -> None:
    turned = {
        name: {key: dict(reversed(row.items())) for key, row in reversed(list(table.items()))}
        for name, table in reversed(list(snapshot.items()))
    }
    assert content_hash(turned) == content_hash(snapshot)
    assert table_hash(turned["stance"]) == table_hash(snapshot["stance"])


def test_another_value_gives_another_hash(snapshot: Snapshot) -> None:
    turned = {**snapshot["stance"][FIRST], "holder": "nobody"}
    other = {**snapshot, "stance": {**snapshot["stance"], FIRST: turned}}
    assert content_hash(other) != content_hash(snapshot)


def test_the_hash_of_a_table_is_that_of_its_lines() -> None:
    # printf '{"article_id":"a-1","fold":0}\n' | sha256sum
    expected = "5abadd5a19b53185b30df69c1322f5a8"
    assert table_hash({"a-1": {"fold": 0, "article_id": "a-1"}}).startswith(expected)


def test_labels_are_counted_over_the_gold(snapshot: Snapshot, first_release: Corpus) -> None:
    counts = label_counts(snapshot)
    frames = loading.open(first_release).tables
    assert counts["stance.stance"] == frames["stance"]["stance"].value_counts().to_dict()
    assert counts["events.quad"] == frames["events"]["quad"].value_counts().to_dict()
    assert sum(counts["stance.grounds"].values()) == sum(map(len, frames["stance"]["grounds"]))
    assert counts["contrast.stance"] == {}


@pytest.mark.parametrize("line", [b"[]", b"{", b'{"fold":0}', b"\xff"])
def test_a_line_that_is_no_record_is_named(line: bytes) -> None:
    content = json.dumps({"span_id": "a@actor:0-1"}).encode() + b"\n" + line
    with pytest.raises(FileError, match=r"x\.jsonl: found 'line 2: .*with span_id"):
        from_lines("actors", content, file="x.jsonl")


def test_a_missing_value_is_left_out(snapshot: Snapshot) -> None:
    assert "published" not in snapshot["articles"][ONE]
    assert "target" not in next(iter(snapshot["votes"].values()))
