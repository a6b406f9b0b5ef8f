"""What Label Studio's own converter writes is read as what it was made from."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.support.tiny import (
    GAS,
    PORT,
    SCHEME,
    TEXTS,
    annotation,
    article_task,
    choice,
    quoted,
    sentence_task,
    write_json,
)
from usiran.label_studio.config import config
from usiran.label_studio.control_map import ControlMap
from usiran.label_studio.read_export import read_export
from usiran.schemas.label_scheme import Project

# It says nothing of its types.
CONVERTER: Any = import_module("label_studio_sdk.converter").Converter
DATA = Path(__file__).parents[1] / "data" / "foreign"
THEIRS = """<View><Text name="text" value="$text"/>
<Labels name="ner" toName="text"><Label value="ORG"/></Labels>
<Labels name="trigger" toName="text"><Label value="meeting"/></Labels>
<Choices name="certainty" toName="text" perRegion="true"><Choice value="planned"/></Choices>
<Choices name="overall" toName="text"><Choice value="balanced"/></Choices>
<Rating name="stars" toName="text"/></View>"""
VOICE = {"id": "v", "from_name": "voiced_by", "to_name": "text", "type": "textarea"}
SENTENCES = [
    sentence_task(
        f"{PORT}#001",
        annotation(choice("stance", "pro-US"), choice("grounds", "us+", "iran-"),
                   choice("holder", "source"), choice("confidence", "4"),
                   VOICE | {"value": {"text": ["the mayor"]}}),
        annotation(choice("stance", "neutral"), choice("holder", "author"), number=35, by=2),
        text=TEXTS.text_of(TEXTS.by_id[f"{PORT}#001"]), start=0, end=45,
    ),
    sentence_task(f"{GAS}#002", annotation(choice("stance", "neutral")), number=8, text=None),
]  # fmt: skip
ARTICLES = [
    article_task(
        annotation(choice("article_stance", "neutral"), quoted("actor1", "GOVERNMENT", "Tehran"),
                   quoted("actor2", "CIVILIAN", "clerk"), quoted("event1", "CONSULT", "meet"),
                   choice("mode", "future", region="event1")),
        text=TEXTS.texts[GAS],
    )
]  # fmt: skip


def convert(tasks: Path, xml: str, form: str, folder: Path) -> Path:
    CONVERTER(xml, project_dir=None, download_resources=False).convert(
        str(tasks), str(folder), form, is_dir=False
    )
    (made,) = folder.iterdir()
    return made.rename(folder.parent / f"{form}{made.suffix}")


@pytest.mark.parametrize("form", ["JSON_MIN", "CSV", "TSV"])
@pytest.mark.parametrize("project", ["stance", "spans"])
def test_labels_survive_the_converter(tmp_path: Path, form: str, project: Project) -> None:
    path = write_json(tmp_path / "x.json", SENTENCES if project == "stance" else ARTICLES)
    table = convert(path, config(SCHEME, project), form, tmp_path / "out")
    (whole, flat) = (
        [
            (
                task.unit_id,
                sorted(made.choices.items()),
                [span[1:] for span in made.spans],
                str(made.annotator),
            )
            for task in read_export(
                file, scheme=SCHEME, texts=TEXTS, control_map=ControlMap.of(SCHEME)
            )
            for made in task.annotations
            if not (task.findings or task.repairs)
        ]
        for file in (path, table)
    )
    assert len(whole) == sum(len(task.annotations) for task in read_export(
        path, scheme=SCHEME, texts=TEXTS))  # fmt: skip
    assert sorted(flat, key=str) == sorted(whole, key=str)


@pytest.mark.parametrize(
    ("form", "file"),
    [("JSON_MIN", "renamed_min.json"), ("CSV", "renamed.csv"), ("TSV", "renamed.tsv")],
)
def test_the_stored_tables_are_what_the_converter_writes(
    tmp_path: Path, form: str, file: str
) -> None:
    made = convert(DATA / "renamed.json", THEIRS, form, tmp_path / "out")
    assert made.read_text("utf-8") == (DATA / file).read_text("utf-8")
