"""Exported Label Studio tasks, imported into a real server: the gold comes back."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.described import build_described
from tests.support.studio import Serving, labels_in
from usiran.dataset.export.formats import export
from usiran.label_studio.read_export import read_export
from usiran.schemas.label_scheme import read_scheme
from usiran.text.articles import read_texts
from usiran.validation.validate import open_valid


def test_the_exported_tasks_are_imported_with_the_gold_as_their_annotations(
    server: Serving, tmp_path: Path
) -> None:
    corpus = build_described(tmp_path / "tiny")
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    files = export(open_valid(corpus), "label-studio").files
    sdk = server.client()
    for layer in ("stance", "spans"):
        project = sdk.projects.create(
            title=f"exported {layer}", label_config=files[f"{layer}.xml"].decode("utf-8")
        )
        sdk.projects.import_tasks(id=project.id, request=json.loads(files[f"{layer}.json"]))
        back = tmp_path / f"{layer}.json"
        back.write_text(json.dumps(sdk.projects.exports.as_json(project.id)), "utf-8")
        found, wanted = (
            labels_in(read_export(path, scheme=scheme, texts=texts))
            for path in (back, corpus.gold / f"{layer}.json")
        )
        assert found == wanted
        assert found
