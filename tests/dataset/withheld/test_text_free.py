"""The text-free edition: every config, no wording, and an offset for everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import msgspec
import pytest

from tests.support.command import call, tree
from usiran.corpus import Corpus
from usiran.dataset.parquet import from_bytes
from usiran.dataset.withheld.fingerprints import fill, normal, words
from usiran.dataset.withheld.text_free import leaks
from usiran.loading.tables import load_tables
from usiran.text.articles import Texts, read_texts, sha256
from usiran.text.ngrams import SharedRuns
from usiran.text.standoffs import Standoff, template

Files = dict[str, bytes]


def read(folder: Path) -> Files:
    """Return every file of an edition."""
    names = {path: path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    return {name: path.read_bytes() for path, name in names.items() if path.is_file()}


# The registry holds what actors are called, names and no wording; the companion's words are the
# project's own.
OWN = ("data/actors/", "data/synthetic/")


@pytest.fixture(scope="module")
def files(edition: Path) -> Files:
    return read(edition)


@pytest.fixture(scope="module")
def texts(described: Corpus) -> Texts:
    return read_texts(described)


def rows(files: Files, config: str) -> list[dict[str, Any]]:
    (name,) = (name for name in files if name.startswith(f"data/{config}/"))
    return list(from_bytes(files[name]).to_pylist())


def values(value: object) -> list[str]:
    """Return every text inside rows; a list of texts also as one."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in values(item)]
    if isinstance(value, list):
        strings = [item for item in value if isinstance(item, str)]
        joined = [" ".join(strings)] if value and len(strings) == len(value) else []
        return joined + [text for item in value for text in values(item)]
    return [value] if isinstance(value, str) else []


def runs(text: str) -> set[str]:
    """Return every five words that blanks part."""
    parts = text.lower().split()
    return {" ".join(parts[at : at + 5]) for at in range(len(parts) - 4)}


def test_no_five_words_in_a_row_of_any_article_stand_in_any_file(
    repo_edition: Path, repo: Corpus
) -> None:
    files, texts = read(repo_edition), read_texts(repo)
    known = {run for text in texts.texts.values() for run in runs(text)}
    for name, content in files.items():
        parquet = name.endswith(".parquet")
        contents = values(from_bytes(content).to_pylist()) if parquet else [content.decode("utf-8")]
        for value in () if name.startswith(OWN) else contents:
            assert not runs(value) & known, name
    # More strictly: whatever stands between the words. Ids are names, and so is the registry.
    names = [*texts.texts, *load_tables(repo)["registry"]["actor_id"]]
    worded = {name: data for name, data in files.items() if not name.startswith(OWN)}
    assert list(leaks(worded, SharedRuns(texts.texts.values(), names))) == []


def test_wording_that_was_left_in_would_be_found(
    files: Files, described: Corpus, texts: Texts
) -> None:
    text = next(iter(texts.texts.values()))
    broken = {"README.md": f"It says {' - '.join(text.upper().split()[7:13])}.".encode()}
    name = "data/articles/train-00000-of-00001.parquet"
    broken[name] = (described.dataset / name).read_bytes()
    found = {name for name, _ in leaks(files | broken, SharedRuns([text]))}
    assert found == set(broken)


@pytest.mark.parametrize(
    "config", ["stance", "spans", "articles", "annotations", "contrast", "prompts"]
)
def test_every_config_loads_with_the_rows_and_features_of_the_full_edition(
    edition: Path, described: Corpus, config: str, tmp_path: Path
) -> None:
    without, complete = (
        datasets.load_dataset(str(folder), config, cache_dir=str(tmp_path / folder.name))
        for folder in (edition, described.dataset)
    )
    assert set(without) == set(complete)
    assert all(without[split].features == complete[split].features for split in without)
    pairs = ((bare, row) for split in without
             for bare, row in zip(without[split], complete[split], strict=True))  # fmt: skip
    for bare, row in pairs:
        for name, value in row.items():
            if name == "text":
                assert bare[name] == "_" * len(value)
            elif name == "tokens":
                assert bare[name] == ["_" * len(token) for token in value]
            elif name == "text_status":
                assert bare[name] == "withheld"
            elif name in ("title", "note"):
                assert bare[name] in (value, "_" * len(value or ""))
            elif name in ("before", "after"):
                assert bare[name] == value | {"text": "_" * len(value["text"])}
            elif name not in ("actors", "events"):
                assert bare[name] == value
            else:
                masked = [span | {"text": "_" * len(span["text"])} for span in value]
                assert bare[name] == masked


