"""Answers: what is one, what is none, and what is said of it."""

from __future__ import annotations

import pytest

from tests.support.three_passes import CLERK, FIRST, HOLDER, MEET, ROLE, STANCE, decide, three
from tests.support.tiny import GAS
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.corpus import Corpus
from usiran.errors import InputError

__all__ = ["three"]


BAD_ANSWERS = [
    (STANCE, "", "found 'nothing'; allowed: a stance, then its grounds"),
    (STANCE, "D", "found 'D'; allowed: one of pro-US, pro-Iran, neutral"),
    (STANCE, "pro-US us-", "allowed: pro-Iran with these grounds"),
    (STANCE, "neutral us+ us+", "allowed: each of the grounds once"),
    (HOLDER, "author source", "allowed: one of author, source"),
    (CLERK, "", "allowed: a label, offsets as 3-9"),
    (CLERK, "CIVILIAN", "to mend: say where it stands"),
    (CLERK, "CIVILIAN 197-202 future", "found 'future'"),
    (CLERK, 'CIVILIAN "clerk', "allowed: quotes that close"),
    (CLERK, 'CIVILIAN 197-202 "baker"', "found 'baker'; allowed: 'clerk', which stands there"),
    (CLERK, "CIVILIAN 198-202", "found '198-202 'lerk''; allowed: whole tokens"),
    (CLERK, "CIVILIAN 0-9999", "allowed: a place inside one scored sentence"),
    (CLERK, "CIVILIAN 202-197", "allowed: a place inside one scored sentence"),
    (CLERK, "CIVILIAN 105-110", "allowed: a place inside one scored sentence"),
    (CLERK, 'CIVILIAN "baker"', "to mend: quote whole words exactly"),
    (CLERK, "CIVILIAN 197-202; CIVILIAN 197-202", "allowed: each once"),
    (CLERK, "CIVILIAN 197-202; MILITARY 195-202", "allowed: spans side by side"),
    (CLERK, "CIVILIAN 197-202;", "to mend: fill the gap"),
    (CLERK, "PERSON 197-202", "found 'PERSON'; allowed: one of GOVERNMENT"),
    (MEET, "CONSULT 164-168 soon", "found 'soon'; allowed: one of actual, future"),
]


@pytest.mark.parametrize(("id", "line", "message"), BAD_ANSWERS)
def test_what_is_no_answer_is_refused_and_nothing_is_saved(
    three: Corpus, id: str, line: str, message: str
) -> None:
    with pytest.raises(InputError) as raised:
        decide(Adjudicator(three), {id: line})
    assert message in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    assert not three.gold.exists()


def test_a_quote_that_stands_twice_in_the_place_needs_offsets(three: Corpus) -> None:
    work = Adjudicator(three)
    question = work.question(f"event/{GAS}@event:122-158")
    with pytest.raises(
        InputError, match="to mend: give the offsets: it stands at 142-143, 157-158"
    ):
        work.read(question, 'CONSULT ","', file="answer")
    assert work.read(question, 'CONSULT 157-158 ","', file="answer")[0].start == 157


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('agent "Tehran"', "to mend: name an actor of the gold"),
        ("agent 0-3", "to mend: name an actor of the gold"),
        ("giver 4-13", "found 'giver'; allowed: one of agent, recipient"),
        ("agent 4-13 future", "found 'future'"),
    ],
)
def test_a_role_links_to_a_decided_actor(three: Corpus, line: str, message: str) -> None:
    work = Adjudicator(three)
    decide(work, FIRST)
    with pytest.raises(InputError) as raised:
        decide(work, {ROLE: line})
    assert message in str(raised.value)
