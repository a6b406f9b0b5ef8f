"""Claims about artefacts: which guess works on a tiny invented contrast set, and which does not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest

from tests.support.command import call
from tests.support.edited import edited_corpus
from usiran.benchmark.artefacts import LIMIT, SEEN, Artefacts, artefacts, rule_accuracy, seen_of
from usiran.errors import InputError
from usiran.schemas.tables import FILES

STANCES = ("neutral", "pro-Iran", "pro-US")
# What a sentence is about tells nothing of its stance: every edit of one has the same words.
TOPICS = ("tariff", "harbour", "visa", "pipeline", "summit", "embassy")
WORDS = {"neutral": "reported", "pro-Iran": "mocked", "pro-US": "welcomed"}


def tables(rows: Iterable[tuple[int, str, str, str]]) -> dict[str, pd.DataFrame]:
    """Return a set of edits: the source sentence's number, text, stance and holder of each."""
    edits: list[dict[str, str]] = []
    for number, text, stance, holder in rows:
        key = f"a#{number:03d}"
        count = sum(edit["sentence_id"] == key for edit in edits) + 1
        edits.append({"contrast_id": f"{key}~{count}", "sentence_id": key, "text": text,
                      "stance": stance, "holder": holder})  # fmt: skip
    keys = sorted({edit["sentence_id"] for edit in edits})
    sources = [{"sentence_id": key, "stance": "neutral", "holder": "author"} for key in keys]
    return {
        "contrast": pd.DataFrame(
            edits, columns=["contrast_id", "sentence_id", "text", "stance", "holder"]
        ),
        "stance": pd.DataFrame(sources, columns=["sentence_id", "stance", "holder"]),
    }


def crossed(*, worded: bool = False, voiced: bool = False) -> dict[str, pd.DataFrame]:
    """Return three edits, one a stance, of each topic, in an order that tells nothing.

    `worded`: each stance has a word of its own. `voiced`: pro-US has a holder of its own, and
    the order says the rest.
    """
    rows = []
    for number, topic in enumerate(TOPICS, start=1):
        turned = STANCES if voiced else (*STANCES[number % 3 :], *STANCES[: number % 3])
        for stance in turned:
            word = WORDS[stance] if worded else "discussed"
            holder = "source" if voiced and stance == "pro-US" else "author"
            rows.append((number, f"Envoys {word} the {topic}.", stance, holder))
    return tables(rows)


def leaks(measured: Artefacts, looks_at: str) -> set[str]:
    return {one.name for one in measured.leaks if one.looks_at == looks_at}


def test_a_clean_set_has_no_guesser_over_the_limit() -> None:
    measured = artefacts(crossed())
    assert (measured.edits, measured.sentences, measured.leaks) == (18, 6, ())
    # Six columns alone, in pairs and in threes; four bags for two classifiers.
    assert len(measured.guessers) == 6 + 15 + 20 + 8
    assert all(one.accuracy <= LIMIT for one in measured.guessers)


def test_a_rule_leaks_where_columns_tell_the_stance() -> None:
    measured = artefacts(crossed(voiced=True))
    # The holder tells pro-US and leaves two; the number tells all three.
    assert {"holder", "number", "holder, number"} <= leaks(measured, "columns")
    assert leaks(measured, "words") == set()
    best = {one.name: one.accuracy for one in measured.guessers}
    assert best["number"] == 1.0
    assert best["holder"] == pytest.approx(2 / 3)


def test_words_leak_where_a_stance_has_words_of_its_own() -> None:
    measured = artefacts(crossed(worded=True))
    assert {"counts, logistic regression", "tf-idf, naive Bayes"} <= leaks(measured, "words")
    assert measured.guessers[0].accuracy == 1.0
    assert not {"holder", "number", "article"} & leaks(measured, "columns")


def test_a_rule_never_counts_the_edits_of_the_sentence_it_is_asked_about() -> None:
    # Each sentence has one stance, so its own edits would tell it; the others' tell the reverse.
    rows = [(1, "A.", "pro-US", "author"), (1, "B.", "pro-US", "author"),
            (2, "C.", "neutral", "author"), (2, "D.", "neutral", "author")]  # fmt: skip
    assert rule_accuracy(seen_of(tables(rows)), ("article",)) == 0.0


def test_values_that_no_other_sentence_has_fall_back_on_the_commonest_stance() -> None:
    rows = [(1, "A.", "pro-US", "author"), (2, "B.", "pro-US", "author"),
            (3, "C.", "pro-US", "source"), (4, "D.", "neutral", "author"),
            (5, "E.", "pro-US", "author")]  # fmt: skip
    edits = seen_of(tables(rows))
    # Nobody else has the holder of 3; pro-US is commonest among the others.
    assert rule_accuracy(edits, ("holder",)) == 4 / 5


def test_a_reader_sees_the_number_the_quartile_and_the_joined_gold() -> None:
    edits = seen_of(crossed())
    assert set(SEEN) <= set(edits)
    assert edits["number"].tolist()[:3] == ["1", "2", "3"]
    assert set(edits["length"]) <= {0, 1, 2, 3}
    assert set(edits["source stance"]) == {"neutral"}


def test_a_set_without_edits_has_no_guessers_and_no_leak() -> None:
    assert artefacts(tables([])) == Artefacts(0, 0, LIMIT, ())


def test_a_set_whose_others_have_one_stance_is_refused() -> None:
    rows = [(1, "A.", "pro-US", "author"), (2, "B.", "neutral", "author")]
    with pytest.raises(InputError, match="found 'one stance'; allowed: two stances or more"):
        artefacts(tables(rows))


def _write(root: Path, *, worded: bool) -> None:
    """Write the tiny set as edits of an invented corpus's sentences."""
    edits = crossed(worded=worded)["contrast"]
    for column in ("contrast_id", "sentence_id"):
        edits[column] = edits[column].str.replace("a#", "article-0#")
    edits.to_csv(root / FILES["contrast"], index=False)


@pytest.mark.parametrize(("worded", "code"), [(False, 0), (True, 1)])
def test_the_command_exits_with_1_and_names_the_best_guesser_where_one_leaks(
    tmp_path: Path, worded: bool, code: int
) -> None:
    corpus = edited_corpus(tmp_path, "article-0")
    _write(tmp_path, worded=worded)
    done = call("benchmark", "artefacts", at=corpus)
    assert done.code == code, done.err
    lines = done.out.splitlines()
    assert lines[0].split() == ["accuracy", "looks", "at", "guesser"]
    assert len(lines) == 50
    assert ("write edits with other stances" in done.err) == worded
    document = json.loads(call("benchmark", "artefacts", "--json", at=corpus).out)
    assert (document["edits"], document["sentences"], document["limit"]) == (18, 6, 0.5)
    assert len(document["guessers"]) == 49
