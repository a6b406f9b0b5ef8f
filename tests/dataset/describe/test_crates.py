"""The RO-Crate and codemeta.json: read by their readers, and the same facts as everywhere."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

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


@pytest.mark.peers
def test_codemeta_is_read_by_its_own_reader(tmp_path: Path) -> None:
    """With codemetapy, offline: the contexts that it would fetch are made from HERMES's copies."""
    try:
        distribution("codemetapy")
        copies = Path(str(distribution("hermes").locate_file("hermes/model/types/schemas")))
    except PackageNotFoundError as error:
        pytest.skip(f"{error.name} is not installed")
    vocabulary = json.loads((copies / "schemaorg-current-http.jsonld").read_bytes())["@graph"]
    terms = {term["@id"].removeprefix("schema:"): {"@id": term["@id"]} for term in vocabulary}
    keywords = {"type": "@type", "id": "@id", "schema": "http://schema.org/"}
    contexts = {
        "schemaorgcontext": {"@context": keywords | terms},
        "codemeta": json.loads((copies / "codemeta.jsonld").read_bytes()),
    } | {name: {"@context": {}} for name in ("stype", "iodata", "repostatus")}
    for name, context in contexts.items():
        (tmp_path / f"{name}.jsonld").write_text(json.dumps(context), "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "codemeta.codemeta", "-o", "json", ROOT / codemeta.FILE],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    written, read = json.loads((ROOT / codemeta.FILE).read_bytes()), json.loads(ran.stdout)
    for name in ("name", "version", "description", "developmentStatus", "runtimePlatform"):
        assert read[name] == written[name]
    assert sorted(read["keywords"]) == sorted(written["keywords"])
    data = {
        name.replace("type", "@type"): value for name, value in written["supportingData"].items()
    }
    assert read["supportingData"] == data
    remarks = [line for line in ran.stderr.splitlines() if "[CODEMETA VALIDATION" in line]
    # Where the sources stand is not decided; nothing else is missing.
    assert [line.split("] ")[1] for line in remarks] == ["codeRepository not set", "done"]


def test_what_is_no_codemeta_is_told(repo: Corpus) -> None:
    facts = facts_of(open_corpus(repo))
    with pytest.raises(FileError, match=r"codemeta\.json: found .*a JSON object"):
        codemeta.fill("[", facts)
