"""The articles of a corpus as a list: read without pandas, so that it is there at once."""

from typing import NamedTuple

from usiran.corpus import Corpus
from usiran.io.csv import read_rows
from usiran.text.articles import read_texts


class Listed(NamedTuple):
    """One article as `usiran articles list` shows it."""

    article_id: str
    title: str
    publisher: str
    published: str
    words: int
    sentences: int
    scored: int


def list_articles(corpus: Corpus) -> list[Listed]:
    """Return the corpus's articles in the order of articles.csv."""
    texts = read_texts(corpus)
    path, articles = corpus.source / "articles.csv", []
    for row in read_rows(path, name=corpus.name_of(path), columns=Listed._fields[:4]):
        key = row["article_id"]
        sentences = texts.sentences.get(key, ())
        articles.append(
            Listed(
                article_id=key,
                title=row["title"],
                publisher=row["publisher"],
                published=row["published"],
                words=len(texts.texts.get(key, "").split()),
                sentences=len(sentences),
                scored=sum(sentence.scored for sentence in sentences),
            )
        )
    return articles
