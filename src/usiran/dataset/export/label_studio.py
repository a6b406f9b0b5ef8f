"""Label Studio tasks with the gold as their annotations, and the label configs they need.

``stance.json`` goes into a project with the config ``stance.xml``, ``spans.json`` into one with
``spans.xml``: make the project, paste the config, import the file. Label Studio's own converter
reads the same files; it asks for an id of every task and annotation, which count from 1.
"""

from collections.abc import Iterator
from itertools import count

import msgspec

from usiran.dataset.export.material import Layer, Material
from usiran.label_studio.annotation_records import AnnotationReading, TaskReading
from usiran.label_studio.config import config_files
from usiran.label_studio.tasks import make_tasks
from usiran.label_studio.write_export import Json, result_items
from usiran.schemas.label_scheme import Project

_LAYERS: dict[Layer, str] = {"actors": "actor", "events": "event"}
_PROJECTS: dict[Project, set[Layer]] = {"stance": {"stance"}, "spans": {"actors", "events"}}


def files(material: Material) -> dict[str, bytes]:
    """Return the tasks of each project and its config, by name."""
    configs = config_files(material.opened.scheme)
    contents = {}
    for project, layers in _PROJECTS.items():
        if layers & set(material.layers):
            # Python's own JSON writer is ten times slower where it indents.
            tasks = msgspec.json.encode(list(_tasks(material, project)))
            contents[f"{project}.json"] = msgspec.json.format(tasks, indent=1) + b"\n"
            contents[f"{project}.xml"] = configs[f"{project}.xml"]
    return contents


def _tasks(material: Material, project: Project) -> Iterator[Json]:
    opened = material.opened
    gold = {reading.unit_id: reading for reading in opened.gold[project]}
    chosen = {article["article_id"] for article in material.articles}
    tasks = make_tasks(opened.corpus, opened.texts, project)
    wanted = (task for task in tasks if task.data["article_id"] in chosen)
    numbers = count(1)
    for number, task in enumerate(wanted, start=1):
        reading = gold[task.unit_id]
        # Whoever imports is the annotator: an id of ours would be nobody's there.
        annotations = [
            {
                "id": next(numbers),
                "result": _result(material, reading, annotation),
                "ground_truth": True,
            }
            for annotation in reading.annotations
            if not annotation.skipped
        ]
        yield {"id": number, "data": task.data, "annotations": annotations}


def _result(material: Material, task: TaskReading, annotation: AnnotationReading) -> list[Json]:
    """Return the results of the layers that are wanted."""
    if task.project == "spans":
        wanted = {_LAYERS[layer] for layer in material.layers if layer in _LAYERS}
        spans = tuple(span for span in annotation.spans if span.layer in wanted)
        # A role links an event to an actor: without one of the two layers there is none.
        roles = annotation.roles if len(wanted) == len(_LAYERS) else ()
        annotation = annotation._replace(spans=spans, roles=roles)
    return result_items(task, annotation, material.opened.scheme)
