"""The tables: golden rows of each, and that pandera and JSON Schema say the same of a row."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema
import pandas as pd
import pytest
from pandera.pandas import DataFrameSchema

from tests.conftest import ROOT
from usiran.corpus import Corpus
from usiran.loading.results import read_benchmark
from usiran.loading.tables import load_tables
from usiran.schemas.base import TIMESTAMP
from usiran.schemas.json_schema import json_schema, json_schema_files
from usiran.schemas.label_scheme import Scheme, read_scheme
from usiran.schemas.tables import FILES, KEYS, MODELS, check, conforming, empty, schema_of
from usiran.text.articles import sha256

GOLDEN = json.loads((ROOT / "tests/data/golden_rows.json").read_text("utf-8"))
# The rows of every other table; these two are the benchmark's, which verifies them itself.
COMPUTED = ("predictions", "results")
SCHEME: Scheme = read_scheme(ROOT / "annotation/labels.toml")
ALLOWED = SCHEME.allowed
# What may hold words of an article, and how many characters of it may stand here.
WORDED, SHOWN = ("text", "title", "note"), 20


@pytest.fixture(scope="module")
def frames(repo: Corpus) -> dict[str, pd.DataFrame]:
    return load_tables(repo) | read_benchmark(repo, SCHEME)[0]


def plain(frame: pd.DataFrame, index: int) -> dict[str, Any]:
    """Return one row as a JSON object; missing values are null."""
    return all_plain(frame.iloc[[index]])[0]


def all_plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return every row as a JSON object; missing values are null."""
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", force_ascii=False))
    for column in {"text"} & set(frame.columns):
        for row, text in zip(rows, frame[column], strict=True):
            row[column] = text
    return rows


def veiled(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its long texts as their hashes: no article stands in tests/."""
    long = {key for key in WORDED if isinstance(row.get(key), str) and len(row[key]) > SHOWN}
    return {key: f"sha256:{sha256(row[key])}" if key in long else row[key] for key in row}


@pytest.mark.parametrize("name", [name for name in MODELS if name not in COMPUTED])
def test_each_table_has_its_count_and_its_first_middle_and_last_row(
    name: str, frames: dict[str, pd.DataFrame]
) -> None:
    expected, frame = GOLDEN[name], frames[name]
    assert len(frame) == expected["count"]
    for index, row in expected["rows"].items():
        found = veiled(plain(frame, int(index)))
        assert {key: found[key] for key in row} == row


def test_the_golden_rows_hold_no_long_text() -> None:
    rows = [row for table in GOLDEN.values() for row in table["rows"].values()]
    shown = {row[key] for row in rows for key in WORDED if isinstance(row.get(key), str)}
    assert {one for one in shown if len(one) > SHOWN and not one.startswith("sha256:")} == set()
    assert any(one.startswith("sha256:") for one in shown)


@pytest.mark.parametrize("name", MODELS)
def test_an_empty_table_has_the_dtypes_of_its_model(name: str) -> None:
    assert schema_of(name, ALLOWED).validate(empty(name)).empty


@pytest.mark.parametrize("name", MODELS)
def test_the_committed_json_schema_is_the_exported_one(name: str, repo: Corpus) -> None:
    expected = json_schema_files(ALLOWED)[f"{name}.schema.json"]
    assert (repo.schemas / f"{name}.schema.json").read_bytes() == expected


@cache
def validator_of(name: str) -> jsonschema.Draft202012Validator:
    schema: Any = json_schema(name, ALLOWED)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", MODELS)
def test_rows_are_valid_under_their_json_schema(name: str, frames: dict[str, pd.DataFrame]) -> None:
    # Of long tables 200 rows from their whole length: pandera has checked each of them.
    frame = frames[name].iloc[:: max(1, len(frames[name]) // 200)]
    for row in all_plain(frame):
        validator_of(name).validate(row)


_NESTED: dict[str, object] = {
    "strings": ("us+", "us+"),
    "counts": (0, -1),
    "toward": (0, 2),
    "boolean": "yes",
    "probabilities": (0.5, 1.5),
    "said": ((3, "x"),),
    "interval": (0.5,),
    "object": "x",
}


def wrong_values(name: str) -> Iterator[tuple[str, object]]:
    """Yield columns with a value that their checks forbid."""
    for key, column in schema_of(name, ALLOWED).columns.items():
        if not column.nullable:
            yield key, None
        for rule in column.checks:
            if rule.name in ("isin", "str_matches"):
                yield key, "No such value!"
            if rule.name == "str_length":
                yield key, ""
            if rule.name == "greater_than_or_equal_to":
                yield key, -1
            if rule.name == "less_than_or_equal_to":
                yield key, 2
            if rule.name in _NESTED:
                yield key, _NESTED[rule.name]


FILLED = [name for name in MODELS if name in COMPUTED or GOLDEN[name]["count"]]


def wrong_rows(name: str) -> Iterator[dict[str, object]]:
    """Yield rows of wrong values, each column's first ones, then the second ones, and so on."""
    values: dict[str, list[object]] = defaultdict(list)
    for column, value in wrong_values(name):
        values[column].append(value)
    for place in range(max(map(len, values.values()))):
        yield {key: those[place] for key, those in values.items() if place < len(those)}


@pytest.mark.parametrize("name", FILLED)
def test_pandera_and_json_schema_refuse_the_same_values(
    name: str, frames: dict[str, pd.DataFrame]
) -> None:
    frame = frames[name].iloc[[0]].reset_index(drop=True)
    right = plain(frame, 0)
    for wrong in wrong_rows(name):
        broken = frame.astype(object)
        for column, value in wrong.items():
            given = list(value) if isinstance(value, tuple) else value
            assert not validator_of(name).is_valid(right | {column: given}), (column, value)
            broken[column] = pd.Series([value], dtype=object)
        # One check tells of all columns: pandera takes half a second for it.
        _, findings = check(name, broken, file=FILES[name], key=KEYS[name], allowed=ALLOWED)
        assert set(wrong) <= {finding.column for finding in findings}


@pytest.mark.parametrize("name", FILLED)
def test_what_is_not_put_to_pandera_is_what_it_would_return(
    name: str, frames: dict[str, pd.DataFrame]
) -> None:
    schema, frame = schema_of(name, ALLOWED), frames[name].head(3)
    kept = conforming(schema, frame)
    assert kept is not None
    pd.testing.assert_frame_equal(kept, schema.validate(frame, lazy=True))
    for column, value in wrong_values(name):
        alone = DataFrameSchema({column: schema.columns[column]})
        broken = pd.DataFrame({column: pd.Series([value] * len(frame), dtype=object)})
        assert conforming(alone, broken) is None, (column, value)
    twice = pd.concat([frame, frame])
    assert conforming(schema, twice) is None or not MODELS[name].distinct


@pytest.mark.parametrize("value", ["maybe", "1", None])
def test_a_decision_overrules_or_not_and_nothing_else(value: object) -> None:
    row = {"layer": "stance", "unit_id": "a#001", "label": "neutral", "target": None,
           "overrules": value, "reason": "S6", "decided_by": "ann",
           "decided_at": "2026-11-20T10:00:00Z"}  # fmt: skip
    given: Any = {"file": "d.csv", "key": KEYS["decisions"], "allowed": ALLOWED}
    _, findings = check("decisions", pd.DataFrame([row]), **given)
    assert [finding.column for finding in findings] == ["overrules"]
    frame, findings = check("decisions", pd.DataFrame([row | {"overrules": "true"}]), **given)
    assert frame is not None
    assert frame["overrules"].tolist() == [True]


def test_missing_and_surplus_columns_are_named(frames: dict[str, pd.DataFrame]) -> None:
    frame = frames["folds"].drop(columns="fold").assign(flod=1)
    _, findings = check("folds", frame, file="folds.csv", key="article_id", allowed=ALLOWED)
    assert [(f.column, f.value, f.fix) for f in findings] == [
        ("fold", "a column flod and no column fold", "rename it to fold")
    ]
    _, findings = check(
        "folds", frame.assign(note=""), file="folds.csv", key="article_id", allowed=ALLOWED
    )
    assert [(f.column, f.value) for f in findings] == [
        ("fold", "no column fold"),
        ("flod", "an extra column flod"),
        ("note", "an extra column note"),
    ]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (["article_id;fold"], ("one column: article_id;fold", "commas between the cells, not ';'")),
        (["article_id\tfold"], ("one column: ", r"not '\t'")),
        (["article_id", " fold"], ("blanks around fold", "take the blanks out of the header")),
    ],
)
def test_a_header_of_another_program_is_one_finding(
    header: list[str], told: tuple[str, str]
) -> None:
    frame = pd.DataFrame([["x"] * len(header)], columns=header)
    _, (finding,) = check("folds", frame, file="f.csv", key="article_id", allowed=ALLOWED)
    assert told[0] in finding.value
    assert told[1] in finding.fix


