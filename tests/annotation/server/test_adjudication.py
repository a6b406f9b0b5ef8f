"""Adjudication in a real Label Studio: the open tasks go out with all answers, labels come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Done, call, tree
from tests.support.studio import Serving, as_json, project_of, rename, results_of, tasks_of
from tests.support.three_passes import (
    BLAMED,
    CHANGES,
    CLERK,
    ENVOY,
    FIRST,
    HOLDER,
    MEET,
    PATROL,
    ROLE,
    STANCE,
    WHOLE,
    build_three,
    sheets,
    submit,
)
from tests.support.tiny import GAS, PORT, SCHEME, TEXTS
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.prefill import prefill
from usiran.annotation.adjudication.sheet import as_sheet, read_sheet
from usiran.annotation.server.adjudication import pull_answers, push_open, votes_by_unit
from usiran.annotation.server.client import Connection
from usiran.annotation.sheets.parser import parse_sheet
from usiran.corpus import Corpus
from usiran.errors import UsiranError
from usiran.label_studio.annotation_records import TaskReading

STANCES = "judged: stance adjudication: judge"
SPANS = "judged: spans adjudication: judge"

# How the judge's sheet differs from ann's: what it says at the open questions, one place that
# nobody marked, and one label that all others agree on.
JUDGED = {
    "004 neutral author": "004 neutral source",
    'ACCUSE "blamed"': 'REJECT "blamed"',
    '  CIVILIAN "clerk"\n': '  CIVILIAN "clerk"\n  REJECT "No deal"\n',
    'CONSULT "meet" future': 'CONSULT "will meet" future',
    "article_stance pro-US": "article_stance neutral",
    'AID "protects" agent=p recipient=b': 'AID "protects" agent=p',
    "002 neutral author\n  MILITARY": "002 neutral source\n  MILITARY",
}
ANSWERS = {
    STANCE: "neutral us- iran-",
    BLAMED: 'REJECT 84-90 "blamed"',
    HOLDER: "source",
    ENVOY: 'GOVERNMENT 126-142 "ministry’s envoy"',
    MEET: 'CONSULT 159-168 "will meet" future',
    CLERK: 'CIVILIAN 197-202 "clerk"',
    PATROL: 'MILITARY 4-13 "US patrol"',
    WHOLE: "neutral",
}
UNMARKED = f"event/{GAS}@event:210-217"
BOATS = f"holder/{PORT}#002"


def judged(changes: Mapping[str, str] = JUDGED) -> list[TaskReading]:
    """Return the judge's labels, as a sheet says them."""
    return [
        task
        for sheet in sheets(changes)
        for task in parse_sheet(sheet.encode(), name="sheet", texts=TEXTS, scheme=SCHEME)
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return build_three(tmp_path_factory.mktemp("three") / "three")


def test_labels_of_whole_tasks_answer_the_open_questions(made: Corpus) -> None:
    work = Adjudicator(made)
    found = prefill(work, judged())
    assert [one.id for one in found.questions] == [*FIRST, UNMARKED]
    assert found.answers == {**ANSWERS, UNMARKED: 'REJECT 210-217 "No deal"'}
    # All three said the author there: that is settled, and not decided again by the way.
    assert found.otherwise == [BOATS]
    assert prefill(work, []).answers == {}


def test_the_note_on_a_span_is_the_reason_of_its_place_before_that_of_the_task(
    made: Corpus,
) -> None:
    work, tasks = Adjudicator(made), []
    for task in judged():
        spans = tuple(
            span._replace(note="the head\nalone") if span.text == "will meet" else span
            for span in task.annotation.spans
        )
        remarks = {"reason": "3.3"} if task.article_id == GAS else {}
        reading = task.annotation._replace(spans=spans, remarks=remarks)
        tasks.append(task._replace(annotations=(reading,)))
    found = prefill(work, tasks)
    assert {id for id in found.answers if id not in found.reasons} == {PATROL, WHOLE}
    assert found.reasons[MEET] == "the head alone"
    assert {reason for id, reason in found.reasons.items() if id != MEET} == {"3.3"}


def test_a_span_over_two_places_answers_the_one_it_covers_most_of(made: Corpus) -> None:
    work = Adjudicator(made)
    wide = {'MILITARY "US patrol" p': 'MILITARY "US patrol protects Basra" p',
            '  GOVERNMENT "Basra" b\n': "", "agent=p recipient=b": "agent=p"}  # fmt: skip
    found = prefill(work, judged(wide))
    assert found.answers[PATROL] == 'MILITARY 4-28 "US patrol protects Basra"'
    # The other place is settled with a span: the answer is told, not taken.
    assert f"actor/{PORT}@actor:23-28" in found.otherwise


def test_the_page_tells_what_is_open_and_who_answered_what(made: Corpus) -> None:
    votes = votes_by_unit(Adjudicator(made))
    assert votes[f"{GAS}#004"] == "**holder**\n\n- A, B: author\n- C: source"
    told = '- A: ACCUSE 84-90 "blamed"\n- B: REJECT 84-90 "blamed"\n- C: none'
    assert votes[GAS].startswith(f"**event** “blamed”\n\n{told}")
    assert votes[PORT].endswith("**article stance**\n\n- A, C: pro-US\n- B: neutral")
    assert votes.keys() == {f"{GAS}#002", f"{GAS}#004", GAS, PORT}


def test_a_filled_in_answer_is_written_so_that_it_reads_back(made: Corpus, tmp_path: Path) -> None:
    work = Adjudicator(made)
    question = work.question(ENVOY)
    sheet = as_sheet(work, [question], {ENVOY: 'GOVERNMENT "it\'s \\"so\\""'})
    path = tmp_path / "sheet.toml"
    path.write_text(sheet, "utf-8")
    with pytest.raises(UsiranError, match="found 'it's \"so\"'"):
        read_sheet(path, work, by="judge")
    path.write_text(as_sheet(work, [question], {ENVOY: ANSWERS[ENVOY]}), "utf-8")
    with pytest.raises(UsiranError, match="allowed: a reason for every decision"):
        read_sheet(path, work, by="judge")


def predictions(sdk: Any, title: str) -> dict[str, list[dict[str, Any]]]:
    tasks = sdk.tasks.list(project=project_of(sdk, title), page_size=500)
    return {
        str(t.data.get("sentence_id") or t.data["article_id"]): list(map(dict, t.predictions))
        for t in tasks
    }


def enter(sdk: Any, title: str, tasks: Sequence[TaskReading], layer: Any) -> None:
    """Submit the judge's labels of the tasks that are there, with a reason for each task."""
    numbers = tasks_of(sdk, title)
    box = {"id": "why", "from_name": "reason", "to_name": "text", "type": "textarea"}
    for unit, result in results_of(tasks, layer, SCHEME).items():
        if unit in numbers:
            result.append(box | {"value": {"text": [f"S4, it's\n{layer}"]}})
            sdk.annotations.create(id=numbers[unit], result=result)


def adjudicate(serving: Serving, corpus: Corpus, *words: str) -> Done:
    data = ("--data", str(serving.data_dir.root), "--adjudicator", "judge")
    return call("annotate", "adjudicate", *data, *words, at=corpus)


def test_open_tasks_go_out_with_all_answers_and_come_back_as_a_sheet(
    server: Serving, made: Corpus, tmp_path: Path
) -> None:
    corpus = rename(made, "judged")
    before = tree(corpus.root)
    done = adjudicate(server, corpus, "--push")
    assert done.code == 0, done.err
    assert f"project '{STANCES}' new: " in done.out
    assert "open each task from the project's list" in done.err
    sdk = server.client()
    told = {unit: [(one["model_version"], len(one["result"])) for one in found]
            for unit, found in predictions(sdk, STANCES).items()}  # fmt: skip
    assert told == {
        f"{GAS}#002": [("A", 3), ("B", 3), ("C", 3)],
        f"{GAS}#004": [("A", 2), ("B", 2), ("C", 2)],
    }
    assert list(predictions(sdk, SPANS)) == [GAS, PORT]
    assert sdk.projects.get(id=project_of(sdk, SPANS)).show_collab_predictions is True
    shown = {task.data["votes"] for task in sdk.tasks.list(project=project_of(sdk, STANCES))}
    assert "**holder**\n\n- A, B: author\n- C: source" in shown
    again = push_open(Adjudicator(corpus), Connection(server.data_dir), adjudicator_id="judge")
    assert [(one.project, one.new, one.predictions) for one in again] == [("unchanged", 0, 0)] * 2

    none = as_json(adjudicate(server, corpus, "--pull", "--json").out)
    assert [one["answer"] for one in none["questions"]] == [None] * len(FIRST)
    judge = server.annotator("judge")
    enter(judge, STANCES, judged(), "stance")
    enter(judge, SPANS, judged(), "spans")
    done = adjudicate(server, corpus, "--pull")
    assert "9 of 9 answered\n" in done.err
    assert tree(corpus.root) == before

    path = tmp_path / "sheet.toml"
    path.write_text(done.out, "utf-8")
    decided = adjudicate(server, corpus, "--decide", str(path))
    assert "9 decisions saved, 0 stood already, 0 entries left empty" in decided.err
    # The roles came up by it; the same labels answer them.
    work = Adjudicator(corpus)
    found = pull_answers(work, Connection(server.data_dir), adjudicator_id="judge")
    assert found.answers[ROLE] == 'agent 4-13 "US patrol"'
    assert set(found.answers) == {one.id for one in work.state.open}
    reasons = {decision.id: decision.reason for decision in work.decisions}
    assert reasons[STANCE] == reasons[HOLDER] == "S4, it's stance"
    assert reasons[WHOLE] == reasons[CLERK] == "S4, it's spans"
    path.write_text(as_sheet(work, found.questions, found.answers, found.reasons), "utf-8")
    work.save(*read_sheet(path, work, by="judge").decisions)
    assert work.state.open == []
    assert work.write().decided == 9 + len(found.answers)
    assert push_open(work, Connection(server.data_dir), adjudicator_id="judge") == ()


def test_answers_that_changed_since_are_shown_as_they_are_now(
    server: Serving, tmp_path: Path
) -> None:
    corpus = rename(build_three(tmp_path / "three"), "rejudged")
    push_open(Adjudicator(corpus), Connection(server.data_dir), adjudicator_id="judge")
    submit(corpus, "cy", {**CHANGES["cy"], "002 neutral source us- iran-": "002 neutral source"})
    stance, spans = push_open(
        Adjudicator(corpus), Connection(server.data_dir), adjudicator_id="judge"
    )
    assert (stance.predictions, spans.predictions) == (1, 0)
    found = predictions(server.client(), "rejudged: stance adjudication: judge")[f"{GAS}#002"]
    assert [len(one["result"]) for one in found if one["model_version"] == "C"] == [2]


def test_what_cannot_be_pushed_or_pulled_is_refused_in_one_line(
    server: Serving, made: Corpus
) -> None:
    corpus = rename(made, "unjudged")
    for words, message in (
        (("--pull",), "push the tasks first: usiran annotate adjudicate --push"),
        (("--push", "--adjudicator", "zed"), "annotator_id: found 'zed'"),
        (("--push", "--round", "r2"), "--round: found 'r2'"),
    ):
        done = adjudicate(server, corpus, *words)
        assert (done.code, done.out) == (1, "")
        assert message in done.err
        assert done.err.count("\n") == 1
