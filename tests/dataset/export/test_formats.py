"""Exports: what each format's own reader finds in them is the gold."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
from seqeval.metrics.sequence_labeling import get_entities

from tests.support.command import call, tree
from tests.support.three_passes import submit
from tests.support.tiny import GAS, PORT, TEXTS
from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.configs import views
from usiran.dataset.export import brat as dataset_brat
from usiran.dataset.export import conll
from usiran.dataset.export import spacy as docbin
from usiran.dataset.export.formats import FORMATS, export
from usiran.dataset.export.material import LAYERS, Material, gather
from usiran.dataset.withheld.withdraw import withdrawal
from usiran.errors import InputError
from usiran.label_studio.annotation_records import annotation_rows
from usiran.label_studio.read_export import read_export
from usiran.loading import Opened
from usiran.schemas.tables import Frames, rows_of
from usiran.validation.validate import open_valid

BROKEN = "Tehran’s envoy\nin Basra"


@pytest.fixture(scope="module")
def opened(described: Corpus) -> Opened:
    return open_valid(described)


@pytest.fixture(scope="module")
def gathered(opened: Opened) -> Material:
    return gather(opened, LAYERS)


@pytest.fixture(scope="module")
def gold(opened: Opened) -> Frames:
    return opened.tables


def spans(gold: Frames, *tables: str) -> set[tuple[str, int, int, str]]:
    return {
        (row.article_id, row.start, row.end, row.type)
        for table in tables
        for row in rows_of(gold[table])
    }


# CoNLL-U Plus


def sentences(content: bytes) -> Iterator[tuple[dict[str, str], list[list[str]]]]:
    """Read a CoNLL-U Plus file: the comments and the rows of each sentence."""
    for part in content.decode("utf-8").strip("\n").split("\n\n"):
        lines = part.split("\n")
        comments = (line[2:].split(" = ", 1) for line in lines if line.startswith("# "))
        rows = [line.split("\t") for line in lines if not line.startswith("# ")]
        yield dict(comments), rows


def test_conll_has_the_gold_spans_of_both_layers(opened: Opened, gold: Frames) -> None:
    files = export(opened, "conll").files
    found = set()
    for article_id in (GAS, PORT):
        text = TEXTS.texts[article_id]
        for comments, rows in sentences(files[f"{article_id}.conllup"]):
            sentence = TEXTS.by_id[comments["sent_id"]]
            assert comments["text"].split() == TEXTS.text_of(sentence).split()
            places = [tuple(map(int, row[-1].removeprefix("TokenRange=").split(":")))
                      for row in rows]  # fmt: skip
            assert [text[start:end] for start, end in places] == [row[1] for row in rows]
            assert [row[0] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
            for column in (2, 3):
                for label, first, last in get_entities([row[column] for row in rows]):
                    found.add((article_id, places[first][0], places[last][1], label))
    assert found == spans(gold, "actors", "events")


def test_no_token_of_conll_is_a_blank_or_ends_a_line(gathered: Material) -> None:
    row = gathered.sentences[GAS][0]
    changed = row | {
        "text": row["text"].replace("Gas", "\x1c\u2028\x85"),
        "tokens": ["\x1c", *row["tokens"][1:]],
    }
    sentences_of = dict.fromkeys(gathered.sentences, ()) | {GAS: (changed,)}
    material = replace(gathered)
    vars(material)["sentences"] = sentences_of
    content = conll.files(material)[f"{GAS}.conllup"].decode("utf-8")
    assert content.splitlines() == content.split("\n")[:-1]
    ((comments, lines),) = sentences(content.split("\n", 2)[2].encode("utf-8"))
    assert len(comments["text"]) == len(row["text"])
    assert lines[0][1] == "\ufffd"
    assert all(len(line) == 5 and all(cell.strip() for cell in line) for line in lines)


def test_conll_names_its_columns_and_holds_one_layer_where_one_is_wanted(
    opened: Opened,
) -> None:
    both = export(opened, "conll").files[f"{PORT}.conllup"].decode("utf-8")
    assert both.startswith("# global.columns = ID FORM ACTOR EVENT MISC\n")
    one = export(opened, "conll", layers=["events"]).files[f"{PORT}.conllup"].decode("utf-8")
    assert one.startswith("# global.columns = ID FORM EVENT MISC\n")
    assert "4\tprotects\tB-AID\tTokenRange=14:22\n" in one
    assert "B-GOVERNMENT" not in one


# BRAT


class Ann(NamedTuple):
    """A BRAT file: text-bound annotations, relations, attributes, notes."""

    bound: dict[str, tuple[str, int, int]]
    relations: set[tuple[str, str, str]]
    modes: dict[str, str]
    notes: dict[str, str]


def brat(files: dict[str, bytes], article_id: str) -> Ann:
    """Read a BRAT pair strictly: every line of a known form, every offset its words.

    Lines end where BRAT's reader ends them, and a line has its fields between tabs.
    """
    text = files[f"{article_id}.txt"].decode("utf-8")
    ann = Ann({}, set(), {}, {})
    for line in files[f"{article_id}.ann"].decode("utf-8").splitlines():
        if found := re.fullmatch(r"(T\d+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t([^\t]+)", line):
            parts = [tuple(map(int, part.split())) for part in found[3].split(";")]
            assert " ".join(text[start:end] for start, end in parts) == found[4]
            assert all(0 <= start < end for start, end in parts)
            assert found[1] not in ann.bound
            ann.bound[found[1]] = (found[2], parts[0][0], parts[-1][1])
        elif found := re.fullmatch(r"R\d+\t(\S+) Arg1:(T\d+) Arg2:(T\d+)", line):
            ann.relations.add((found[1], found[2], found[3]))
        elif found := re.fullmatch(r"A\d+\tmode (T\d+) (\S+)", line):
            ann.modes[found[1]] = found[2]
        else:
            found = re.fullmatch(r"#\d+\tAnnotatorNotes (T\d+)\t(.+)", line)
            assert found, line
            ann.notes[found[1]] = found[2]
    assert {key for _, *ends in ann.relations for key in ends} <= ann.bound.keys()
    return ann


def test_brat_has_the_texts_spans_roles_modes_and_actors(opened: Opened, gold: Frames) -> None:
    files = dict(export(opened, "brat").files)
    bound, roles = set(), set()
    modes: dict[tuple[str, int, int], str] = {}
    notes: dict[tuple[str, int, int], str] = {}
    for key in (GAS, PORT):
        assert files[f"{key}.txt"].decode("utf-8") == TEXTS.texts[key]
        ann = brat(files, key)
        place = {name: (key, start, end) for name, (_, start, end) in ann.bound.items()}
        bound |= {(*place[name], kind) for name, (kind, _, _) in ann.bound.items()}
        roles |= {(place[event], role, place[actor]) for role, event, actor in ann.relations}
        modes |= {place[name]: mode for name, mode in ann.modes.items()}
        notes |= {place[name]: note for name, note in ann.notes.items()}
    assert bound == spans(gold, "actors", "events")
    where = {row.span_id: (row.article_id, row.start, row.end)
             for table in ("actors", "events") for row in rows_of(gold[table])}  # fmt: skip
    links = rows_of(gold["roles"])
    assert roles == {(where[r.event_id], r.role, where[r.actor_span_id]) for r in links}
    assert modes == {where[row.span_id]: row.mode for row in rows_of(gold["events"])}
    assert "future" in modes.values()
    assert set(notes.values()) == {"usa"}


def test_a_span_over_a_line_break_is_in_two_fragments(opened: Opened) -> None:
    files = export(opened, "brat", articles=[GAS]).files
    start = TEXTS.texts[GAS].index(BROKEN)
    first, second = BROKEN.split("\n")
    middle = start + len(first)
    line = f"{start} {middle};{middle + 1} {start + len(BROKEN)}\t{first} {second}\n"
    assert line in files[f"{GAS}.ann"].decode("utf-8")


@pytest.mark.parametrize(
    "between", [*"\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", "\n \t ", " \r\n\r\n", " \u00a0\u3000"]
)
def test_whatever_blanks_stand_in_a_span_brat_finds_its_words(
    gathered: Material, between: str
) -> None:
    material = broken_by(gathered, between)
    ann = brat(dataset_brat.files(material), GAS)
    (article,) = material.articles
    made = {(kind, start, end) for kind, start, end in ann.bound.values()}
    assert made == {
        (span["type"], span["start"], span["end"])
        for layer in ("actors", "events")
        for span in article[layer]
    }


def broken_by(material: Material, between: str) -> Material:
    """Put blanks into the middle of a span, in the place of as many of its marks."""
    (article,) = (row for row in material.articles if row["article_id"] == GAS)
    made = "Tehran’s".ljust(len(BROKEN) - len(between) - 1, "x") + between + "y"
    assert len(made) == len(BROKEN)
    text = article["text"].replace(BROKEN, made)
    layers = {
        layer: [span | {"text": text[span["start"] : span["end"]]} for span in article[layer]]
        for layer in ("actors", "events")
    }
    assert made in {span["text"] for span in layers["actors"]}
    return replace(material, articles=(article | {"text": text} | layers,))


def test_brats_configuration_names_every_type(opened: Opened) -> None:
    conf = export(opened, "brat").files["annotation.conf"].decode("utf-8")
    parts = dict(re.findall(r"(?m)^\[(\w+)\]\n((?:.+\n)*)", conf))
    scheme = opened.scheme
    assert parts["entities"].split() == [*scheme["actor"].names, *scheme["event"].names]
    assert re.findall(r"(?m)^\w+", parts["relations"]) == list(scheme["role"].names)
    assert "Value:actual|future|hypothetical|negated" in parts["attributes"]
    alone = export(opened, "brat", layers=["actors"])
    assert "ACCUSE" not in alone.files["annotation.conf"].decode("utf-8")
    assert b"R1\t" not in alone.files[f"{GAS}.ann"]


# spaCy


def docs(content: bytes) -> list[Any]:
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import DocBin

    return list(DocBin(store_user_data=True).from_bytes(content).get_docs(spacy.blank("en").vocab))


def test_spacy_reads_the_texts_and_every_label(opened: Opened, gold: Frames) -> None:
    pytest.importorskip("spacy")
    made = docs(export(opened, "spacy").files["tiny.spacy"])
    assert [doc.text for doc in made] == list(TEXTS.texts.values())
    found = set()
    for doc in made:
        key = doc.user_data["article_id"]
        for layer in ("actors", "events"):
            for span in doc.spans[layer]:
                found.add((key, span.start_char, span.end_char, span.label_))
                assert span.id_ == f"{key}@{layer[:-1]}:{span.start_char}-{span.end_char}"
        assert [ent.text for ent in doc.ents] == [span.text for span in doc.spans["actors"]]
    assert found == spans(gold, "actors", "events")
    stance = {span.id_: span.label_ for doc in made for span in doc.spans["stance"]}
    assert stance == {row.sentence_id: row.stance for row in rows_of(gold["stance"])}
    assert {ent.kb_id_ for doc in made for ent in doc.ents} == {"", "usa"}
    assert BROKEN in {ent.text for ent in made[0].ents}
    roles = {tuple(role) for doc in made for role in doc.user_data["roles"]}
    links = rows_of(gold["roles"])
    assert roles == {(row.event_id, row.role, row.actor_span_id) for row in links}
    modes = {key: mode for doc in made for key, mode in doc.user_data["modes"].items()}
    assert modes == {row.span_id: row.mode for row in rows_of(gold["events"])}


def test_spacys_sentences_begin_where_the_corpuss_do(opened: Opened) -> None:
    pytest.importorskip("spacy")
    (doc,) = docs(export(opened, "spacy", articles=[PORT]).files["tiny.spacy"])
    starts = [sentence.start_char for sentence in doc.sents]
    assert starts == [row.start for row in TEXTS.sentences[PORT]]


@pytest.mark.parametrize("text", ["", " two  blanks ", "a\n\nb\t c", "“U.S.’s 🤝🏽”  "])
def test_the_words_for_spacy_make_up_the_whole_text(text: str) -> None:
    made = list(docbin._words(text))
    assert "".join(word + " " * blank for word, blank, _ in made) == text
    assert all(text.startswith(word, start) for word, _, start in made)


def test_without_spacy_it_is_said_how_to_get_it(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(InputError, match=r"spaCy is not installed.*usiran\[spacy\]"):
        export(opened, "spacy")


# Events


def test_each_event_is_a_line_of_the_schema_that_lies_beside(opened: Opened, gold: Frames) -> None:
    files = export(opened, "events").files
    schema = json.loads(files["events.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    assert len(events) == len(gold["events"])
    for event in events:
        jsonschema.validate(event, schema)
        text = TEXTS.texts[event["article_id"]]
        assert text[event["start"] : event["end"]] == event["trigger"]
        assert text.startswith(event["sentence"], event["sentence_start"])
        for mention in (*event["actor"], *event["recipient"]):
            assert text[mention["start"] : mention["end"]] == mention["text"]
    broken = events[0] | {"mode": "perhaps"}
    with pytest.raises(jsonschema.ValidationError, match="'perhaps' is not one of"):
        jsonschema.validate(broken, schema)


def test_an_event_says_who_did_what_to_whom(opened: Opened) -> None:
    lines = export(opened, "events", articles=[GAS]).files["events.jsonl"].splitlines()
    first = json.loads(lines[0])
    assert (first["event_type"], first["quad"], first["mode"], first["trigger"]) == (
        "ACCUSE", "verbal conflict", "actual", "accused",
    )  # fmt: skip
    (actor,), (recipient,) = first["actor"], first["recipient"]
    assert (actor["text"], actor["actor_id"], actor["name"]) == ("Washington", "usa", "Washington")
    assert (recipient["text"], recipient["type"], recipient["actor_id"]) == (
        "Tehran", "GOVERNMENT", None,
    )  # fmt: skip


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def test_the_flat_table_is_the_config_events_with_lists_joined(opened: Opened) -> None:
    made = export(opened, "events", variant="--csv")
    assert made.about.files == ("events.csv",)
    (view,) = views(opened.tables, opened.scheme, names=("events",))
    flat = rows(made.files["events.csv"])
    assert [list(row) for row in flat] == [list(view.features)] * len(view.rows)
    for row, published in zip(flat, view.rows, strict=True):
        assert row["sentence"] == published["sentence"]
        assert row["contested"] in ("true", "false")
        for name in ("agent_texts", "agent_ids", "recipient_affiliations"):
            cells = [value or "" for value in published[name]]
            assert row[name] == " | ".join(cells)
    assert "ministry’s envoy | Tehran’s envoy\nin Basra" in {row["agent_texts"] for row in flat}


# Dyads

ACCUSED = {"agent_affiliation": "US", "recipient_affiliation": "OTHER", "quad": "verbal conflict"}
BLAMED = {"agent_affiliation": "OTHER", "recipient_affiliation": "US", "quad": "verbal conflict"}
PROTECTED = dict.fromkeys(("agent_affiliation", "recipient_affiliation"), "OTHER") | {
    "quad": "material cooperation"
}


@pytest.fixture(scope="module")
def dissenting(described: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The corpus with one annotator who reads three of its five events in another way."""
    root = tmp_path_factory.mktemp("dissenting") / "tiny"
    shutil.copytree(described.root, root)
    changes = {
        'ACCUSE "blamed" agent=t2': 'COERCE "Tehran blamed" agent=t2',
        'AID "protects" agent=p recipient=b': 'AID "protects" agent=p',
        'CONSULT "meet" future': 'CONSULT "in" future',
    }
    submit(Corpus(root), "bob", changes, round="r2")
    return loading.open(Corpus(root)).refuse_findings()


