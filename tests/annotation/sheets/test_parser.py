"""Sheets: reading them, their faults, and filling them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.tiny import GAS, PORT, SCHEME, TEXTS
from usiran.annotation.sheets.parser import parse_sheet
from usiran.annotation.sheets.writer import write_sheet
from usiran.errors import Finding, InputError
from usiran.label_studio.annotation_records import TaskReading
from usiran.text.articles import Sentence, Texts, sha256
from usiran.text.quoting import escape, occurrences
from usiran.text.tokens import tokenize

SHEET = f"""\
# a comment
article {GAS}
article_stance neutral

001 neutral author
002 neutral source us- iran-
  GOVERNMENT "Washington" a1
  ACCUSE "accused" agent=a1 recipient=tehran
  GOVERNMENT "Tehran" tehran

  GOVERNMENT "Washington"
    # indented comment
  ACCUSE "blamed" agent=tehran recipient=a1
004 neutral author
  GOVERNMENT "ministry’s envoy" e
  CONSULT "meet" future agent=e,t
  GOVERNMENT "Tehran’s envoy\\nin" t
005 neutral source
"""


def parse(sheet: str, texts: Texts = TEXTS) -> tuple[TaskReading, ...]:
    return parse_sheet(sheet.encode("utf-8"), name="s.txt", texts=texts, scheme=SCHEME)


def errors(sheet: str) -> list[Finding]:
    with pytest.raises(InputError) as caught:
        parse(sheet)
    return list(caught.value.findings)


def edited(old: str, new: str) -> str:
    assert old in SHEET
    return SHEET.replace(old, new, 1)


def test_a_sheet_gives_one_task_a_scored_sentence_and_the_article() -> None:
    tasks = parse(SHEET)
    assert [task.unit_id for task in tasks] == [
        f"{GAS}#001", f"{GAS}#002", f"{GAS}#004", f"{GAS}#005", GAS,
    ]  # fmt: skip
    second, whole = tasks[1], tasks[-1]
    assert (second.project, second.start, second.end) == ("stance", 34, 102)
    assert second.annotations[0].choices == {
        "stance": ("neutral",), "grounds": ("us-", "iran-"), "holder": ("source",),
    }  # fmt: skip
    assert tasks[0].annotations[0].choices == {"stance": ("neutral",), "holder": ("author",)}
    assert (whole.project, whole.sentence_id, whole.start) == ("spans", None, 0)
    assert whole.end == len(TEXTS.texts[GAS])
    assert whole.text_sha256 == second.text_sha256 == sha256(TEXTS.texts[GAS])
    assert whole.annotations[0].choices == {"article_stance": ("neutral",)}


def test_spans_have_the_offsets_of_their_quotes() -> None:
    spans = parse(SHEET)[-1].annotations[0].spans
    assert [(s.layer, s.label, s.text, s.start, s.mode) for s in spans] == [
        ("actor", "GOVERNMENT", "Washington", 34, None),
        ("event", "ACCUSE", "accused", 45, "actual"),
        ("actor", "GOVERNMENT", "Tehran", 53, None),
        ("event", "ACCUSE", "blamed", 84, "actual"),
        ("actor", "GOVERNMENT", "Washington", 91, None),
        ("actor", "GOVERNMENT", "ministry’s envoy", 126, None),
        ("event", "CONSULT", "meet", 164, "future"),
        ("actor", "GOVERNMENT", "Tehran’s envoy\nin", 169, None),
    ]
    assert all(TEXTS.texts[GAS][s.start : s.end] == s.text for s in spans)


def test_handles_reach_over_sentences_and_forwards() -> None:
    made = parse(SHEET)[-1].annotations[0]
    text = {span.region: (span.text, span.start) for span in made.spans}
    assert [(r.role, text[r.event][0], text[r.actor]) for r in made.roles] == [
        ("agent", "accused", ("Washington", 34)),
        ("recipient", "accused", ("Tehran", 53)),
        ("agent", "blamed", ("Tehran", 53)),
        ("recipient", "blamed", ("Washington", 34)),
        ("agent", "meet", ("ministry’s envoy", 126)),
        ("agent", "meet", ("Tehran’s envoy\nin", 169)),
    ]


def test_a_number_behind_a_quote_counts_from_where_the_search_begins() -> None:
    sheet = edited('"Washington" a1\n', '"Tehran" #2 a1\n')
    sheet = sheet.replace('  GOVERNMENT "Tehran" tehran\n', "").replace("=tehran", "=a1")
    first = parse(sheet)[-1].annotations[0].spans[0]
    assert first.label == "ACCUSE"
    starts = [s.start for s in parse(sheet)[-1].annotations[0].spans if s.text == "Tehran"]
    assert starts == [77]


def test_quote_marks_and_backslashes_are_escaped() -> None:
    sheet = edited(
        "005 neutral source\n", '005 neutral source\n  REJECT "\\"No deal"\n  CIVILIAN "clerk"\n'
    )
    event = next(s for s in parse(sheet)[-1].annotations[0].spans if s.label == "REJECT")
    assert event.text == '"No deal'


def test_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    content = b"\xef\xbb\xbf" + SHEET.replace("\n", "\r\n").encode()
    assert parse_sheet(content, name="s", texts=TEXTS, scheme=SCHEME) == parse(SHEET)


FAULTS = [
    ("article_stance neutral", "article_stance Neutral", 3, "article_stance", "mean 'neutral'?"),
    ("article_stance neutral", "article_stance a b", 3, "article_stance", "correct it"),
    ("001 neutral", "article_stance neutral\n001 neutral", 5, "article_stance", "delete one"),
    ("001 neutral author", "001 neutrl author", 5, "stance", "did you mean 'neutral'?"),
    ("001 neutral author", "001 neutral ?", 5, "holder", "use one of these"),
    ("001 neutral author", "001 neutral", 5, "holder", "add the holder"),
    ("001 neutral author", "001", 5, "stance and holder", "add the stance and holder"),
    ("001 neutral author", "001 neutral author us", 5, "grounds", "did you mean 'us-'?"),
    ("002 neutral source us- iran-", "002 neutral source us-", 6, "stance", "correct the stance"),
    ("us- iran-", "us- us-", 6, "grounds", "delete the second"),
    ("001 neutral author", "001 pro-US author", 5, "stance", "correct the stance or the grounds"),
    ("001 neutral author", "001 neutral author\n001 neutral author", 6, "sentence", "delete one"),
    ("001 neutral author", "001 neutral author\n003 neutral author", 6, "sentence", "boilerplate"),
    ("001 neutral author", "001 neutral author\n099 neutral author", 6, "sentence", "correct"),
    ("001 neutral author", "001 neutral author\nnonsense", 6, "sentence", "correct the line's"),
    ("\n001", "\n  GOVERNMENT \"Gas\"\n001", 5, "", "add it above"),
    ("GOVERNMENT \"Washington\" a1", "GOVERMENT \"Washington\" a1", 7, "label", "'GOVERNMENT'?"),
    ("GOVERNMENT \"Washington\" a1", "government \"Washington\" a1", 7, "label", "GOVERNMENT'?"),
    ("GOVERNMENT \"Washington\" a1", "GOVERNMENT Washington a1", 7, "actor", "quote the words"),
    ("\"Washington\" a1", "\"Washington a1", 7, "", "close or escape"),
    ("\"Washington\" a1", "\"Washington\"a1", 7, "", "close or escape"),
    ("\"Washington\" a1", "\"Moscow\" a1", 7, "actor", "exactly as they stand"),
    ("\"Washington\" a1", "\"Washing\" a1", 7, "actor", "it cuts a word"),
    ("\"Washington\" a1", "\"\" a1", 7, "actor", "exactly as they stand"),
    ("\"Washington\" a1", "\"Washington\" #3 a1", 7, "actor", "2 times only"),
    ("\"Washington\" a1", "\"Washington\" #x a1", 7, "actor", "correct the number"),
    ("\"Washington\" a1", "\"Washington\" a1 b2", 7, "actor", "delete it"),
    ("\"Washington\" a1", "\"Washington\" 1a a1", 7, "actor", "name it a1"),
    ("\"accused\" agent", "\"accused\" past agent", 8, "mode", "use one of these"),
    ("\"accused\" agent", "\"accused\" actual x agent", 8, "event", "delete it"),
    ("agent=a1 recipient=tehran", "agnt=a1 recipient=tehran", 8, "role", "did you mean 'agent'?"),
    ("agent=a1 recipient=tehran", "agent=a1,,a2", 8, "role", "write agent=a1,a2"),
    ("agent=a1 recipient=tehran", "agent=a1 agent=tehran", 8, "role", "write agent=a1,a2"),
    ("agent=a1 recipient=tehran", "agent=a1,a1", 8, "role", "write agent=a1,a2"),
    ("agent=a1 recipient=tehran", "agent=a9", 8, "agent", "use one of these"),
    ("\"Tehran\" tehran", "\"Tehran\" a1", 9, "actor", "rename one"),
    ("\"Tehran\" tehran", "\"Washington accused Tehran\" tehran", 9, "actor", "may not overlap"),
    (f"article {GAS}", f"article {GAS}\narticle {PORT}", 3, "article", "two sheets"),
    (f"article {GAS}", "article 2031-05-gas-waiver", 2, "article", f"did you mean '{GAS}'?"),
    (f"article {GAS}", "# no article", 3, "article", "begin with it"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "column", "fix"), FAULTS)
def test_a_fault_is_found_at_its_line(old: str, new: str, line: int, column: str, fix: str) -> None:
    found = errors(edited(old, new))
    at = [f for f in found if f.record.split() == ["line", str(line)] and f.column == column]
    assert any(fix in finding.fix for finding in at), found
    assert all(finding.file == "s.txt" and finding.allowed for finding in found)


@pytest.mark.parametrize("line", ['GOVERMENT "Washington" a1', "GOVERNMENT “Washington” a1"])
def test_one_typo_in_an_actor_is_one_finding_though_an_event_names_it(line: str) -> None:
    (finding,) = errors(edited('GOVERNMENT "Washington" a1', line))
    assert finding.record.split() == ["line", "7"]
    assert finding.column == "label" or "straight quotes" in finding.allowed


def test_all_faults_are_reported_at_once_in_the_order_of_lines() -> None:
    sheet = edited("001 neutral", "001 neutrl").replace("source\n", "sauce\n")
    sheet = sheet.replace("article_stance neutral\n", "").replace("002 neutral", "# 002 neutral")
    found = errors(sheet)
    assert [(f.record, f.column) for f in found] == [
        (GAS, "article_stance"),
        (f"{GAS}#002", "sentence"),
        ("line  4", "stance"),
        ("line  6", "actor"),
        ("line  7", "event"),
        ("line  8", "actor"),
        ("line 10", "actor"),
        ("line 12", "event"),
        ("line 17", "holder"),
    ]


def test_a_sheet_without_most_of_its_lines_is_told_so_once() -> None:
    (finding,) = errors(f"article {GAS}\narticle_stance neutral\n")
    assert finding.value == "no line for 4 sentences: 001, 002, 004 and so on"
    assert finding.fix.endswith(f"`usiran annotate sheet {GAS} > sheet.txt`")


def test_a_missing_sentence_says_what_it_reads() -> None:
    (finding,) = errors(edited("005 neutral source\n", ""))
    assert finding.record == f"{GAS}#005"
    assert finding.allowed.startswith("a line for 'A clerk said:")


def test_a_quote_of_ten_million_letters_is_a_fault_of_its_line() -> None:
    (finding,) = errors(edited('"blamed"', f'"{"x" * 10_000_000}"'))
    assert (finding.record, finding.column) == ("line 13", "event")


def test_a_quote_that_is_not_found_says_what_the_sentence_says() -> None:
    (finding,) = errors(edited('"blamed"', '"blames"'))
    assert "Washington accused Tehran of stalling, and Tehran blamed Washington." in finding.allowed


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", r"s\.txt: article: found 'no article line'"),
        (b"# nothing\n", r"no article line"),
        (b"article x\n\xff", r"s\.txt: line 2: found 'byte 0xff'; allowed: UTF-8"),
    ],
)
def test_what_is_no_sheet_is_refused(content: bytes, match: str) -> None:
    with pytest.raises(InputError, match=match):
        parse_sheet(content, name="s.txt", texts=TEXTS, scheme=SCHEME)


def test_remarks_behind_the_labels_are_read_in_the_schemes_order() -> None:
    remarks = ' second_stance=pro-US voiced_by="Washington\'s \\"envoy\\"" confidence=2'
    task = parse(edited("002 neutral source us- iran-", f"002 neutral source us- iran-{remarks}"))[
        1
    ]
    assert list(task.annotation.choices.items())[3:] == [
        ("voiced_by", ('Washington\'s "envoy"',)),
        ("confidence", ("2",)),
        ("second_stance", ("pro-US",)),
    ]
    assert parse(write_sheet(GAS, parse(SHEET), texts=TEXTS, scheme=SCHEME)) == parse(SHEET)


@pytest.mark.parametrize(
    ("remark", "column", "value"),
    [
        ("confidence=6", "confidence", "6"),
        ("confidance=4", "sentence", "confidance"),
        ("confidence=4 confidence=3", "confidence", "3"),
        ('voiced_by=""', "voiced_by", ""),
        ('voiced_by="Washington', "", '005 neutral source voiced_by="Washington'),
    ],
)
def test_a_remark_that_says_nothing_is_refused(remark: str, column: str, value: str) -> None:
    found = errors(edited("005 neutral source", f"005 neutral source {remark}"))
    assert ("line 18", column, value) in [
        (error.record, error.column, error.value) for error in found
    ]


def test_a_blank_sheet_shows_every_sentence_and_asks_for_every_label() -> None:
    sheet = write_sheet(GAS, texts=TEXTS, scheme=SCHEME)
    assert "# title: Gas waiver ends 🔥 as talks stall\n001 ? ?\n" in sheet
    assert "# boilerplate: Share this story\n\n" in sheet
    assert "Tehran’s envoy\\nin Basra." in sheet
    assert sheet.count("? ?") == 4
    found = errors(sheet)
    assert len(found) == 9
    assert {finding.value for finding in found} == {"?"}


def test_a_blank_sheet_that_is_filled_in_is_sound() -> None:
    sheet = (
        write_sheet(PORT, texts=TEXTS, scheme=SCHEME)
        .replace("? ?", "neutral author")
        .replace("?", "neutral")
    )
    tasks = parse(sheet)
    assert [task.unit_id for task in tasks] == [f"{PORT}#001", f"{PORT}#002", PORT]


def test_a_sheet_of_an_unknown_article_is_refused() -> None:
    with pytest.raises(InputError, match=re.escape(f"allowed: one of {GAS}, {PORT}")):
        write_sheet("gone", texts=TEXTS, scheme=SCHEME)


def test_a_filled_sheet_gives_the_same_tasks_again() -> None:
    tasks = parse(SHEET)
    filled = write_sheet(tasks[-1].article_id, tasks, texts=TEXTS, scheme=SCHEME)
    assert '  CONSULT "meet" future agent=a3,a4\n' in filled
    assert parse(filled) == tasks


def test_a_partly_labelled_article_leaves_gaps() -> None:
    filled = write_sheet(GAS, parse(SHEET)[1:2], texts=TEXTS, scheme=SCHEME)
    assert "article_stance ?\n" in filled
    assert "\n001 ? ?\n" in filled
    assert "\n002 neutral source us- iran-\n" in filled


@pytest.mark.parametrize(("start", "end"), [(34, 40), (30, 44), (104, 109)])
def test_a_span_that_no_sheet_can_say_is_refused(start: int, end: int) -> None:
    whole = parse(SHEET)[-1]
    made = whole.annotations[0]
    odd = made.spans[0]._replace(start=start, end=end, text=TEXTS.texts[GAS][start:end])
    wrong = whole._replace(annotations=(made._replace(spans=(odd,), roles=()),))
    with pytest.raises(InputError, match="a span of whole tokens in one scored sentence"):
        write_sheet(GAS, [wrong], texts=TEXTS, scheme=SCHEME)


def test_labels_of_other_articles_leave_a_sheet_as_it_is() -> None:
    blank, filled = (
        write_sheet(GAS, tasks, texts=TEXTS, scheme=SCHEME) for tasks in ((), parse(SHEET))
    )
    other = parse(
        write_sheet(PORT, texts=TEXTS, scheme=SCHEME)
        .replace("? ?", "neutral author")
        .replace("?", "neutral")
    )
    assert write_sheet(GAS, other, texts=TEXTS, scheme=SCHEME) == blank
    assert write_sheet(GAS, [*other, *parse(SHEET)], texts=TEXTS, scheme=SCHEME) == filled


WORDS = st.sampled_from(
    [*"#=-.\n\u2028\x0c\\😀", "US", "US", "Iran", "’s", '"', "\\n", "e\u0301", "  ", "بغداد"]
)
SIDES = st.sampled_from(
    ["neutral author", "neutral source us+ iran+", "pro-Iran source us-", "pro-US author iran- us+"]
)
LABELS = {name: st.sampled_from(SCHEME[name].names) for name in ("actor", "event", "mode")}


@st.composite
def _texts(draw: st.DrawFn) -> Texts:
    """Draw an article of sentences with odd characters."""
    text, rows = "", []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        part = "start " + "".join(draw(st.lists(WORDS, max_size=9)))
        rows.append(Sentence(f"a#{number:03d}", "a", len(text), len(text + part), "body"))
        text += part + "\n"
    return Texts({"a": text}, {"a": tuple(rows)})


@st.composite
def _quotes(draw: st.DrawFn, texts: Texts, row: Sentence) -> list[str]:
    """Draw quotes of one layer in a sentence, from left to right, as a sheet writes them."""
    quotes: list[str] = []
    at = row.start
    while draw(st.booleans()):
        tokens = [t for t in tokenize(texts.text_of(row), row.start) if t.start >= at]
        if not tokens:
            break
        first = draw(st.integers(0, len(tokens) - 1))
        last = draw(st.integers(first, min(first + 3, len(tokens) - 1)))
        begin, end = tokens[first].start, tokens[last].end
        quote = texts.texts["a"][begin:end]
        places = [place for place in occurrences(texts, row, quote) if place[0] >= at]
        quotes.append(f'"{escape(quote)}" #{places.index((begin, end)) + 1}')
        at = end
    return quotes


@st.composite
def _sheets(draw: st.DrawFn) -> tuple[Texts, str]:
    """Draw an article and a sheet with random labels for it."""
    texts = draw(_texts())
    lines = ["article a", "article_stance neutral"]
    handles: list[str] = []
    events: list[int] = []
    for row in texts.sentences["a"]:
        lines.append(f"{row.sentence_id[2:]} {draw(SIDES)}")
        for quote in draw(_quotes(texts, row)):
            handles.append(f"h{len(handles)}")
            lines.append(f"  {draw(LABELS['actor'])} {quote} {handles[-1]}")
        for quote in draw(_quotes(texts, row)):
            events.append(len(lines))
            lines.append(f"  {draw(LABELS['event'])} {quote} {draw(LABELS['mode'])}")
    for number in events if handles else []:
        for role in SCHEME["role"].names:
            if chosen := draw(st.lists(st.sampled_from(handles), unique=True, max_size=3)):
                lines[number] += f" {role}={','.join(chosen)}"
    return texts, "\n".join(lines)


@settings(deadline=None)
@given(_sheets())
def test_any_sheet_survives_filling_and_parsing(drawn: tuple[Texts, str]) -> None:
    texts, sheet = drawn
    tasks = parse(sheet, texts)
    assert (
        parse(write_sheet(tasks[-1].article_id, tasks, texts=texts, scheme=SCHEME), texts) == tasks
    )
