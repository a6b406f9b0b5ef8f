"""What a system says of tasks before they are labelled, never having seen their article."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.support import synthetic
from usiran.active_learning.preannotation import predictor_of
from usiran.annotation.server.predictions import Prediction
from usiran.corpus import Corpus
from usiran.errors import InputError
from usiran.label_studio.tasks import Task, make_tasks
from usiran.schemas.label_scheme import Project, read_scheme
from usiran.text.articles import read_texts, sha256


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Return three labelled articles and one that nobody has labelled."""
    tables = synthetic.tables(articles=3, sentences=10)
    corpus = synthetic.write_corpus(tmp_path_factory.mktemp("pre") / "corpus", tables)
    text = "Colonel Hassan bombed the Iranian envoys near the dam ."
    corpus.article("article-9").write_text(text, encoding="utf-8")
    sentences = corpus.source / "sentences.csv"
    row = f"article-9#001,article-9,0,{len(text)},body,\n"
    sentences.write_text(sentences.read_text("utf-8") + row, encoding="utf-8")
    articles = corpus.source / "articles.csv"
    lines = articles.read_text("utf-8").splitlines()
    old = lines[1].split(",")
    digest = next(cell for cell in old if len(cell) == 64)
    new = lines[1].replace("article-0", "article-9").replace(digest, sha256(text))
    articles.write_text("\n".join([*lines, new]) + "\n", encoding="utf-8")
    return corpus


def tasks_of(corpus: Corpus, layer: Project, *articles: str) -> list[Task]:
    tasks = make_tasks(corpus, read_texts(corpus), layer)
    return [task for task in tasks if not articles or task.data["article_id"] in articles]


def predicted(
    corpus: Corpus, layer: Project, system: str | None, *articles: str, ordering: bool = False
) -> list[Prediction]:
    predictor = predictor_of(corpus, layer, system, ordering=ordering)
    return list(predictor(tasks_of(corpus, layer, *articles)))


@pytest.fixture(scope="module")
def shown(corpus: Corpus) -> list[Prediction]:
    """What tfidf-logreg predicts for every sentence, asked once."""
    return predicted(corpus, "stance", "tfidf-logreg", ordering=True)


def choices(one: Prediction) -> dict[str, Sequence[str]]:
    return {str(item["from_name"]): item["value"]["choices"] for item in one.result}  # type: ignore[index]


def test_every_sentence_gets_a_stance_and_a_holder_with_a_confidence(
    corpus: Corpus, shown: list[Prediction]
) -> None:
    assert [one.unit_id for one in shown] == [task.unit_id for task in tasks_of(corpus, "stance")]
    assert {one.model_version for one in shown} == {f"tfidf-logreg@{corpus.manifest.version}"}
    scheme = read_scheme(corpus.labels)
    for one in shown:
        found = choices(one)
        assert list(found) == ["stance", "holder"]
        assert set(found["stance"]) < set(scheme["stance"].names)
        assert one.score is not None
        assert 0 < one.score <= 1
    # An article without gold is asked of a system that has learned from all of it.
    assert choices(shown[-1]) == {"stance": ["pro-Iran"], "holder": ["author"]}


def test_the_article_that_is_asked_about_was_not_learned_from(
    corpus: Corpus, tmp_path: Path
) -> None:
    before = predicted(corpus, "stance", "tfidf-logreg", "article-1")
    other = Corpus(shutil.copytree(corpus.root, tmp_path / "other"))
    gold = other.gold / "stance.json"
    text = gold.read_text("utf-8")
    # The labels of this article alone are turned round.
    head, mark, rest = text.partition('"article_id": "article-1"')
    part, mark_2, tail = rest.partition('"article_id": "article-2"')
    turned = (
        part.replace('"author"', '"x"').replace('"source"', '"author"').replace('"x"', '"source"')
    )
    assert turned != part
    gold.write_text(head + mark + turned + mark_2 + tail, encoding="utf-8")
    assert predicted(other, "stance", "tfidf-logreg", "article-1") == before
    others = ("article-0", "article-2", "article-9")
    first, second = (predicted(one, "stance", "tfidf-logreg", *others) for one in (corpus, other))
    assert first != second


