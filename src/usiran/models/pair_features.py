"""What the pair model looks at: features of an event and an actor of one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from usiran.models.token_features import stem
from usiran.text.spans import Span
from usiran.text.tokens import Token, tokenize

FAR = 9
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being"})


class Marks(NamedTuple):
    """A sentence with its marked spans."""

    text: str
    actors: Sequence[Span]
    events: Sequence[Span]

    def pairs(self) -> list[tuple[Span, Span]]:
        """Return every event with every actor."""
        return [(event, actor) for event in self.events for actor in self.actors]


def pair_features(sentence: Marks, event: Span, actor: Span) -> list[str]:
    """Return the features of one pair.

    Order and distance, what stands between the two, how many other actors and events do,
    whether the event looks passive, and the two spans themselves; most of them apart for
    actors before and after the event.
    """
    tokens = tokenize(sentence.text)
    side = _side(event, actor)
    first, last = sorted((event, actor), key=lambda span: span.start)
    between = [t for t in tokens if first.end <= t.start and t.end <= last.start]
    rank = _rank(sentence.actors, event, actor)
    voice = _voice(tokens, event)
    features = [
        f"side={side}",
        f"distance={min(len(between), FAR)}",
        f"actors={min(_inside(sentence.actors, first, last), 4)}",
        f"events={min(_inside(sentence.events, first, last), 4)}",
        f"rank={rank}",
        f"voice={voice}",
        f"word={_before(tokens, actor)}",
        f"next={_after(tokens, event)}",
        f"event={event.label}",
        f"actor={actor.label}",
        f"event={event.label}|actor={actor.label}",
        f"stem={stem(sentence.text[event.start : event.end])}",
        f"ending={sentence.text[event.start : event.end].lower()[-3:]}",
        f"voice={voice}|rank={rank}",
        *(f"between={token.text.lower()}" for token in between),
    ]
    return [*features, *(f"{side}|{feature}" for feature in features)]


def _side(event: Span, actor: Span) -> str:
    if actor.end <= event.start:
        return "before"
    return "after" if actor.start >= event.end else "inside"


def _inside(spans: Sequence[Span], first: Span, last: Span) -> int:
    return sum(first.end <= span.start and span.end <= last.start for span in spans)


def _rank(actors: Sequence[Span], event: Span, actor: Span) -> str:
    """Return how near the actor is among those on its side of the event."""
    side = [other for other in actors if _side(event, other) == _side(event, actor)]
    order = sorted(side, key=lambda other: abs(other.start - event.start))
    return str(min(order.index(actor), 3))


def _voice(tokens: Sequence[Token], event: Span) -> str:
    """Return whether a form of "be" stands shortly before the event, and "by" behind it."""
    ahead = [t.text.lower() for t in tokens if t.end <= event.start][-3:]
    behind = [t.text.lower() for t in tokens if t.start >= event.end][:4]
    return f"{'be' if _BE & set(ahead) else ''}{'by' if 'by' in behind else ''}"


def _before(tokens: Sequence[Token], span: Span) -> str:
    return next((t.text.lower() for t in reversed(tokens) if t.end <= span.start), "")


def _after(tokens: Sequence[Token], span: Span) -> str:
    return next((t.text.lower() for t in tokens if t.start >= span.end), "")


def itself(features: list[str]) -> list[str]:
    """Return the features: what CountVectorizer calls where they are ready-made."""
    return features
