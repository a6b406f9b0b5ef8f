"""The published dataset: built, loaded back, the same twice, and as committed."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest
import yaml

import usiran
from tests.support.command import call, run, tree
from usiran.corpus import Corpus
from usiran.dataset.parquet import content_hash
from usiran.errors import InputError
from usiran.text.tokens import Token, from_bio

CONFIGS = {
    "stance": "train", "spans": "train", "articles": "train", "annotations": "train",
    "actors": "train", "events": "train", "contrast": "test",
}  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def loaded(repo: Corpus, cache: str) -> dict[str, datasets.Dataset]:
    return {
        name: datasets.load_dataset(str(repo.dataset), name, split=split, cache_dir=cache)
        for name, split in CONFIGS.items()
    }


def test_a_second_build_changes_no_byte(built: Corpus) -> None:
    before = tree(built.root)
    done = run("build", at=built)
    assert done.code == 0, done.err
    assert done.out == ""
    assert tree(built.root) == before


def test_a_build_makes_anew_what_was_lost_and_removes_what_is_stale(built: Corpus) -> None:
    before = tree(built.root)
    (built.dataset / "README.md").unlink()
    (built.annotation / "spans.xml").write_text("<View/>")
    (built.data / "stance" / "old.parquet").write_bytes(b"PAR1")
    checked = call("build", "--check", at=built)
    assert checked.code == 1
    assert [line.split(": ")[0] for line in checked.err.splitlines() if "to mend" in line] == [
        "annotation/spans.xml", "dataset/README.md", "dataset/data/stance/old.parquet",
    ]  # fmt: skip
    assert call("build", "--quiet", at=built).code == 0
    assert tree(built.root) == before


def test_nothing_is_built_from_a_corpus_with_findings(built: Corpus) -> None:
    (built.source / "folds.csv").write_text("article_id,fold\n")
    before = tree(built.root)
    done = call("build", at=built)
    assert done.code == 1
    assert "folds.csv" in done.err
    assert tree(built.root) == before


def test_the_default_config_is_stance(repo: Corpus, tmp_path: object) -> None:
    loaded = datasets.load_dataset(str(repo.dataset), cache_dir=str(tmp_path))
    assert loaded["train"].column_names[:3] == ["sentence_id", "article_id", "fold"]
    assert loaded["train"].num_rows == 161


def test_usiran_load_does_the_same(loaded: dict[str, datasets.Dataset], repo: Corpus) -> None:
    assert usiran.load("spans", corpus=repo.articles)["train"][7] == loaded["spans"][7]
    with pytest.raises(
        InputError,
        match="one of actors, annotations, articles, contrast, events, prompts, spans, stance",
    ):
        usiran.load("stances", corpus=repo.root)


def test_offsets_lead_into_the_article(loaded: dict[str, datasets.Dataset]) -> None:
    texts = {row["article_id"]: row["text"] for row in loaded["articles"]}
    for row in loaded["spans"]:
        text = texts[row["article_id"]]
        assert text[row["start"] : row["end"]] == row["text"]
        for span in (*row["actors"], *row["events"]):
            assert text[span["start"] : span["end"]] == span["text"]
            assert row["start"] <= span["start"] < span["end"] <= row["end"]


def test_bio_tags_are_the_spans(loaded: dict[str, datasets.Dataset]) -> None:
    features = loaded["spans"].features
    for row in loaded["spans"]:
        places = zip(row["token_starts"], row["token_ends"], row["tokens"], strict=True)
        tokens = [Token(*place) for place in places]
        for field in ("actor", "event"):
            names = features[f"{field}_tags"].feature
            kinds = features[f"{field}s"].feature["type"]
            tags = [names.int2str(tag) for tag in row[f"{field}_tags"]]
            expected = [(s["start"], s["end"], kinds.int2str(s["type"])) for s in row[f"{field}s"]]
            assert [tuple(span) for span in from_bio(tokens, tags)] == expected


def test_roles_name_actors_of_the_same_article(loaded: dict[str, datasets.Dataset]) -> None:
    for row in loaded["articles"]:
        actors = {span["span_id"] for span in row["actors"]}
        for event in row["events"]:
            assert set(event["agents"]) | set(event["recipients"]) <= actors


def test_the_card_says_of_every_config_what_its_files_hold(repo: Corpus) -> None:
    _, front, _ = (repo.dataset / "README.md").read_text("utf-8").split("---\n", 2)
    document = yaml.safe_load(front)
    assert [one["config_name"] for one in document["configs"]] == [*CONFIGS, "prompts", "synthetic"]
    for config, info in zip(document["configs"], document["dataset_info"], strict=True):
        paths = [
            path for files in config["data_files"] for path in repo.dataset.glob(files["path"])
        ]
        tables = list(map(pq.read_table, paths))
        splits = zip([files["split"] for files in config["data_files"]], tables, strict=True)
        assert info["splits"] == [
            {"name": split, "num_bytes": table.nbytes, "num_examples": table.num_rows}
            for split, table in splits
        ]
        assert info["download_size"] == sum(path.stat().st_size for path in paths)
        assert config["version"] == repo.manifest.version
        assert all(content_hash(table)[:16] in config["description"] for table in tables)
        if config["config_name"] in CONFIGS:
            assert [one["name"] for one in info["splits"]] == [CONFIGS[config["config_name"]]]


def test_every_annotation_is_published(loaded: dict[str, datasets.Dataset]) -> None:
    rows = loaded["annotations"]
    names = rows.features["layer"]
    for annotator_id in ("lm-first", "lm-a", "op-b", "core-c"):
        mine = rows.filter(lambda row, who=annotator_id: row["annotator_id"] == who)
        layers = [names.int2str(layer) for layer in mine["layer"]]
        assert layers.count("stance") == layers.count("holder") == 161
        assert layers.count("article_stance") == 5


def test_the_datasheets_figures_are_the_datas(repo: Corpus) -> None:
    sheet = (repo.root / "DATASHEET.md").read_text("utf-8").replace("\n", " ")
    articles = usiran.load("articles", corpus=repo.root)["train"]
    zones = articles.features["sentences"].feature["zone"]
    all_zones = [zones.int2str(s["zone"]) for row in articles for s in row["sentences"]]
    scored = len(all_zones) - all_zones.count("boilerplate")
    assert (
        f"There are {len(articles)} articles with {len(all_zones)} sentences, of which {scored} "
        f"are labelled and scored; the other {len(all_zones) - scored} are boilerplate"
    ) in sheet


def test_a_build_as_json_is_one_document(built: Corpus) -> None:
    (built.dataset / "croissant.json").unlink()
    done = call("build", "--json", at=built)
    found = json.loads(done.out)
    assert found["changed"] == ["dataset/croissant.json"]
    assert found["rows"]["stance"] == 36


def test_the_companion_has_the_columns_of_stance_and_spans_and_no_fold(
    repo: Corpus, loaded: dict[str, datasets.Dataset], tmp_path: Path
) -> None:
    companion = datasets.load_dataset(
        str(repo.dataset), "synthetic", split="train", cache_dir=str(tmp_path)
    )
    both = {*loaded["stance"].features, *loaded["spans"].features}
    own = {"passage_id", "family_id", "family_kind", "register", "writer", "has_spans"}
    assert set(companion.features) == (both | own) - {"article_id", "fold", "text_status"}
    assert len(companion) == 800
    assert companion.features["stance"] == loaded["stance"].features["stance"]
    for row in companion:
        assert (row["actors"] is None) is (not row["has_spans"])
        for span in [*(row["actors"] or []), *(row["events"] or [])]:
            place = slice(span["start"] - row["start"], span["end"] - row["start"])
            assert row["text"][place] == span["text"]
