"""Label Studio tasks with the gold as their annotations, and the label configs they need.

``stance.json`` goes into a project with the config ``stance.xml``, ``spans.json`` into one with
``spans.xml``: make the project, paste the config, import the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from usiran.dataset.export.material import Material
from usiran.label_studio.annotation_records import AnnotationReading, TaskReading
from usiran.label_studio.config import config_files
from usiran.label_studio.read_export import read_export
from usiran.label_studio.tasks import make_tasks
from usiran.label_studio.write_export import Json, result_items
from usiran.schemas.label_scheme import Project

_LAYERS = {"actors": "actor", "events": "event"}


def files(material: Material) -> dict[str, bytes]:
    """Return the tasks of each project and its config, by name."""
    wanted = {"stance" if layer == "stance" else "spans" for layer in material.layers}
    configs = config_files(material.scheme)
    made = {}
    for project in ("stance", "spans"):
        if project in wanted:
            tasks = list(_tasks(material, project))
            content = json.dumps(tasks, indent=1, ensure_ascii=False) + "\n"
            made[f"{project}.json"] = content.encode("utf-8")
            made[f"{project}.xml"] = configs[f"{project}.xml"]
    return made


def _tasks(material: Material, project: Project) -> Iterator[Json]:
    path = material.corpus.gold / f"{project}.json"
    readings = read_export(path, scheme=material.scheme, texts=material.texts)
    gold = {reading.unit_id: reading for reading in readings}
    chosen = {article["article_id"] for article in material.articles}
    for task in make_tasks(material.corpus, material.texts, project):
        if task.data["article_id"] in chosen:
            # Whoever imports is the annotator: an id of ours would be nobody's there.
            annotations = [
                {"result": _results(material, gold[task.unit_id], one), "ground_truth": True}
                for one in gold[task.unit_id].annotations
                if not one.skipped
            ]
            yield {"data": task.data, "annotations": annotations}


def _results(material: Material, task: TaskReading, one: AnnotationReading) -> list[Json]:
    """Return the results of the layers that are wanted."""
    if task.project == "stance":
        return result_items(task, one, material.scheme)
    wanted = {_LAYERS[layer] for layer in material.layers if layer in _LAYERS}
    kept = tuple(span for span in one.spans if span.layer in wanted)
    roles = one.roles if len(wanted) == len(_LAYERS) else ()
    return result_items(task, one._replace(spans=kept, roles=roles), material.scheme)
