"""Canonical records: without the articles' text, the same bytes for the same rows."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
import pytest

from tests.support.releasable import FIRST, ONE, releasable
from tests.support.tiny import SCHEME
from usiran.corpus import Corpus
from usiran.dataset.release.snapshot import (
    TABLES,
    Records,
    content_hash,
    corpus_records,
    from_lines,
    label_counts,
    records_of,
    table_hash,
    to_lines,
)
from usiran.errors import FileError
from usiran.loading.tables import load_tables
from usiran.schemas.tables import MODELS


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return releasable(tmp_path_factory.mktemp("records") / "corpus")


@pytest.fixture(scope="module")
def records(corpus: Corpus) -> Records:
    return corpus_records(corpus)


def test_every_table_of_the_data_has_records_and_the_label_scheme_too() -> None:
    benchmark = {"predictions", "results"}
    assert set(TABLES) == set(MODELS) - benchmark | {"labels"}


def test_a_record_holds_its_row_and_is_named_by_its_key(records: Records, corpus: Corpus) -> None:
    row = load_tables(corpus)["stance"].set_index("sentence_id").loc[FIRST]
    record = records["stance"][FIRST]
    assert record["holder"] == row["holder"]
    assert record["stance_votes"] == list(row["stance_votes"])
    assert (record["start"], record["end"]) == (row["start"], row["end"])
    assert records["labels"]["stance neutral"]["number"] == 2
    assert records["votes"][f"holder {FIRST} {row['holder']}"]["votes"] == 1


def test_no_record_holds_text_of_an_article(records: Records, corpus: Corpus) -> None:
    text = corpus.article(ONE).read_text("utf-8")
    sentences = [line for line in text.splitlines() if line]
    lines = b"".join(map(to_lines, records.values())).decode()
    assert sentences
    assert not [line for line in sentences if line in lines]
    assert not [name for name in records if "text" in next(iter(records[name].values()), {})]
    assert len(str(records["articles"][ONE]["text_sha256"])) == 64


def test_an_edit_of_the_contrast_set_is_told_by_its_hash() -> None:
    frames = {name: pd.DataFrame(columns=list(MODELS[name].to_schema().columns)) for name in MODELS}
    row = {
        "contrast_id": "a#001~1", "sentence_id": "a#001", "edit": "negate-event",
        "text": "No one came.", "stance": "neutral", "holder": "author",
    }  # fmt: skip
    frames["contrast"] = pd.DataFrame([row])
    told = {key: value for key, value in row.items() if key != "text"}
    digest = hashlib.sha256(b"No one came.").hexdigest()
    assert records_of(frames, SCHEME)["contrast"] == {"a#001~1": told | {"text_sha256": digest}}


def test_lines_are_read_back_as_they_were(records: Records) -> None:
    for name, table in records.items():
        assert from_lines(name, to_lines(table), file=name) == table


def test_equal_records_have_one_hash_whatever_their_order(records: Records) -> None:
    turned = {
        name: {key: dict(reversed(row.items())) for key, row in reversed(list(table.items()))}
        for name, table in reversed(list(records.items()))
    }
    assert content_hash(turned) == content_hash(records)
    assert table_hash(turned["stance"]) == table_hash(records["stance"])


def test_another_value_gives_another_hash(records: Records) -> None:
    turned = {**records["stance"][FIRST], "holder": "nobody"}
    other = {**records, "stance": {**records["stance"], FIRST: turned}}
    assert content_hash(other) != content_hash(records)


def test_the_hash_of_a_table_is_that_of_its_lines() -> None:
    # printf '{"article_id":"a-1","fold":0}\n' | sha256sum
    expected = "5abadd5a19b53185b30df69c1322f5a8"
    assert table_hash({"a-1": {"fold": 0, "article_id": "a-1"}}).startswith(expected)


def test_labels_are_counted_over_the_gold(records: Records, corpus: Corpus) -> None:
    counts = label_counts(records)
    frames = load_tables(corpus)
    assert counts["stance.stance"] == frames["stance"]["stance"].value_counts().to_dict()
    assert counts["events.quad"] == frames["events"]["quad"].value_counts().to_dict()
    assert sum(counts["stance.grounds"].values()) == sum(map(len, frames["stance"]["grounds"]))
    assert counts["contrast.stance"] == {}


@pytest.mark.parametrize("line", [b"[]", b"{", b'{"fold":0}', b"\xff"])
def test_a_line_that_is_no_record_is_named(line: bytes) -> None:
    content = json.dumps({"span_id": "a@actor:0-1"}).encode() + b"\n" + line
    with pytest.raises(FileError, match=r"x\.jsonl: found 'line 2: .*with span_id"):
        from_lines("actors", content, file="x.jsonl")


def test_a_missing_value_is_left_out(records: Records) -> None:
    assert "published" not in records["articles"][ONE]
    assert "target" not in next(iter(records["votes"].values()))
