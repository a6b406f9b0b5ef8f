"""Budget: a Label Studio export into validated Parquet against the SDK's converter.

The export is the gold's own spans project, its tasks repeated. Ours reads, checks every
label and offset against text and scheme, validates the table of annotations with its pandera
model and writes Parquet, task batch by task batch. The peer writes JSON_MIN, which drops
relations and checks nothing.
"""

from __future__ import annotations

import gc
import itertools
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.measuring import Measured, alternate
from usiran.corpus import Corpus
from usiran.label_studio.annotation_records import AnnotationRow, annotation_rows
from usiran.label_studio.read_export import read_export
from usiran.schemas.label_scheme import read_scheme
from usiran.schemas.tables import check
from usiran.text.articles import read_texts

COPIES, BATCH = 60, 100
# ru_maxrss would be the parent's: it outlives exec.
_MEMORY = (
    "import sys; from pathlib import Path; from bench.reading import to_parquet; "
    "from usiran.corpus import Corpus; "
    "to_parquet(Path(sys.argv[1]), Corpus.find(sys.argv[2]), Path(sys.argv[3])); "
    "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
)


def to_parquet(export: Path, corpus: Corpus, target: Path) -> int:
    """Write an export's labels as a validated table; return how many there are."""
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    # Tens of thousands of rows are made and none in a cycle: collecting finds nothing.
    gc.disable()
    readings = read_export(export, scheme=scheme, texts=texts)
    writer, count = None, 0
    while part := list(itertools.islice(readings, BATCH)):
        # Copies of a task repeat its ids; a round a task keeps them apart.
        rows = [
            row
            for number, task in enumerate(part)
            for row in annotation_rows([task], round=f"r{count}-{number}", annotator_id="ann")
        ]
        columns = dict(zip(AnnotationRow._fields, zip(*rows, strict=True), strict=True))
        frame, findings = check(
            "annotations", pa.table(columns).to_pandas(), file=export.name,
            key=("annotation_id",), allowed=scheme.allowed,
        )  # fmt: skip
        assert not findings, findings[:3]
        assert frame is not None
        table = pa.Table.from_pandas(frame, preserve_index=False)
        writer = writer or pq.ParquetWriter(target, table.schema, compression="zstd")
        writer.write_table(table.cast(writer.schema))
        count += len(rows)
    if writer:
        writer.close()
    gc.enable()
    return count


def measure(corpus: Corpus) -> Measured:
    """Read one export both ways, and two sizes of it for memory."""
    from label_studio_sdk.converter import Converter  # type: ignore[attr-defined]  # so in its docs

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export = _export(corpus, folder / "small.json", COPIES)
        converter: Any = Converter(  # type: ignore[no-untyped-call]
            (corpus.annotation / "spans.xml").read_text(), project_dir=None,
            download_resources=False,
        )  # fmt: skip
        labels = to_parquet(export, corpus, folder / "a.parquet")
        ours, peer = alternate(
            lambda: to_parquet(export, corpus, folder / "a.parquet"),
            lambda: converter.convert(str(export), str(folder / "min"), "JSON_MIN", is_dir=False),
            runs=5,
        )  # fmt: skip
        size = export.stat().st_size / 1e6
        large = _export(corpus, folder / "large.json", 4 * COPIES)
        peaks = [_peak(path, corpus, folder / "b.parquet") for path in (export, large)]
    ratio = peer / ours
    return Measured(
        "a Label Studio export into validated Parquet: at least 10 times the SDK's converter "
        "(JSON_MIN); memory flat",
        f"{labels / ours / 1000:.0f} thousand labels/s", f"{labels / peer / 1000:.0f} thousand",
        ratio, ratio >= 10,
        f"{labels} labels in {size:.0f} MB ({size / ours:.0f} MB/s). Decoding is the least of it: "
        "every label is a Python object that is placed on its text, named, given an id and checked "
        "against its table's model, none of which the peer does. Peak memory "
        f"{peaks[0]:.0f} MB, and {peaks[1]:.0f} MB for four times the export.",
    )  # fmt: skip


def _export(corpus: Corpus, path: Path, copies: int) -> Path:
    tasks = json.loads((corpus.gold / "spans.json").read_bytes())
    path.write_text(json.dumps(tasks * copies, ensure_ascii=False), encoding="utf-8")
    return path


def _peak(export: Path, corpus: Corpus, target: Path) -> float:
    words = [sys.executable, "-c", _MEMORY, str(export), str(corpus.root), str(target)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024
