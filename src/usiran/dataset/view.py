"""A published config: its rows, and what its columns hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from datasets import ClassLabel, Features, List

from usiran.schemas.names import TEXT_STATUS
from usiran.schemas.roles import EVIDENCE
from usiran.schemas.tables import MODELS

Row = dict[str, Any]

# What the published columns hold, where no table's model says it.
FIELDS = {
    "text_status": TEXT_STATUS,
    "tokens": "the sentence's tokens, every non-blank character in exactly one",
    "token_starts": "offset of each token's first character",
    "token_ends": "offset after each token's last character",
    "actor_tags": "BIO tags of the actor spans, one a token",
    "event_tags": "BIO tags of the event spans, one a token",
    "actors": "span_id, start, end, text, type, actor_id (registry), affiliation and votes of each "
    "actor span",
    "events": "span_id, start, end, text, type, quad, mode, agents and recipients (span_ids of "
    "actors), event_group and votes of each event span",
    "event_id": "the event's span_id, <article_id>@event:<start>-<end>",
    "published": "when the article was published (EDTF level 0)",
    "sentence": "the sentence that tells the event",
    "trigger": "the word or phrase that names the event",
    **{
        f"{role}_{column}": f"of each {role}, in one order: {about}"
        for role in ("agent", "recipient")
        for column, about in {
            "texts": "the mention",
            "span_ids": "the mention's span_id",
            "ids": "the actor in the registry, if linked",
            "affiliations": "whose side the mention is on",
            "evidence": EVIDENCE,
        }.items()
    },
    "sentences": "id, offsets, zone, stance, grounds and holder of each sentence; boilerplate has "
    "no labels",
    "article_stance": "the side the article as a whole favours; never scored",
    "article_stance_votes": "annotators for each article stance",
    "passage_id": "the invented passage that the sentence stands in",
    "family_id": "the family of hand-written variations that the sentence is in, if any",
    "family_kind": "what sets it apart in its family: target, attitude, attribution, act, both "
    "(sides named), negation; base is what they vary",
    "register": "the kind of text that the passage is written as",
    "writer": "which language model wrote it, as annotators.csv of the companion tells",
    "has_spans": "whether actors, events and roles are labelled; where not, they are missing",
}

# What is said of a config before anything else.
NOTICES = {
    "synthetic": "Invented by a language model for training. Not news, no evidence about anybody; "
    "never evaluate on it, and never pool it into counts.",
}


_SOLE = ("train", "test")  # splits of configs that have one
_TOWARD = "the attitude to this side: 1 for it, -1 against it, 0 neither or (with grounds) both"


@dataclass
class View:
    """One split of a published config: what one row is, its columns, its rows.

    `tables` are those whose models describe the columns; `columns` are descriptions of its own.
    A config has one split, `train` or `test`, or a view for each of several that are named
    after what they hold.
    """

    name: str
    about: str
    features: Features
    rows: list[Row]
    tables: tuple[str, ...]
    split: str = "train"
    columns: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name among all views: the config's, with the split where that is one of several."""
        return self.name if self.split in _SOLE else f"{self.name}-{self.split}"

    @property
    def pattern(self) -> str:
        """Which files hold the rows, relative to the dataset."""
        return f"data/{self.name}/{'' if self.split in _SOLE else f'{self.split}-'}*.parquet"

    @property
    def file(self) -> str:
        """Where the rows are published, relative to the dataset."""
        return f"data/{self.name}/{self.split}-00000-of-00001.parquet"

    @property
    def notice(self) -> str:
        """What is said of the config before anything else; empty for most."""
        return NOTICES.get(self.name, "")

    @property
    def codes(self) -> dict[str, list[str]]:
        """The names that the integers of each column stand for, by their place from 0.

        A column in a column is named as `actors[].type`.
        """
        return dict(_codes("", self.features))

    def codes_of(self, column: str) -> dict[str, list[str]]:
        """Return the `codes` of one column and of those in it."""
        paths = (path for path in self.codes if path.split(".")[0].removesuffix("[]") == column)
        return {path: self.codes[path] for path in paths}

    def fields(self) -> dict[str, str]:
        """Return what each column holds, in the order of the columns."""
        descriptions: dict[str, str] = {}
        for table in reversed(self.tables):
            columns = MODELS[table].columns.items()
            descriptions |= {name: str(column.description) for name, column in columns}
        descriptions |= FIELDS | self.columns
        descriptions |= {name: _TOWARD for name in self.features if name.startswith("toward_")}
        return {name: descriptions[name] for name in self.features}


def _codes(path: str, feature: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(feature, ClassLabel):
        yield path, list(feature.names)
    elif isinstance(feature, List):
        # A list of labels is named as the column that it is.
        nested = f"{path}[]" if isinstance(feature.feature, dict) else path
        yield from _codes(nested, feature.feature)
    elif isinstance(feature, dict):
        for name, part in feature.items():
            yield from _codes(f"{path}.{name}" if path else name, part)


def article_of(row: Row) -> str:
    """Return the article that a published row is about."""
    return str(row.get("article_id") or row["sentence_id"].partition("#")[0])
