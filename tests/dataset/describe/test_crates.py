"""The RO-Crate and codemeta.json: read by their readers, and the same facts as everywhere."""

from __future__ import annotations

import hashlib
import json
import tomllib

import pytest

from tests.conftest import ROOT
from usiran.corpus import Corpus
from usiran.dataset.describe import codemeta
from usiran.dataset.describe.facts import facts_of
from usiran.errors import FileError
from usiran.loading import open as open_corpus


def test_the_crate_is_read_by_the_reader_of_ro_crate(repo: Corpus) -> None:
    model = pytest.importorskip("rocrate.model", reason="ro-crate-py is not installed")
    rocrate = pytest.importorskip("rocrate.rocrate")
    crate = rocrate.ROCrate(str(repo.dataset))
    assert crate.metadata["conformsTo"] == "https://w3id.org/ro/crate/1.2"
    assert (crate.name, crate.root_dataset["version"]) == (
        repo.manifest.title,
        repo.manifest.version,
    )
    files = [entity for entity in crate.data_entities if isinstance(entity, model.File)]
    assert {file.id for file in files} >= {"README.md", "croissant.json"}
    for file in files:
        content = (repo.dataset / file.id).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert int(file["contentSize"]) == len(content)


def test_the_crate_holds_every_published_file(repo: Corpus) -> None:
    graph = json.loads((repo.dataset / "ro-crate-metadata.json").read_bytes())["@graph"]
    root = next(entity for entity in graph if entity["@id"] == "./")
    data = {path.relative_to(repo.dataset).as_posix() for path in repo.data.rglob("*.parquet")}
    assert data <= {part["@id"] for part in root["hasPart"]}
    # Everything that is named is described.
    ids = {entity["@id"] for entity in graph}
    assert {part["@id"] for part in root["hasPart"]} | {root["license"]["@id"]} <= ids


def test_codemeta_tells_the_package_and_the_data(repo: Corpus) -> None:
    document = json.loads((ROOT / codemeta.FILE).read_bytes())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name in ("name", "version", "description"):
        assert document[name] == project[name]
    assert document["license"].endswith(project["license"])
    assert document["supportingData"]["version"] == repo.manifest.version


def test_what_is_no_codemeta_is_told(repo: Corpus) -> None:
    facts = facts_of(open_corpus(repo))
    with pytest.raises(FileError, match=r"codemeta\.json: found .*a JSON object"):
        codemeta.fill("[", facts)
