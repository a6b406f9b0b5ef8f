"""Restoring: what a reader's copy proves comes back, and nothing else."""

from __future__ import annotations

import json
import os
import random
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import datasets
import pytest

from tests.support.command import call, tree
from tests.support.tiny import GAS
from usiran.corpus import Corpus
from usiran.dataset.parquet import from_bytes
from usiran.dataset.withheld.restore import restored_files
from usiran.dataset.withheld.restore_report import ArticleReport, Report
from usiran.dataset.withheld.text_free import PAGE_DATA
from usiran.errors import FileError, InputError
from usiran.loading.tables import load_tables
from usiran.text.articles import Texts, read_texts


@pytest.fixture(scope="module")
def texts(described: Corpus) -> Texts:
    return read_texts(described)


def longest(texts: Texts) -> str:
    """Return the article with the most paragraphs."""
    return max(texts.texts, key=lambda key: texts.texts[key].count("\n\n"))


def copies(folder: Path, texts: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_bytes(text.encode("utf-8"))
    return folder


def of(report: Report, article_id: str) -> ArticleReport:
    return next(one for one in report.articles if one.article_id == article_id)


def test_what_an_edition_lacks_is_told(repo_edition: Path, repo: Corpus, tmp_path: Path) -> None:
    edition = Path(shutil.copytree(repo_edition, tmp_path / "edition"))
    path = min((edition / "restore" / "articles").iterdir())
    path.unlink()
    with pytest.raises(InputError, match=rf"{path.name}: found 'no such file'"):
        restored_files(edition, repo.articles)
    os.mkfifo(path)
    with pytest.raises(InputError, match=rf"{path.name}: found 'a pipe or a device'"):
        restored_files(edition, repo.articles)
    path.unlink()
    path.write_bytes((repo_edition / "restore" / "articles" / path.name).read_bytes())
    (edition / "data/articles/train-00000-of-00001.parquet").write_bytes(b"PAR1PAR1")
    with pytest.raises(FileError, match=r"articles.*allowed: a Parquet file"):
        restored_files(edition, repo.articles)


def test_exact_copies_give_the_full_edition_byte_for_byte(
    repo_edition: Path, repo: Corpus, tmp_path: Path
) -> None:
    texts = read_texts(repo)
    folder = tmp_path / "mine"
    for number, text in enumerate(texts.texts.values()):
        (folder / str(number)).mkdir(parents=True)
        (folder / str(number) / f"copy {number}.txt").write_bytes(text.encode("utf-8"))
    files, report = restored_files(repo_edition, folder)
    assert {article.state for article in report.articles} == {"exact"}
    for name, content in files.items():
        if not name.startswith("restore/"):
            assert content == (repo.dataset / name).read_bytes(), name
    none = {"normalised": 0, "re-anchored": 0, "lost": 0}
    assert report.totals["articles"] == {"exact": len(texts.texts), **none}
    assert report.totals["sentences"] == {"exact": len(texts.by_id), **none}


PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "--", "…": "...",
                       "\u00a0": " "})  # fmt: skip


def curled(text: str) -> str:
    return text.replace("'", "’").replace(' "', " “").replace('"', "”").replace("-", "–")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.translate(PLAIN),
        curled,
        lambda text: "\ufeff" + text.replace("\n", "\r\n"),
        lambda text: unicodedata.normalize("NFKC", text.translate(PLAIN)),
        lambda text: "  " + "\n".join(" ".join(line.split()) for line in text.split("\n\n")),
        lambda text: text.replace("ment", "m\u00adent").replace(" ", "\u2009 "),
    ],
    ids=["plain marks", "curled marks", "CRLF and BOM", "NFKC", "blanks", "hyphens"],
)
def test_a_copy_with_other_marks_gives_the_very_text(
    edition: Path, texts: Texts, tmp_path: Path, change: Callable[[str], str]
) -> None:
    key = longest(texts)
    assert change(texts.texts[key]) != texts.texts[key]
    files, report = restored_files(
        edition, copies(tmp_path / "mine", {"b": change(texts.texts[key])})
    )
    one = of(report, key)
    assert (one.state, one.copy, one.lost) == ("normalised", "b.txt", ())
    row = article(files, key)
    assert row["text"] == texts.texts[key]
    assert row["text_status"] == "present"


def article(files: object, key: str) -> dict[str, object]:
    assert isinstance(files, dict)
    name = next(name for name in files if name.startswith("data/articles/"))
    return next(row for row in from_bytes(files[name]).to_pylist() if row["article_id"] == key)


