"""The training companion: invented passages that systems may learn from besides the articles.

It lies in ``annotation/synthetic`` as a corpus folder of its own, `Opened.companion`, whose tables
have the columns of any corpus's. What only the companion knows stands in the files that its
writers wrote, ``written/<passage_id>.txt``: a head (register, topic, spans) and, above a sentence,
the family that it is in. It is for training alone: its folds divide it by passages, and are not
those of the official protocol.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from usiran.errors import FileError
from usiran.loading.tables import Opened
from usiran.schemas.tables import Frames
from usiran.text.articles import read_text

_HEAD = re.compile(r"^(register|topic|spans) (.+)$", re.MULTILINE)
# Writers put remarks of their own between the two lines.
_FAMILY = re.compile(
    r"^# family: (?P<id>\S+) (?P<kind>\S+)\n(?:#.*\n)*(?P<ordinal>[0-9]{3}) ", re.MULTILINE
)


class Passage(NamedTuple):
    """A passage: who wrote it, of what kind it is, and whether its spans are labelled."""

    passage_id: str
    register: str
    topic: str
    writer: str
    has_spans: bool


class Member(NamedTuple):
    """A sentence's place in a family: variations on the same facts, written by hand.

    `kind` says what sets it apart from the family's base: target, attitude, attribution, act,
    both (sides named) or negation; the base itself is ``base``.
    """

    family_id: str
    kind: str


def passages_of(companion: Opened) -> dict[str, Passage]:
    """Return the passages of a companion by their ids, in its order.

    Raises
    ------
    FileError
        A passage's file is not there, or its head lacks a line.
    """
    labels = companion.tables["annotations"]
    written = labels[labels["round"] == companion.corpus.manifest.gold_rounds[0]]
    writers = dict(zip(written["article_id"], written["annotator_id"], strict=True))
    passages = {}
    for passage_id, text in _written(companion).items():
        head = dict(_HEAD.findall(text))
        if missing := {"register", "topic", "spans"} - head.keys():
            value = f"no line for {', '.join(sorted(missing))}"
            allowed = "a head of passage, register, topic and spans"
            raise FileError(_name(companion, passage_id), value, allowed, "put the file back")
        passages[passage_id] = Passage(
            passage_id,
            head["register"],
            head["topic"],
            writers[passage_id],
            head["spans"] == "yes",
        )
    return passages


def families_of(companion: Opened) -> dict[str, Member]:
    """Return the family of each sentence that stands in one, by sentence_id."""
    return {
        f"{passage_id}#{match['ordinal']}": Member(match["id"], match["kind"])
        for passage_id, text in _written(companion).items()
        for match in _FAMILY.finditer(text)
    }


def training_tables(companion: Opened, *, spans: bool = False) -> dict[str, pd.DataFrame]:
    """Return a companion's tables as `usiran.tasks` reads a corpus's, to be learned from.

    `Task.gold` takes them as it takes those of the articles: same columns, ids of its own. With
    `spans` they hold the passages alone whose actors, events and roles are labelled: without it
    the others would look like sentences in which nobody acts.

    Its people are invented, so few are in the registry. A mention without an actor gets one that
    stands for its type and side, such as ``any-iraq-civilian``, as tasks read sides there.
    """
    tables = _with_any_actors(companion.tables)
    if not spans:
        return tables
    kept = {key for key, passage in passages_of(companion).items() if passage.has_spans}
    return {
        name: frame[frame["article_id"].isin(kept)].reset_index(drop=True)
        if "article_id" in frame
        else frame
        for name, frame in tables.items()
    }


def _with_any_actors(tables: Frames) -> dict[str, pd.DataFrame]:
    """Return tables in which every mention whose side is known has an actor of the registry."""
    actors, registry = tables["actors"].copy(), tables["registry"]
    unnamed = actors["actor_id"].isna() & actors["affiliation"].notna()
    sides, types = actors["affiliation"][unnamed], actors["type"][unnamed]
    actors.loc[unnamed, "actor_id"] = "any-" + (sides + "-" + types).str.lower().str.replace(
        "_", "-", regex=False
    )
    any_actors = actors[unnamed].drop_duplicates("actor_id")[["actor_id", "type", "affiliation"]]
    any_actors["name"] = any_actors["actor_id"]
    columns = {"actors": actors, "registry": pd.concat([registry, any_actors], ignore_index=True)}
    return {**tables, **columns}


def _written(companion: Opened) -> Mapping[str, str]:
    folder = companion.corpus.root / "written"
    return {
        passage_id: read_text(
            folder / f"{passage_id}.txt",
            name=_name(companion, passage_id),
            what="a passage as it was written",
        )
        for passage_id in companion.tables["articles"]["article_id"]
    }


def _name(companion: Opened, passage_id: str) -> str:
    return companion.corpus.name_of(companion.corpus.root / "written" / f"{passage_id}.txt")
