"""Adjudication: what is asked, what is decided, and the gold that comes of it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.command import tree
from tests.support.three_passes import (
    BLAMED,
    CAFE,
    CHANGES,
    CLERK,
    FIRST,
    HOLDER,
    MEET,
    PATROL,
    ROLE,
    STANCE,
    WHOLE,
    decide,
    errors,
    submit,
    three,
)
from tests.support.tiny import GAS, PORT, SCHEME, TEXTS
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.sheet import as_text
from usiran.corpus import Corpus
from usiran.errors import FileError, InputError
from usiran.label_studio.annotation_records import TaskReading
from usiran.label_studio.read_export import read_export
from usiran.schemas.label_scheme import Project

__all__ = ["three"]


@pytest.fixture
def decided(three: Corpus) -> Corpus:
    """Return a corpus whose gold has been adjudicated."""
    work = Adjudicator(three)
    decide(work, FIRST)
    decide(work, {ROLE: "A"})
    work.write()
    return three


def test_every_disagreement_is_asked_in_the_order_of_the_corpus(three: Corpus) -> None:
    work = Adjudicator(three)
    assert [question.id for question in work.state.open] == list(FIRST)
    assert work.state.waiting == [GAS, PORT]
    assert work.state.unlabelled == []
    told = {
        work.letters[who]: work.answer(work.question(MEET), answer)
        for who, answer in work.question(MEET).labels.items()
    }
    assert told == {
        "A": 'CONSULT 164-168 "meet" future',
        "B": 'CONSULT 159-168 "will meet" future',
        "C": 'CONSULT 164-168 "meet"',
    }
    assert work.answer(work.question(BLAMED), work.question(BLAMED).labels["cy"]) == "none"


def test_a_question_is_shown_with_its_sentence_its_neighbours_and_letters(three: Corpus) -> None:
    work = Adjudicator(three)
    assert as_text(work, [work.question(CLERK)]).splitlines() == [
        f"[1/1] {CLERK}",
        f"    before: The ministry’s envoy, a {CAFE} owner, will meet Tehran’s envoy\\nin",
        "        Basra.",
        '    caption: A [[clerk]] said: "No deal 🤝🏽, no gas."',
        '      A, B: CIVILIAN 197-202 "clerk"',
        "      C: none",
    ]


def test_roles_are_asked_once_the_spans_of_the_article_are_decided(three: Corpus) -> None:
    work = Adjudicator(three)
    decide(work, {id: line for id, line in FIRST.items() if GAS in id})
    assert work.state.waiting == [PORT]
    # In the gas article all who marked an event agree on its roles, read on the gold spans.
    assert [question.id for question in work.state.open] == [PATROL, WHOLE]
    decide(work, {PATROL: "A", WHOLE: "pro-US"})
    assert work.state.waiting == []
    (question,) = work.state.open
    assert question.id == ROLE
    assert [work.answer(question, answer) for answer in question.labels.values()] == [
        'agent 4-13 "US patrol"; recipient 23-28 "Basra"',
        'agent 4-13 "US patrol"',
        'agent 4-13 "US patrol"; recipient 23-28 "Basra"',
    ]


def test_a_link_is_read_on_the_gold_span_that_was_decided(three: Corpus) -> None:
    work = Adjudicator(three)
    decide(work, FIRST)
    meet = work.state.resolved[f"role/{GAS}@event:164-168"]
    told = 'agent 126-142 "ministry’s envoy"; agent 169-183 "Tehran’s envoy"'
    assert work.answer(meet.question, meet.labels) == told
    assert {work.answer(meet.question, a) for a in meet.question.labels.values()} == {told}
    assert meet.decision is None


def gold(corpus: Corpus, project: Project) -> dict[str, TaskReading]:
    path = corpus.gold / f"{project}.json"
    return {task.unit_id: task for task in read_export(path, scheme=SCHEME, texts=TEXTS)}


def test_the_gold_is_what_all_say_or_what_was_decided(decided: Corpus) -> None:
    stance = gold(decided, "stance")
    assert list(stance) == [f"{GAS}#00{n}" for n in (1, 2, 4, 5)] + [
        f"{PORT}#00{n}" for n in (1, 2)
    ]
    assert stance[f"{GAS}#002"].annotations[0].choices == {
        "stance": ("neutral",), "grounds": ("us-", "iran-"), "holder": ("source",),
    }  # fmt: skip
    assert stance[f"{PORT}#001"].annotations[0].choices["stance"] == ("pro-US",)
    whole = gold(decided, "spans")[GAS].annotations[0]
    spans = {(s.layer, s.text): (s.label, s.mode) for s in whole.spans}
    assert spans["event", "blamed"] == ("REJECT", "actual")
    assert spans["event", "meet"] == ("CONSULT", "future")
    assert spans["actor", "ministry’s envoy"] == ("GOVERNMENT", None)
    assert ("actor", "clerk") not in spans
    assert len(whole.spans) == 9
    place = {span.region: span.text for span in whole.spans}
    links = [(place[role.event], role.role, place[role.actor]) for role in whole.roles]
    assert links == [
        ("accused", "agent", "Washington"), ("accused", "recipient", "Tehran"),
        ("blamed", "agent", "Tehran"), ("blamed", "recipient", "Washington"),
        ("meet", "agent", "ministry’s envoy"), ("meet", "agent", "Tehran’s envoy"),
    ]  # fmt: skip


def test_decisions_have_a_row_for_every_unit_somebody_has_otherwise(decided: Corpus) -> None:
    with (decided.gold / "decisions.csv").open(encoding="utf-8", newline="") as lines:
        rows = [tuple(row.values()) for row in csv.DictReader(lines)]
    assert [row[:5] for row in rows] == [
        ("actor", f"{GAS}@actor:126-142", "GOVERNMENT", "", "true"),
        ("actor", f"{GAS}@actor:137-142", "", "", "true"),
        ("actor", f"{GAS}@actor:197-202", "", "", "true"),
        ("actor", f"{PORT}@actor:4-13", "MILITARY", "", "false"),
        ("article_stance", PORT, "pro-US", "", "false"),
        ("event", f"{GAS}@event:159-168", "", "", "false"),
        ("event", f"{GAS}@event:164-168", "CONSULT", "", "false"),
        ("event", f"{GAS}@event:84-90", "REJECT", "", "false"),
        ("grounds", f"{GAS}#002", "iran-", "", "false"),
        ("grounds", f"{GAS}#002", "us-", "", "false"),
        ("holder", f"{GAS}#004", "author", "", "false"),
        ("mode", f"{GAS}@event:164-168", "future", "", "false"),
        ("role", f"{GAS}@event:164-168", "agent", f"{GAS}@actor:126-142", "false"),
        ("role", f"{GAS}@event:164-168", "agent", f"{GAS}@actor:169-183", "false"),
        ("role", f"{PORT}@event:14-22", "agent", f"{PORT}@actor:4-13", "false"),
        ("role", f"{PORT}@event:14-22", "recipient", f"{PORT}@actor:23-28", "false"),
        ("stance", f"{GAS}#002", "neutral", "", "false"),
    ]
    assert {row[6:] for row in rows} == {("judge", "2031-07-01T12:00:00Z")}
    assert rows[0][5] == "S1: actor"
    assert rows[12][5] == f"follows from {MEET}: S1: event"


def test_the_corpus_validates_clean_afterwards(decided: Corpus) -> None:
    assert errors(decided) == []
    votes = (decided.gold / "votes.csv").read_text("utf-8").splitlines()
    assert f"event,{GAS}@event:84-90,ACCUSE,,1" in votes
    assert f"actor,{GAS}@actor:137-142,GOVERNMENT,,2" in votes


def test_a_gold_without_one_of_its_decisions_does_not(decided: Corpus) -> None:
    path = decided.gold / "decisions.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(one for one in lines if "126-142,GOVERNMENT" not in one), "utf-8")
    (finding,) = errors(decided)
    assert finding.record == f"{GAS}@actor:126-142"
    assert [one.file for one in Adjudicator(decided).drift()] == ["annotation/gold/decisions.csv"]


def test_writing_again_changes_nothing(decided: Corpus) -> None:
    before = tree(decided.root)
    work = Adjudicator(decided)
    assert work.drift() == []
    done = work.write()
    assert (done.questions, done.decided, done.rows, done.overruled) == (34, 9, 17, 3)
    assert tree(decided.root) == before


def test_nothing_is_written_while_something_is_open(three: Corpus) -> None:
    work = Adjudicator(three)
    decide(work, {STANCE: "A"})
    with pytest.raises(InputError, match=r"found '7 open: event/.* and 4 more'"):
        work.write()
    assert [path.name for path in three.gold.iterdir()] == ["adjudication.csv"]


def test_decisions_are_saved_one_by_one_and_work_goes_on_from_them(three: Corpus) -> None:
    decide(Adjudicator(three), {STANCE: "A", CLERK: "none"})
    ledger = (three.gold / "adjudication.csv").read_text("utf-8").splitlines()
    assert ledger[0] == "id,seen,answer,reason,decided_by,decided_at"
    assert ledger[1].startswith(f"{STANCE},")
    assert ledger[1].endswith(",neutral us- iran-,S1: stance,judge,2031-07-01T12:00:00Z")
    work = Adjudicator(three)
    assert [one.id for one in work.state.open] == [id for id in FIRST if id not in (STANCE, CLERK)]


def test_a_decision_resolves_its_own_article_and_leaves_the_others(three: Corpus) -> None:
    work = Adjudicator(three)
    gas, port = work.state.articles[GAS], work.state.articles[PORT]
    decide(work, {STANCE: "A"})
    assert work.state.articles[PORT] is port
    assert work.state.articles[GAS] is not gas
    assert work.state == Adjudicator(three).state


def test_a_decision_is_never_replaced_silently(three: Corpus) -> None:
    work = Adjudicator(three)
    decide(work, {STANCE: "A"})
    before = tree(three.root)
    decide(work, {STANCE: "A"})
    assert tree(three.root) == before
    with pytest.raises(
        InputError, match=r"stands: neutral us- iran- \(S1: stance, judge\).*--redo"
    ):
        decide(work, {STANCE: "B"})
    assert tree(three.root) == before
    decide(work, {STANCE: "B"}, redo=(STANCE,))
    assert work.state.resolved[STANCE].labels == work.question(STANCE).labels["bob"]
    ledger = (three.gold / "adjudication.csv").read_text("utf-8").splitlines()
    assert len([row for row in ledger if row.startswith(STANCE)]) == 2


def test_a_unanimous_answer_can_be_overruled(three: Corpus) -> None:
    work = Adjudicator(three)
    decide(work, FIRST)
    decide(work, {ROLE: "A"})
    unanimous = f"stance/{PORT}#002"
    decide(work, {unanimous: "pro-US iran-"})
    work.write()
    assert errors(three) == []
    rows = (three.gold / "decisions.csv").read_text("utf-8").splitlines()
    assert f"stance,{PORT}#002,pro-US,,true" in [row.rsplit(",", 3)[0] for row in rows]
    assert f"grounds,{PORT}#002,iran-,,true" in [row.rsplit(",", 3)[0] for row in rows]


def test_a_span_that_nobody_marked_can_be_added_and_is_asked_for_its_roles(three: Corpus) -> None:
    work = Adjudicator(three)
    decide(work, FIRST)
    decide(work, {ROLE: "A"})
    said = f"event/{PORT}@event:40-44"
    decide(work, {said: 'CONSULT "said"'})
    (question,) = work.state.open
    assert question.id == f"role/{PORT}@event:40-44"
    assert set(question.labels.values()) == {None}
    decide(work, {question.id: 'agent "Basra"'})
    work.write()
    assert errors(three) == []
    spans = gold(three, "spans")[PORT].annotations[0].spans
    assert [(span.text, span.label) for span in spans if span.layer == "event"] == [
        ("protects", "AID"), ("said", "CONSULT"), ("seized", "COERCE"),
    ]  # fmt: skip
    row = next(
        row for row in (three.gold / "decisions.csv").read_text().splitlines() if "40-44" in row
    )
    assert row.startswith(f"event,{PORT}@event:40-44,CONSULT,,true,")


def test_two_spans_become_one_once_the_second_place_is_decided_as_none(three: Corpus) -> None:
    work = Adjudicator(three)
    long = "MILITARY 4-13; GOVERNMENT 23-28"
    with pytest.raises(InputError, match=r"found '23-28 'Basra''; allowed: a span over a part of"):
        decide(work, {PATROL: long})
    basra = f"actor/{PORT}@actor:23-28"
    with pytest.raises(InputError, match=rf"to mend: first decide {basra} as none"):
        decide(work, {PATROL: "MILITARY 4-28"})
    decide(work, {basra: "none", PATROL: "MILITARY 4-28"})
    spans = [
        TEXTS.texts[PORT][item.start : item.end] for item in work.state.articles[PORT].gold("actor")
    ]
    assert spans == ["US patrol protects Basra", "Iranian boats"]


def test_a_role_falls_with_its_event_and_says_why(three: Corpus) -> None:
    work = Adjudicator(three)
    decide(work, FIRST)
    decide(work, {ROLE: "A"})
    decide(work, {f"event/{PORT}@event:14-22": "none"})
    assert ROLE in work.state.stale
    work.write()
    assert errors(three) == []
    rows = (three.gold / "decisions.csv").read_text("utf-8").splitlines()
    event = f"event/{PORT}@event:14-22"
    assert f"event,{PORT}@event:14-22,,,true,S1: event,judge,2031-07-01T12:00:00Z" in rows
    told = f"role,{PORT}@event:14-22,,,true,follows from {event}: S1: event,judge"
    assert [row for row in rows if row.startswith("role,2032")] == [f"{told},2031-07-01T12:00:00Z"]


def test_changed_labels_open_a_decided_question_again(decided: Corpus) -> None:
    submit(decided, "bob", {**CHANGES["bob"], "001 neutral author": "001 pro-US author us+"})
    work = Adjudicator(decided)
    assert [one.id for one in work.state.open] == [f"stance/{GAS}#001"]
    submit(decided, "cy", {**CHANGES["cy"], "002 neutral source us- iran-": "002 neutral source"})
    work = Adjudicator(decided)
    assert [one.id for one in work.state.open] == [f"stance/{GAS}#001", STANCE]
    assert work.state.stale.keys() == {STANCE}
    told = as_text(work, [work.question(STANCE)])
    assert "decided before the labels changed: neutral us- iran- (S1: stance, judge)" in told
    decide(work, {STANCE: "C"})
    assert work.state.stale == {}


def test_a_task_that_one_annotator_left_out_is_asked(three: Corpus) -> None:
    path = three.submissions / "r1" / "cy" / "stance.json"
    tasks = json.loads(path.read_text("utf-8"))
    tasks[0]["annotations"][0]["was_cancelled"] = True
    path.write_text(json.dumps(tasks), "utf-8")
    work = Adjudicator(three)
    question = work.state.open[0]
    assert question.id == f"stance/{GAS}#001"
    assert "C: (no answer)" in as_text(work, [question])
    with pytest.raises(InputError, match="found 'C, who gave no answer'"):
        decide(work, {question.id: "C"})


def test_an_article_that_nobody_labelled_is_no_gold(three: Corpus) -> None:
    for who in CHANGES:
        for project in ("stance", "spans"):
            path = three.submissions / "r1" / who / f"{project}.json"
            tasks = [
                t for t in json.loads(path.read_text("utf-8")) if t["data"]["article_id"] == GAS
            ]
            path.write_text(json.dumps(tasks), "utf-8")
    work = Adjudicator(three)
    decide(work, {id: line for id, line in FIRST.items() if GAS in id})
    with pytest.raises(InputError, match=rf"{PORT}: found ''; allowed: labels of every scored"):
        work.write()


def test_decisions_from_elsewhere_are_not_lost(three: Corpus) -> None:
    work = Adjudicator(three)
    decide(work, FIRST)
    decide(work, {ROLE: "A"})
    path = three.gold / "decisions.csv"
    by_hand = "stance,x#001,neutral,,false,by hand,judge,2030-01-01T00:00:00Z\n"
    path.write_text("layer,unit_id,label,target,overrules,reason,decided_by,decided_at\n" + by_hand)
    before = tree(three.root)
    with pytest.raises(InputError, match=r"stance x#001: found 'by hand'; allowed: decisions of"):
        work.write()
    assert tree(three.root) == before


def test_only_the_gold_rounds_become_gold(three: Corpus) -> None:
    submit(three, "ann", CHANGES["ann"], round="r2")
    submit(three, "bob", CHANGES["ann"], round="r2")
    work = Adjudicator(three, ["r2"])
    assert work.state.open == []
    with pytest.raises(InputError, match="found 'r2'; allowed: the gold rounds: r1"):
        work.write()


def test_one_annotator_is_refused(three: Corpus) -> None:
    for who in ("bob", "cy"):
        shutil.rmtree(three.submissions / "r1" / who)
    with pytest.raises(InputError, match="found 'labels of ann alone'"):
        Adjudicator(three)


def test_a_link_to_a_span_that_is_no_longer_gold_is_told(three: Corpus) -> None:
    span = f"{GAS}@actor:197-202"
    links = f"span_id,actor_id,affiliation,reason\n{span},,OTHER,a clerk\n"
    (three.annotation / "actor_links.csv").write_text(links)
    work = Adjudicator(three)
    decide(work, FIRST)
    decide(work, {ROLE: "A"})
    assert work.write().dangling == (span,)


@pytest.mark.parametrize(
    ("id", "message"),
    [
        (ROLE, "to mend: roles come once the article's spans are decided"),
        ("stance/nowhere#001", "allowed: an id that"),
        (f"actor/{GAS}@actor:137-142", f"allowed: actor/{GAS}@actor:"),
        (f"actor/{GAS}@actor:9-3", "allowed: actor/"),
        ("", "allowed: "),
    ],
)
def test_an_unknown_question_is_refused(three: Corpus, id: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        Adjudicator(three).question(id)
    assert message in str(raised.value)


def test_a_reason_and_a_known_adjudicator_are_needed(three: Corpus) -> None:
    work = Adjudicator(three)
    question = work.question(HOLDER)
    answer = work.read(question, "A", file="answer")
    with pytest.raises(InputError, match="allowed: a reason for every decision"):
        work.decision(question, answer, reason=" \n", by="judge")
    with pytest.raises(InputError, match="found 'eve'; allowed: one of ann, bob, cy, judge"):
        work.decision(question, answer, reason="S1", by="eve")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id,seen", "id,scene", "no column seen"),
        (",judge,", ",,", "decision 1 without decided_by"),
        (",judge,", ",judge,judge,", "row 2: 7 cells"),
        ("\n", '\n"', "end of data"),
        ("\n", "\n\x00", "a NUL character"),
    ],
)
def test_a_broken_ledger_is_refused(three: Corpus, old: str, new: str, message: str) -> None:
    decide(Adjudicator(three), {STANCE: "A"})
    path = three.gold / "adjudication.csv"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(FileError, match=rf"annotation/gold/adjudication\.csv: found .*{message}"):
        Adjudicator(three)


# Whatever is decided, the gold is explained.


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_every_way_to_decide_gives_a_gold_that_validates(
    three_template: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("decided") / "corpus"
    shutil.copytree(three_template, root)
    work = Adjudicator(Corpus(root))
    while work.state.open:
        question = work.state.open[0]
        letters = [
            work.letters[who] for who, answer in question.labels.items() if answer is not None
        ]
        nothing = ["none"] if question.layer in ("actor", "event", "role") else []
        decide(work, {question.id: data.draw(st.sampled_from([*letters, *nothing]))})
    forced = [id for id in work.state.questions if id.startswith(("actor/", "event/"))]
    drop = data.draw(st.sampled_from(forced))
    decide(work, {drop: "none"}, redo=(drop,))
    while work.state.open:
        decide(work, {work.state.open[0].id: "none"})
    work.write()
    assert errors(work.corpus) == []
    assert Adjudicator(work.corpus).drift() == []
