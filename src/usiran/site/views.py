"""What pages show of a text: its sentences in their paragraphs, and everything said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from markupsafe import Markup

from usiran.schemas.label_scheme import Scheme
from usiran.site.marks import Mark, marked
from usiran.text.articles import Sentence

# What annotators say of a sentence, in the order of its table.
ASKED = ("stance", "grounds", "holder", "confidence", "second_stance", "second_holder")


class Party(NamedTuple):
    """Somebody in an event: the words, where they stand, who it is."""

    words: str
    fragment: str
    ordinal: str
    actor: str
    actor_id: str
    affiliation: str
    elsewhere: bool  # in another sentence than the event


class Deed(NamedTuple):
    """An event and who does it to whom; events of one `happening` tell of the same."""

    mark: Mark
    ordinal: str
    type: str
    quad: str
    mode: str
    happening: str
    agents: tuple[Party, ...]
    recipients: tuple[Party, ...]


class Decision(NamedTuple):
    """An adjudicator's decision on a sentence, a span or a link, with its reason."""

    what: str
    fragment: str
    words: str
    label: str
    overrules: bool
    reason: str
    decided_by: str


@dataclass(frozen=True)
class SentenceView:
    """A sentence as its page shows it; one that is not labelled has no stance."""

    place: Sentence
    ordinal: str
    text: str
    marks: tuple[Mark, ...] = ()
    stance: str = ""
    side: int = 2  # the stance's place among those of the contest: for either side, for neither
    holder: str = ""
    voiced_by: str = ""
    voice: str = ""  # the fragment of the mark that names the source
    voice_id: str = ""
    voice_affiliation: str = ""
    grounds: tuple[str, ...] = ()
    contested: bool = False
    parted: tuple[tuple[str, str], ...] = ()  # layer, and how readers part over it
    garbled: bool = False
    votes: tuple[tuple[str, str, int], ...] = ()  # layer, label, annotators
    chances: tuple[tuple[str, str, str], ...] = ()  # layer, label, a system's probability
    answers: tuple[tuple[str, dict[str, str]], ...] = ()  # by annotator, by layer
    deeds: tuple[Deed, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @cached_property
    def html(self) -> Markup:
        """The sentence with its marks."""
        return marked(self.text, self.place.start, self.marks)

    @property
    def zone(self) -> str:
        """The zone of the sentence, such as ``body``."""
        return self.place.zone


@dataclass(frozen=True)
class ArticleView:
    """An article: what is known of it, and its paragraphs of sentences."""

    article_id: str
    title: str
    published: str
    publisher: str
    sha256: str
    withheld: bool
    facts: tuple[tuple[str, str, str], ...]  # what, value, basis
    paragraphs: tuple[tuple[SentenceView, ...], ...]
    stance: str = ""
    stance_votes: tuple[tuple[str, int], ...] = ()

    @cached_property
    def sentences(self) -> tuple[SentenceView, ...]:
        """All sentences, in order."""
        return tuple(sentence for paragraph in self.paragraphs for sentence in paragraph)

    @property
    def actors(self) -> int:
        """How many mentions of actors are marked."""
        return sum(mark.layer == "actor" for row in self.sentences for mark in row.marks)

    @cached_property
    def deeds(self) -> tuple[Deed, ...]:
        """All events, in order."""
        return tuple(deed for sentence in self.sentences for deed in sentence.deeds)

    @cached_property
    def happenings(self) -> list[list[Deed]]:
        """The events in groups that tell of the same happening, in order."""
        groups: dict[str, list[Deed]] = defaultdict(list)
        for deed in self.deeds:
            groups[deed.happening].append(deed)
        return list(groups.values())

    def counts(self, scheme: Scheme) -> list[int]:
        """Return how many sentences have each stance, in the order of the contest."""
        stances = [sentence.stance for sentence in self.sentences]
        return [stances.count(name) for name in scheme.contest.stances]


def paragraphs_of(
    text: str, sentences: Sequence[SentenceView]
) -> tuple[tuple[SentenceView, ...], ...]:
    """Return sentences by paragraph: a line break between two of them ends one."""
    paragraphs: list[list[SentenceView]] = []
    end = 0
    for sentence in sentences:
        if not paragraphs or "\n" in text[end : sentence.place.start]:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
        end = sentence.place.end
    return tuple(map(tuple, paragraphs))


def ordinal_of(sentence_id: str) -> str:
    """Return the ordinal in a sentence_id, its address in the article's page."""
    return sentence_id.partition("#")[2]


def fragment_of(span_id: str) -> str:
    """Return a span's address in the article's page.

    >>> fragment_of("a-b@actor:3-9")
    '@actor:3-9'
    """
    return "@" + span_id.partition("@")[2]
