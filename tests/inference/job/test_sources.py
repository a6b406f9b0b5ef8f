"""Claims about what may be named as input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.dataset
import pytest
from huggingface_hub import HfApi

from tests.support.hub import User, serving
from tests.support.jobs import rows, write
from tests.support.publisher import environment
from usiran.errors import FileError
from usiran.inference.job.readers import Columns, read
from usiran.inference.job.sources import Source, sources_of


def named(*inputs: object, stdin: Path = Path("stdin")) -> list[Source]:
    return sources_of([str(word) for word in inputs], stdin)


def test_files_are_read_once_and_in_order(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", [{"id": name, "text": "x"} for name in ("b", "a")])
    (only,) = named(folder, folder / "a.txt")
    assert [file.name for file in only.files] == ["a", "b"]
    assert only.file == f"{folder / 'a.txt'} and 1 more"


def test_a_folder_s_texts_are_told_whatever_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.TXT").write_text("They left.")
    (tmp_path / "b.txt").symlink_to("nothing")
    (tmp_path / "c.md").write_text("no text")
    (only,) = named(tmp_path)
    assert [file.name for file in only.files] == ["a", "b"]
    assert [bool(row.error) for row in read(only, Columns())] == [False, True]


def test_inputs_of_one_name_give_their_texts_different_ids(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "t.jsonl", rows(1))
        write(tmp_path / folder / "in", rows(1))
    sources = named(*(tmp_path / f / "t.jsonl" for f in "xy"), *(tmp_path / f / "in" for f in "xy"))
    assert [source.name for source in sources[:2]] == ["t", "t-2"]
    assert [file.name for file in sources[2].files] == ["t-0", "t-0-2"]


def test_each_split_of_a_saved_dataset_is_an_input(tmp_path: Path) -> None:
    import datasets

    splits = {name: datasets.Dataset.from_list(rows(1)) for name in ("train", "test")}
    datasets.DatasetDict(splits).save_to_disk(tmp_path / "d")
    assert [(source.file, source.name) for source in named(tmp_path / "d")] == [
        (f"{tmp_path / 'd'}[train]", "d-train"), (f"{tmp_path / 'd'}[test]", "d-test"),
    ]  # fmt: skip


@pytest.mark.parametrize(("content", "kind"), [(' \n{"text": 1}', "jsonl"), ("They left", "lines")])
def test_standard_input_is_json_or_lines(tmp_path: Path, content: str, kind: str) -> None:
    (tmp_path / "piped").write_text(content)
    (piped,) = named("-", stdin=tmp_path / "piped")
    assert (piped.kind, piped.file, piped.name) == (kind, "-", "stdin")


def test_a_file_of_the_hub_is_of_the_kind_of_its_ending() -> None:
    (file,) = named("hf://datasets/lab/news@v1/data/train.parquet")
    assert (file.kind, file.name) == ("parquet", "train")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("t.docx", "the ending '.docx'"),
        ("none.txt", "no such file"),
        ("empty", "a folder without .txt files"),
        ("hf://datasets/news", "no address of a dataset"),
        ("hf://datasets/lab/news/a.docx", "the ending '.docx'"),
    ],
)
def test_what_is_no_input_is_told_with_what_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.docx").touch()
    Path("empty").mkdir()
    with pytest.raises(FileError, match=message) as caught:
        named(word)
    assert "hf://datasets/ORG/NAME" in str(caught.value)
    assert "\n" not in str(caught.value)


# The client's own way of sending a file.
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_a_file_of_the_hub_is_fetched_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write(tmp_path / "t.jsonl", rows(2)).read_bytes()
    with serving(ann=User("ann", ("lab",))) as hub:
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        for name, value in (
            ("HF_HUB_DISABLE_XET", True),
            ("ENDPOINT", hub.url),
            ("HUGGINGFACE_CO_URL_TEMPLATE", template),
            ("HF_HUB_CACHE", str(tmp_path / "cache")),
            ("AGENT_HARNESSES_PATH", str(tmp_path / "agents.json")),
        ):
            monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
        client = HfApi(endpoint=hub.url, token="ann")
        client.create_repo("lab/news", repo_type="dataset")
        client.upload_file(path_or_fileobj=content, path_in_repo="data/t.jsonl",
                           repo_id="lab/news", repo_type="dataset")  # fmt: skip
        (source,) = named("hf://datasets/lab/news/data/t.jsonl")
        assert [row.text for row in read(source, Columns())] == [row["text"] for row in rows(2)]
        (missing,) = named("hf://datasets/lab/news/none.jsonl")
        with pytest.raises(
            FileError, match=r"hf://datasets/lab/news/none.jsonl: found '404"
        ) as told:
            list(read(missing, Columns()))
        assert "\n" not in str(told.value)


@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_a_whole_dataset_of_the_hub_is_labelled(trained: Path, tmp_path: Path) -> None:
    with serving(ann=User("ann", ("lab",))) as hub:
        client = HfApi(endpoint=hub.url, token="ann")
        client.create_repo("lab/news", repo_type="dataset")
        for split, first in (("train", 0), ("test", 2)):
            file = write(tmp_path / f"{split}.jsonl", rows(4)[first : first + 2])
            client.upload_file(path_or_fileobj=file, path_in_repo=f"data/{split}.jsonl",
                               repo_id="lab/news", repo_type="dataset")  # fmt: skip
        words = ("predict", str(trained), "hf://datasets/lab/news", "--output", "out", "--quiet")
        subprocess.run(
            [sys.executable, "-c", "from usiran.cli.main import main; main()", *words],
            cwd=tmp_path,
            env=environment(hub.url, tmp_path / "home"),
            check=True,
        )
    articles = pyarrow.dataset.dataset(tmp_path / "out/articles").to_table()
    assert sorted(articles["article_id"].to_pylist()) == [row["id"] for row in rows(4)]
    inputs = json.loads((tmp_path / "out/job.json").read_bytes())["inputs"]
    assert [row["file"] for row in inputs] == [
        f"hf://datasets/lab/news[{split}]" for split in ("train", "test")
    ]
