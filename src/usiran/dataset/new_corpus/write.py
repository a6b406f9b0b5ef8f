"""The files of a new corpus, from templates and the label scheme, written all or none."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from usiran.annotation import casebook
from usiran.corpus import Corpus
from usiran.dataset.new_corpus.answers import Answers
from usiran.errors import FileError, refuse
from usiran.files import read_bytes
from usiran.io.atomic import fill
from usiran.io.csv import csv_bytes
from usiran.io.markdown import cell, words
from usiran.io.new_folder import new_folder
from usiran.io.templates import environment
from usiran.label_studio.check_config import check_config
from usiran.label_studio.config import TASK_FIELDS, config_files
from usiran.schemas.json_schema import json_schema_files
from usiran.schemas.label_scheme import Scheme, read_scheme
from usiran.schemas.tables import MODELS
from usiran.validation.validate import open_valid

_PACKAGE = "usiran.dataset.new_corpus"
MARKER = "dataset/corpus.toml"
_MADE_FROM_TEXTS = ("text_status", "text")  # columns of articles that no file has

# Filled from the answers and the label scheme; the others are written as they stand.
_PAGES = {
    MARKER: "corpus.toml.jinja",
    "annotation/CASEBOOK.md": "CASEBOOK.md.jinja",
    "annotation/GUIDELINES.md": "GUIDELINES.md.jinja",
    "annotation/ONE-PAGE.md": "ONE-PAGE.md.jinja",
    "baselines/cue-lexicon.toml": "cue-lexicon.toml.jinja",
    "baselines/stance-from-sides.toml": "stance-from-sides.toml.jinja",
    "LICENSE-DATA.md": "LICENSE-DATA.md.jinja",
    "README.md": "README.md.jinja",
}


def write_corpus(
    target: Path,
    answers: Answers,
    *,
    labels: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Write a corpus without articles and without findings; return the names of its files.

    Parameters
    ----------
    target : Path
        A folder that is not there yet, or an empty one.
    labels : Path, optional
        A label scheme of somebody's own, taken as it stands; the answers' sides are not read then.

    Raises
    ------
    FileError
        A folder that holds something, or a label scheme that cannot be read.
    InputError
        What a label scheme would have Label Studio refuse.
    """
    with new_folder(target, marker=MARKER, tell=tell) as folder:
        corpus = Corpus(folder)
        own = read_bytes(labels) if labels else _render("labels.toml.jinja", **vars(answers))
        fill(folder, {"annotation/labels.toml": own})
        made = _files(answers, _scheme(corpus, labels))
        fill(folder, made)
        open_valid(corpus)  # a finding here is a fault of the toolkit
    return sorted({"annotation/labels.toml", *made})


def _scheme(corpus: Corpus, labels: Path | None) -> Scheme:
    """Return the label scheme; what is wrong with somebody's own is said of their file."""
    file = str(labels or corpus.labels)
    try:
        scheme = read_scheme(corpus.labels)
    except FileError as error:
        found = error.finding
        raise FileError(file, found.value, found.allowed, found.fix) from None
    refuse(check_config(scheme, file=file))
    return scheme


def _files(answers: Answers, scheme: Scheme) -> dict[str, bytes]:
    contest, listed = scheme.contest, _words(answers.language)
    values = vars(answers) | {"scheme": scheme, "contest": contest, "words": listed}
    made = {name: _render(template, **values) for name, template in _PAGES.items()}
    made["dataset/LICENSE.md"] = made["LICENSE-DATA.md"]
    book = "annotation/CASEBOOK.md"
    made[book] = casebook.fill(made[book].decode(), scheme, file=book).encode()
    made["dataset/description.toml"] = (_folder() / "description.toml").read_bytes()
    for path in (_folder() / "baselines").iterdir():
        made[f"baselines/{path.name}"] = path.read_bytes()
    made |= {f"annotation/{name}": content for name, content in config_files(scheme).items()}
    schemas = json_schema_files(scheme.allowed)
    made |= {f"schemas/{name}": content for name, content in schemas.items()}
    # Git keeps no folder that is empty.
    return made | _empty_tables() | {"dataset/source/articles/.gitkeep": b""}


def _empty_tables() -> dict[str, bytes]:
    """Return the tables that people write, without rows, and a gold without labels."""
    tables = {
        table.file: csv_bytes([], [name for name in table.columns if name not in _MADE_FROM_TEXTS])
        for table in MODELS.values()
        if table.needed and table.file.endswith(".csv")
    }
    gold = {f"annotation/gold/{project}.json": b"[]\n" for project in TASK_FIELDS}
    return tables | gold


def _words(language: str) -> Mapping[str, Mapping[str, list[str]]]:
    """Return the packaged word lists of a language, by task and label; none for most of them."""
    path = _folder() / f"words.{language}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def _folder() -> Any:
    return files(_PACKAGE) / "templates"


def _render(template: str, **values: object) -> bytes:
    filling = environment(
        _PACKAGE, cell, words, quoted, coded, autoescape=False, keep_trailing_newline=True
    )
    return filling.get_template(template).render(**values).encode()


def quoted(text: str) -> str:
    """Return a text as TOML writes it, in quotation marks."""
    return json.dumps(text, ensure_ascii=False)


def coded(name: str) -> str:
    """Return a name as Markdown sets code."""
    return f"`{name}`"
