"""Claims about the folds of articles."""

from __future__ import annotations

from collections import Counter

from usiran.dataset.folds import dealt, with_article
from usiran.schemas.folds import FOLDS, MOST_ALONE
from usiran.stats.folds import deal


def _grown(articles: int) -> dict[str, int]:
    """Return the folds of a corpus that was added article by article."""
    folds: dict[str, int] = {}
    for number in range(articles):
        folds = with_article(folds, _sizes(number + 1), f"a{number}")
    return folds


def _sizes(articles: int) -> dict[str, int]:
    return {f"a{number}": 20 + 7 * number % 31 for number in range(articles)}


def test_up_to_twenty_articles_each_has_a_fold_of_its_own() -> None:
    assert list(_grown(MOST_ALONE).values()) == list(range(MOST_ALONE))


def test_the_next_article_has_all_dealt_once_to_ten_folds_with_about_as_many_sentences() -> None:
    folds = _grown(MOST_ALONE + 1)
    assert set(folds.values()) == set(range(FOLDS))
    sizes = _sizes(MOST_ALONE + 1)
    totals = Counter[int]()
    for article, fold in folds.items():
        totals[fold] += sizes[article]
    assert max(totals.values()) - min(totals.values()) < max(sizes.values())
    assert dealt(sizes) == folds


def test_from_then_on_no_article_moves_and_a_new_one_goes_where_least_is() -> None:
    before = _grown(MOST_ALONE + 1)
    after = _grown(60)
    assert {article: after[article] for article in before} == before
    totals = Counter[int]()
    for article, fold in after.items():
        totals[fold] += _sizes(60)[article]
    assert max(totals.values()) - min(totals.values()) <= max(_sizes(60).values())
    last = with_article(after, {**_sizes(60), "new": 1000}, "new")["new"]
    assert totals[last] == min(totals.values())


def test_articles_without_sentences_are_dealt_too() -> None:
    assert sorted(deal([0] * 6, 3)) == [0, 0, 1, 1, 2, 2]
    assert with_article({}, {}, "a") == {"a": 0}