def test_dyads_count_the_gold_and_the_range_of_its_annotators(dissenting: Opened) -> None:
    made = export(dissenting, "dyads")
    counted = {"month": "", "events": "1", "low": "1", "high": "1", "articles": "1"}
    coerced = BLAMED | {"quad": "material conflict"}
    assert rows(made.files["dyads.csv"]) == [
        PROTECTED | counted | {"low": "0"},
        # Nobody but the dissenter has it.
        coerced | counted | {"events": "0", "low": "0", "articles": "0"},
        BLAMED | counted | {"low": "0"},
        ACCUSED | counted,
    ]


def test_events_that_match_none_of_the_gold_are_left_out_and_counted(dissenting: Opened) -> None:
    made = export(dissenting, "dyads")
    assert "left out; annotators.csv counts them" in made.about.note
    assert {row["annotator_id"]: row["left_out"] for row in rows(made.files["annotators.csv"])} == {
        "ann": "0", "bob": "1", "cy": "0",
    }  # fmt: skip


def test_dyads_of_actors_name_those_of_the_registry(opened: Opened) -> None:
    made = rows(export(opened, "dyads", articles=[GAS], variant="--by actor").files["dyads.csv"])
    assert [tuple(row.values())[:4] for row in made] == [
        ("OTHER", "", "US", "usa"),
        ("US", "usa", "OTHER", ""),
    ]


