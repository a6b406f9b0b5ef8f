"""Pages of one's own texts with the labels that trained systems give them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from usiran.inference.columns import ROLES
from usiran.inference.job.records import Document
from usiran.inference.label_batch import Rows
from usiran.inference.store import Model
from usiran.io.markdown import score
from usiran.site.guides import Guides
from usiran.site.marks import Mark
from usiran.site.markup import render
from usiran.site.pages import static_files
from usiran.site.views import (
    ArticleView,
    Deed,
    Party,
    SentenceView,
    fragment_of,
    ordinal_of,
    paragraphs_of,
)
from usiran.text.articles import Sentence, sha256

FOLDER = "html"
_TITLES = f"{FOLDER}/titles"
_SENTENCES = ("stance", "holder")


class _Named(NamedTuple):
    """What pages call the whole: no corpus, but what systems said of some texts."""

    name: str
    title: str
    version: str
    language: str


class PredictedPages:
    """What goes into ``html/``: a page a text, as the site shows an article, and a list of them."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._labels = {model.info.task: model.info.labels for model in models}
        systems = [f"{model.info.task} by {model.info.system}" for model in models]
        info = models[0].info
        self._named = _Named("predictions", "Predictions", info.data_version, info.language)
        self._notice = f"Labels by systems, read by nobody: {', '.join(systems)}."

    def files(
        self, part: str, documents: Sequence[Document], tables: Mapping[str, pa.Table]
    ) -> dict[str, bytes]:
        """Return the pages of the texts of a part, and their titles for `index`."""
        rows = {name: table.to_pylist() for name, table in tables.items()}
        by_article: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows["sentences"]:
            by_article[row["article_id"]].append(row)
        labels = {row["sentence_id"]: row for row in rows.get("stance", [])}
        marks, deeds = _marks(rows), _deeds(rows)
        files: dict[str, bytes] = {}
        titles: list[tuple[str, str]] = []
        for document in documents:
            sentences = [
                self._sentence(row, document.text, labels, marks, deeds)
                for row in by_article[document.article_id]
            ]
            view = _article(document, sentences)
            titles.append((document.article_id, view.title))
            name = f"{FOLDER}/articles/{document.article_id}.html"
            files[name] = self._page("article", name, article=view, asked=())
        return files | {f"{_TITLES}/{part}.json": msgspec.json.encode(titles)}

    def index(self, folder: Path) -> dict[str, bytes]:
        """Return the list of all texts of a folder, the style sheet and the script."""
        parts = sorted((folder / _TITLES).iterdir())
        texts = [row for part in parts for row in msgspec.json.decode(part.read_bytes())]
        static = {f"{FOLDER}/{name}": content for name, content in static_files()}
        index = self._page("predicted", f"{FOLDER}/index.html", texts=texts)
        return static | {f"{FOLDER}/index.html": index}

    def _page(self, page: str, name: str, **values: object) -> bytes:
        return render(
            page,
            root="../" * (name.count("/") - 1),
            site=self._named,
            stances=self._labels.get("stance", ()),
            scheme=None,
            guides=Guides(()),
            notice=self._notice,
            colophon=f"Made by usiran predict with models of data version {self._named.version}.",
            page=name,
            sections=(),
            before=None,
            after=None,
            **values,
        )

    def _sentence(
        self,
        row: Mapping[str, Any],
        text: str,
        labels: Mapping[str, Mapping[str, Any]],
        marks: Mapping[str, list[Mark]],
        deeds: Mapping[str, list[Deed]],
    ) -> SentenceView:
        key = row["sentence_id"]
        place = Sentence(key, row["article_id"], row["start"], row["end"], row["zone"])
        own = labels.get(key, {})
        stance = own.get("stance", "")
        names = self._labels.get("stance", ())
        return SentenceView(
            place,
            ordinal_of(key),
            text[place.start : place.end],
            marks=tuple(sorted(marks.get(key, ()), key=lambda mark: mark.start)),
            stance=stance,
            side=names.index(stance) if stance in names else 2,
            holder=own.get("holder", ""),
            chances=tuple(
                (task, label, score(chance))
                for task in _SENTENCES
                for label, chance in (own.get(f"{task}_probabilities") or {}).items()
            ),
            deeds=tuple(deeds.get(key, ())),
        )


def _article(document: Document, sentences: Sequence[SentenceView]) -> ArticleView:
    title = next((row.text for row in sentences if row.zone == "title"), document.article_id)
    facts = [("file", document.file, ""), ("row", str(document.row), "")]
    facts += [("id in the file", document.source_id, "")] if document.source_id else []
    return ArticleView(
        article_id=document.article_id,
        title=title,
        published="",
        publisher="",
        sha256=sha256(document.text),
        withheld=False,
        facts=tuple(facts),
        paragraphs=paragraphs_of(document.text, sentences),
    )


def _marks(rows: Mapping[str, Rows]) -> dict[str, list[Mark]]:
    marks: dict[str, list[Mark]] = defaultdict(list)
    for row in _known(rows.get("actors", []), "span_id"):
        actor, side = (row.get(name) or "" for name in ("actor_id", "affiliation"))
        mark = _mark(row, "actor", "span_id", "text")
        marks[row["sentence_id"]].append(mark._replace(actor=actor, affiliation=side))
    for row in _known(rows.get("events", []), "event_id"):
        marks[row["sentence_id"]].append(_event_mark(row))
    return marks


def _mark(row: Mapping[str, Any], layer: str, key: str, words: str) -> Mark:
    fragment, start, end, label = fragment_of(row[key]), row["start"], row["end"], row["type"]
    return Mark(fragment, layer, start, end, label, words=row[words], tag=label)


def _event_mark(row: Mapping[str, Any]) -> Mark:
    ends = [tuple(map(fragment_of, row[f"{role}_span_ids"] or ())) for role in ROLES]
    mark = _mark(row, "event", "event_id", "trigger")
    return mark._replace(agents=ends[0], recipients=ends[1])


def _deeds(rows: Mapping[str, Rows]) -> dict[str, list[Deed]]:
    """Return who does what to whom in each sentence; nothing where no roles were asked for."""
    deeds: dict[str, list[Deed]] = defaultdict(list)
    for row in _known(rows["events"], "event_id") if "roles" in rows else ():
        ordinal = ordinal_of(row["sentence_id"])
        happening = row["event_group"], *(_parties(row, role, ordinal) for role in ROLES)
        deed = Deed(_event_mark(row), ordinal, row["type"], row["quad"], "", *happening)
        deeds[row["sentence_id"]].append(deed)
    return deeds


def _parties(row: Mapping[str, Any], role: str, ordinal: str) -> tuple[Party, ...]:
    columns = (row[f"{role}_{name}"] for name in ("texts", "span_ids", "ids", "affiliations"))
    return tuple(
        # No page of its own: the registry's is not here.
        Party(words, fragment_of(key), ordinal, actor or "", "", side or "", elsewhere=False)
        for words, key, actor, side in zip(*columns, strict=True)
    )


def _known(rows: Rows, key: str) -> Iterable[Mapping[str, Any]]:
    """Return each span once: an address is one element's."""
    return {row[key]: row for row in rows}.values()
