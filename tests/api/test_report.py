"""Claims about a report: its tables, what is saved, how it is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import usiran
from tests.support.command import call
from usiran.api.paired import against_cells, how_to_read
from usiran.benchmark.significance import AGAINST
from usiran.corpus import Corpus
from usiran.errors import InputError


@pytest.fixture(scope="module")
def report() -> usiran.Report:
    model = LogisticRegression(class_weight="balanced")
    made: usiran.Report = usiran.evaluate(make_pipeline(TfidfVectorizer(), model))
    return made


def test_the_figures_are_tables(report: usiran.Report) -> None:
    low, high = report.interval
    assert low < report.score < high
    assert list(report.per_class) == ["precision", "recall", "f1", "support"]
    assert report.per_class["support"].sum() == len(report.predictions)
    assert len(report.per_article) == 5
    assert report.confusion is not None
    assert report.confusion.to_numpy().sum() == len(report.predictions)
    assert {"majority", "shuffled-within"} <= set(report.controls.index)
    assert report.controls.loc["shuffled-within", "relabelled"]
    frame = report.to_frame()
    assert frame["score"].tolist() == [report.score]
    assert {"low", "high", "chance", "accuracy", "soft"} <= set(frame)


def test_the_ceiling_is_the_stored_one(report: usiran.Report) -> None:
    ceiling = report.ceiling
    assert {"annotator", "against", "score", "low", "high", "sentences"} <= set(ceiling)
    against = ceiling[ceiling["against"] == "gold"]
    assert against["part"].sum() == 6
    assert against.loc[~against["part"], "round"].unique().tolist() == ["independent", "first"]
    assert against.loc[against["round"] == "independent", "guidelines"].unique() == ["1.2.0"]
    assert set(ceiling["kind"]) == {"language-model"}
    assert ceiling["score"].between(0.8, 1).all()
    assert "ceiling, people: none has annotated" in str(report)


def test_there_is_a_verdict_against_every_stored_system_on_the_true_labels(
    report: usiran.Report,
) -> None:
    verdicts = report.verdicts
    assert {"majority", "tfidf-logreg", "who-to-whom-gold"} <= set(verdicts.index)
    assert "shuffled-within" not in verdicts.index
    assert set(verdicts["verdict"]) <= {"win", "loss", "tie"}
    assert verdicts["p"].between(0, 1).all()
    own = usiran.evaluate("majority", draws=100)
    assert "majority" not in own.verdicts.index


def test_errors_are_what_was_not_predicted_as_the_gold(report: usiran.Report) -> None:
    errors = report.errors()
    assert list(errors) == ["gold", "predicted", "votes", "contested", "text"]
    right = len(report.predictions) - len(errors)
    assert right / len(report.predictions) == pytest.approx(report.result.scores["accuracy"])
    assert (errors["gold"] != errors["predicted"]).all()
    assert errors["votes"].map(lambda votes: sum(votes.values())).eq(6).all()
    stated = report.predictions[list(usiran.task("stance").labels)]
    assert stated.sum(axis=1).round(2).eq(1).all()


def test_frames_that_are_too_wide_are_shown_row_by_row_and_narrow_ones_as_pandas_does(
    report: usiran.Report,
) -> None:
    comparison = usiran.compare({"a-long-name": report, "another": "majority"})
    pairs, errors = repr(comparison.pairs), repr(report.errors())
    for shown in (pairs, errors, repr(report.verdicts), repr(report.predictions)):
        assert max(map(len, shown.splitlines())) <= 80
    assert all(f"{column}: " in pairs for column in comparison.pairs)
    first = report.errors().iloc[0]
    assert errors.startswith(f"{first.name}\n  gold: {first['gold']}; predicted: ")
    assert f"[{len(report.errors())} rows x 5 columns]" in errors
    assert repr(report.per_class) == repr(pd.DataFrame(report.per_class))


def test_long_notes_of_a_report_are_wrapped() -> None:
    text = str(usiran.evaluate("majority", draws=100, contested="exclude"))
    assert "contested ones left out" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("task", ["actors", "events", "roles"])
def test_errors_of_spans_have_the_votes_of_each_gold_span(task: str) -> None:
    report = usiran.evaluate("majority", task, draws=100)
    errors = report.errors()
    assert errors["gold"].map(len).gt(0).all()
    assert errors["gold"].map(len).tolist() == errors["votes"].map(len).tolist()
    assert errors["contested"].any()
    assert "predicted: none" in repr(errors)
    assert "Span(" not in repr(errors)
    assert report.confusion is not None


def test_what_is_saved_is_verified(report: usiran.Report, tmp_path: Path, repo: Corpus) -> None:
    path = report.save(tmp_path / "mine")
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "stance.json",
        "stance.predictions.jsonl",
    ]
    done = call("benchmark", "verify", path, at=repo)
    assert (done.code, done.err) == (0, "1 of 1 verified, 0 findings.\n")
    path.write_text(path.read_text("utf-8").replace('"score": 0.', '"score": 0.9'))
    assert call("benchmark", "verify", path, at=repo).code == 1


def test_a_system_of_the_toolkit_is_saved_as_its_own(tmp_path: Path, repo: Corpus) -> None:
    path = usiran.evaluate("stratified", "holder", draws=100).save(tmp_path)
    assert call("benchmark", "verify", path, at=repo).code == 0


def test_a_report_is_shown_in_eighty_columns(report: usiran.Report) -> None:
    lines = str(report).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "stance: TfidfVectorizer-LogisticRegression"
    assert repr(report) == str(report)
    assert any(line.startswith("majority (control)") for line in lines)
    assert lines[-1] == "ceiling, people: none has annotated"
    assert any(line.startswith("ceiling, part in the gold") for line in lines)
    assert "A tie unless the interval excludes 0 and all 5 articles agree." in lines
    assert "Reads what annotators marked: who-to-whom-gold." in lines
    assert "Left out are the controls that learned from rearranged labels." in lines


@pytest.mark.parametrize(("p", "shown"), [(0.0004, "< .001"), (0.001, ".001"), (1.0, "1.000")])
def test_a_small_p_is_never_shown_as_none(p: float, shown: str) -> None:
    figures = (0.2, 0.1, 0.3, p, 5, 5, "win")
    assert against_cells(dict(zip(AGAINST, figures, strict=True)))[2] == shown


def test_the_rule_of_a_tie_is_that_of_the_corpus_size() -> None:
    assert how_to_read(21, []) == [
        "A tie unless the interval excludes 0 and so many articles agree that it is no chance "
        "(sign test, 5 %)."
    ]


def test_html_is_escaped(report: usiran.Report) -> None:
    def tricky(frame: object) -> list[str]:
        return ["neutral"] * len(frame)  # type: ignore[arg-type]  # a frame has a length

    tricky.__name__ = "<script>alert(1)</script>"
    page = usiran.evaluate(tricky, draws=100)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert report._repr_html_().count("<table>") == 3


def test_a_report_is_drawn_beside_the_stored_systems(report: usiran.Report) -> None:
    pytest.importorskip("matplotlib")
    axes = report.plot().axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert {"TfidfVectorizer-LogisticRegression", "majority"} <= set(names)


def test_systems_are_compared_in_pairs(report: usiran.Report) -> None:
    comparison = usiran.compare({"mine": report, "lexicon": "cue-lexicon", "always": "majority"})
    scores = [each.score for each in comparison.reports.values()]
    assert scores == sorted(scores, reverse=True)
    assert len(comparison.pairs) == 3
    assert comparison.pairs["difference"].ge(0).all()
    # Against a stored system the verdict is the report's own.
    against = report.verdicts.to_dict("index")["majority"]
    pair = comparison.pairs.to_dict("index")["mine", "always"]
    assert {key: against[key] for key in pair} == pair
    assert comparison.groups.min() == 1
    assert comparison.noise_floor is not None
    assert comparison.to_frame().index.get_level_values("system").tolist() == list(
        comparison.reports
    )
    assert max(map(len, str(comparison).splitlines())) <= 80
    assert "A tie unless the interval excludes 0" in str(comparison)
    assert comparison._repr_html_().count("<table>") == 2
    by_list = usiran.compare([report, "cue-lexicon", "majority"])
    assert by_list.groups.tolist() == comparison.groups.tolist()
    assert {report.name, "majority"} < set(by_list.reports)
    by_dict = usiran.evaluate({"a": "majority", "b": "cue-lexicon"}, draws=100)
    assert isinstance(by_dict, usiran.Comparison)


def test_what_cannot_be_compared_is_refused(report: usiran.Report) -> None:
    with pytest.raises(InputError, match="found '1 of them'; allowed: two systems or more"):
        usiran.compare({"mine": report})
    other = usiran.evaluate("majority", "holder")
    with pytest.raises(InputError, match="compare other: found 'another basis'"):
        usiran.compare({"mine": report, "other": other})
    result = msgspec.structs.replace(report.result, relabelled=True)
    rearranged = replace(report, result=result)
    assert rearranged.verdicts.empty
    with pytest.raises(InputError, match="compare control: found 'labels rearranged on purpose"):
        usiran.compare({"mine": report, "control": rearranged})
