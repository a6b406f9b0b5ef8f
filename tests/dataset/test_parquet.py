"""Claims about the published Parquet files: whatever reads Parquet reads them."""

from __future__ import annotations

import json

import pyarrow.parquet
import pytest
from datasets import ClassLabel, Features, load_dataset

from usiran.corpus import Corpus

FILES = ("stance", "spans", "articles", "annotations", "actors", "events", "contrast", "synthetic")


@pytest.mark.parametrize("config", FILES)
def test_the_names_of_coded_columns_stand_in_the_file(config: str, repo: Corpus) -> None:
    (path,) = (repo.data / config).glob("*.parquet")
    schema = pyarrow.parquet.read_schema(path)
    codes = json.loads(schema.metadata[b"codes"])
    features = Features.from_arrow_schema(schema)
    coded = {name: kind.names for name, kind in features.items() if isinstance(kind, ClassLabel)}
    assert coded.items() <= codes.items()
    if config == "spans":
        assert codes["actors[].type"] == list(features["actors"].feature["type"].names)
        assert codes["event_tags"][:2] == ["O", "B-AGREE"]


@pytest.mark.parametrize("config", FILES)
def test_no_feature_is_told_in_a_form_that_datasets_below_4_does_not_know(
    config: str, repo: Corpus
) -> None:
    (path,) = (repo.data / config).glob("*.parquet")
    told = json.loads(pyarrow.parquet.read_schema(path).metadata[b"huggingface"])
    assert '"List"' not in json.dumps(told)
    loaded = load_dataset("parquet", data_files=str(path), split="train")
    assert loaded.features == Features.from_arrow_schema(pyarrow.parquet.read_schema(path))


def test_a_list_of_labels_is_a_sequence_in_the_card(repo: Corpus) -> None:
    front = (repo.dataset / "README.md").read_text("utf-8").split("---\n")[1]
    assert "sequence:\n      class_label:" in front
    assert "list: " not in front


def test_the_card_says_what_each_integer_stands_for(repo: Corpus) -> None:
    card = (repo.dataset / "README.md").read_text("utf-8").partition("## Codes")[2]
    assert "| 0 pro-US, 1 pro-Iran, 2 neutral |" in card
    assert "`actors[].type`" in card