@pytest.mark.parametrize(
    "time", ["2026-13-27T06:47:58Z", "0000-11-27T06:47:58Z", "2026-11-27T24:47:58Z"]
)
def test_a_time_that_no_clock_shows_is_none(time: str) -> None:
    assert not re.search(TIMESTAMP, time)
    assert re.search(TIMESTAMP, "2026-11-27T23:59:59.5+02:00")


def test_the_form_of_an_id_is_told_in_words(frames: dict[str, pd.DataFrame]) -> None:
    frame = frames["folds"].assign(article_id="Jan 2020")
    _, findings = check("folds", frame, file="folds.csv", key="article_id", allowed=ALLOWED)
    told = "small letters, digits and single hyphens, such as 2031-05-gas-waiver"
    assert any(finding.allowed.endswith(told) for finding in findings)


def test_a_duplicate_key_is_named(frames: dict[str, pd.DataFrame]) -> None:
    frame = pd.concat([frames["sentences"].head(2)] * 2, ignore_index=True)
    key = frame["sentence_id"][0]
    _, findings = check("sentences", frame, file="s.csv", key="sentence_id", allowed=ALLOWED)
    assert findings[0].record == findings[0].value == key
    assert findings[0].allowed.startswith("each value once")


def test_of_every_source_and_every_mention_it_is_said_whose_side_it_is_on(
    frames: dict[str, pd.DataFrame],
) -> None:
    stance = frames["stance"]
    assert list(stance["voiced_by_affiliation"].notna()) == list(stance["holder"] == "source")
    assert frames["actors"]["affiliation"].notna().all()


def test_a_fact_without_a_basis_is_found(frames: dict[str, pd.DataFrame]) -> None:
    frame = frames["articles"].head(1).assign(publisher="The Daily", publisher_basis="unknown")
    _, (finding,) = check("articles", frame, file="a.csv", key="article_id", allowed=ALLOWED)
    assert finding.record == frame["article_id"].iloc[0]
    assert finding.allowed == "publisher is missing exactly where its basis is unknown"


def test_a_table_that_keeps_its_model_needs_nothing_of_pandera_that_is_for_tests() -> None:
    program = (
        "import sys; from usiran import loading; from usiran.corpus import Corpus; "
        f"loading.open(Corpus.find({str(ROOT)!r})); print('hypothesis' in sys.modules)"
    )
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")
