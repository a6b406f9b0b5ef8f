"""Invented tables with a planted signal, for tests of the benchmark.

Every article has its own topic words and its own mix of labels; what a label depends on
is the same everywhere: the verb and its object give stance and event, "said" the holder.
The actor before a verb is its agent, and of "trained" the recipient.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.support.facts import UNKNOWN_BASES
from usiran.annotation.provisional_gold import adopt
from usiran.annotation.submissions import import_labels
from usiran.corpus import Corpus
from usiran.schemas.label_scheme import read_scheme
from usiran.schemas.tables import FILES, MODELS
from usiran.tasks.base import Gold, Tables, Task
from usiran.tasks.registry import tasks_of
from usiran.text.articles import sha256
from usiran.text.spans import Span

GROUNDS: dict[str, tuple[str, ...]] = {
    "pro-US": ("us+",), "pro-Iran": ("iran+",), "neutral": ()
}  # fmt: skip
STANCES = ("pro-US", "pro-Iran", "neutral")
OBJECTS = {"pro-US": "the American troops", "pro-Iran": "the Iranian envoys", "neutral": "a farmer"}
EVENTS = {"welcomed": "SUPPORT", "trained": "COOPERATE", "accused": "ACCUSE", "bombed": "ASSAULT"}
SIDES = {"MILITARY": "US", "GOVERNMENT": "IRAQ", "ARMED_GROUP": "IRAN", "CIVILIAN": "IRAQ"}
ACTORS = {
    "Colonel Hassan": "MILITARY",
    "Minister Karim": "GOVERNMENT",
    "Badr fighters": "ARMED_GROUP",
    "Mosul residents": "CIVILIAN",
}
TOPICS = ("river", "harbour", "budget", "border", "election", "pipeline")


def tasks() -> dict[str, Task]:
    return tasks_of(read_scheme(Corpus.find().labels))


def gold(task: str, **options: int) -> Gold:
    return tasks()[task].gold(tables(**options))


def tables(*, articles: int = 5, sentences: int = 24, seed: int = 7) -> Tables:
    rng = np.random.default_rng(seed)
    frames: dict[str, list[dict[str, object]]] = {
        "stance": [], "actors": [], "events": [], "roles": [],
    }  # fmt: skip
    for number in range(articles):
        mix = rng.dirichlet([3.0, 3.0, 3.0])
        offset = 0
        for ordinal in range(1, sentences + 1):
            offset = _sentence(
                frames, number=number, ordinal=ordinal, offset=offset, mix=mix, rng=rng
            )
    return {
        **{name: pd.DataFrame(rows) for name, rows in frames.items()},
        "registry": pd.DataFrame(
            {"actor_id": list(ACTORS), "affiliation": [SIDES[kind] for kind in ACTORS.values()]}
        ),
        "folds": pd.DataFrame(
            {"article_id": [_id(n) for n in range(articles)], "fold": range(articles)}
        ),
        "article_stance": pd.DataFrame(
            {
                "article_id": [_id(n) for n in range(articles)],
                "article_stance": [STANCES[n % 3] for n in range(articles)],
                "votes": [(1, 0, 0)] * articles,
            }
        ),
    }


def _id(number: int) -> str:
    return f"article-{number}"


def _sentence(
    frames: dict[str, list[dict[str, object]]],
    *,
    number: int,
    ordinal: int,
    offset: int,
    mix: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    rng: np.random.Generator,
) -> int:
    stance = STANCES[int(rng.choice(3, p=mix))]
    actor, verb = (str(rng.choice(list(names))) for names in (ACTORS, EVENTS))
    holder = "source" if rng.random() < 0.5 else "author"
    topic = TOPICS[number % len(TOPICS)]
    text = f"{actor} {verb} {OBJECTS[stance]} near the {topic}"
    text += " , an official said ." if holder == "source" else " ."
    key = f"{_id(number)}#{ordinal:03d}"
    place = {"article_id": _id(number), "sentence_id": key}
    frames["stance"].append(
        {
            **place, "start": offset, "end": offset + len(text), "zone": "body", "text": text,
            "stance": stance, "holder": holder, "fold": number,
            "grounds": GROUNDS[stance],
            "toward": tuple(int(f"{side}+" in GROUNDS[stance]) for side in ("us", "iran")),
            "contested": False,
            "stance_votes": tuple(int(name == stance) for name in STANCES),
            "holder_votes": tuple(int(name == holder) for name in ("author", "source")),
        }
    )  # fmt: skip
    at = text.index(verb)
    for table, first, surface, label in (
        ("actors", 0, actor, ACTORS[actor]),
        ("events", at, verb, EVENTS[verb]),
    ):
        start = offset + first
        span = {"start": start, "end": start + len(surface), "text": surface, "type": label}
        named = {"actor_id": surface, "affiliation": SIDES[label]} if table == "actors" else {}
        frames[table].append({**place, **span, **named, "span_id": _span(table, number, start)})
    frames["roles"].append(
        {
            "article_id": _id(number), "event_id": _span("events", number, offset + at),
            "role": "recipient" if verb == "trained" else "agent",
            "actor_span_id": _span("actors", number, offset),
        }
    )  # fmt: skip
    return offset + len(text) + 1


def _span(table: str, number: int, start: int) -> str:
    return f"{table}:{number}:{start}"


def spans(*rows: tuple[int, int, str]) -> tuple[Span, ...]:
    return tuple(Span(*row) for row in rows)


def write_corpus(root: Path, tables: Tables) -> Corpus:
    """Write the invented tables as a corpus folder: texts, sheets, submissions, gold."""
    corpus, home = Corpus(root.resolve()), Corpus.find().root
    shutil.copytree(home / "annotation" / "crosswalks", corpus.annotation / "crosswalks")
    shutil.copy(home / "annotation" / "labels.toml", corpus.labels)
    corpus.articles.mkdir(parents=True)
    toml = (home / "dataset" / "corpus.toml").read_text("utf-8")
    # What the repository's own corpus.toml says of its gold does not hold here.
    for key, value in ("version", "0.1.0"), ("gold_basis", "first-pass"):
        toml = re.sub(rf"(?m)^{key} = .*$", f'{key} = "{value}"  # as it is', toml)
    toml = re.sub(r"(?m)^gold_rounds = .*$", 'gold_rounds = ["first"]', toml)
    (corpus.dataset / "corpus.toml").write_text(toml, "utf-8")
    corpus.baselines.mkdir()
    for settings in (home / "baselines").glob("*.toml"):
        shutil.copy(settings, corpus.baselines)
    _write_sources(corpus, tables)
    first = corpus.manifest.gold_rounds[0]
    for article_id, rows in tables["stance"].groupby("article_id", sort=False):
        sheet = root / "sheet.txt"
        sheet.write_text(_sheet(str(article_id), rows, tables), encoding="utf-8")
        import_labels({"ann": sheet}, corpus, round=first)
    adopt(corpus, round=first, annotator_id="ann")
    return corpus


def _write_sources(corpus: Corpus, tables: Tables) -> None:
    stance = tables["stance"]
    texts = stance.groupby("article_id", sort=False)["text"].agg("\n".join)
    for article_id, text in texts.items():
        corpus.article(str(article_id)).write_text(text, encoding="utf-8")
    known: dict[str, Any] = {
        "articles": [
            {
                **UNKNOWN_BASES, "article_id": key, "title": key, "title_basis": "inferred",
                "rights": "invented", "language": "en", "text_sha256": sha256(text),
            }
            for key, text in texts.items()
        ],
        "sentences": stance[["sentence_id", "article_id", "start", "end", "zone"]],
        "folds": tables["folds"],
        "annotators": [{"annotator_id": "ann", "kind": "human", "name": "Ann", "note": "invented"}],
    }  # fmt: skip
    corpus.gold.mkdir()
    for name in (*known, "registry", "actor_links", "decisions"):
        columns = [c for c in MODELS[name].columns if c not in ("text", "text_status")]
        frame = pd.DataFrame(known.get(name, [])).reindex(columns=columns)
        frame.to_csv(corpus.root / FILES[name], index=False)


def _sheet(article_id: str, rows: pd.DataFrame, tables: Tables) -> str:
    lines = [f"article {article_id}", "article_stance neutral", ""]
    for row in rows.to_dict("records"):
        ordinal = row["sentence_id"].split("#")[1]
        lines.append(f"{ordinal} {row['stance']} {row['holder']}{' '.join(('', *row['grounds']))}")
        for table in ("actors", "events"):
            mine = tables[table][tables[table]["sentence_id"] == row["sentence_id"]]
            lines += [f'  {span["type"]} "{span["text"]}"' for span in mine.to_dict("records")]
    return "\n".join(lines) + "\n"
