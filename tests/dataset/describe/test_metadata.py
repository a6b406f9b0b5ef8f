"""Card, croissant.json, CITATION.cff and DATASHEET.md: one source, and no two disagree."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import datasets
import pytest
import yaml
from huggingface_hub import DatasetCard

from tests.support import hub_card
from tests.support.command import call
from usiran import loading
from usiran.annotation.agreement.measure import measure_corpus
from usiran.annotation.agreement.report import figure
from usiran.corpus import Corpus
from usiran.dataset.build import build, drift, make
from usiran.dataset.describe import citation, croissant, datasheet
from usiran.dataset.describe.facts import Facts, facts_of
from usiran.dataset.withheld.restore import restored_files
from usiran.dataset.withheld.text_free import text_free_files
from usiran.errors import FileError, InputError
from usiran.loading.tables import load_tables
from usiran.schemas.label_scheme import read_scheme
from usiran.validation.validate import open_valid

mlc = pytest.importorskip("mlcroissant")
Json = dict[str, Any]

# mlcroissant 1.1 uses what rdflib 7 and pandas 3 are about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame:DeprecationWarning"),
]


@pytest.fixture
def copy(described: Corpus, tmp_path: Path) -> Corpus:
    shutil.copytree(described.root, tmp_path / "copy")
    return Corpus.find(tmp_path / "copy")


@pytest.fixture(scope="module")
def facts(described: Corpus) -> Facts:
    return facts_of(loading.open(described))


class Told(NamedTuple):
    """What one file says of the corpus; None where it says nothing of it."""

    title: str | None = None
    version: str | None = None
    license: str | None = None
    summary: str | None = None
    rows: dict[str, int] | None = None
    scored: int | None = None


def toml(corpus: Corpus) -> Told:
    table = tomllib.loads((corpus.dataset / "corpus.toml").read_text("utf-8"))
    return Told(table["title"], table["version"], table["annotation_license"].upper())


def front(corpus: Corpus) -> tuple[Json, str]:
    _, head, page = (corpus.dataset / "README.md").read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(head), page


def _key(config: str, split: str) -> str:
    """Return what croissant.json calls a split; most configs have one."""
    return config if split in ("train", "test") else f"{config}-{split}"


def card(corpus: Corpus) -> Told:
    document, page = front(corpus)
    (version,) = {one["version"] for one in document["configs"]}
    infos = document["dataset_info"]
    return Told(
        title=document["pretty_name"],
        version=version,
        license=document["license_name"].removesuffix("-annotations-texts-reserved").upper(),
        summary=re.findall(r"(?m)^(A seed corpus .*?\.) Version", page)[0],
        rows={
            _key(one["config_name"], split["name"]): split["num_examples"]
            for one in infos
            for split in one["splits"]
        },
        scored=int(re.findall(r"(?m)^\| all \| (\d+) \|", page)[0]),
    )


def in_croissant(corpus: Corpus) -> Told:
    document = json.loads((corpus.dataset / "croissant.json").read_bytes())
    sets = {one["@id"]: one["description"] for one in document["recordSet"]}
    rows = {name: re.search(r"(\d+) records", told) for name, told in sets.items()}
    return Told(
        title=document["alternateName"],
        version=document["version"],
        license=document["license"].rpartition("/")[2].removesuffix(".html"),
        summary=re.findall(r"A seed corpus .*?\.", document["description"])[0],
        rows={name: int(found[1]) for name, found in rows.items() if found},
    )


def cff(corpus: Corpus) -> Told:
    document = yaml.safe_load((corpus.root / "CITATION.cff").read_text("utf-8"))
    keys = ("title", "version", "license", "abstract")
    return Told(*(document[key] for key in keys))


def sheet(corpus: Corpus) -> Told:
    text = (corpus.root / "DATASHEET.md").read_text("utf-8")
    return Told(
        version=re.findall(r"(?m)^Version (\S+) of the data", text)[0],
        license=re.findall(r"Annotations: (\S+)\.", text)[0],
        scored=int(re.findall(r"of which (\d+) are labelled", text)[0]),
    )


SAY: tuple[Callable[[Corpus], Told], ...] = (toml, card, in_croissant, cff, sheet)


@pytest.mark.parametrize("name", Told._fields)
def test_all_files_say_the_same(described: Corpus, name: str) -> None:
    told = [getattr(one(described), name) for one in SAY]
    said = [value for value in told if value is not None]
    assert len(said) > 1
    assert all(value == said[0] for value in said), dict(zip(SAY, told, strict=True))


def test_what_they_say_is_in_the_data(described: Corpus) -> None:
    rows = card(described).rows
    assert rows is not None
    assert rows["contrast"] == len(load_tables(described)["contrast"]) == 1
    assert rows["stance"] == sheet(described).scored == 6
    text = (described.root / "DATASHEET.md").read_text("utf-8")
    found = measure_corpus(described, draws=1)
    for name in ("stance", "article_stance"):
        value = figure(found[name].alpha.value)
        assert re.search(rf"(?m)^\| {name} \| {re.escape(value)} \|", text)
    assert "1 minimal edit of 1 sentence, labelled blind by 2 annotators" in text
    assert "flip-attitude" in text
    assert "Left out: 1." in text
    assert "old" not in text.splitlines()


@pytest.mark.parametrize(
    "edits",
    [
        {
            "CITATION.cff": ("version: 0.1.0", "version: 0.1.1"),
            "DATASHEET.md": ("of which 6 are", "of which 7 are"),
            "dataset/croissant.json": ('"version": "0.1.0"', '"version": "0.2.0"'),
            "dataset/README.md": ("(6 scored", "(7 scored"),
            "dataset/eval.yaml": ("(6 scored", "(7 scored"),
        },
        {
            "CITATION.cff": ("license: CC-BY-4.0", "license: MIT"),
            "DATASHEET.md": ("| stance | 1.00 |", "| stance | .99 |"),
        },
    ],
)
def test_a_figure_that_is_changed_by_hand_is_found(
    copy: Corpus, edits: dict[str, tuple[str, str]]
) -> None:
    for file, (old, new) in edits.items():
        path = copy.root / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
    assert sorted(finding.file for finding in drift(copy)) == sorted(edits)


def test_another_version_reaches_every_file(copy: Corpus) -> None:
    path = copy.dataset / "corpus.toml"
    path.write_text(path.read_text("utf-8").replace('"0.1.0"', '"3.1.4"'), "utf-8")
    fresh = Corpus.find(copy.root)
    changed = {finding.file for finding in drift(fresh)}
    described_by = {"CITATION.cff", "DATASHEET.md", "dataset/README.md", "dataset/croissant.json"}
    assert changed == described_by
    build(fresh)
    assert {one(fresh).version for one in SAY} == {"3.1.4"}


def test_the_address_of_the_repository_is_told_once_there_is_one(copy: Corpus) -> None:
    address = "https://example.org/lab/news_corpus"
    path = copy.dataset / "description.toml"
    (copy.root / "codemeta.json").write_text("{}")
    assert address not in (copy.dataset / "README.md").read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace('repository = ""', f'repository = "{address}"'))
    build(copy)
    card = (copy.dataset / "README.md").read_text("utf-8")
    assert f"in [the repository]({address}), tells" in card
    assert f"url = {{{address}}}" in card
    cited = yaml.safe_load((copy.root / citation.FILE).read_text("utf-8"))
    assert cited["repository-code"] == address
    described = json.loads((copy.root / "codemeta.json").read_text("utf-8"))
    assert described["codeRepository"] == address
    assert drift(copy) == []


def test_words_written_by_hand_stay(copy: Corpus) -> None:
    texts = {}
    for name in ("DATASHEET.md", "CITATION.cff"):
        path = copy.root / name
        texts[path] = path.read_text("utf-8") + "# By hand.\n"
        path.write_text(texts[path], "utf-8")
    build(copy)
    assert {path: path.read_text("utf-8") for path in texts} == texts


def test_a_corpus_without_citation_and_datasheet_gets_none(copy: Corpus) -> None:
    for name in ("DATASHEET.md", "CITATION.cff"):
        (copy.root / name).unlink()
    assert not {"DATASHEET.md", "CITATION.cff"} & {
        path.name for path in make(loading.open(copy)).files
    }


def test_the_card_is_what_the_hub_takes(described: Corpus) -> None:
    content = (described.dataset / "README.md").read_bytes()
    assert hub_card.errors(content) == []
    assert hub_card.warnings(content) == []
    data = DatasetCard(content.decode("utf-8")).data
    assert data.get("annotations_creators") == ["expert-generated"]
    assert data.get("size_categories") == ["n<1K"]
    assert data.get("task_ids") == ["multi-class-classification", "named-entity-recognition"]
    assert data.get("license_link") == "LICENSE.md"


# croissant.json


def plain(value: Any) -> Any:
    """Return a record as `datasets` gives it: columns by their names, text as text."""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, dict):
        return {key.rpartition("/")[2]: plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    return [plain(item) for item in value] if isinstance(value, list) else value


def opened(folder: Path) -> Any:
    return mlc.Dataset(jsonld=str(folder / "croissant.json"))


@pytest.fixture(scope="module")
def loaded(described: Corpus) -> Any:
    return opened(described.dataset)


def test_croissant_is_valid_and_of_version_1_1(loaded: Any) -> None:
    issues = loaded.metadata.ctx.issues
    assert not issues.errors
    assert [told for told in issues.warnings if "datePublished" not in told] == []
    assert loaded.metadata.ctx.conforms_to.value == "http://mlcommons.org/croissant/1.1"


@pytest.mark.parametrize(
    "config", ["stance", "spans", "articles", "annotations", "contrast", "prompts"]
)
def test_croissant_gives_the_records_that_datasets_gives(
    loaded: Any, described: Corpus, config: str, tmp_path: Path
) -> None:
    made = datasets.load_dataset(str(described.dataset), config, cache_dir=str(tmp_path))
    for name, split in made.items():
        records = [plain(record) for record in loaded.records(_key(config, str(name)))]
        assert len(records) == split.num_rows > 0
        assert records == [dict(row) for row in split]


def test_croissant_names_what_the_numbers_of_labels_stand_for(
    loaded: Any, described: Corpus
) -> None:
    names = {row["labels/stance/number"]: plain(row["labels/stance/name"])
             for row in loaded.records("labels/stance")}  # fmt: skip
    assert list(names.values()) == list(read_scheme(described.labels)["stance"].names)
    document = json.loads((described.dataset / "croissant.json").read_bytes())
    (field,) = (
        field for one in document["recordSet"] for field in one["field"]
        if field["@id"] == "stance/stance"
    )  # fmt: skip
    assert "the number of a label: 0 pro-US, 1 pro-Iran, 2 neutral" in field["description"]


def test_every_published_config_is_a_file_of_croissant(described: Corpus) -> None:
    document = json.loads((described.dataset / "croissant.json").read_bytes())
    there = {path.relative_to(described.dataset).as_posix(): path
             for path in described.data.rglob("*.parquet")}  # fmt: skip
    told = {one["contentUrl"]: one for one in document["distribution"]}
    assert told.keys() == there.keys()
    for name, path in there.items():
        assert told[name]["contentSize"] == f"{path.stat().st_size} B"


def test_the_responsible_ai_fields_are_read(loaded: Any, facts: Facts) -> None:
    told = loaded.metadata
    read = (
        told.data_collection, told.data_annotation_protocol, told.annotator_demographics,
        told.data_biases, told.data_limitations, told.personal_sensitive_information,
        told.data_use_cases, told.data_release_maintenance_plan, told.data_annotation_analysis,
    )  # fmt: skip
    assert all(read)
    assert "3 independent annotators" in told.annotations_per_item
    assert not told.machine_annotation_tools
    model = replace(facts, annotators=(facts.annotators[0]._replace(kind="language-model"),))
    document = json.loads(croissant.croissant(model, (), {}))
    assert document["rai:machineAnnotationTools"] == ["ann: ann"]


def test_the_day_of_a_release_is_told_everywhere(facts: Facts) -> None:
    out = replace(facts, released="2031-06-01")
    document = json.loads(croissant.croissant(out, (), {}))
    assert document["datePublished"] == "2031-06-01"
    assert "year = {2031}" in document["citeAs"]
    made = yaml.safe_load(citation.fill("title: x\n", out))
    assert made["date-released"] == "2031-06-01"
    again = yaml.safe_load(citation.fill(citation.fill("title: x\n", out), facts))
    assert "date-released" not in again
    block = "<!-- figures: versions -->\n<!-- /figures -->"
    later = replace(out, unreleased=("prompts", "synthetic"))
    filled = datasheet.fill(block, later)
    assert "released on 2031-06-01" in filled
    assert filled.splitlines()[1].endswith("In no release yet: `prompts` and `synthetic`.")


def test_the_text_free_edition_has_its_own_and_gets_the_full_one_back(
    described: Corpus, tmp_path: Path
) -> None:
    for name, content in text_free_files(open_valid(described)).items():
        (tmp_path / "free" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "free" / name).write_bytes(content)
    free = opened(tmp_path / "free")
    assert "Text-free edition." in free.metadata.description
    assert {plain(row)["text_status"] for row in free.records("stance")} == {"withheld"}
    files, _ = restored_files(tmp_path / "free", described.articles)
    assert files["croissant.json"] == (described.dataset / "croissant.json").read_bytes()


# Bad input


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (
            "<!-- figures: size -->\n<!-- /figures -->",
            "found 'size'; allowed: one of sizes, labels",
        ),
        ("<!-- figures: sizes -->\n", "1 beginnings and 0 ends.*put the marks in pairs"),
        ("<!-- /figures -->", "0 beginnings and 1 ends"),
        ("<!-- figures: sizes -->\n<!-- figures: labels -->\n<!-- /figures -->", "2 beginnings"),
    ],
)
def test_a_datasheet_with_wrong_marks_is_refused(facts: Facts, text: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        datasheet.fill(text, facts)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("title: >\n  one\n  two\n", "CITATION.cff: found"),
        ("title: x\ntitle: y\n", "once each"),
        ("a: [\n", "allowed: YAML"),
        ("- a\n", "CITATION.cff: found"),
    ],
)
def test_a_citation_that_cannot_be_set_is_refused(facts: Facts, text: str, match: str) -> None:
    with pytest.raises(FileError, match=match):
        citation.fill(text, facts)


def test_a_build_with_a_bad_datasheet_writes_nothing(copy: Corpus) -> None:
    (copy.root / "DATASHEET.md").write_text("<!-- figures: size -->\n<!-- /figures -->\n", "utf-8")
    (copy.dataset / "croissant.json").unlink()
    done = call("build", at=copy)
    assert done.code == 1
    assert "DATASHEET.md: figures: found 'size'" in done.err
    assert not (copy.dataset / "croissant.json").exists()
