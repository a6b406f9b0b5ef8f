"""The text-free edition: every config, no wording, and an offset for everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import msgspec
import pytest

from tests.support.command import run, tree
from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.build import make
from usiran.dataset.parquet import from_bytes
from usiran.dataset.withheld.edition import leaks, text_free_files
from usiran.dataset.withheld.fingerprints import Anchors, fill, normal, template, words
from usiran.loading.tables import load_tables
from usiran.text.articles import Texts, read_texts, sha256
from usiran.text.ngrams import Wording

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files(repo: Corpus) -> Files:
    return text_free_files(repo)


@pytest.fixture(scope="module")
def full(repo: Corpus) -> Files:
    made, root = make(loading.open(repo)).files, repo.dataset
    return {str(path.relative_to(root)): made[path] for path in made if root in path.parents}


def written(files: Files, root: Path) -> str:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return str(root)


@pytest.fixture(scope="module")
def texts(repo: Corpus) -> Texts:
    return read_texts(repo)


def rows(files: Files, config: str) -> list[dict[str, Any]]:
    (name,) = (name for name in files if name.startswith(f"data/{config}/"))
    return list(from_bytes(files[name]).to_pylist())


def values(value: object) -> list[str]:
    """Return every text inside rows; a list of texts also as one."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in values(item)]
    if isinstance(value, list):
        joined = [" ".join(value)] if value and all(isinstance(one, str) for one in value) else []
        return joined + [text for item in value for text in values(item)]
    return [value] if isinstance(value, str) else []


def test_no_five_words_in_a_row_of_any_article_stand_in_any_file(
    files: Files, texts: Texts, repo: Corpus
) -> None:
    runs = set()
    for text in texts.texts.values():
        parts = text.lower().split()
        runs |= {" ".join(parts[at : at + 5]) for at in range(len(parts) - 4)}
    for name, content in files.items():
        parquet = name.endswith(".parquet")
        told = values(from_bytes(content).to_pylist()) if parquet else [content.decode("utf-8")]
        for value in told:
            parts = value.lower().split()
            found = {" ".join(parts[at : at + 5]) for at in range(len(parts) - 4)}
            assert not found & runs, name
    # More strictly: whatever stands between the words. Ids are names.
    names = [*texts.texts, *load_tables(repo)["registry"]["actor_id"]]
    assert list(leaks(files, Wording(texts.texts.values(), names))) == []


def test_wording_that_was_left_in_would_be_found(files: Files, full: Files, texts: Texts) -> None:
    text = next(iter(texts.texts.values()))
    broken = {"README.md": f"It says {' - '.join(text.upper().split()[20:26])}.".encode()}
    broken |= {name: content for name, content in full.items() if name.startswith("data/art")}
    found = {name for name, _ in leaks(files | broken, Wording([text]))}
    assert found == set(broken)


@pytest.mark.parametrize("config", ["stance", "spans", "articles", "annotations"])
def test_every_config_loads_with_the_rows_and_features_of_the_full_edition(
    files: Files, full: Files, config: str, tmp_path: Path
) -> None:
    without, complete = (
        datasets.load_dataset(written(made, tmp_path / name), config, split="train",
                              cache_dir=str(tmp_path / "cache"))
        for name, made in (("without", files), ("complete", full))
    )  # fmt: skip
    assert without.features == complete.features
    for one, other in zip(without, complete, strict=True):
        for name, value in other.items():
            if name == "text":
                assert one[name] == "_" * len(value)
            elif name == "tokens":
                assert one[name] == ["_" * len(token) for token in value]
            elif name == "text_status":
                assert one[name] == "withheld"
            elif name in ("title", "note"):
                assert one[name] in (value, "_" * len(value or ""))
            elif name not in ("actors", "events"):
                assert one[name] == value
            else:
                masked = [span | {"text": "_" * len(span["text"])} for span in value]
                assert one[name] == masked


def test_headlines_are_withheld_and_short_facts_are_not(files: Files, repo: Corpus) -> None:
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
        known = msgspec.json.decode(files[f"restore/{article_id}.json"], type=Anchors)
        assert known.text_sha256 == sha256(text)
        assert known.template == template(text)
        assert list(known.sentences) == [row.sentence_id for row in texts.sentences[article_id]]
        for row in texts.sentences[article_id]:
            one, parts = known.sentences[row.sentence_id], words(texts.text_of(row))
            assert (one.start, one.end, one.words) == (row.start, row.end, len(parts))
            assert one.sha256 == sha256(texts.text_of(row))
            assert one.first == sha256(" ".join(word.key for word in parts[:3]))
            assert one.last == sha256(" ".join(word.key for word in parts[-3:]))


def test_the_card_says_what_is_missing_and_how_to_put_it_back(files: Files) -> None:
    card = files["README.md"].decode("utf-8")
    assert "> **Text-free edition.** " in card
    assert "usiran restore DIR --articles FOLDER" in card


def test_the_normal_form_leaves_out_marks_and_keeps_letters() -> None:
    one = "The U.S.–led “coalition”…  said\u00a0it’s co\u00adoperating, cafe\u0301 ﬁne."
    other = '\ufeffThe U.S.-led "coalition"...\r\nsaid it\'s cooperating: café fine'
    assert normal(words(one)) == normal(words(other))
    assert normal(words("The us")) != normal(words("The US"))
    assert template("Mr. O’Neil’s 3½ tons\n") == "__. _’____’_ __ ____\n"


def test_a_template_is_filled_with_what_has_the_hash_and_nothing_else() -> None:
    text = "A cafe\u0301 in “Basra”."
    assert fill(template(text), words('a café in "Basra"'), sha256(text)) is None
    assert fill(template(text), words('A café in "Basra"'), sha256(text)) == text
    assert fill(template(text), words("A café in"), sha256(text)) is None
    assert fill("…", [], sha256("…")) == "…"


def test_the_command_writes_the_edition_once(files: Files, repo: Corpus, tmp_path: Path) -> None:
    done = run("build", "--text", "withhold", "--output", tmp_path / "out", at=repo)
    assert done.code == 0, done.err
    there = tree(tmp_path / "out")
    assert there.keys() == files.keys()
    again = run("build", "--text", "withhold", "--output", tmp_path / "out", at=repo)
    assert (again.code, again.out) == (1, "")
    assert "a folder that is there already" in again.err
    assert tree(tmp_path / "out") == there


@pytest.mark.parametrize(
    "options", [["--text", "withhold"], ["--text", "withhold", "--check"], ["--output", "x"]]
)
def test_options_that_do_not_go_together(repo: Corpus, options: list[str]) -> None:
    assert run("build", *options, at=repo).code == 2