def test_headlines_are_withheld_and_short_facts_are_not(repo_edition: Path, repo: Corpus) -> None:
    files = read(repo_edition)
    known = {row["article_id"]: row for row in load_tables(repo)["articles"].to_dict("records")}
    for row in rows(files, "articles"):
        title = known[row["article_id"]]["title"]
        if isinstance(title, str):
            assert row["title"] == "_" * len(title)
        assert row["text_sha256"] == known[row["article_id"]]["text_sha256"]
        assert row["article_id"] in files["README.md"].decode("utf-8")
    assert {row["publisher"] for row in rows(files, "articles")} == {
        value if isinstance(value, str) else None
        for value in load_tables(repo)["articles"]["publisher"]
    }


def test_the_restore_data_are_hashes_and_marks(files: Files, texts: Texts) -> None:
    for article_id, text in texts.texts.items():
        known = msgspec.json.decode(files[f"restore/articles/{article_id}.json"], type=Standoff)
        assert known.text_sha256 == sha256(text)
        assert known.template == template(text)
        assert list(known.sentences) == [row.sentence_id for row in texts.sentences[article_id]]
        for row in texts.sentences[article_id]:
            sentence, parts = known.sentences[row.sentence_id], words(texts.text_of(row))
            places = (sentence.start, sentence.end, sentence.words)
            assert places == (row.start, row.end, len(parts))
            assert sentence.sha256 == sha256(texts.text_of(row))
            assert sentence.first == sha256(" ".join(word.key for word in parts[:3]))


def test_the_card_and_the_licence_say_what_is_missing_and_how_to_put_it_back(
    files: Files,
) -> None:
    for name in ("README.md", "LICENSE.md"):
        page = files[name].decode("utf-8")
        assert "> **Text-free edition.** " in page
        assert "usiran restore DIR --articles FOLDER" in page


def test_the_normal_form_leaves_out_marks_and_keeps_letters() -> None:
    one = "The U.S.–led “coalition”…  said\u00a0it’s co\u00adoperating, cafe\u0301 ﬁne."
    other = '\ufeffThe U.S.-led "coalition"...\r\nsaid it\'s cooperating: café fine'
    assert normal(words(one)) == normal(words(other))
    assert normal(words("The us")) != normal(words("The US"))
    assert template("Mr. O’Neil’s 3½ tons\n") == "__. _’____’s __ ____\n"


def test_a_template_is_filled_with_what_has_the_hash_and_nothing_else() -> None:
    text = "A cafe\u0301 in “Basra”."
    assert fill(template(text), words('a café in "Basra"'), sha256(text)) is None
    assert fill(template(text), words('A café in "Basra"'), sha256(text)) == text
    assert fill(template(text), words("A café in"), sha256(text)) is None
    assert fill("…", [], sha256("…")) == "…"


def test_the_command_writes_the_edition_once(
    files: Files, described: Corpus, tmp_path: Path
) -> None:
    done = call("build", "--text", "withhold", "--output", tmp_path / "out", at=described)
    assert done.code == 0, done.err
    there = tree(tmp_path / "out")
    assert there.keys() == files.keys()
    again = call("build", "--text", "withhold", "--output", tmp_path / "out", at=described)
    assert (again.code, again.out) == (1, "")
    assert "a folder that is there already" in again.err
    assert tree(tmp_path / "out") == there


@pytest.mark.parametrize(
    "options", [["--text", "withhold"], ["--text", "withhold", "--check"], ["--output", "x"]]
)
def test_options_that_do_not_go_together(described: Corpus, options: list[str]) -> None:
    assert call("build", *options, at=described).code == 2


def test_the_companion_keeps_its_words(repo: Corpus, repo_edition: Path) -> None:
    name = "data/synthetic/train-00000-of-00001.parquet"
    assert (repo_edition / name).read_bytes() == (repo.dataset / name).read_bytes()
