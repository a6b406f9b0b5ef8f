"""One part of a job: read, labelled and written, with a marker that says so."""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import pyarrow as pa

from usiran.errors import FileError
from usiran.files import read_json
from usiran.inference.job.plan import Input, Part, read_part
from usiran.inference.job.readers import Columns
from usiran.inference.job.records import Document, Rejected
from usiran.inference.label_batch import label_batch
from usiran.inference.store import PACKAGES, Model
from usiran.inference.write_tables import Format, encode
from usiran.io.atomic import fill, write_file
from usiran.io.sources import sources_sha256
from usiran.models.base import one_thread
from usiran.text.segmentation import SEGMENTER

BATCH = 64  # texts that are labelled together
MARKERS, REJECTED = "parts", "rejected"
# What a label depends on besides the models: what splits, labels and writes.
_ROOMS = ("inference", "models", "schemas", "tasks", "text")
_PACKAGES = (*PACKAGES, SEGMENTER, "pyarrow")
_TEXT = pa.string()
_READ = {"source_id": _TEXT, "file": _TEXT, "row": pa.int64()}
_REJECTED = pa.schema(
    {"file": _TEXT, "row": pa.int64(), "id": _TEXT, "reason": _TEXT, "value": _TEXT}
)


class Job(msgspec.Struct, frozen=True):
    """Whatever the tables depend on: job.json. Another job is refused its folder."""

    models: tuple[dict[str, str], ...]  # as their model.json says
    versions: dict[str, str]
    code_sha256: str
    columns: Columns
    form: Format
    pages: bool
    part: int  # records of a part, at most
    inputs: tuple[Input, ...]

    @property
    def models_sha256(self) -> str:
        """The hash of all models together."""
        return sha256(msgspec.json.encode(self.models)).hexdigest()


class Marker(msgspec.Struct, frozen=True):
    """A part that is whole: parts/part-00000.json. Written last, when all its tables are there."""

    input_sha256: str
    models_sha256: str
    code_sha256: str
    rows: dict[str, int]  # by table, of which one is `rejected`


class Pages(Protocol):
    """Pages of labelled texts, written beside the tables."""

    def files(
        self, part: str, documents: Sequence[Document], tables: Mapping[str, pa.Table]
    ) -> dict[str, bytes]:
        """Return the pages of a part, by their names in the folder of the job."""

    def index(self, folder: Path) -> dict[str, bytes]:
        """Return what leads to all of them, once all parts are in the folder."""


class Work(NamedTuple):
    """What every worker of a job needs; `output` is absolute, all see one file system."""

    models: tuple[Model, ...]
    job: Job
    output: Path
    pages: Pages | None = None

    def finished(self, part: Part) -> Marker | None:
        """Return the marker of a part that is whole, with this job's models and code."""
        marker = read_json(self._marker(part), Marker)
        if marker is None:
            return None
        expected = (part.sha256, self.job.models_sha256, self.job.code_sha256)
        stated = (marker.input_sha256, marker.models_sha256, marker.code_sha256)
        return marker if stated == expected else None

    def label(self, part: Part) -> Marker:
        """Label a part and write its tables; one that is whole already is left as it is.

        Raises
        ------
        FileError
            The input was changed, the code is not the job's (on another machine), or a file
            cannot be written.
        """
        job, output = self.job, self.output
        if marker := self.finished(part):
            return marker
        if (code_sha256(), code_versions()) != (job.code_sha256, job.versions):
            present = _code(code_sha256(), code_versions())
            allowed = f"the job's own: {_code(job.code_sha256, job.versions)}"
            raise FileError("a worker", present, allowed, "install the same there")
        readings = read_part(part, job.columns)
        documents = [reading for reading in readings if isinstance(reading, Document)]
        rejected = [reading._asdict() for reading in readings if isinstance(reading, Rejected)]
        tables = _labelled(self.models, documents)
        tables[REJECTED] = pa.Table.from_pylist(rejected, _REJECTED)
        for name, table in tables.items():
            write_file(output / name / f"{part.name}.{job.form}", encode(table, job.form))
        if self.pages is not None:
            fill(output, self.pages.files(part.name, documents, tables))
        rows = {name: table.num_rows for name, table in tables.items()}
        marker = Marker(part.sha256, job.models_sha256, job.code_sha256, rows)
        write_file(self._marker(part), msgspec.json.encode(marker) + b"\n")
        return marker

    def _marker(self, part: Part) -> Path:
        return self.output / MARKERS / f"{part.name}.json"


def _code(digest: str, versions: Mapping[str, str]) -> str:
    return f"code {digest[:12]}, " + ", ".join(f"{name} {v}" for name, v in versions.items())


@cache
def code_versions() -> dict[str, str]:
    """Return the versions of the packages that labels depend on."""
    return {name: version(name) for name in _PACKAGES}


def code_sha256() -> str:
    """Return the hash of the modules that labels depend on."""
    return sources_sha256(_ROOMS)


def _labelled(models: Sequence[Model], documents: Sequence[Document]) -> dict[str, pa.Table]:
    """Return the tables of some texts; `articles` says besides where each was read."""
    # One thread: there are as many workers as processors.
    with one_thread():
        batches = [
            label_batch(models, _texts(documents[start : start + BATCH]))
            for start in range(0, max(len(documents), 1), BATCH)
        ]
    tables = {name: pa.concat_tables([batch[name] for batch in batches]) for name in batches[0]}
    for name, kind in _READ.items():
        values = [getattr(document, name) or None for document in documents]
        tables["articles"] = tables["articles"].append_column(name, pa.array(values, kind))
    return tables


def _texts(documents: Sequence[Document]) -> pa.Table:
    columns = [[row.article_id for row in documents], [row.text for row in documents]]
    return pa.table(columns, pa.schema({"id": _TEXT, "text": _TEXT}))
