"""Claims about reading who does what to whom, and about names that nobody told."""

# ruff: noqa: N803  (scikit-learn's signatures)

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from tests.support import synthetic
from usiran.benchmark.protocol import run
from usiran.errors import FileError
from usiran.models.gazetteer import CombinedTagger, GazetteerTagger
from usiran.models.roles import PairModel
from usiran.models.tagger import LinearTagger
from usiran.models.who_to_whom import WhoToWhomFeatures, camp, deed, names_of
from usiran.tasks.base import LAYERS, Gold, Objects, Tables, objects
from usiran.tasks.inputs import layers_of, with_layers

QUADS = dict(synthetic.tasks()["events"].groups)
CAMPS = {"US": "us", "WEST": "us", "IRAN": "iran"}
STRANGERS = {
    "Colonel Hassan": "Zorblax Quimby",
    "Minister Karim": "Vexia Trondheim",
    "Badr fighters": "Plonkers United",
    "Mosul residents": "Wibbly Dwellers",
}


def _gold(hidden: tuple[str, ...] = ("sides",), tables: Tables | None = None) -> Gold:
    tables = tables or synthetic.tables()
    gold = synthetic.tasks()["stance"].gold(tables)
    return with_layers(gold, layers_of(tables), hidden)


def _among_strangers() -> Tables:
    """The invented corpus with actors in the last article that occur nowhere else."""
    tables = {name: frame.copy() for name, frame in synthetic.tables().items()}
    last = tables["stance"]["article_id"] == "article-4"
    for old, new in STRANGERS.items():
        tables["stance"].loc[last, "text"] = [
            text.replace(old, new.ljust(len(old), "z")[: len(old)])
            for text in tables["stance"].loc[last, "text"]
        ]
    return tables


def test_sides_come_from_the_registry_and_only_for_linked_actors() -> None:
    layers = layers_of(synthetic.tables())
    assert tuple(layers.columns) == ("sentence_id", *LAYERS)
    types = [spans[0].label for spans in layers["actors"]]
    assert [sides[0] for sides in layers["sides"]] == [synthetic.SIDES[kind] for kind in types]
    tables = dict(synthetic.tables())
    tables["actors"] = tables["actors"].assign(actor_id=None)
    assert set(layers_of(tables)["sides"]) == {("",)}


def test_a_name_has_the_side_it_mostly_had() -> None:
    records = _gold().records
    assert names_of(records) == {
        surface.casefold(): synthetic.SIDES[kind] for surface, kind in synthetic.ACTORS.items()
    }


def test_a_deed_is_told_whole_in_parts_and_by_camp() -> None:
    assert deed(["WEST"], "verbal conflict", ["IRAN"], CAMPS) == [
        "WEST > verbal conflict > IRAN",
        "us > conflict > iran",
        "deed=verbal conflict",
        "WEST > verbal conflict",
        "verbal conflict > IRAN",
    ]
    assert [camp(side, CAMPS) for side in ("US", "IRAN", "IS", "unknown")] == [
        "us", "iran", "other", "unknown",
    ]  # fmt: skip


def test_the_deeds_of_a_sentence_are_read_from_its_marks() -> None:
    gold = _gold()
    deeds = WhoToWhomFeatures(QUADS, CAMPS).fit(gold.records)
    row = gold.records[gold.records["text"].str.startswith("Badr fighters bombed")].head(1)
    found = deeds.vocabulary_.inverse_transform(deeds.transform(row))[0]
    assert {"actor=IRAN", "IRAN > material conflict > none", "iran > conflict > none"} <= set(found)


def test_while_training_an_articles_own_names_are_not_known_to_it() -> None:
    gold = _gold(tables=_among_strangers())
    deeds = WhoToWhomFeatures(QUADS, CAMPS)
    matrix = deeds.fit_transform(gold.records)
    unknown = matrix[:, deeds.vocabulary_.vocabulary_["actor=unknown"]].toarray().ravel()
    assert unknown.tolist() == (gold.articles == "article-4").astype(int).tolist()


def test_nobodys_side_is_known_in_an_article_whose_names_occur_nowhere_else() -> None:
    gold = _gold(tables=_among_strangers())
    held = gold.articles == "article-4"
    deeds = WhoToWhomFeatures(QUADS, CAMPS, PairModel()).fit(gold.records[~held])
    asked = gold.records[held].drop(columns=["sides"])
    names = deeds.vocabulary_.get_feature_names_out()
    found = {name for rows in deeds.vocabulary_.inverse_transform(deeds.transform(asked))
             for name in rows}  # fmt: skip
    assert {name for name in found if name.startswith("actor=")} <= {"actor=unknown"}
    assert not any(side in name.split(" > ") for name in found for side in ("US", "IRAN", "IRAQ"))
    # The sides were there to be known: the training articles' own sentences show them.
    assert {"actor=US", "actor=IRAN"} <= set(names)


@pytest.mark.parametrize("hidden", [("sides",), LAYERS])
def test_predictions_do_not_change_with_what_is_hidden_of_the_held_out_article(
    hidden: tuple[str, ...],
) -> None:
    """Sides of the last article are turned round: no prediction on it may notice."""
    tables = synthetic.tables()
    gold = _gold(hidden, tables)
    last = gold.articles == "article-4"
    turned = gold.records["sides"].copy()
    turned[last] = [("OTHER",)] * int(last.sum())
    other = dataclasses.replace(gold, records=gold.records.assign(sides=turned))
    seen: list[list[str]] = []

    class Reader(BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
        def fit(self, X: pd.DataFrame, y: Objects) -> Reader:
            assert len(X) == len(y)
            return self

        def predict(self, X: pd.DataFrame) -> Objects:
            seen.append([name for name in LAYERS if name in X])
            return objects([" ".join(str(X[name].tolist()) for name in seen[-1])] * len(X))

    said = [run(Reader(), one).predictions.values.tolist() for one in (gold, other)]
    assert said[0] == said[1]
    assert seen == [[name for name in LAYERS if name not in hidden]] * 10


@pytest.mark.parametrize("model", [
    GazetteerTagger(), CombinedTagger(LinearTagger(), GazetteerTagger()),
], ids=["gazetteer", "combination"])  # fmt: skip
def test_a_gazetteer_cannot_know_names_that_occur_in_no_training_article(model: object) -> None:
    """All it finds are surfaces of training spans; the strangers are not among them."""
    tables = _among_strangers()
    gold = synthetic.tasks()["actors"].gold(tables)
    held = gold.articles == "article-4"
    known = {
        text[span.start : span.end]
        for text, spans in zip(gold.records["text"][~held], gold.values[~held], strict=True)
        for span in spans
    }
    gazetteer = GazetteerTagger().fit(gold.records[~held], gold.values[~held])
    assert {" ".join(surface) for surface in gazetteer.gazetteer_.types} == known
    said = run(gazetteer, gold).predictions.values
    assert not any(said[held])
    assert all(said[~held])
    if isinstance(model, CombinedTagger):
        fitted_model = model.fit(gold.records[~held], gold.values[~held])
        assert not any(fitted_model.second_.predict(gold.records[held]))


def test_marks_that_are_not_there_are_named() -> None:
    with pytest.raises(FileError, match="no sides and no roles"):
        WhoToWhomFeatures(QUADS, CAMPS).fit(synthetic.gold("stance").records)
    gold = _gold()
    deeds = WhoToWhomFeatures(QUADS, CAMPS).fit(gold.records)
    with pytest.raises(FileError, match="no roles"):
        deeds.transform(gold.records.drop(columns=["roles"]))
