"""Claims about usiran.evaluate: any system, the official figures, what is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

import usiran
from tests.conftest import ROOT
from tests.support.plugin import plugin
from usiran.benchmark.protocol import PROTOCOL, holds
from usiran.benchmark.results import Result, json_bytes, read_results
from usiran.benchmark.write_results import alike
from usiran.corpus import Corpus
from usiran.errors import CorpusNotFound, InputError
from usiran.text.tokens import tokenize

__all__ = ["plugin"]

STORED = read_results(Corpus.find(ROOT))
# Those that take a second each; `make reproduce` runs the others.
QUICK = [
    key
    for key in STORED
    if key[0] in ("majority", "cue-lexicon", "nearest-actor")
    and key != ("nearest-actor", "roles_end_to_end")
]


def _of_present_protocol(result: Result) -> Result:
    """Return a result under the present version, where the version it states gives the same."""
    assert holds(result.protocol, result.articles)
    return msgspec.structs.replace(result, protocol=PROTOCOL)


@pytest.mark.parametrize(("system", "task"), QUICK)
def test_the_stored_figures_are_those_of_evaluate(system: str, task: str) -> None:
    stored = STORED[system, task]
    report = usiran.evaluate(system, task)
    assert report.result == report.stored.result == _of_present_protocol(stored.result)
    assert report.stored.predictions == stored.predictions


@pytest.mark.reproduce
@pytest.mark.parametrize(("system", "task"), sorted(set(STORED) - set(QUICK)))
def test_the_stored_figures_of_slower_systems_are_those_of_evaluate(system: str, task: str) -> None:
    stored = STORED[system, task]
    if stored.result.kind == "peer":
        pytest.skip("a peer's packages need not be there")
    stored = msgspec.structs.replace(stored, result=_of_present_protocol(stored.result))
    # Another processor's probabilities may differ in the last place.
    assert alike(usiran.evaluate(system, task).stored, stored)


def test_import_is_light_and_the_names_are_there() -> None:
    seen = "import sys, usiran; print('sklearn' in sys.modules, sorted(usiran.__all__))"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    names = ["Comparison", "Report", "compare", "evaluate", "load", "task"]
    assert done.stdout.strip() == f"False {names}"
    assert set(names) <= set(dir(usiran))
    with pytest.raises(AttributeError, match="no attribute 'score_all'"):
        _ = usiran.score_all


def test_a_function_of_the_frame_is_scored_without_training() -> None:
    def capitals(frame: pd.DataFrame) -> list[list[str]]:
        words = [[token.text for token in tokenize(text)] for text in frame["text"]]
        return [["B-GOVERNMENT" if word.isupper() else "O" for word in row] for row in words]

    report = usiran.evaluate(capitals, "actors", draws=100)
    assert 0 < report.score < 0.3
    assert (report.name, report.result.system) == ("capitals", "capitals")


def test_a_task_for_evaluation_only_learns_from_the_other(repo: Corpus) -> None:
    guess = DummyClassifier(strategy="most_frequent")
    report = usiran.evaluate(guess, "contrast", data=repo.root, draws=100)
    assert report.score == STORED["majority", "contrast"].result.score


@pytest.mark.usefixtures("plugin")
def test_a_plug_in_goes_by_its_name_or_its_place() -> None:
    by_name = usiran.evaluate("word-svm", draws=100)
    by_place = usiran.evaluate("usiran_example.systems:word_svm", draws=100)
    assert by_name.score == by_place.score
    assert usiran.evaluate("majority", "mentions", draws=100).score > 0
    assert usiran.task("mentions").labels == ("some", "none")


def test_contested_sentences_can_be_left_out() -> None:
    whole = usiran.evaluate("cue-lexicon")
    part = usiran.evaluate("cue-lexicon", contested="exclude")
    assert part.score == whole.result.scores["without_contested"] != whole.score
    assert not part.predictions["contested"].any()
    assert len(part.predictions) == part.result.sentences < whole.result.sentences
    assert part.stored == whole.stored
    assert set(part.verdicts.index) == set(whole.verdicts.index)


@pytest.mark.parametrize(
    ("estimator", "options", "message"),
    [
        ("no-such", {}, "estimator: found 'no-such'; allowed: majority"),
        ("no_such:make", {}, r"usiran\.systems no_such:make: found 'ModuleNotFoundError"),
        ("tagger", {}, "task: found 'none that tagger runs on'; allowed: actors, events"),
        (DummyClassifier, {}, "make one: DummyClassifier"),
        (lambda _: ["neutral"], {}, r"lambda: found '1 prediction for \d+ rows"),
        (
            lambda frame: ["Neutral"] * len(frame),
            {},
            r"#001 and \d+ more: label: found 'Neutral'; .*mean 'neutral'",
        ),
        (lambda frame: [1] * len(frame), {}, "found '1, a int'; allowed: one label a row"),
        (lambda frame: frame, {"task": "actors"}, r"predictions for \d+ rows"),
        (LogisticRegression(), {}, "LogisticRegression: found 'ValueError.*can be fitted"),
        ("majority", {"task": "weather"}, "task: found 'weather'; allowed: stance, toward_us"),
        ("majority", {"draws": 10}, "draws: found '10'; allowed: 100 to 1000000"),
        ("majority", {"seed": -1}, "seed: found '-1'; allowed: a whole number from 0"),
        ("majority", {"contested": "no"}, "contested: found 'no'; allowed: include or exclude"),
        ("majority", {"contested": "exclude", "task": "roles"}, "leave it out for roles"),
    ],
)
def test_what_cannot_be_scored_is_one_message(
    estimator: object, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        usiran.evaluate(estimator, **options)  # type: ignore[call-overload]  # that is the claim
    assert len(str(caught.value).splitlines()) == 1


def test_compare_takes_stored_results_by_name_without_running_the_system() -> None:
    comparison = usiran.compare(["minilm", "majority"])  # the packages of a peer are not needed
    assert comparison.reports["minilm"].result == STORED["minilm", "stance"].result
    few = usiran.compare(["minilm", "majority"], draws=100).reports["minilm"].result
    assert (few.score, few.draws) == (STORED["minilm", "stance"].result.score, 100)


def test_compare_runs_what_is_stored_with_another_seed_or_other_settings(copied: Corpus) -> None:
    path = copied.baselines / "results/stratified/stance.json"
    own = STORED["stratified", "stance"].result
    path.write_bytes(json_bytes(msgspec.structs.replace(own, score=0.9, settings_sha256="0" * 64)))
    other = usiran.compare(["stratified", "majority"], data=copied.root).reports["stratified"]
    assert (other.score, other.result.settings_sha256) == (own.score, own.settings_sha256)
    seeded = usiran.compare(["stratified", "majority"], draws=100, seed=1).reports["stratified"]
    assert seeded.score != own.score


@pytest.mark.parametrize(
    ("systems", "message"),
    [
        (["majority", "majority"], "two named 'majority''; .*'majority-2': "),
        ("majority", "systems: found 'a str'; allowed: a dict from names"),
        (DummyClassifier(), "systems: found 'a DummyClassifier'"),
        (["no-such", "majority"], "found 'no-such'; allowed: majority"),
    ],
)
def test_systems_without_names_of_their_own_are_refused(systems: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        usiran.compare(systems)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"task": None}, "task: found 'None'; allowed: the name of a task"),
        ({"data": 7}, "data: found '7'; allowed: a corpus folder"),
        ({"data": "a\0b"}, "data: found 'a.+b'; allowed: a corpus folder"),
    ],
)
def test_what_names_no_task_or_folder_is_told(given: dict[str, Any], match: str) -> None:
    with pytest.raises(InputError, match=match):
        usiran.evaluate("majority", **given)


def test_there_must_be_a_corpus(tmp_path: Path) -> None:
    with pytest.raises(CorpusNotFound, match="name one with data=DIR"):
        usiran.evaluate("majority", data=tmp_path)
    with pytest.raises(CorpusNotFound, match="name one with corpus=DIR"):
        usiran.load("stance", corpus=tmp_path)


@pytest.mark.filterwarnings("error")
def test_a_table_of_predictions_is_scored_as_the_system_that_made_them() -> None:
    made = usiran.evaluate("cue-lexicon", draws=100)
    table = made.predictions[["predicted"]].rename(columns={"predicted": "label"})
    for rows in (table, table.reset_index().sample(frac=1, random_state=0)):
        report = usiran.evaluate(rows, draws=100)
        assert (report.score, report.name) == (made.score, "predictions")
    spans = usiran.evaluate("cue-lexicon", "actors", draws=100)
    table = spans.predictions[["predicted"]].rename(columns={"predicted": "spans"})
    assert usiran.evaluate(table, "actors", draws=100).score == spans.score


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.rename(columns={"label": "stance"}), "found 'no column label'; .*name its"),
        (lambda t: t.iloc[2:], r"#001 and 1 more: found 'no row'; allowed: one row for every"),
        (lambda t: pd.concat([t, t.iloc[:1]]), r"#001: found 'a second row'; .*keep one"),
        (lambda t: t.replace({"label": {"neutral": 2}}), "found '2, a int'; .*pro-US"),
        (lambda t: pd.concat([t, t[["label"]]], axis=1), "found 'the column label twice'; .*keep"),
        (lambda t: t.assign(sentence_id=t["sentence_id"].shift()), "found 'nan'; .*id of a scored"),
        (lambda t: t.assign(sentence_id=t["sentence_id"].str.upper()), "the id of a scored"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(change: Any, message: str) -> None:
    sentences = usiran.task("stance").X["sentence_id"]
    table = pd.DataFrame({"sentence_id": sentences, "label": "neutral"})
    with pytest.raises(InputError, match=message):
        usiran.evaluate(change(table))


def test_an_offset_between_two_characters_is_refused() -> None:
    def halves(frame: pd.DataFrame) -> list[list[tuple[float, float, str]]]:
        return [[(0.5, 2.0, "GOVERNMENT")]] * len(frame)

    with pytest.raises(InputError, match=r"0\.5 is no whole number"):
        usiran.evaluate(halves, "actors")


def test_an_error_inside_a_function_is_told_with_its_line_and_is_the_cause() -> None:
    def mine(frame: pd.DataFrame) -> object:
        return frame["words"]

    line = mine.__code__.co_firstlineno + 1
    told = rf"mine: line {line} of test_evaluation\.py: found 'KeyError: 'words''; .*error is in it"
    with pytest.raises(InputError, match=told) as caught:
        usiran.evaluate(mine)
    assert isinstance(caught.value.__cause__, KeyError)


def test_with_the_companion_the_figures_are_those_stored_in_its_track() -> None:
    stored = read_results(Corpus.find(ROOT), "with-synthetic")["filtered-lexicon", "actors"]
    report = usiran.evaluate("filtered-lexicon", "actors", data="with-synthetic")
    assert report.result == stored.result
    assert report.stored.predictions == stored.predictions
    assert report.result.track == "with-synthetic"
    with pytest.raises(InputError, match="gazetteer"):
        usiran.evaluate("gazetteer", "actors", data="with-synthetic")
