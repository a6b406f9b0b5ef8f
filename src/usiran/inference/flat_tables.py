"""Who does what to whom in labelled texts: the flat events, and the dyads of every text.

The columns are those of the published config ``events`` and of `usiran export dyads`. A dyad's row
counts one text alone: rows of many texts are added up over the columns that tell the dyad.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from usiran.inference.columns import OF_MENTION, ROLES
from usiran.text.spans import Span, pairs

Row = dict[str, Any]
Rows = list[Row]


def add_affiliations(mentions: Rows, sided: Sequence[Row]) -> None:
    """Give mentions without a side that of a span, found by a model of sides, that overlaps it."""
    by_sentence: dict[str, tuple[Rows, Rows]] = defaultdict(lambda: ([], []))
    for place, rows in enumerate((mentions, sided)):
        for row in rows:
            by_sentence[row["sentence_id"]][place].append(row)
    for own, others in by_sentence.values():
        for i, j in pairs(_placed(own), _placed(others)):
            own[i]["affiliation"] = own[i].get("affiliation") or others[j]["type"]


def _placed(rows: Rows) -> list[Span]:
    return [Span(row["start"], row["end"], row["type"]) for row in rows]


def events(tables: Mapping[str, Rows], labels: Rows) -> Rows:
    """Return a row for each event, with who does it to whom and what its sentence says.

    `tables` hold the spans of events, and, where they were asked for, the mentions and roles.
    """
    mentions = {row["span_id"]: row for row in tables.get("actors", ())}
    linked: dict[tuple[str, str], Rows] = defaultdict(list)
    for link in tables.get("roles", ()):
        linked[link["event_id"], link["role"]].append(link)
    sentences = {row["sentence_id"]: row for row in labels}
    return [
        _event(span, sentences[span["sentence_id"]])
        | (_parties(span["span_id"], linked, mentions) if "roles" in tables else {})
        for span in tables["events"]
    ]


def _event(span: Row, sentence: Row) -> Row:
    own = {name: sentence.get(name) for name in ("stance", "holder")}
    own |= {name: value for name, value in sentence.items() if name.endswith("_probabilities")}
    told = dict.fromkeys(("event_id", "event_group"), span["span_id"])
    told |= {"trigger": span["text"], "sentence": sentence["text"], "text_status": "present"}
    return span | own | told


def _parties(
    event_id: str, linked: Mapping[tuple[str, str], Rows], mentions: Mapping[str, Row]
) -> Row:
    columns: Row = {}
    for role in ROLES:
        links = linked.get((event_id, role), [])
        parties = [_of_mention(mentions[link["actor_span_id"]], link) for link in links]
        columns |= {f"{role}_{name}": [party[name] for party in parties] for name in OF_MENTION}
    return columns


def _of_mention(mention: Row, link: Row) -> Row:
    values = (
        mention["text"],
        mention["span_id"],
        mention.get("actor_id"),
        mention.get("affiliation"),
        link["evidence"],
        link["probability"],
    )
    return dict(zip(OF_MENTION, values, strict=True))


_DYAD = ("article_id", "agent_affiliation", "recipient_affiliation", "quad")


def dyads(flat: Iterable[Row]) -> Rows:
    """Return a row for each dyad of affiliations in each text; "" is a side that is not known.

    ``events`` counts the events of the dyad, ``expected`` adds up how likely each is one: the
    event itself, times its agent, times its recipient. It is null where a system states nothing.
    """
    counted: dict[tuple[str, ...], dict[str, float | None]] = defaultdict(dict)
    for event in flat:
        for dyad, chance in _of_event(event):
            known = counted[dyad].setdefault(event["event_id"], chance)
            if known is not None and chance is not None:
                counted[dyad][event["event_id"]] = max(known, chance)
    return [
        dict(zip(_DYAD, dyad, strict=True)) | _figures(list(chances.values()))
        for dyad, chances in counted.items()
    ]


def _of_event(event: Row) -> Iterator[tuple[tuple[str, ...], float | None]]:
    parties = [
        zip(event[f"{role}_affiliations"], event[f"{role}_probabilities"], strict=True)
        for role in ROLES
    ]
    for (agent, first), (recipient, second) in product(*parties):
        chances = (event["probability"], first, second)
        likely = None if None in chances else chances[0] * chances[1] * chances[2]
        yield (event["article_id"], agent or "", recipient or "", event["quad"]), likely


def _figures(chances: Sequence[float | None]) -> Row:
    stated = [chance for chance in chances if chance is not None]
    return {
        # The text alone does not tell when it was published.
        "month": "",
        "events": len(chances),
        "articles": 1,
        "expected": round(sum(stated), 6) if len(stated) == len(chances) else None,
    }
