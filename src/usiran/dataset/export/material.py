"""What every export is made from: the published rows of the articles whose texts are there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from usiran.dataset.configs import views
from usiran.dataset.view import Row
from usiran.label_studio.tasks import chosen_articles
from usiran.loading import Opened

Layer = Literal["stance", "actors", "events"]
LAYERS: tuple[Layer, ...] = get_args(Layer)


class Role(NamedTuple):
    """A link from an event to an actor, by their span_ids."""

    event: str
    role: str
    actor: str


@dataclass(frozen=True)
class Material:
    """The rows to be exported, of the config ``articles``."""

    opened: Opened
    layers: tuple[Layer, ...]
    articles: tuple[Row, ...]

    @cached_property
    def sentences(self) -> Mapping[str, Sequence[Row]]:
        """The rows of the config ``spans`` by article_id, for the formats that are of sentences."""
        (view,) = views(self.opened.tables, self.opened.scheme, names=("spans",))
        sentences: dict[str, list[Row]] = {article["article_id"]: [] for article in self.articles}
        for row in view.rows:
            if row["article_id"] in sentences:
                sentences[row["article_id"]].append(row)
        return sentences

    def names(self, field: str) -> tuple[str, ...]:
        """Return the labels of a field of the scheme, in order."""
        return tuple(self.opened.scheme[field].names)

    def spans(self, article: Row, layer: Layer) -> list[Row]:
        """Return an article's spans of a layer; none where the layer is not wanted."""
        return list(article[layer]) if layer in self.layers else []

    def roles(self, article: Row) -> Iterator[Role]:
        """Yield an article's roles; none unless actors and events are both wanted."""
        if "actors" not in self.layers:
            return
        for event in self.spans(article, "events"):
            for role in self.names("role"):
                for actor in event[f"{role}s"]:
                    yield Role(event["span_id"], role, actor)

    def counts(self) -> dict[str, int]:
        """Return how much of everything is exported."""
        scored = [row for article in self.articles for row in article["sentences"] if row["stance"]]
        counts = {"articles": len(self.articles), "sentences": len(scored)}
        for layer in self.layers:
            if layer != "stance":
                counts[layer] = sum(len(article[layer]) for article in self.articles)
        if {"actors", "events"} <= set(self.layers):
            counts["roles"] = sum(len(list(self.roles(article))) for article in self.articles)
        return counts


def gather(opened: Opened, layers: tuple[Layer, ...], articles: Iterable[str] = ()) -> Material:
    """Gather what is to be exported of some articles (default: all whose texts are there)."""
    chosen = chosen_articles(opened.texts, articles)
    # The other configs would take as long again: at 500 articles, seconds.
    (view,) = views(opened.tables, opened.scheme, names=("articles",))
    return Material(opened, layers, tuple(row for row in view.rows if row["article_id"] in chosen))
