"""Claims about constrained BIO decoding."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from usiran.models.bio_decoding import allowed, bio_tags, decode
from usiran.text.tokens import Token, from_bio, to_bio

TAGS = bio_tags(["X", "Y"])


def _is_allowed(path: tuple[str, ...]) -> bool:
    pairs = zip(("O", *path), path, strict=False)
    return all(b[:2] != "I-" or (a != "O" and a[2:] == b[2:]) for a, b in pairs)


def test_inside_follows_only_begin_or_inside_of_the_same_label() -> None:
    table = allowed(TAGS)
    inside = TAGS.index("I-X")
    assert [TAGS[i] for i in np.flatnonzero(table[:, inside])] == ["B-X", "I-X"]
    assert table[:, [TAGS.index(tag) for tag in ("O", "B-X", "B-Y")]].all()


def test_a_likely_inside_at_the_start_gives_way_to_the_best_allowed_path() -> None:
    scores = np.array([[0.0, -1.0, 5.0, -1.0, -1.0], [0.0, 0.0, 3.0, 0.0, 0.0]])
    assert decode([scores], TAGS) == [["B-X", "I-X"]]


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_decoding_finds_the_best_of_all_allowed_paths(seed: int, length: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(length, len(TAGS)))
    paths = (p for p in itertools.product(TAGS, repeat=length) if _is_allowed(p))
    best = max(paths, key=lambda p: sum(scores[t, TAGS.index(tag)] for t, tag in enumerate(p)))
    assert decode([scores], TAGS) == [list(best)]


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6), st.integers(0, 1000))
def test_sentences_decoded_together_are_as_if_decoded_alone(lengths: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = [rng.normal(size=(length, len(TAGS))) for length in lengths]
    assert decode(scores, TAGS) == [decode([rows], TAGS)[0] for rows in scores]


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_decoded_tags_are_bio_that_survives_a_round_trip(seed: int, length: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(length, len(TAGS)))
    (tags,) = decode([scores], TAGS)
    tokens = [Token(2 * i, 2 * i + 1, "x") for i in range(length)]
    assert to_bio(tokens, from_bio(tokens, tags)) == tags


def test_no_sentence_and_no_token_are_no_fault() -> None:
    assert decode([], TAGS) == []
    assert decode([np.zeros((0, 5))], TAGS) == [[]]
