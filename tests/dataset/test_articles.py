"""Adding articles: what is refused, what is proposed, and that nothing else changes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.support.command import call, tree
from tests.support.sample import SECOND
from usiran.corpus import Corpus
from usiran.dataset.add_article import Facts, prepare, similarity
from usiran.dataset.articles import read_source, slug
from usiran.dataset.list_articles import list_articles
from usiran.errors import FileError, InputError
from usiran.schemas.articles import BASES, FACTS
from usiran.text.articles import read_texts
from usiran.text.ngrams import shingles

STORY = "Dam talks resume\n\nThe two sides met in Mosul on Monday. A third round is planned.\n"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_bytes(STORY.encode())
    return path


# SHA-256 of the five given texts, in the order of their ids.
SOURCES = (
    "bdda2e020ec5f7bf3d1efb6604b94180367bb3185dacfd0a00fccbbf0d3b26ef",
    "3d4554760bf1181a71fd421f817625b4ef8dbc6ccd0e3726058aa0dd24ea1f8a",
    "edaa240ab29b9463e7779270e9fb1b12445dd00a59bf43947ed25c25c62f64a4",
    "2bba9138078ae65125c91b45a21c8c5908a14b8f0dd1debc944bd4e93d106eed",
    "a3c19df8b3decbed42341ffe52c776b8ef5ed8e9fe874bdb05bf59cbbb47948e",
)


def test_the_five_texts_are_the_sources_byte_for_byte(repo: Corpus) -> None:
    contents = [path.read_bytes() for path in sorted(repo.articles.iterdir())]
    assert tuple(hashlib.sha256(content).hexdigest() for content in contents) == SOURCES


def test_a_date_is_never_without_a_basis_and_inferred_ones_say_how(repo: Corpus) -> None:
    rows = read_source(repo, "articles")
    assert len(rows) >= len(SOURCES)
    for row in rows:
        bases = {row[f"{name}_basis"] for name in FACTS}
        assert bases <= set(BASES)
        assert row["note"] or "inferred" not in bases


def test_the_articles_are_listed_with_their_sizes(repo: Corpus) -> None:
    listed = {one.article_id: one for one in list_articles(repo)}
    first = listed["2013-11-weekly-security-update"]
    assert (first.words, first.sentences, first.scored) == (430, 15, 14)
    assert first.publisher == "Iraq Business News"


def test_adding_stores_the_text_and_proposes_sentences(sample: Corpus, story: Path) -> None:
    done = call(
        "articles", "add", story, "--published", "2021-05-04", "--note", "its page", at=sample
    )
    assert done.code == 0, done.err
    assert "added 2021-05-04-dam-talks-resume: title 'Dam talks resume' (stated)" in done.out
    assert "sentences proposed: 3: body 2, title 1" in done.out
    assert "usiran articles sentences 2021-05-04-dam-talks-resume" in done.out
    texts = read_texts(sample)
    key = "2021-05-04-dam-talks-resume"
    assert sample.article(key).read_bytes() == STORY.encode()
    assert [texts.text_of(row) for row in texts.sentences[key]] == [
        "Dam talks resume", "The two sides met in Mosul on Monday.", "A third round is planned.",
    ]  # fmt: skip
    assert read_source(sample, "folds")[-1] == {"article_id": key, "fold": "2"}
    (row,) = (row for row in read_source(sample, "articles") if row["article_id"] == key)
    assert (row["publisher"], row["publisher_basis"]) == ("", "unknown")
    assert (row["published"], row["published_basis"]) == ("2021-05-04", "inferred")


def test_a_dry_run_writes_nothing(sample: Corpus, story: Path) -> None:
    before = tree(sample.root)
    done = call("articles", "add", story, "--dry-run", at=sample)
    assert done.code == 0
    assert done.out.startswith("would add dam-talks-resume")
    assert tree(sample.root) == before


def test_crlf_and_a_byte_order_mark_are_taken_out_with_a_notice(
    sample: Corpus, story: Path
) -> None:
    story.write_bytes(b"\xef\xbb\xbf" + STORY.replace("\n", "\r\n").encode())
    done = call("articles", "add", story, at=sample)
    assert "notice: line ends were CRLF or CR; they are stored as LF" in done.out
    assert "notice: a byte order mark at the start was taken out" in done.out
    assert sample.article("dam-talks-resume").read_bytes() == STORY.encode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"caf\xe9 closed", "allowed: UTF-8 text"),
        (b"", "found 'no text'"),
        (b" \n\r\n ", "found 'no text'"),
        (b"\x00\x01", "a NUL character"),
        (b"Rain. " * 200_000, "1,200,000 characters'; allowed: an article, of at most 1,000,000"),
    ],
)
def test_a_text_that_is_none_is_refused(
    sample: Corpus, story: Path, content: bytes, told: str
) -> None:
    story.write_bytes(content)
    refused(sample, story, told)


def test_a_duplicate_is_refused_by_its_hash(sample: Corpus, story: Path) -> None:
    original = sample.article("2013-11-weekly-security-update").read_bytes()
    story.write_bytes(original.replace(b"\n", b"\r\n"))
    refused(sample, story, "found 'the text of 2013-11-weekly-security-update'")


def test_what_was_added_can_be_removed_and_leaves_nothing(sample: Corpus, story: Path) -> None:
    before = tree(sample.root)
    assert call("articles", "add", story, "--id", "wrong-id", at=sample).code == 0
    added = tree(sample.root)
    again = call("articles", "add", story, "--id", "right-id", at=sample)
    assert "usiran articles remove wrong-id" in again.err
    rehearsed = call("articles", "remove", "wrong", "--dry-run", at=sample)
    assert rehearsed.out.startswith("wrong-id: would be removed, with 3 sentences")
    assert tree(sample.root) == added
    done = call("articles", "remove", "wrong", "--json", at=sample)
    assert (done.code, json.loads(done.out)["sentences"]) == (0, 3)
    assert tree(sample.root) == before


def test_removing_the_21st_article_gives_each_its_own_fold_again(
    sample: Corpus, story: Path
) -> None:
    for number in range(19):
        before = tree(sample.root)
        story.write_text(f"Rain {number}\n\nIt rained {number} days in {number} towns.\n", "utf-8")
        words = ("--allow-similar", "--id", f"rain-{number}")
        assert call("articles", "add", story, *words, at=sample).code == 0
    assert len(read_source(sample, "folds")) == 21
    assert call("articles", "remove", "rain-18", at=sample).code == 0
    assert tree(sample.root) == before


def test_removing_the_first_or_the_only_article_leaves_a_corpus_to_add_to(
    tmp_path: Path, story: Path
) -> None:
    words = ("--title", "T", "--language", "en", "--side", "up", "--side", "down")
    assert call("init", "own", *words, "--affiliation", "G=up", at=tmp_path).code == 0
    root = tmp_path / "own"
    empty = tree(root)
    assert call("articles", "add", story, "--id", "one", at=root).code == 0
    story.write_text("Rain\n\nIt rained in all of the towns.\n", "utf-8")
    assert call("articles", "add", story, "--id", "two", at=root).code == 0
    assert call("articles", "remove", "one", at=root).code == 0
    assert read_source(Corpus(root), "folds") == [{"article_id": "two", "fold": "0"}]
    assert call("articles", "remove", "two", at=root).code == 0
    assert tree(root) == empty


@pytest.mark.parametrize("folder", ["annotation/submissions", "dataset/releases"])
def test_an_article_that_something_names_is_not_removed(
    sample: Corpus, story: Path, folder: str
) -> None:
    assert call("articles", "add", story, "--id", "a-dam", at=sample).code == 0
    path = sample.root / folder / "named.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"id": "a-dam-2"}', "utf-8")  # another one, whose id begins as this one's
    assert call("articles", "remove", "a-dam", "--dry-run", at=sample).code == 0
    path.write_text('{"id": "a-dam#001"}', "utf-8")
    there = tree(sample.root)
    done = call("articles", "remove", "a-dam", at=sample)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert f"named in {folder}/named.json" in done.err
    assert "usiran articles withdraw a-dam" in done.err
    assert tree(sample.root) == there


def test_an_article_with_labels_and_no_gold_goes_with_its_labels(
    sample: Corpus, story: Path
) -> None:
    before = tree(sample.root)
    assert call("articles", "add", story, "--id", "a-dam", at=sample).code == 0
    sheet = call("annotate", "sheet", "a-dam", at=sample).out.replace("?", "neutral", 1)
    sheet = sheet.replace("? ?", "neutral author")
    path = story.with_name("sheet.txt")
    path.write_text(sheet, "utf-8")
    done = call("annotate", "import", path, "--round", "r9", "--annotator", "op-a", at=sample)
    assert done.code == 0, done.err
    decided = sample.gold / "adjudication.csv"
    with decided.open("a", encoding="utf-8", newline="") as file:
        file.write("holder/a-dam#001,0123456789,author,S4: so,op-a,2031-01-01T00:00:00Z\n")
    there = tree(sample.root)
    way_out = "`usiran articles remove a-dam --with-labels`"
    for words in (("remove", "a-dam"), ("withdraw", "a-dam", "--reason", "asked")):
        done = call("articles", *words, at=sample)
        assert (done.code, way_out in done.err) == (1, True), done.err
    assert tree(sample.root) == there
    done = call("articles", "remove", "a-dam", "--with-labels", at=sample)
    assert done.code == 0, done.err
    assert "its labels removed: annotation/submissions/r9/op-a/stance.json\n" in done.out
    assert tree(sample.root) == before


def test_an_article_of_the_gold_keeps_its_labels(sample: Corpus) -> None:
    there = tree(sample.root)
    done = call("articles", "remove", SECOND, "--with-labels", at=sample)
    assert (done.code, f"usiran articles withdraw {SECOND}" in done.err) == (1, True)
    assert tree(sample.root) == there


def test_a_near_duplicate_is_refused_unless_allowed(sample: Corpus, story: Path) -> None:
    original = sample.article("2013-11-weekly-security-update").read_text("utf-8")
    story.write_text(original[400:] + " And one new sentence at the end.", "utf-8")
    refused(sample, story, "% of its 5-word sequences stand in 2013-11-weekly-security-update")
    done = call("articles", "add", story, "--allow-similar", "--id", "reprint", at=sample)
    assert done.code == 0, done.err


def test_facts_without_a_basis_a_taken_id_or_a_wrong_date_are_refused(
    sample: Corpus, story: Path
) -> None:
    refused(sample, story, "say with --note how it is known", "--publisher", "The Daily")
    refused(sample, story, "an id that is free", "--id", SECOND)
    refused(sample, story, "give another value with --id", "--id", "Dam Talks")
    refused(sample, story, "give another value with --url", "--url", "not a url")
    refused(sample, story, "with --published", "--published", "4 May", "--note", "its page")
    refused(sample, story, "with --published", "--published", "2021-02-31", "--note", "a page")


def test_a_missing_file_or_a_folder_is_refused(sample: Corpus, tmp_path: Path) -> None:
    refused(sample, tmp_path / "none.txt", "no such file or directory")
    refused(sample, tmp_path, "is a directory")


def refused(corpus: Corpus, path: Path, told: str, *options: str) -> None:
    before = tree(corpus.root)
    done = call("articles", "add", path, *options, at=corpus)
    assert done.code == 1
    assert told in done.err
    assert len(done.err.splitlines()) == 1
    assert "Traceback" not in done.err
    assert tree(corpus.root) == before


def test_sentences_of_an_article_without_labels_can_be_moved(sample: Corpus, story: Path) -> None:
    call("articles", "add", story, at=sample)
    lines = call("articles", "sentences", "dam-talks-resume", at=sample).out.splitlines()
    assert lines[0] == "title       | Dam talks resume"
    joined = f"{lines[1]} {lines[2].partition('|')[2].strip()}"
    story.write_text(f"{lines[0].replace('title', 'caption')}\n{joined}\n")
    done = call("articles", "sentences", "dam-talks-resume", "--apply", story, at=sample)
    assert done.out == "dam-talks-resume: 2 sentences changed, 0 as they were\n"
    rows = read_texts(sample).sentences["dam-talks-resume"]
    assert [(row.start, row.end, row.zone) for row in rows] == [
        (0, 16, "caption"),
        (18, 81, "body"),
    ]


def test_sentences_of_a_labelled_article_stay(sample: Corpus, tmp_path: Path) -> None:
    key = SECOND
    path = tmp_path / "outline.txt"
    path.write_text(call("articles", "sentences", key, at=sample).out)
    same = call("articles", "sentences", key, "--apply", path, at=sample)
    assert same.out == f"{key}: 0 sentences changed, 71 as they were\n".replace(
        "71", str(len(path.read_text().splitlines()))
    )
    path.write_text(path.read_text().replace("boilerplate", "body       ", 1))
    done = call("articles", "sentences", key, "--apply", path, at=sample)
    assert done.code == 1
    assert "no labels of an article whose sentences move" in done.err


def test_an_unknown_article_is_answered_with_the_known_ones(sample: Corpus) -> None:
    done = call("articles", "sentences", "nope", at=sample)
    assert done.code == 1
    assert "allowed: the beginning of one of 2013-11-weekly-security-update, " in done.err


def test_similarity_is_the_share_of_the_shorter_texts_shingles() -> None:
    def share(text: str, other: str) -> float:
        return similarity(shingles(text), shingles(other))

    assert share("a b c d e f g", "a b c d e f x") == pytest.approx(2 / 3)
    assert share("a b c d", "a b c d") == 0.0
    assert share("A, b c d E!", "x a b c d e") == 1.0


def test_a_slug_is_plain_ascii() -> None:
    assert slug("Dūma’s hall — Day 2") == "duma-s-hall-day-2"
    assert slug("!?") == ""


def test_no_id_can_be_made_of_a_text_without_letters(sample: Corpus, story: Path) -> None:
    story.write_text("?!\n")
    with pytest.raises(InputError, match="give another value with --id"):
        prepare(sample, story, Facts())


def test_prepare_is_what_add_checks(sample: Corpus, story: Path) -> None:
    addition = prepare(sample, story, Facts())
    assert addition.article_id == "dam-talks-resume"
    story.write_bytes(b"\xff")
    with pytest.raises(FileError, match="UTF-8"):
        prepare(sample, story, Facts())


def test_an_addition_as_json_says_what_would_be_added(sample: Corpus, story: Path) -> None:
    done = call("articles", "add", story, "--dry-run", "--json", at=sample)
    found = json.loads(done.out)
    assert found["written"] is False
    assert found["article"]["title"] == "Dam talks resume"
    assert found["sentences"] == {"title": 1, "body": 2}
    assert found["look_at"].keys() == {"dam-talks-resume#001"}