def test_who_did_not_label_all_articles_of_a_month_has_no_part_in_its_range(
    described: Corpus, tmp_path: Path
) -> None:
    shutil.copytree(described.root, tmp_path / "tiny")
    corpus = Corpus(tmp_path / "tiny")
    for who in ("ann", "bob"):
        path = corpus.submissions / "r2" / who / "spans.json"
        tasks = [task for task in json.loads(path.read_bytes()) if PORT not in str(task["data"])]
        path.write_text(json.dumps(tasks), "utf-8")
    opened = loading.open(corpus)
    made = rows(export(opened, "dyads").files["dyads.csv"])
    assert {(row["low"], row["high"]) for row in made} == {("1", "1")}
    (corpus.submissions / "r2" / "cy" / "spans.json").unlink()
    made = rows(export(loading.open(corpus), "dyads").files["dyads.csv"])
    assert {(row["low"], row["high"]) for row in made} == {("", "")}


# Label Studio


def test_label_studios_tasks_give_the_gold_back(
    described: Corpus, opened: Opened, tmp_path: Path
) -> None:
    files = export(opened, "label-studio").files
    scheme, texts = opened.scheme, opened.texts
    for project in ("stance", "spans"):
        (tmp_path / f"{project}.json").write_bytes(files[f"{project}.json"])
        paths = (tmp_path / f"{project}.json", described.gold / f"{project}.json")
        got, wanted = (
            {row[3:11] for row in annotation_rows(readings, round="gold", annotator_id="gold")}
            for readings in (list(read_export(path, scheme=scheme, texts=texts)) for path in paths)
        )
        assert got == wanted
        assert len(got) > 6
        assert files[f"{project}.xml"].startswith(b"<")
        tasks = json.loads(files[f"{project}.json"])
        assert all(task["data"]["text"] for task in tasks)
        assert {one["ground_truth"] for task in tasks for one in task["annotations"]} == {True}