def without_some(texts: Texts, key: str) -> tuple[str, set[str]]:
    """Return an article without every third paragraph, and the sentences that go with them."""
    text, kept, gone = texts.texts[key], [], set()
    at = 0
    for number, paragraph in enumerate(text.split("\n\n")):
        end = at + len(paragraph)
        if number % 3 == 1:
            gone |= {
                row.sentence_id for row in texts.sentences[key] if row.start < end and at < row.end
            }
        else:
            kept.append(paragraph)
        at = end + 2
    rest = "\n\n".join(kept)
    # A sentence that stands twice is still proven by its other place.
    repeated = {one for one in gone if " ".join(texts.text_of(texts.by_id[one]).split())
                in " ".join(rest.split())}  # fmt: skip
    return rest, gone - repeated


def test_dropped_paragraphs_are_lost_and_the_others_are_not(
    edition: Path, texts: Texts, tmp_path: Path
) -> None:
    key = longest(texts)
    rest, gone = without_some(texts, key)
    assert gone
    files, report = restored_files(edition, copies(tmp_path / "mine", {"b": rest}))
    one = of(report, key)
    assert (one.state, set(one.lost)) == ("re-anchored", gone)
    assert (one.sentences_lost, one.sentences) == (len(gone), len(texts.sentences[key]))
    name = next(name for name in files if name.startswith("data/spans/"))
    for row in from_bytes(files[name]).to_pylist():
        whole = texts.texts[row["article_id"]][row["start"] : row["end"]]
        known = row["article_id"] == key and row["sentence_id"] not in gone
        assert row["text"] == (whole if known else "_" * len(whole))
        assert row["text_status"] == ("present" if known else "withheld")
        for span in (*row["actors"], *row["events"]):
            words = texts.texts[row["article_id"]][span["start"] : span["end"]]
            assert span["text"] == (words if known else "_" * len(words))
    held = article(files, key)
    assert held["text_status"] == "withheld"
    assert all(mark in ("_", texts.texts[key][at]) for at, mark in enumerate(str(held["text"])))
    assert b"**Restored in part.**" in files["README.md"]


def test_reordered_paragraphs_are_found_where_they_stand(
    edition: Path, texts: Texts, tmp_path: Path
) -> None:
    key = longest(texts)
    paragraphs = texts.texts[key].split("\n\n")
    random.Random(3).shuffle(paragraphs)
    copy = "A line of the reader's own.\n\n" + "\n\n".join(paragraphs).translate(PLAIN)
    _, report = restored_files(edition, copies(tmp_path / "mine", {"b": copy}))
    one = of(report, key)
    assert one.state == "re-anchored"
    # A sentence that a paragraph's end breaks is in pieces now.
    broken = {row.sentence_id for row in texts.sentences[key] if "\n\n" in texts.text_of(row)}
    assert set(one.lost) <= broken
    spots = {spot.unit_id: copy[spot.start : spot.end] for spot in one.in_copy}
    for unit, words in spots.items():
        if "#" in unit:
            whole = texts.text_of(texts.by_id[unit])
        else:
            start, end = unit.rpartition(":")[2].split("-")
            whole = texts.texts[key][int(start) : int(end)]
        bare = "".join(char for char in words.translate(PLAIN) if char.isalnum())
        assert bare == "".join(char for char in whole.translate(PLAIN) if char.isalnum())
    assert len(spots) == one.sentences + one.spans - one.sentences_lost - one.spans_lost


