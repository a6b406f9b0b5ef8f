"""Claims about linking mentions to actors, and how that is scored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from tests.support import synthetic
from usiran.benchmark.protocol import run
from usiran.models.linking import AliasInContext, CommonestActor, ExactAlias
from usiran.stats.scores import Floats
from usiran.tasks.base import Gold, Objects, Predictions, objects
from usiran.tasks.metrics.linking import UNLINKED, LinkingScorer
from usiran.text.spans import Span

HIDDEN = ["sides", "names"]
# Article, words, type, actor, name, side; "troops" are somebody else in every article.
MENTIONS = [
    *[(f"a{n}", words, "MILITARY", "quds-force", "Quds Force", "IRAN")
      for n in range(4) for words in ("the Quds Force", "Iran's Quds Force")],
    *[(f"a{n}", "Pentagon", "GOVERNMENT", "pentagon", "Department of Defense", "US")
      for n in range(4)],
    *[(f"a{n}", "Pentagon officials", "GOVERNMENT", "pentagon", "Department of Defense", "US")
      for n in range(2)],
    *[(f"a{n}", "troops", "MILITARY", UNLINKED, "", "") for n in range(4)],
]  # fmt: skip


def records(rows: Sequence[tuple[str, ...]]) -> tuple[pd.DataFrame, Objects]:
    frame = pd.DataFrame({"article_id": [row[0] for row in rows]})
    frame["text"] = [f"{row[1]} met yesterday ." for row in rows]
    frame["actors"] = objects((Span(0, len(row[1]), row[2]),) for row in rows)
    frame["sides"] = objects((row[5],) for row in rows)
    frame["names"] = objects((row[4],) for row in rows)
    return frame, objects((Span(0, len(row[1]), row[3]),) for row in rows)


def actor_of(linker: ExactAlias | AliasInContext, words: str, kind: str = "MILITARY") -> str:
    asked = records([("new", words, kind, "", "", "")])[0].drop(columns=HIDDEN)
    ((span,),) = linker.predict(asked)
    return str(span.label)


def test_exact_words_and_names_of_training_articles_are_linked_and_nothing_else() -> None:
    linker = ExactAlias().fit(*records(MENTIONS))
    assert actor_of(linker, "THE  QUDS FORCE") == "quds-force"
    assert actor_of(linker, "Department of Defense") == "pentagon"
    assert actor_of(linker, "troops") == UNLINKED
    assert actor_of(linker, "Quds fighters") == UNLINKED
    assert linker.affiliations_ == {"quds-force": "IRAN", "pentagon": "US"}


def test_words_that_were_never_met_are_linked_by_what_else_tells_the_actor() -> None:
    linker = AliasInContext(thresholds=(0.3, 0.5, 0.99)).fit(*records(MENTIONS))
    assert linker.threshold_ < 0.99
    assert actor_of(linker, "Quds Force units") == "quds-force"
    # Nobody of that name was ever mentioned: it is said rather than guessed.
    assert actor_of(linker, "troops") == actor_of(linker, "Russia") == UNLINKED
    asked = records([("new", "Quds Force units", "MILITARY", "", "", "")])[0]
    ((chance,),) = linker.stated_items(asked)[1]
    assert linker.threshold_ <= chance <= 1


def test_an_actor_that_only_the_article_held_out_names_is_unknown() -> None:
    tables = dict(synthetic.tables(articles=3, sentences=6))
    mentions = tables["actors"]
    kept = (mentions["article_id"] == "article-2") | (mentions["actor_id"] != "Badr fighters")
    tables["actors"] = mentions.assign(actor_id=mentions["actor_id"].where(kept, None))
    gold = synthetic.tasks()["linking"].gold(tables)
    for linker in (ExactAlias(), AliasInContext(), CommonestActor()):
        said = run(linker, gold).predictions.values
        held_out = [span.label for row in said[gold.articles == "article-2"] for span in row]
        assert held_out
        assert "Badr fighters" not in held_out


def test_a_planted_registry_is_found_in_articles_never_seen() -> None:
    gold = synthetic.gold("linking", sentences=12)
    assert gold.task.labels == (*synthetic.ACTORS, UNLINKED)
    assert gold.hidden == ("sides", "names")
    for linker in (ExactAlias(), AliasInContext()):
        assert run(linker, gold).predictions.values.tolist() == gold.values.tolist()


def test_nothing_to_learn_leaves_everything_unlinked() -> None:
    frame, labels = records([("a", "troops", "MILITARY", UNLINKED, "", "")])
    for linker in (ExactAlias(), AliasInContext(), CommonestActor()):
        assert linker.fit(frame, labels).predict(frame)[0][0].label == UNLINKED


def _sums(gold: Gold, said: Sequence[tuple[Span, ...]]) -> tuple[LinkingScorer, Floats]:
    scorer = LinkingScorer(("x", "y", UNLINKED))
    return scorer, scorer.counts(gold, Predictions(objects(said))).sum(axis=0)


def test_scores_are_those_worked_by_hand() -> None:
    true = [(Span(0, 1, "x"), Span(2, 3, "y")), (Span(0, 1, "x"), Span(2, 3, UNLINKED))]
    gold = Gold(synthetic.tasks()["linking"], pd.DataFrame(), objects(true), np.array([0, 0]))
    said = [(Span(0, 1, "x"), Span(2, 3, "x")), (Span(0, 1, UNLINKED), Span(2, 3, UNLINKED))]
    scorer, sums = _sums(gold, said)
    assert scorer.scores(sums) == pytest.approx(
        {"accuracy": 1 / 3, "link_precision": 1 / 2, "unlinked": 1 / 2, "all_accuracy": 1 / 2}
    )
    # Half of the labels dealt are x, none is y: of x, x and y that links 1/2 + 1/2 + 0.
    assert scorer.chance(sums) == pytest.approx(1 / 3)
    assert scorer.classes(sums)["type"]["linked"]["support"] == 3
    nothing = _sums(gold, [(), ()])
    assert nothing[0].scores(nothing[1])["unlinked"] == 1.0
    with pytest.raises(ValueError, match=r"actors \['z'\]: allowed are"):
        _sums(gold, [(Span(0, 1, "z"),), ()])
