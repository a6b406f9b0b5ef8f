"""Linking mentions that stand for nobody yet: what is open, who it may be, and the answers.

Mentions with the same words in one article are asked about once. Suggestions rest on the memory of
the linking systems (`usiran.models.linking`), which knows every name, alias and link of the
corpus; only actors of the mention's type are suggested, since validation allows no other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from usiran import loading
from usiran.errors import InputError, nearest
from usiran.io.atomic import replace_files
from usiran.io.csv import csv_bytes, read_rows
from usiran.loading import Opened
from usiran.schemas.base import ACTOR_ID
from usiran.schemas.registry import split_aliases, surfaces
from usiran.schemas.tables import FILES, MODELS
from usiran.text.tokens import tokenize
from usiran.validation.registry import all_linked

if TYPE_CHECKING:
    from usiran.models.linking import Memory

# How much each of `Memory.features` says: so called before, its share, how often it stayed
# unlinked, words in common, type, side, words around. Only the order that they give is used.
_WEIGHTS = (2.0, 3.0, -0.5, 2.0, 0.5, 0.3, 0.5, 0.05)
_MOST = 6

Row = dict[str, str]


class Actor(NamedTuple):
    """An actor of the registry, and why it is suggested for some words."""

    actor_id: str
    name: str
    type: str
    affiliation: str
    why: str


@dataclass(frozen=True)
class Unlinked:
    """Mentions in one article with the same words and type; `sentence` is that of the first.

    They are asked about because they are not linked, or shall be linked anew.
    """

    article_id: str
    words: str
    type: str
    span_ids: tuple[str, ...]
    sentence_id: str
    before: str
    after: str


class Linker:
    """The mentions of a corpus that are not linked, and where answers about them are written."""

    def __init__(self, opened: Opened) -> None:
        self._read(opened)

    def _read(self, opened: Opened) -> None:
        opened.refuse_findings()
        self.opened = opened
        self.__dict__.pop("_memory", None)
        # What is not linked, in the order of the corpus.
        self.open = list(_groups(opened, {finding.record for finding in all_linked(opened)}))
        self._registry = {row.actor_id: row for row in opened.rows("registry")}

    @property
    def affiliations(self) -> tuple[str, ...]:
        """Whose side an actor can be on."""
        return tuple(self.opened.scheme.affiliations)

    @cached_property
    def _memory(self) -> Memory:
        # Here, not above: it brings scikit-learn, which a list of what is open does not need.
        from usiran.models.linking import Memory, Mention
        from usiran.models.who_to_whom import surface

        mentions = [
            # Each name counts as one mention, of an actor whom no article names too.
            Mention("", surface(name), row.type, frozenset(), key, row.name, row.affiliation)
            for key, row in self._registry.items()
            for name in surfaces(row)
        ]
        for row in self.opened.rows("actors"):
            actor = self._registry.get(row.actor_id)
            if actor is not None:
                told = (row.actor_id, actor.name, actor.affiliation)
                around = self._around(row.sentence_id, row.start, row.end)
                words = surface(row.text)
                mentions.append(Mention(row.article_id, words, row.type, around, *told))
        return Memory(mentions)

    def _around(self, sentence_id: str, start: int, end: int) -> frozenset[str]:
        texts = self.opened.texts
        place = texts.by_id[sentence_id]
        text = texts.texts[place.article_id]
        rest = f"{text[place.start : start]} {text[end : place.end]}"
        return frozenset(token.text.casefold() for token in tokenize(rest))

    def suggestions(self, mention: Unlinked) -> list[Actor]:
        """Return the actors that the words may stand for, the likeliest first."""
        from usiran.models.linking import Mention
        from usiran.models.who_to_whom import surface

        start, end = map(int, mention.span_ids[0].rpartition(":")[2].split("-"))
        around = self._around(mention.sentence_id, start, end)
        asked = Mention(mention.article_id, surface(mention.words), mention.type, around)
        here = {
            row.actor_id
            for row in self.opened.rows("actors")
            if row.article_id == mention.article_id and row.actor_id
        }
        ranked = []
        for key in {*self._memory.candidates(asked), *here}:
            actor = self._registry.get(key)
            if actor is None or actor.type != mention.type:
                continue
            features = self._memory.features(asked, key)
            score = sum(weight * value for weight, value in zip(_WEIGHTS, features, strict=True))
            why = _why(features, named_here=key in here)
            ranked.append((-score - 0.5 * (key in here), key, why))
        return [self._actor(key, why) for _, key, why in sorted(ranked)[:_MOST]]

    def actor(self, actor_id: str) -> Actor | None:
        """Return an actor of the registry by its id."""
        return self._actor(actor_id, "") if actor_id in self._registry else None

    def _actor(self, key: str, why: str) -> Actor:
        row = self._registry[key]
        return Actor(key, row.name, row.type, row.affiliation, why)

    def named(self, word: str, article_id: str | None = None) -> Unlinked:
        """Return the mentions with some words, or with a span's id, whoever they are linked to.

        The beginning of the words is enough where nothing else begins so. Mentions in another
        article than `article_id`, where that is given, are not meant.
        """
        known = [row for row in _groups(self.opened) if article_id in (None, row.article_id)]
        words = " ".join(word.split())
        found = [row for row in known if word in row.span_ids or row.words == words]
        if not found and words:
            found = [row for row in known if row.words.casefold().startswith(words.casefold())]
        if len(found) == 1:
            return found[0]
        if not found:
            fix = nearest(word, sorted({row.words for row in known}), "type it as the text has it")
            raise InputError.of("--redo", word, "the words or the span_id of an actor mention", fix)
        shown = "; ".join(f"{row.words} ({row.type}) in {row.article_id}" for row in found[:_MOST])
        fix = "name the article before it, or type more of the words, or one's span_id"
        raise InputError.of("--redo", word, f"one name of one article, not {shown}", fix)

    def answer(self, mention: Unlinked) -> str:
        """Return who mentions are by now; empty where nobody said so yet."""
        for row in self.opened.rows("actors"):
            if row.span_id == mention.span_ids[0] and row.actor_id:
                return str(row.actor_id)
        return "" if mention in self.open else "nobody of the registry"

    def link(
        self, mention: Unlinked, actor_id: str, *, reason: str, everywhere: bool = False
    ) -> None:
        """Write that the words stand for an actor: in the mention's article, or everywhere.

        Everywhere they become an alias of the registry, which stands for one actor alone. What
        was written of the mention before is taken away, here as in `leave` and `add`.
        """
        row = self._registry.get(actor_id)
        if row is None or row.type != mention.type:
            allowed = f"an actor of type {mention.type} in {FILES['registry']}"
            raise InputError.of("the actor", actor_id, allowed, "make a new one with n")
        if not everywhere:
            alias = _alias(mention, actor_id, reason)
            self._write(mention, article_aliases=[alias])
            return
        # An alias that was a wrong answer goes over; a name stays with its actor.
        if mention in self.open or any(r.name == mention.words for r in self._registry.values()):
            self._refuse_taken(mention.words)
        rows = self._rows("registry")
        for own in rows:
            aliases = [word for word in split_aliases(own["aliases"]) if word != mention.words]
            aliases += [mention.words] if own["actor_id"] == actor_id else []
            own["aliases"] = " | ".join(aliases)
        self._write(mention, registry=rows)

    def leave(self, mention: Unlinked, affiliation: str, *, reason: str) -> None:
        """Write that the mentions are nobody of the registry, and whose side they are on."""
        self._refuse_affiliation(affiliation)
        rows = [
            {"span_id": key, "actor_id": "", "affiliation": affiliation, "reason": reason}
            for key in mention.span_ids
        ]
        self._write(mention, actor_links=rows)

    def add(
        self, mention: Unlinked, *, actor_id: str, name: str, affiliation: str, note: str = ""
    ) -> None:
        """Write a new actor of the mention's type, for which the words stand.

        Where its name is other than the words, they stand for it in the mention's article.
        """
        new = {"actor_id": actor_id, "name": name, "type": mention.type}
        new |= {"affiliation": affiliation, "aliases": "", "note": note}
        self._refuse_new(new)
        rows = self._rows("registry")
        ids = [row["actor_id"] for row in rows]
        # Where people keep the file in order, it stays so.
        place = sum(key < actor_id for key in ids) if ids == sorted(ids) else len(ids)
        alias = _alias(mention, actor_id, f"the article's words for {name}")
        aliases = [alias] if name != mention.words else []
        registry = [*rows[:place], new, *rows[place:]]
        self._write(mention, registry=registry, article_aliases=aliases)

    def _refuse_new(self, new: Row) -> None:
        if not re.match(ACTOR_ID, new["actor_id"]):
            allowed = "small letters, digits and single hyphens, such as al-nujaba"
            raise InputError.of("the new actor", new["actor_id"], allowed, "choose such an id")
        if new["actor_id"] in self._registry:
            allowed = f"an id that is not in {FILES['registry']}"
            raise InputError.of("the new actor", new["actor_id"], allowed, "link it by its number")
        self._refuse_affiliation(new["affiliation"])
        if not new["name"].strip():
            raise InputError.of("the new actor", "", "a name", "say what it is called")
        self._refuse_taken(new["name"])

    def _refuse_affiliation(self, value: str) -> None:
        if value not in self.affiliations:
            allowed = f"one of {', '.join(self.affiliations)}"
            raise InputError.of("affiliation", value, allowed, "choose one")

    def _refuse_taken(self, words: str) -> None:
        """Refuse words that stand for an actor everywhere already."""
        for key, row in self._registry.items():
            if words in surfaces(row):
                allowed = f"words that stand for one actor (they are {key} everywhere)"
                fix = "link them in this article alone"
                raise InputError.of("the alias", words, allowed, fix)

    def _rows(self, name: str) -> list[Row]:
        # Read again: somebody may have edited the table meanwhile.
        path = self.opened.corpus.root / FILES[name]
        columns = list(MODELS[name].columns)
        return read_rows(path, name=FILES[name], columns=columns) if path.exists() else []

    def _write(self, mention: Unlinked, *, registry: Sequence[Row] = (), **new: list[Row]) -> None:
        """Write the registry, if given, and the new rows in the place of those of the mention."""
        corpus = self.opened.corpus
        tables = {"registry": [*registry]} if registry else {}
        for name in ("article_aliases", "actor_links"):
            rows = self._rows(name)
            others = [row for row in rows if not _about(row, mention)]
            if new.get(name) or len(others) < len(rows):
                tables[name] = others + new.get(name, [])
        files: dict[Path, bytes | None] = {
            corpus.root / FILES[name]: csv_bytes(rows, list(MODELS[name].columns))
            for name, rows in tables.items()
        }
        replace_files(files, corpus.swap)
        # What is open and suggested next is what another session would ask.
        self._read(loading.open(corpus))


def _alias(mention: Unlinked, actor_id: str, reason: str) -> Row:
    columns = {"article_id": mention.article_id, "alias": mention.words}
    return {**columns, "actor_id": actor_id, "reason": reason}


def _about(row: Row, mention: Unlinked) -> bool:
    """Tell whether a row of the article aliases or of the links is an answer about mentions."""
    if "span_id" in row:
        return row["span_id"] in mention.span_ids
    return (row["article_id"], row["alias"]) == (mention.article_id, mention.words)


def _groups(opened: Opened, spans: Collection[str] | None = None) -> Iterator[Unlinked]:
    """Yield the mentions that are among the spans (default: all), by article, words and type."""
    groups: dict[tuple[str, str, str], list[Any]] = {}
    for row in opened.rows("actors"):
        if spans is None or row.span_id in spans:
            words = " ".join(row.text.split())
            groups.setdefault((row.article_id, words, row.type), []).append(row)
    for (article_id, words, type_), rows in groups.items():
        first = rows[0]
        place, text = opened.texts.by_id[first.sentence_id], opened.texts.texts[article_id]
        yield Unlinked(
            article_id,
            words,
            type_,
            tuple(row.span_id for row in rows),
            first.sentence_id,
            text[place.start : first.start],
            text[first.end : place.end],
        )


def _why(features: Sequence[float], *, named_here: bool) -> str:
    """Return the strongest reason for a suggestion."""
    so_called, share, _, common, *_ = features
    where = "; the article names it" if named_here else ""
    if so_called:
        return f"{'always' if share == 1 else 'sometimes'} so called{where}"
    if common:
        return f"words in common{where}"
    return "the article names it"
