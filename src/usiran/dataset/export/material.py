"""What every export is made from: the published rows of the articles whose texts are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from usiran.corpus import Corpus
from usiran.dataset.configs import views
from usiran.label_studio.tasks import chosen_articles
from usiran.schemas.label_scheme import Scheme
from usiran.text.articles import Texts
from usiran.validation.validate import open_valid

Layer = Literal["stance", "actors", "events"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
Row = dict[str, Any]


class Role(NamedTuple):
    """A link from an event to an actor, by their span_ids."""

    event: str
    role: str
    actor: str


@dataclass(frozen=True)
class Material:
    """The rows to be exported.

    Parameters
    ----------
    corpus : Corpus
        Where they come from.
    scheme : Scheme
        The labels, in order.
    texts : Texts
        The texts and sentences of the whole corpus.
    layers : tuple of {"stance", "actors", "events"}
        What is to be exported.
    articles : tuple of dict
        The rows of the config ``articles`` that are exported.
    sentences : tuple of dict
        Their rows of the config ``spans``.
    actors : mapping
        From actor_id to the name in the registry.
    left_out : tuple of str
        Articles that are not exported because their texts are withdrawn.
    """

    corpus: Corpus
    scheme: Scheme
    texts: Texts
    layers: tuple[Layer, ...]
    articles: tuple[Row, ...]
    sentences: tuple[Row, ...]
    actors: Mapping[str, str]
    left_out: tuple[str, ...]

    def spans(self, article: Row, layer: Layer) -> list[Row]:
        """Return an article's spans of a layer; none where the layer is not wanted."""
        return list(article[layer]) if layer in self.layers else []

    def roles(self, article: Row) -> Iterator[Role]:
        """Yield an article's roles; none unless actors and events are both wanted."""
        if "actors" not in self.layers:
            return
        for event in self.spans(article, "events"):
            for role in self.scheme["role"].names:
                for actor in event[f"{role}s"]:
                    yield Role(event["span_id"], role, actor)

    def counts(self) -> dict[str, int]:
        """Return how much of everything is exported."""
        sizes = {"articles": len(self.articles), "sentences": len(self.sentences)}
        for layer in ("actors", "events"):
            if layer in self.layers:
                sizes[layer] = sum(len(article[layer]) for article in self.articles)
        if {"actors", "events"} <= set(self.layers):
            sizes["roles"] = sum(1 for article in self.articles for _ in self.roles(article))
        return sizes


def material(corpus: Corpus, layers: tuple[Layer, ...], articles: Iterable[str] = ()) -> Material:
    """Gather what is to be exported.

    Parameters
    ----------
    corpus : Corpus
        The corpus.
    layers : tuple of {"stance", "actors", "events"}
        What is wanted.
    articles : iterable of str
        The articles wanted (default: all whose texts are there).

    Raises
    ------
    InputError
        The corpus has findings, or an article is not there or withdrawn.
    """
    opened = open_valid(corpus)
    frames, scheme, texts = opened.tables, opened.scheme, opened.texts
    chosen = chosen_articles(texts, articles)
    made = {view.name: view.rows for view in views(frames, scheme)}
    registry = frames["registry"]
    return Material(
        corpus=corpus,
        scheme=scheme,
        texts=texts,
        layers=layers,
        articles=tuple(row for row in made["articles"] if row["article_id"] in chosen),
        sentences=tuple(row for row in made["spans"] if row["article_id"] in chosen),
        actors=dict(zip(registry["actor_id"], registry["name"], strict=True)),
        left_out=tuple(key for key in texts.texts if key in texts.withdrawn),
    )
