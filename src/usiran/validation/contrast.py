"""The contrast set: edits are minimal, agreed on blind, crossed, in one list, and have a key."""

from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import product
from typing import Any

from usiran.errors import Finding
from usiran.loading import Opened
from usiran.schemas.tables import FILES, withdrawn_articles
from usiran.text.articles import sha256
from usiran.text.tokens import tokenize

BLIND = 2
"""So many annotators other than the writer must agree on an edit."""
SIMILAR = 0.70
"""An edit keeps at least so much of its sentence, as `similarity` counts it."""


def groups(opened: Opened) -> Iterator[Finding]:
    """Find edits whose id does not begin with the sentence they edit, or is boilerplate's."""
    sentences = opened.tables["sentences"]
    zones = dict(zip(sentences["sentence_id"], sentences["zone"], strict=True))
    for row in opened.rows("contrast"):
        if row.contrast_id.split("~")[0] != row.sentence_id:
            allowed = f"{row.sentence_id}~<number>"
            yield _finding(row.contrast_id, "contrast_id", row.contrast_id, allowed, "rename it")
        if zones.get(row.sentence_id) == "boilerplate":
            allowed, fix = "a scored sentence", "edit another sentence, or take the row out"
            yield _finding(row.contrast_id, "sentence_id", "boilerplate", allowed, fix)


def agreed(opened: Opened) -> Iterator[Finding]:
    """Find edits that too few labelled blind, and labels that are not the published ones."""
    withdrawn = withdrawn_articles(opened.tables)
    labels: dict[str, list[Any]] = defaultdict(list)
    for row in opened.rows("contrast_labels"):
        if row.given == "blind":
            labels[row.contrast_id].append(row)
    for edit in opened.rows("contrast"):
        digest = sha256(edit.text)
        # The text that was labelled cannot be compared once its words are withdrawn.
        unknown = edit.sentence_id.partition("#")[0] in withdrawn
        blind = [row for row in labels[edit.contrast_id] if unknown or row.text_sha256 == digest]
        if len(blind) < BLIND:
            allowed = f"{BLIND} blind labels of this very text in {FILES['contrast_labels']}"
            fix = "have it labelled, or move it to the dropped ones"
            yield _finding(edit.contrast_id, "text", f"{len(blind)} blind labels", allowed, fix)
        for field in ("stance", "holder"):
            published = getattr(edit, field)
            for label in sorted({getattr(row, field) for row in blind} - {published}):
                allowed = f"what every blind annotator said ({label} was said too)"
                fix = "mend the sentence and have it labelled again, or drop it"
                yield _finding(edit.contrast_id, field, published, allowed, fix)


def left_out(opened: Opened) -> Iterator[Finding]:
    """Find edits that are both published and listed as left out."""
    dropped = set(opened.tables["contrast_dropped"]["contrast_id"])
    for key in sorted(dropped.intersection(opened.tables["contrast"]["contrast_id"])):
        allowed = f"an edit that {FILES['contrast_dropped']} does not list"
        yield _finding(key, "contrast_id", key, allowed, "keep one")


def sources(opened: Opened) -> Iterator[Finding]:
    """Find source stances in the key that are not the gold's."""
    gold = {row.sentence_id: row.stance for row in opened.rows("stance")}
    for row in opened.rows("contrast_key"):
        stance = gold.get(row.contrast_id.partition("~")[0], row.source_stance)
        if row.source_stance != stance:
            yield Finding(
                FILES["contrast_key"],
                row.contrast_id,
                "source_stance",
                row.source_stance,
                f"{stance}, the gold stance of the sentence",
                "correct it, and see whether the edit still holds",
            )


def crossed(opened: Opened) -> Iterator[Finding]:
    """Find kinds of edit without an outcome that others have: there the kind tells the stance."""
    kinds = {row.contrast_id: row.kind for row in opened.rows("contrast_key")}
    edits = [row for row in opened.rows("contrast") if row.contrast_id in kinds]
    there = {(kinds[row.contrast_id], row.stance) for row in edits}
    # A set may do without a kind: the kinds that it has must not differ in their outcomes.
    cells = product({kind for kind, _ in there}, {stance for _, stance in there})
    for kind, stance in sorted(set(cells) - there):
        allowed = "every kind of edit with every stance of the set"
        yield _finding(kind, "stance", f"no {stance}", allowed, f"write one that is {stance}")


def minimal(opened: Opened) -> Iterator[Finding]:
    """Find edits that change nothing, or more than a minimal edit does."""
    withdrawn = withdrawn_articles(opened.tables)
    for row in opened.rows("contrast"):
        article_id = row.sentence_id.partition("#")[0]
        sentence = opened.texts.by_id.get(row.sentence_id)
        if sentence is None or article_id in withdrawn or article_id not in opened.texts.texts:
            continue
        kept = similarity(opened.texts.text_of(sentence), row.text)
        if not SIMILAR <= kept < 1:
            allowed = f"a token similarity of at least {SIMILAR:.2f} and below 1 to its sentence"
            yield _finding(
                row.contrast_id, "text", f"{kept:.2f}", allowed, "change as much as it takes"
            )


def similarity(first: str, second: str) -> float:
    """Return how many of their tokens two texts share in order, from 0 to 1 (all).

    Twice the tokens that `difflib` matches, over the tokens of both.

    >>> similarity("Tehran rejected the tariff.", "Tehran praised the tariff.")
    0.8
    """
    before, after = ([token.text for token in tokenize(text)] for text in (first, second))
    return SequenceMatcher(None, before, after, autojunk=False).ratio()


def _finding(record: str, column: str, value: str, allowed: str, fix: str) -> Finding:
    return Finding(FILES["contrast"], record, column, value, allowed, fix)