def test_label_studios_tasks_hold_the_layers_that_are_wanted(opened: Opened) -> None:
    files = export(opened, "label-studio", layers=["actors"], articles=[PORT]).files
    assert "stance.json" not in files
    (task,) = json.loads(files["spans.json"])
    kinds = {one.get("from_name", one["type"]) for one in task["annotations"][0]["result"]}
    assert kinds == {"article_stance", "actor"}


@pytest.fixture(scope="module")
def converted(opened: Opened, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Label Studio's own converter makes of the export, a folder for each form."""
    # Its types are not told.
    converter: Any = import_module("label_studio_sdk.converter")
    folder = tmp_path_factory.mktemp("converted")
    for name, content in export(opened, "label-studio").files.items():
        (folder / name).write_bytes(content)
    for project, forms in (("stance", ("CSV", "TSV")), ("spans", ("CSV", "TSV", "CONLL2003"))):
        reader = converter.Converter(
            str(folder / f"{project}.xml"), str(folder), download_resources=False
        )
        assert set(forms) <= set(reader.supported_formats)
        for form in forms:
            made = folder / f"{project}-{form}"
            reader.convert(str(folder / f"{project}.json"), str(made), form, is_dir=False)
    return folder


@pytest.mark.parametrize(("form", "separator"), [("CSV", ","), ("TSV", "\t")])
def test_label_studios_own_converter_reads_every_task(
    opened: Opened, gold: Frames, converted: Path, form: str, separator: str
) -> None:
    def read(project: str) -> list[dict[str, str]]:
        content = (converted / f"{project}-{form}" / "result.csv").read_bytes().decode("utf-8")
        return list(csv.DictReader(io.StringIO(content, newline=""), delimiter=separator))

    stances, articles = read("stance"), read("spans")
    for table in (stances, articles):
        numbers = [str(number) for number in range(1, len(table) + 1)]
        assert [row["id"] for row in table] == [row["annotation_id"] for row in table] == numbers
    assert {row["sentence_id"]: (row["stance"], row["holder"]) for row in stances} == {
        row.sentence_id: (row.stance, row.holder) for row in rows_of(gold["stance"])
    }
    assert [row["text"] for row in articles] == list(opened.texts.texts.values())
    made = {
        (row["article_id"], span["start"], span["end"], span["labels"][0])
        for row in articles
        for layer in ("actor", "event")
        for span in json.loads(row[layer])
    }
    assert made == spans(gold, "actors", "events")


def test_label_studios_own_converter_writes_the_actors_as_conll(
    gold: Frames, converted: Path
) -> None:
    lines = (converted / "spans-CONLL2003" / "result.conll").read_text("utf-8").splitlines()
    rows = [line.split(" -X- _ ") for line in lines[1:] if line]
    assert rows[0] == ["Gas", "O"]
    # It has the first layer alone, and splits words its own way.
    starts = [tag[2:] for _, tag in rows if tag.startswith("B-")]
    assert starts == [row.type for row in rows_of(gold["actors"])]


# All formats


@pytest.fixture(scope="module")
def withdrawn(described: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    root = tmp_path_factory.mktemp("withdrawn") / "tiny"
    shutil.copytree(described.root, root)
    corpus = Corpus(root)
    withdrawal(open_valid(corpus), GAS, reason="asked for", day="2031-06-01").write(corpus)
    return open_valid(corpus)


@pytest.mark.parametrize("name", FORMATS)
def test_withdrawn_articles_are_left_out_and_said_so(withdrawn: Opened, name: str) -> None:
    if name == "spacy":
        pytest.importorskip("spacy")
    made = export(withdrawn, name)
    assert made.about.left_out == (GAS,)
    assert made.about.articles == (PORT,)
    for file, content in made.files.items():
        if file != "export.json":
            assert GAS.encode() not in content
    assert not any(GAS in file for file in made.files)


def test_a_withdrawn_article_that_is_named_is_refused(withdrawn: Opened) -> None:
    with pytest.raises(InputError, match=f"found '{GAS}'; allowed: one of {PORT}"):
        export(withdrawn, "conll", articles=[GAS])


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_the_same_every_time(gathered: Material, name: str) -> None:
    if name == "spacy":
        pytest.importorskip("spacy")
    assert FORMATS[name].files(gathered) == FORMATS[name].files(gathered)


def test_the_command_writes_a_folder_and_reports_it(described: Corpus, tmp_path: Path) -> None:
    done = call("export", "brat", "--output", tmp_path / "out", "--json", at=described)
    assert done.code == 0, done.err
    about = json.loads(done.out)
    assert about == json.loads((tmp_path / "out" / "export.json").read_bytes())
    assert about["counts"] == {"articles": 2, "sentences": 6, "actors": 10, "events": 5, "roles": 9}
    assert tree(tmp_path / "out").keys() == {*about["files"], "export.json", "LICENSE.md"}
    before = tree(tmp_path)
    again = call("export", "brat", "--output", tmp_path / "out", at=described)
    assert again.code == 1
    assert "replace it with --force" in again.err
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("xml",), "allowed: one of conll, brat, spacy, events, dyads, label-studio"),
        (("conll", "--layer", "stance"), "allowed: for conll: actors, events"),
        (("conll", "--csv"), "--csv: found '--csv with conll'; allowed: only with events"),
        (("events", "--by", "actor"), "--by: found '--by actor with events'; allowed: only with"),
        (
            ("brat", "--articles", "nobody"),
            "--article: found 'nobody'; allowed: the beginning of one of",
        ),
    ],
)
def test_what_cannot_be_exported_is_said_once_and_nothing_is_written(
    described: Corpus, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    done = call("export", *words, "--output", tmp_path / "out", "--json", at=described)
    assert done.code == 1
    assert told in json.loads(done.out)["error"]
    assert not any(tmp_path.iterdir())
