"""Three annotators' passes over the tiny corpus, with known disagreements, and its other tables."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.facts import UNKNOWN_BASES
from tests.support.tiny import GAS, PORT, TEXTS, build_tiny, write_csv
from usiran import loading
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.submissions import import_labels
from usiran.corpus import Corpus
from usiran.errors import Finding
from usiran.schemas.tables import FILES, MODELS
from usiran.text.articles import sha256
from usiran.validation.validate import validate

ROOT = Path(__file__).parents[2]

GAS_SHEET = f"""\
article {GAS}
article_stance neutral
001 neutral author
002 neutral source us- iran-
  GOVERNMENT "Washington" w1
  ACCUSE "accused" agent=w1 recipient=t1
  GOVERNMENT "Tehran" t1
  GOVERNMENT "Tehran" t2
  ACCUSE "blamed" agent=t2 recipient=w2
  GOVERNMENT "Washington" w2
004 neutral author
  GOVERNMENT "ministry’s envoy" e1
  CONSULT "meet" future agent=e1,e2
  GOVERNMENT "Tehran’s envoy" e2
005 neutral source
  CIVILIAN "clerk"
"""
PORT_SHEET = f"""\
article {PORT}
article_stance pro-US
001 pro-US source us+
  MILITARY "US patrol" p
  AID "protects" agent=p recipient=b
  GOVERNMENT "Basra" b
002 neutral author
  MILITARY "Iranian boats" i
  COERCE "seized" agent=i
"""

# What each annotator has instead: old words of the sheet, new words.
CHANGES: dict[str, dict[str, str]] = {
    "ann": {},
    "bob": {
        "002 neutral source us- iran-": "002 pro-US source iran-",
        'ACCUSE "blamed"': 'REJECT "blamed"',
        '"ministry’s envoy"': '"envoy"',
        'CONSULT "meet"': 'CONSULT "will meet"',
        "article_stance pro-US": "article_stance neutral",
        'AID "protects" agent=p recipient=b': 'AID "protects" agent=p',
    },
    "cy": {
        "002 neutral source us- iran-": "002 pro-Iran source us-",
        '  ACCUSE "blamed" agent=t2 recipient=w2\n': "",
        "004 neutral author": "004 neutral source",
        '"ministry’s envoy"': '"envoy"',
        'CONSULT "meet" future': 'CONSULT "meet"',
        '  CIVILIAN "clerk"\n': "",
        'MILITARY "US patrol"': 'COALITION "US patrol"',
    },
}


def sheets(changes: Mapping[str, str]) -> tuple[str, str]:
    """Return the two sheets with some words changed."""
    made = GAS_SHEET, PORT_SHEET
    for old, new in changes.items():
        assert sum(sheet.count(old) for sheet in made) == 1, old
        made = made[0].replace(old, new), made[1].replace(old, new)
    return made


def submit(corpus: Corpus, who: str, changes: Mapping[str, str], *, round: str = "r1") -> None:
    """Take an annotator's two sheets in."""
    path = corpus.root / "sheet.txt"
    for sheet in sheets(changes):
        path.write_text(sheet, encoding="utf-8")
        import_labels({who: path}, corpus, round=round)
    path.unlink()


def build_three(root: Path) -> Corpus:
    """Write the tiny corpus with all its tables and three passes of round r1."""
    corpus = build_tiny(root)
    write_csv(
        corpus.annotation / "annotators.csv",
        ("annotator_id", "kind", "name", "note"),
        [(who, "human", who, "") for who in ("ann", "bob", "cy", "judge")],
    )
    titles = {key: TEXTS.text_of(rows[0]) for key, rows in TEXTS.sentences.items()}
    _table(
        corpus,
        "articles",
        [
            {
                **UNKNOWN_BASES, "article_id": key, "title": titles[key],
                "title_basis": "stated", "rights": "invented", "language": "en",
                "text_sha256": sha256(text),
            }
            for key, text in TEXTS.texts.items()
        ],
    )  # fmt: skip
    _table(corpus, "registry", [])
    _table(corpus, "actor_links", [])
    shutil.copytree(ROOT / FILES["crosswalks"], corpus.root / FILES["crosswalks"])
    for who, changes in CHANGES.items():
        submit(corpus, who, changes)
    return corpus


def _table(corpus: Corpus, name: str, rows: list[dict[str, str]]) -> None:
    columns = [column for column in MODELS[name].columns if column not in ("text", "text_status")]
    told = [[row.get(column, "") for column in columns] for row in rows]
    write_csv(corpus.root / FILES[name], columns, told)


def errors(corpus: Corpus) -> list[Finding]:
    """Return what `validate` finds, apart from actors that nobody has linked yet."""
    found = validate(loading.open(corpus)).findings
    return [one for one in found if "annotation/actor_links.csv" not in one.allowed]


@pytest.fixture
def three(tmp_path: Path, three_template: Path) -> Corpus:
    """Return the tiny corpus with three passes."""
    return Corpus(shutil.copytree(three_template, tmp_path / "three"))


# The questions that the passes leave open, and answers to them.
NOW = datetime(2031, 7, 1, 12, tzinfo=UTC)
STANCE = f"stance/{GAS}#002"
BLAMED = f"event/{GAS}@event:84-90"
HOLDER = f"holder/{GAS}#004"
ENVOY = f"actor/{GAS}@actor:126-142"
MEET = f"event/{GAS}@event:159-168"
CLERK = f"actor/{GAS}@actor:197-202"
PATROL = f"actor/{PORT}@actor:4-13"
WHOLE = f"article_stance/{PORT}"
CAFE = "cafe\u0301"
ROLE = f"role/{PORT}@event:14-22"
FIRST = {
    STANCE: "A", BLAMED: "B", HOLDER: "author", ENVOY: "A", MEET: 'CONSULT "meet" future',
    CLERK: "none", PATROL: "A", WHOLE: "pro-US",
}  # fmt: skip


def decide(work: Adjudicator, answers: Mapping[str, str], *, redo: tuple[str, ...] = ()) -> None:
    """Decide questions one by one, as the terminal does."""
    for id, line in answers.items():
        question = work.question(id)
        answer = work.read(question, line, file="answer")
        work.check_overlap(question, answer, file="answer")
        reason = f"S1: {id.partition('/')[0]}"
        made = work.decision(question, answer, reason=reason, by="judge", redo=redo, now=NOW)
        if made is not None:
            work.save(made)


def fill(text: str, answers: Mapping[str, str], reason: str = "S4") -> str:
    """Fill a sheet's entries as an editor would."""
    for id, answer in answers.items():
        before, mark, after = text.partition(f'id = "{id}"')
        assert mark
        after = after.replace("answer = ''", f"answer = '{answer}'", 1)
        text = before + mark + after.replace("reason = ''", f"reason = '{reason}'", 1)
    return text