@pytest.mark.parametrize("system", ["gazetteer", "tagger", "cue-lexicon"])
def test_spans_lie_on_the_words_of_the_article(corpus: Corpus, system: str) -> None:
    (one,) = predicted(corpus, "spans", system, "article-9")
    text = read_texts(corpus).texts["article-9"]
    spans = [item for item in one.result if item["type"] == "labels"]
    assert spans or system == "cue-lexicon"
    for item in spans:
        value = item["value"]
        assert text[value["start"] : value["end"]] == value["text"]  # type: ignore[index]
    told = {item["value"]["text"]: item["value"]["labels"] for item in spans}  # type: ignore[index]
    if system == "gazetteer":
        assert told == {"Colonel Hassan": ["MILITARY"], "bombed": ["ASSAULT"]}
    assert one.score is None


def test_without_a_system_the_tasks_are_only_ordered(
    corpus: Corpus, shown: list[Prediction]
) -> None:
    ordered = predicted(corpus, "stance", None, ordering=True)
    assert [(one.unit_id, one.score) for one in ordered] == [(o.unit_id, o.score) for o in shown]
    assert {(one.result, one.model_version) for one in ordered} == {
        ((), f"order by tfidf-logreg@{corpus.manifest.version}")
    }


def test_who_does_what_to_whom_is_found_in_articles_that_nobody_marked(corpus: Corpus) -> None:
    made = predicted(corpus, "stance", "who-to-whom", "article-9")
    assert list(choices(made[0])) == ["stance", "holder"]


@pytest.mark.parametrize(
    ("layer", "system", "ordering", "message"),
    [
        ("stance", "tfidf-logrek", False, "found 'tfidf-logrek'.*did you mean 'tfidf-logreg'"),
        ("stance", "tagger", False, "found 'tagger'; allowed: a system that labels the stance"),
        ("spans", "tfidf-svm", False, "a system that labels the spans layer: .*gazetteer"),
        ("stance", "who-to-whom-gold", False, "a system that labels the stance layer"),
        ("stance", "permuted-articles", False, "a system that labels the stance layer"),
        ("stance", "cue-lexicon", True, "a system that is no control, such as tfidf-logreg"),
        ("spans", "tagger", True, "--queue: found 'uncertainty for spans'; allowed: --layer"),
    ],
)
def test_a_system_that_cannot_do_it_is_refused(
    corpus: Corpus, layer: Project, system: str, ordering: bool, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        predictor_of(corpus, layer, system, ordering=ordering)


def _no_gold(corpus: Corpus) -> None:
    for name in ("stance.json", "spans.json", "votes.csv"):
        (corpus.gold / name).unlink()


def _one_article(corpus: Corpus) -> None:
    """Leave the gold of one article alone."""
    for name in ("stance.json", "spans.json"):
        path = corpus.gold / name
        tasks = json.loads(path.read_text("utf-8"))
        kept = [task for task in tasks if task["data"]["article_id"] == "article-0"]
        path.write_text(json.dumps(kept), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_no_gold, "annotation/gold: found 'no gold'; allowed: a gold to learn from"),
        (_one_article, "found 'the gold of this article alone'; allowed: the gold of another one"),
    ],
)
def test_without_gold_to_learn_from_nothing_is_predicted(
    corpus: Corpus, tmp_path: Path, change: Callable[[Corpus], None], message: str
) -> None:
    other = Corpus(shutil.copytree(corpus.root, tmp_path / "other"))
    change(other)
    with pytest.raises(InputError, match=message):
        predicted(other, "stance", "tfidf-logreg", "article-0")
