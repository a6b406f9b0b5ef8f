"""Validation: each fault is found, named exactly, and nothing else is reported."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import call
from tests.support.sample import FIRST
from usiran import loading
from usiran.corpus import Corpus
from usiran.errors import Finding
from usiran.loading import Opened
from usiran.schemas.contrast_key import KINDS
from usiran.schemas.tables import FILES
from usiran.validation.validate import validate
from usiran.validation.votes import decided, decisions_hold

GOLD_STANCE = "annotation/gold/stance.json"
GOLD_SPANS = "annotation/gold/spans.json"
VOTES = "annotation/gold/votes.csv"


def test_the_corpus_has_no_findings(repo: Corpus) -> None:
    report = validate(loading.open(repo))
    assert report.findings == ()
    assert report.followed == 0
    assert report.counts["sentences"] == 180
    assert report.counts["stance"] == 161


def change_bytes(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def change_rows(path: Path, change: Callable[[list[dict[str, str]]], Any]) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        columns, rows = list(reader.fieldnames or ()), list(reader)
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def change_json(path: Path, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    tasks = json.loads(path.read_text("utf-8"))
    change(tasks)
    path.write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")


def findings_of(corpus: Corpus) -> tuple[Finding, ...]:
    return validate(loading.open(corpus)).findings


def only(corpus: Corpus) -> tuple[str, str, str, str]:
    """Return file, record, column and value of the one finding there is."""
    (finding,) = findings_of(corpus)
    return finding.file, finding.record, finding.column, finding.value


def of(tasks: list[dict[str, Any]], article_id: str) -> list[dict[str, Any]]:
    return [task for task in tasks if task["data"]["article_id"] == article_id]


def result(task: dict[str, Any], control: str, number: int = 0) -> dict[str, Any]:
    items = [one for one in task["annotations"][0]["result"] if one.get("from_name") == control]
    return items[number]  # type: ignore[no-any-return] # JSON


def test_one_changed_character_of_an_article(sample: Corpus) -> None:
    change_bytes(sample.article(FIRST), b"remarkably quiet", b"remarkably quiec")
    file, record, column, _ = only(sample)
    assert (file, record, column) == (f"dataset/source/articles/{FIRST}.txt", FIRST, "text_sha256")


@pytest.mark.parametrize(
    ("control", "edge"), [("actor", "start"), ("event", "end"), ("mode", "start"), ("mode", "end")]
)
def test_one_changed_offset_in_the_gold(sample: Corpus, control: str, edge: str) -> None:
    def shift(tasks: list[dict[str, Any]]) -> None:
        item = result(of(tasks, FIRST)[0], control)
        item["value"][edge] += 1

    change_json(sample.gold / "spans.json", shift)
    file, record, _, _ = only(sample)
    assert file == GOLD_SPANS
    assert FIRST in record


def test_one_changed_label_name_in_a_submission(sample: Corpus) -> None:
    def rename(tasks: list[dict[str, Any]]) -> None:
        result(of(tasks, FIRST)[0], "stance")["value"]["choices"] = ["pro-USA"]

    change_json(sample.submissions / "first/lm-first/stance.json", rename)
    file, record, column, value = only(sample)
    assert file == "annotation/submissions/first/lm-first/stance.json"
    assert f"{FIRST}#001" in record
    assert column == "stance"
    assert "pro-USA" in value


@pytest.mark.parametrize(("column", "by"), [("start", 1), ("start", -1), ("end", 1), ("end", -1)])
def test_one_moved_sentence_boundary(sample: Corpus, column: str, by: int) -> None:
    key = f"{FIRST}#004"

    def move(rows: list[dict[str, str]]) -> None:
        row = next(row for row in rows if row["sentence_id"] == key)
        row[column] = str(int(row[column]) + by)

    change_rows(sample.source / "sentences.csv", move)
    file, record, found, _ = only(sample)
    assert (file, record) == ("dataset/source/sentences.csv", key)
    assert found in {"start", "end"}


def test_a_removed_annotator_row(sample: Corpus) -> None:
    change_rows(sample.annotation / "annotators.csv", lambda rows: rows.pop(0))
    file, record, column, value = only(sample)
    assert file == "annotation/submissions"
    assert column == "annotator_id"
    assert value == "lm-first"
    assert "more" in record


def test_one_removed_task_of_an_annotator(sample: Corpus) -> None:
    def remove(tasks: list[dict[str, Any]]) -> None:
        tasks.remove(of(tasks, FIRST)[3])

    change_json(sample.submissions / "one-page/op-b/stance.json", remove)
    findings = findings_of(sample)
    file = "annotation/submissions/one-page/op-b/stance.json"
    assert [(f.file, f.record, f.column) for f in findings] == [
        (file, f"{FIRST}#004", "holder"),
        (file, f"{FIRST}#004", "stance"),
    ]


def test_one_deleted_vote(sample: Corpus) -> None:
    gone: list[dict[str, str]] = []
    change_rows(sample.gold / "votes.csv", lambda rows: gone.append(rows.pop(5)))
    file, record, column, value = only(sample)
    assert (file, column, value) == (VOTES, "votes", "0")
    assert gone[0]["unit_id"] in record


def test_a_deleted_decision_is_found_whichever_it_is(sample_template: Corpus) -> None:
    opened = loading.open(sample_template)
    decisions = opened.tables["decisions"]
    assert len(decisions) > 0
    votes = opened.tables["votes"]
    links = votes[votes["layer"].eq("role")]
    rounds = opened.corpus.manifest.gold_rounds
    annotators = {who for name, who, _ in opened.submissions if name in rounds}
    spans = set(decisions["unit_id"][decisions["layer"].isin(["actor", "event"])])
    of_article = {key: part_of(opened, key) for key in opened.texts.texts}
    assert [finding for part in of_article.values() for finding in decided(part)] == []
    assert [finding for part in of_article.values() for finding in decisions_hold(part)] == []
    # Every fourth, through both articles and all layers: each takes a tenth of a second.
    for row in decisions.index[::4]:
        # A decision bears on its own article alone: the others' labels only take time.
        part = of_article[re.split("[#@]", decisions.loc[row, "unit_id"])[0]]
        left = part.tables["decisions"].drop(index=row)
        without = replace(part, tables={**part.tables, "decisions": left})
        findings = [*decided(without), *decisions_hold(without)]
        # The decision on a span explains its roles too: where it explains all that annotators
        # differ in, one on the roles themselves may go unmissed.
        layer, unit = decisions.loc[row, ["layer", "unit_id"]]
        disputed = links[links["unit_id"].eq(unit) & links["votes"].lt(len(annotators))]
        explained = layer == "role" and (unit in spans or spans.issuperset(disputed["target"]))
        assert findings or explained, decisions.loc[row].to_dict()


def part_of(opened: Opened, article_id: str) -> Opened:
    """Return a corpus with the labels and decisions of one article."""
    tables = {
        name: frame[frame["article_id"] == article_id] if "article_id" in frame else frame
        for name, frame in opened.tables.items()
    }
    articles = tables["decisions"]["unit_id"].str.split("[#@]", regex=True).str[0]
    tables["decisions"] = tables["decisions"][articles == article_id]
    return replace(opened, tables=tables)


def test_every_kind_of_edit_has_every_stance(repo: Corpus) -> None:
    opened = loading.open(repo)
    edits = opened.tables["contrast"].merge(opened.tables["contrast_key"], on="contrast_id")
    cells = product(KINDS, opened.scheme.contest.stances)
    assert set(zip(edits["kind"], edits["stance"], strict=True)) == set(cells)


def test_a_stance_against_its_grounds(sample: Corpus) -> None:
    def ground(tasks: list[dict[str, Any]]) -> None:
        task = of(tasks, FIRST)[1]
        stance = result(task, "stance")
        added = {**stance, "from_name": "grounds", "value": {"choices": ["us+", "us-", "iran+"]}}
        task["annotations"][0]["result"] = [
            item for item in task["annotations"][0]["result"] if item["from_name"] != "grounds"
        ] + [{**added, "id": "added00001"}]

    change_json(sample.gold / "stance.json", ground)
    findings = findings_of(sample)
    assert {(f.file, f.record) for f in findings} == {(GOLD_STANCE, f"{FIRST}#002")}
    assert sorted(f.value for f in findings if f.column == "grounds") == ["iran+", "us+", "us-"]
    (finding,) = (f for f in findings if f.column == "stance")
    assert finding.value.endswith("with grounds us+, us-, iran+")


def test_a_gold_label_against_the_votes_needs_a_decision(sample: Corpus) -> None:
    def other(tasks: list[dict[str, Any]]) -> None:
        item = result(of(tasks, FIRST)[1], "holder")
        item["value"]["choices"] = [
            "source" if item["value"]["choices"] == ["author"] else "author"
        ]

    change_json(sample.gold / "stance.json", other)
    findings = findings_of(sample)
    assert [(f.file, f.record, f.column) for f in findings] == [
        (GOLD_STANCE, f"{FIRST}#002", "holder")
    ] * 2
    with (sample.gold / "decisions.csv").open("a", encoding="utf-8") as file:
        file.write(f"holder,{FIRST}#002,source,,true,rule 4.7,lm-first,2026-11-20T10:00:00Z\n")
    # A gold that was adjudicated has no decision but the adjudicators'.
    assert [f.file for f in findings_of(sample)] == [FILES["decisions"]]
    (sample.root / FILES["adjudication"]).unlink()
    assert findings_of(sample) == ()


@pytest.mark.parametrize(
    "mutilated",
    [
        lambda _: b"",
        lambda content: content.decode().encode("utf-16"),
        lambda content: content + "caf\xe9".encode("latin-1"),
        lambda content: content.partition(b"\n")[0] + b"\n",
        lambda content: content.replace(b",reason,", b",why,", 1),
        lambda content: content + content.splitlines()[-1] + b"\n",
        lambda content: content.replace(b"id,seen,", b"id,id,", 1),
        lambda content: content.partition(b"\n")[2],
        lambda content: b"\n".join(content.splitlines()[:-30]) + b"\n",
        lambda content: content.replace(b"Z\n", b"\n", 1),
        lambda content: content.replace(b"2, spans: ", "2, \u202espans: ".encode(), 1),
    ],
)
def test_an_adjudication_file_that_was_mutilated_is_found(
    sample: Corpus, mutilated: Callable[[bytes], bytes]
) -> None:
    path = sample.root / FILES["adjudication"]
    path.write_bytes(mutilated(path.read_bytes()))
    named = {finding.file for finding in findings_of(sample)}
    assert named & {FILES["adjudication"], FILES["decisions"]}


@pytest.mark.parametrize("reason", ["-1", "7", "S1: \u202eback", "S1:\tx", "…"])
def test_a_reason_is_a_line_of_words(sample: Corpus, reason: str) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[0]["reason"] = reason

    change_rows(sample.gold / "decisions.csv", change)
    assert (FILES["decisions"], "reason") in {(f.file, f.column) for f in findings_of(sample)}


def test_a_row_that_cannot_be_read_is_no_fault_of_others(sample: Corpus) -> None:
    change_rows(sample.source / "sentences.csv", lambda rows: rows[3].update(zone="boddy"))
    change_rows(sample.source / "folds.csv", lambda rows: rows[0].update(fold="x"))
    told = {(f.file, f.column, f.value) for f in findings_of(sample)}
    assert told == {
        ("dataset/source/sentences.csv", "zone", "boddy"),
        ("dataset/source/folds.csv", "fold", "'x'"),
    }


@pytest.mark.parametrize("name", ["con", "lpt1", "a-b\n"])
def test_an_id_names_no_device_and_ends_in_no_line_break(sample: Corpus, name: str) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[0]["article_id"] = name

    change_rows(sample.source / "articles.csv", change)
    found = findings_of(sample)
    assert ("dataset/source/articles.csv", "article_id") in {(f.file, f.column) for f in found}


def test_labels_on_boilerplate_and_a_missing_label(sample: Corpus) -> None:
    def rezone(rows: list[dict[str, str]]) -> None:
        next(row for row in rows if row["sentence_id"] == f"{FIRST}#015")["zone"] = "body"

    change_rows(sample.source / "sentences.csv", rezone)
    missing = [(f.file, f.record) for f in findings_of(sample)]
    assert missing == [
        (f"annotation/submissions/one-page/{who}/stance.json", f"{FIRST}#015")
        for who in ("op-a", "op-b", "op-c")
        for _ in ("holder", "stance")
    ]

    def back(rows: list[dict[str, str]]) -> None:
        next(row for row in rows if row["sentence_id"] == f"{FIRST}#015")["zone"] = "boilerplate"
        next(row for row in rows if row["sentence_id"] == f"{FIRST}#002")["zone"] = "boilerplate"

    change_rows(sample.source / "sentences.csv", back)
    found = [f for f in findings_of(sample) if f.file == GOLD_STANCE]
    assert {f.allowed for f in found} == {"a sentence of another zone"}
    assert all(f"{FIRST}#002" in f.record for f in found)


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        (
            "annotation/actors.csv",
            lambda rows: rows[0].update(affiliation="USA"),
            ("annotation/actors.csv", "affiliation", "USA"),
        ),
        (
            "annotation/actors.csv",
            lambda rows: rows[1].update(aliases=rows[0]["name"]),
            ("annotation/actors.csv", "aliases", None),
        ),
        (
            "dataset/source/folds.csv",
            lambda rows: rows[0].update(fold="7"),
            ("dataset/source/folds.csv", "fold", "1, 7"),
        ),
        (
            "dataset/source/articles.csv",
            lambda rows: rows[0].update(published_basis="guessed"),
            ("dataset/source/articles.csv", "published_basis", "guessed"),
        ),
        (
            "annotation/crosswalks/quad.csv",
            lambda rows: rows.pop(),
            ("annotation/crosswalks/quad.csv", "event", "no row"),
        ),
        (
            "annotation/crosswalks/quad.csv",
            lambda rows: rows[0].update(target="verbal conflict"),
            ("annotation/crosswalks/quad.csv", "target", "verbal conflict"),
        ),
        (
            "annotation/actor_links.csv",
            lambda rows: next(row for row in rows if row["affiliation"]).update(affiliation=""),
            ("annotation/actor_links.csv", "affiliation", ""),
        ),
        (
            "annotation/gold/holders.csv",
            lambda rows: rows[0].update(sentence_id=f"{FIRST}#002"),
            ("annotation/gold/holders.csv", "sentence_id", f"{FIRST}#002"),
        ),
        (
            "annotation/gold/event_groups.csv",
            lambda rows: rows[-1].update(event_group=rows[0]["event_group"]),
            ("annotation/gold/event_groups.csv", "event_group", None),
        ),
        (
            "annotation/gold/event_groups.csv",
            lambda rows: rows[0].update(event_group=rows[1]["event_id"]),
            ("annotation/gold/event_groups.csv", "event_group", None),
        ),
    ],
)
def test_faults_of_tables_are_found(
    sample: Corpus,
    name: str,
    change: Callable[[list[dict[str, str]]], Any],
    expected: tuple[str, str, str | None],
) -> None:
    change_rows(sample.root / name, change)
    found = [(f.file, f.column, f.value) for f in findings_of(sample)]
    file, column, value = expected
    assert any(f[:2] == (file, column) and value in (None, f[2]) for f in found), found


def test_a_removed_registry_row_is_found_with_the_mentions_that_need_it(sample: Corpus) -> None:
    with (sample.annotation / "actor_links.csv").open(encoding="utf-8", newline="") as lines:
        linked = next(row["actor_id"] for row in csv.DictReader(lines) if row["actor_id"])

    def remove(rows: list[dict[str, str]]) -> None:
        rows[:] = [row for row in rows if row["actor_id"] != linked]

    change_rows(sample.annotation / "actors.csv", remove)
    findings = findings_of(sample)
    gone = {f.value for f in findings if f.column == "actor_id" and f.file.endswith("links.csv")}
    assert gone == {linked}
    # Mentions that its aliases linked are now neither linked nor said to be unlinkable.
    rest = {f.allowed.split(",")[0] for f in findings if f.value != linked}
    assert rest <= {"an alias in annotation/actors.csv"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "found '"),
        (b"\x00\x89PNG\r\n", "found '"),
        (b'[{"id": 1, "data": {"article_id"', "found '"),
        (b'[{"id": 1, "data": 3}]', "found '"),
    ],
)
def test_a_broken_export_is_one_line_and_hides_nothing_else(
    sample: Corpus, content: bytes, told: str
) -> None:
    (sample.submissions / "first/lm-first/spans.json").write_bytes(content)
    done = call("validate", at=sample)
    assert done.code == 1
    lines = [
        line for line in done.out.splitlines() if "submissions/first/lm-first/spans.json" in line
    ]
    assert any(told in line for line in lines)
    assert "Traceback" not in done.err


def test_a_text_that_no_table_lists_is_found(sample: Corpus) -> None:
    (sample.articles / "stray.txt").write_text("A text.")
    assert only(sample)[0] == "dataset/source/articles/stray.txt"


def test_duplicate_hotkeys_in_the_scheme_are_found(sample: Corpus) -> None:
    change_bytes(sample.labels, b'hotkey = "2"', b'hotkey = "1"')
    file, record, column, value = only(sample)
    expected = ("annotation/labels.toml", "stance pro-Iran", "hotkey", "1")
    assert (file, record, column, value) == expected


def test_findings_are_sorted_and_the_same_in_json(sample: Corpus) -> None:
    change_rows(sample.source / "folds.csv", lambda rows: rows[0].update(fold="9"))
    change_bytes(sample.labels, b'hotkey = "2"', b'hotkey = "1"')
    text, document = call("validate", at=sample), call("validate", "--json", at=sample)
    findings = json.loads(document.out)["findings"]
    assert (text.code, document.code) == (1, 1)
    assert len(text.out.splitlines()) == len(findings) == 2
    assert [f["file"] for f in findings] == sorted(f["file"] for f in findings)