def test_one_changed_word_costs_one_sentence(edition: Path, texts: Texts, tmp_path: Path) -> None:
    key = longest(texts)
    row = max(texts.sentences[key], key=lambda row: row.end - row.start)
    text = texts.texts[key]
    middle = text.index(" ", (row.start + row.end) // 2)
    changed = text[:middle] + " quietly" + text[middle:]
    one = of(restored_files(edition, copies(tmp_path / "mine", {"b": changed}))[1], key)
    assert one.lost == (row.sentence_id,)


def test_the_better_copy_is_used_and_the_others_are_named(
    edition: Path, texts: Texts, tmp_path: Path
) -> None:
    key = longest(texts)
    mine = {"a": without_some(texts, key)[0], "b": texts.texts[key].translate(PLAIN),
            "c": "Nothing of the kind was ever said in any of the articles."}  # fmt: skip
    folder = copies(tmp_path / "mine", mine)
    (folder / "d.txt").write_bytes("naïve".encode("latin-1"))
    _, report = restored_files(edition, folder)
    assert of(report, key).copy == "b.txt"
    assert (report.unused, report.unread) == (("a.txt", "c.txt"), ("d.txt",))


def test_an_unrelated_folder_restores_nothing(edition: Path, tmp_path: Path) -> None:
    folder = copies(
        tmp_path / "mine", {"a": "Share. The end. A recipe for lentil soup, with salt."}
    )
    before = tree(edition)
    done = call("restore", edition, "--articles", folder, "--json", at=tmp_path)
    assert done.code == 1
    report = json.loads(done.out)
    assert {one["state"] for one in report["articles"]} == {"lost"}
    for counts in report["totals"].values():
        assert counts.pop("lost") > 0
        assert set(counts.values()) == {0}
    assert tree(edition) == before


def test_the_command_restores_in_place_bit_by_bit(
    edition: Path, described: Corpus, texts: Texts, tmp_path: Path
) -> None:
    there = tmp_path / "edition"
    shutil.copytree(edition, there)
    keys = list(texts.texts)
    rest, gone = without_some(texts, longest(texts))
    first = {key: texts.texts[key] for key in keys if key != longest(texts)}
    copies(tmp_path / "one", first | {"other": rest})
    done = call("restore", there, "--articles", "one", at=tmp_path)
    assert done.code == 0, done.err
    assert f"{longest(texts)}: no words for " in done.out
    kept = len(texts.sentences[longest(texts)]) - len(gone)
    assert f"{kept} re-anchored, {len(gone)} lost" in done.err
    # The rest comes with a second copy; what is there stays, and is not lost.
    copies(tmp_path / "two", {"x": texts.texts[longest(texts)].translate(PLAIN)})
    done = call("restore", there, "--articles", "two", "--json", at=tmp_path)
    assert done.code == 0, done.err
    totals = json.loads(done.out)["totals"]
    assert {kind: counts["lost"] for kind, counts in totals.items()} == dict.fromkeys(totals, 0)
    full, _ = restored_files(edition, copies(tmp_path / "all", dict(texts.texts)))
    for name, content in full.items():
        assert (there / name).read_bytes() == content, name
    assert full["README.md"] == (described.dataset / "README.md").read_bytes()
    loaded = datasets.load_dataset(str(there), "stance", cache_dir=str(tmp_path / "cache"))
    assert set(loaded["train"]["text_status"]) == {"present"}


@pytest.mark.parametrize("whole", [True, False])
def test_contrast_items_come_back_with_their_sentences(
    edition: Path, described: Corpus, texts: Texts, tmp_path: Path, whole: bool
) -> None:
    (item,) = load_tables(described)["contrast"].to_dict("records")
    name = "data/contrast/test-00000-of-00001.parquet"
    (row,) = from_bytes((edition / name).read_bytes()).to_pylist()
    assert (row["text"], row["text_status"]) == ("_" * len(item["text"]), "withheld")
    source = texts.text_of(texts.by_id[item["sentence_id"]])
    text = texts.texts[GAS].translate(PLAIN)
    mine = {"mine": text if whole else text.replace(source, "")}
    files, _ = restored_files(edition, copies(tmp_path / "mine", mine))
    (row,) = from_bytes(files[name]).to_pylist()
    there = ("present", item["text"]) if whole else ("withheld", "_" * len(item["text"]))
    assert (row["text_status"], row["text"]) == there


@pytest.mark.parametrize("name", ["restore/more.json", "data/stance/more.parquet", "more.md"])
def test_a_link_in_an_edition_is_not_followed(edition: Path, tmp_path: Path, name: str) -> None:
    there = Path(shutil.copytree(edition, tmp_path / "edition"))
    (tmp_path / "secret").write_text("a secret")
    (there / name).symlink_to(tmp_path / "secret")
    words = (there, "--articles", copies(tmp_path / "mine", {"a": "Some text."}))
    done = call("restore", *words, "--output", tmp_path / "out", at=tmp_path)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert f"{name}: found 'a symbolic link'" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("trick", ["../stance", "/stance", "./stance"])
def test_an_edition_names_no_file_outside_of_it(
    edition: Path, texts: Texts, tmp_path: Path, trick: str
) -> None:
    there = Path(shutil.copytree(edition, tmp_path / "edition"))
    page = there / PAGE_DATA
    page.write_text(
        page.read_text("utf-8").replace('"name": "stance"', f'"name": "{trick}"'), "utf-8"
    )
    assert trick in page.read_text("utf-8")
    with pytest.raises(FileError, match="a Parquet file"):
        restored_files(there, copies(tmp_path / "mine", dict(texts.texts)))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda edition, _: shutil.rmtree(edition / "restore"),
            "no restore/page_data.json in it",
        ),
        (lambda _, mine: shutil.rmtree(mine), "no such folder"),
        (lambda _, mine: (mine / "a.txt").unlink(), "no .txt file in it"),
        (
            lambda edition, _: (edition / "restore" / "page_data.json").write_text("[]"),
            "what the pages are made from",
        ),
        (
            lambda edition, _: next(edition.glob("restore/articles/*.json")).write_text("[]"),
            "fetch the edition again",
        ),
        (
            lambda edition, _: next(edition.rglob("*.parquet")).write_bytes(b"PAR1"),
            "a Parquet file",
        ),
    ],
)
def test_what_cannot_be_read_is_named(
    edition: Path, tmp_path: Path, spoil: Callable[[Path, Path], object], told: str
) -> None:
    there = tmp_path / "edition"
    shutil.copytree(edition, there)
    folder = copies(tmp_path / "mine", {"a": "Some text."})
    spoil(there, folder)
    with pytest.raises(FileError, match=told):
        restored_files(there, folder)
