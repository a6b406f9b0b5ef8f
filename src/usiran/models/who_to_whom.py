"""Who does what to whom, as features of a sentence: sides, and classes of events.

Whose side an actor is on is looked up by its surface among the actors of *training*
articles. The registry's other aliases stay unread: they were written with every article
in view, and would tell a system about the article held out. While training, an article's
own names come from the other inner folds only, so that names are as often unknown there as
in an article held out.
"""

# ruff: noqa: N803, ARG002  (scikit-learn's signatures)

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from usiran.models.base import NamedFeatures, learn_features
from usiran.models.fit_cache import fit_once
from usiran.models.gazetteer import commonest
from usiran.models.roles import LinkFinder
from usiran.models.tuning import inner_folds
from usiran.models.with_spans import need_columns
from usiran.tasks.base import objects
from usiran.tasks.links import Link
from usiran.text.spans import Span

UNKNOWN = "unknown"
# Models stored by version 1 do not hold the camps: they were written here.
CAMPS_OF_VERSION_1 = {"US": "us", "WEST": "us", "IRAN": "iran"}
Names = Mapping[str, str]


def surface(text: str) -> str:
    """Return the form under which a name is remembered: case and spaces do not count.

    Examples
    --------
    >>> surface("Quds  Force")
    'quds force'
    """
    return " ".join(text.split()).casefold()


def names_of(X: pd.DataFrame) -> dict[str, str]:
    """Return the commonest side of every actor's surface; the first by name where they tie."""
    sides_by_name: dict[str, Counter[str]] = defaultdict(Counter)
    for text, actors, sides in zip(X["text"], X["actors"], X["sides"], strict=True):
        for actor, side in zip(actors, sides, strict=True):
            if side:
                sides_by_name[surface(text[actor.start : actor.end])][side] += 1
    return {name: commonest(counts) for name, counts in sides_by_name.items()}


class WhoToWhomFeatures(NamedFeatures):
    """Counts of who does what to whom in each sentence.

    Reads the columns actors, events, roles and, while training, sides. `quads` leads from event
    type to quad class, `camps` from affiliation to the side of the contest that it is counted to;
    `links` finds the roles in sentences where they are not marked.
    """

    def __init__(
        self,
        quads: Mapping[str, str],
        camps: Mapping[str, str],
        links: LinkFinder | None = None,
    ) -> None:
        self.quads = quads
        self.camps = camps
        self.links = links

    def __setstate__(self, state: dict[str, object]) -> None:
        super().__setstate__({"camps": CAMPS_OF_VERSION_1} | state)

    def fit_transform(self, X: pd.DataFrame, y: object = None) -> sparse.csr_matrix:
        """Learn, and return the training features: each inner fold by the others' names."""
        need_columns(X, "sides", "roles")
        self.names_ = names_of(X)
        if self.links is not None:
            self.links_ = fit_once(self.links, X, X["roles"].to_numpy())
        folds = inner_folds(X["article_id"].to_numpy())
        rows = np.empty(len(X), dtype=object)
        for fold in np.unique(folds):
            own = folds == fold
            rows[own] = objects(self._features(X[own], names_of(X[~own])))
        self.vocabulary_, matrix = learn_features(rows, binary=False)
        return matrix

    def transform(self, X: pd.DataFrame) -> sparse.csr_matrix:
        """Return the features of sentences of other articles."""
        return self.vocabulary_.transform(self._features(X, self.names_))

    def _features(self, X: pd.DataFrame, names: Names) -> list[list[str]]:
        need_columns(X, "actors", "events")
        if self.links is None:
            need_columns(X, "roles")
        roles = X["roles"] if "roles" in X else self.links_.predict(X)
        rows = zip(X["text"], X["actors"], X["events"], roles, strict=True)
        return [self._sentence(*row, names) for row in rows]

    def _sentence(
        self,
        text: str,
        actors: Sequence[Span],
        events: Sequence[Span],
        links: Sequence[Link],
        names: Names,
    ) -> list[str]:
        def side(actor: Span) -> str:
            # An actor of another sentence stands outside this text: its name is not read.
            return names.get(surface(text[max(actor.start, 0) : max(actor.end, 0)]), UNKNOWN)

        features = [f"actor={side(actor)}" for actor in actors]
        for event in events:
            sides = {"agent": set[str](), "recipient": set[str]()}
            for link in links:
                if link.event[:2] == event[:2]:
                    sides[link.role].add(side(link.actor))
            agents, recipients = (sorted(named) or ["none"] for named in sides.values())
            features += deed(agents, self.quads[event.label], recipients, self.camps)
        return features


def deed(
    agents: Iterable[str], quad: str, recipients: Iterable[str], camps: Mapping[str, str]
) -> list[str]:
    """Return the features of one event: all together, in parts, and by camp.

    Examples
    --------
    >>> deed(["US"], "material conflict", ["IS"], {"US": "us"})[:2]
    ['US > material conflict > IS', 'us > conflict > other']
    """
    features = [f"deed={quad}"]
    kind = quad.rsplit(maxsplit=1)[-1]
    for agent in agents:
        features.append(f"{agent} > {quad}")
        for recipient in recipients:
            by_camp = f"{camp(agent, camps)} > {kind} > {camp(recipient, camps)}"
            features = [f"{agent} > {quad} > {recipient}", by_camp, *features]
    return features + [f"{quad} > {recipient}" for recipient in recipients]


def camp(side: str, camps: Mapping[str, str]) -> str:
    """Return which camp of the contest a side belongs to, as the stance labels count them."""
    return side if side in (UNKNOWN, "none") else camps.get(side, "other")
