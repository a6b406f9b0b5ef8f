"""What the pair model looks at: features of an event and an actor of one sentence."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from usiran.models.token_features import stem
from usiran.text.spans import Span
from usiran.text.tokens import Token

FAR = 9
_start, _end = attrgetter("start"), attrgetter("end")
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being"})


class MarkedSentence(NamedTuple):
    """A sentence with its marked spans."""

    text: str
    actors: Sequence[Span]
    events: Sequence[Span]
    tokens: Sequence[Token]

    def pairs(self) -> list[tuple[Span, Span]]:
        """Return every event with every actor."""
        return [(event, actor) for event in self.events for actor in self.actors]


def pair_features(sentence: MarkedSentence, event: Span, actor: Span) -> list[str]:
    """Return the features of one pair.

    Order and distance, what stands between the two, how many other actors and events do,
    whether the event looks passive, and the two spans themselves.
    """
    side = _side(event, actor)
    first, last = sorted((event, actor), key=lambda span: span.start)
    words = [token.text.lower() for token in sentence.tokens]
    before = {span: bisect_right(sentence.tokens, span.start, key=_end) for span in (event, actor)}
    behind = bisect_left(sentence.tokens, event.end, key=_start)
    between = words[bisect_left(sentence.tokens, first.end, key=_start) : before[last]]
    rank = _rank(sentence.actors, event, actor)
    voice = _voice(words[: before[event]], words[behind:])
    form = sentence.text[event.start : event.end]
    features = [
        f"side={side}",
        f"distance={min(len(between), FAR)}",
        f"actors={min(_between(sentence.actors, first, last), 4)}",
        f"events={min(_between(sentence.events, first, last), 4)}",
        f"rank={rank}",
        f"voice={voice}",
        f"word={words[before[actor] - 1] if before[actor] else ''}",
        f"next={(words[behind : behind + 1] or [''])[0]}",
        f"event={event.label}",
        f"actor={actor.label}",
        f"event={event.label}|actor={actor.label}",
        f"stem={stem(form)}",
        f"ending={form.lower()[-3:]}",
        f"voice={voice}|rank={rank}",
        *(f"between={word}" for word in between),
    ]
    # Agents stand before an event and recipients after it: most features say other things there.
    return [*features, *(f"{side}|{feature}" for feature in features)]


def _side(event: Span, actor: Span) -> str:
    if actor.end <= event.start:
        return "before"
    return "after" if actor.start >= event.end else "inside"


def _between(spans: Sequence[Span], first: Span, last: Span) -> int:
    return sum(first.end <= span.start and span.end <= last.start for span in spans)


def _rank(actors: Sequence[Span], event: Span, actor: Span) -> str:
    """Return how near the actor is among those on its side of the event."""
    rivals = [rival for rival in actors if _side(event, rival) == _side(event, actor)]
    rivals.sort(key=lambda rival: abs(rival.start - event.start))
    return str(min(rivals.index(actor), 3))


def _voice(before: Sequence[str], behind: Sequence[str]) -> str:
    """Return whether a form of "be" stands shortly before an event, and "by" behind it."""
    be = "be" if _BE & set(before[-3:]) else ""
    by = "by" if "by" in behind[:4] else ""
    return be + by
