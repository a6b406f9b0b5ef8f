"""The kinds of input that are mutated: how each is read, and what it says by another reader."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec
import pyarrow as pa

from tests.fuzz import mutations
from tests.fuzz.mutations import Mutation
from tests.fuzz.oracle import Read, Says, check_findings
from tests.support import jobs
from tests.support.described import build_described
from tests.support.entries import gold_lines, open_benchmark
from tests.support.sample import build_sample
from tests.support.three_passes import FIRST, GAS_SHEET, PORT_SHEET, build_three, decide
from tests.support.tiny import SCHEME, TEXTS
from usiran.annotation.adjudication.adjudicator import Adjudicator
from usiran.annotation.adjudication.questions import decisions_file, read_decisions
from usiran.annotation.submissions import import_labels
from usiran.benchmark.predictions.lines import read_content, read_lines
from usiran.benchmark.run import Benchmark
from usiran.benchmark.submit import read_parameters
from usiran.corpus import Corpus
from usiran.dataset.add_article import Facts, prepare
from usiran.dataset.release.snapshot import content_hash, from_lines
from usiran.dataset.release.stored import read_release
from usiran.dataset.withheld.restore import restored_files
from usiran.dataset.withheld.text_free import text_free_files
from usiran.errors import refuse
from usiran.files import read_bytes
from usiran.inference.job.plan import Reading, read_part, survey
from usiran.inference.job.readers import Columns
from usiran.inference.job.records import Rejected
from usiran.inference.job.sources import sources_of
from usiran.inference.label_batch import label_batch
from usiran.inference.store import INFO, MODEL, load_all
from usiran.inference.train import model_files
from usiran.label_studio.annotation_records import AnnotationReading
from usiran.label_studio.control_map import ControlMap, Renaming
from usiran.label_studio.read_export import read_export
from usiran.loading.tables import _Reader
from usiran.models.settings import read_settings
from usiran.schemas.label_scheme import read_scheme
from usiran.schemas.tables import FILES
from usiran.text.articles import read_texts
from usiran.validation.validate import open_valid

FOREIGN = Path(__file__).parents[1] / "data" / "foreign"


@dataclass(frozen=True)
class Kind:
    """A kind of input: its files, how they are mutated and read.

    `seeds` leads from the place of a file to what it holds; `read` raises findings as an error.
    `says` gives what `read` should, by a reader that is not the toolkit's. `share` is how many
    mutants of each hundred are of this kind.
    """

    name: str
    seeds: Mapping[Path, bytes]
    mutate: Mutation
    read: Read
    share: int
    says: Says | None = None


def kinds(folder: Path, repo: Corpus) -> list[Kind]:
    """Return every kind, with its files in folders of their own below this one."""
    three = build_three(folder / "three")
    adjudicator = Adjudicator(three)
    decide(adjudicator, FIRST)
    sample = build_sample(repo, folder / "sample")
    bench = open_benchmark(folder / "bench", sentences=4, articles=2)
    return [
        *_labels(three),
        _foreign(folder),
        _adjudication(three),
        *_tables(sample),
        *_predictions(bench, folder),
        *_settings(repo, folder),
        _release(folder),
        _edition(folder),
        *_texts(folder),
        _article(three, folder),
        _model(bench, folder),
    ]


def _seed(path: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes()}


# Labels: exports and sheets


def _labels(corpus: Corpus) -> list[Kind]:
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    exports: dict[Path, bytes] = {}
    for project in ("stance", "spans"):
        exports |= _seed(corpus.submissions / "r1" / "bob" / f"{project}.json")

    def export(path: Path) -> object:
        tasks = list(read_export(path, scheme=scheme, texts=texts))
        refuse(finding for task in tasks for finding in (*task.findings, *task.repairs))
        readings = (reading for task in tasks for reading in task.annotations)
        return sum(map(_counted, readings), Counter())

    sheets = {
        corpus.root / "gas.txt": GAS_SHEET.encode(),
        corpus.root / "port.txt": PORT_SHEET.encode(),
    }

    def imported(path: Path) -> object:
        return import_labels({"ann": path}, corpus, round="r1", dry_run=True)["ann"].written

    return [
        Kind("export", exports, mutations.json_mutant, export, 22, _labels_in),
        Kind("export imported", exports, mutations.json_mutant, imported, 4),
        Kind("sheet", sheets, mutations.text_mutant, imported, 8),
    ]


RENAMED = Renaming(
    controls=("ner=actor", "trigger=event", "certainty=", "overall=article_stance"),
    labels=("ORG=GOVERNMENT", "meeting=CONSULT", "balanced=neutral", "with=recipient"),
)


def _foreign(folder: Path) -> Kind:
    """Return exports of another project, in each form that one has."""
    home = folder / "foreign"
    sources = [path for path in sorted(FOREIGN.iterdir()) if path.suffix in (".json", ".csv")]
    seeds = {home / path.name: path.read_bytes() for path in sources}
    lines = map(json.dumps, json.loads((FOREIGN / "serverA.json").read_bytes()))
    seeds[home / "serverA.jsonl"] = "\n".join(lines).encode()
    names = ControlMap.of(SCHEME, RENAMED)

    def read(path: Path) -> object:
        tasks = list(read_export(path, scheme=SCHEME, texts=TEXTS, control_map=names))
        refuse(finding for task in tasks for finding in task.findings)
        repairs = [repair for task in tasks for repair in task.repairs]
        if repairs:
            check_findings(repairs)
        return None

    def mutate(content: bytes, random: Random) -> bytes:
        if content.startswith(b"["):
            return mutations.json_mutant(content, random)
        lines = content.startswith(b"{")
        return (mutations.lines_mutant if lines else mutations.csv_mutant)(content, random)

    return Kind("foreign export", seeds, mutate, read, 6)


def _counted(reading: AnnotationReading) -> Counter[object]:
    return Counter(
        {
            **{name: len(labels) for name, labels in reading.choices.items()},
            "spans": len(reading.spans),
            "roles": len(reading.roles),
        }
    )


def _labels_in(content: bytes) -> object:
    """Count the labels in an export as nobody's reader would lose them.

    An event without a mode has the usual one, and a question that says no choice has no label.
    """
    counts: Counter[object] = Counter()
    text = content.decode("utf-8-sig", "replace")
    for task in json.loads(text):
        for annotation in task.get("annotations") or ():
            for item in annotation.get("result") or ():
                layer, value = item.get("from_name"), item.get("value") or {}
                if "from_id" in item:
                    # An arrow without a label is a role, too: its direction says which.
                    counts["roles"] += len(item.get("labels") or ()) or 1
                elif "labels" in value:
                    counts["spans"] += 1
                elif layer != "mode":
                    counts[layer] += len(value.get("choices") or ())
    return +counts


def _adjudication(corpus: Corpus) -> Kind:
    def read(_: Path) -> object:
        reader = _Reader(corpus)
        reader.read_csv("adjudication")
        refuse(reader.findings)
        return [list(decision) for decision in read_decisions(corpus)]

    def says(content: bytes) -> object:
        _, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        return [row for row in rows if row]

    return Kind(
        "adjudication.csv", _seed(decisions_file(corpus)), mutations.csv_mutant, read, 4, says
    )


# Tables of the corpus


def _tables(corpus: Corpus) -> list[Kind]:
    files = {
        corpus.root / file: name
        for name, file in FILES.items()
        if file.endswith(".csv") and (corpus.root / file).is_file()
    }
    seeds = {path: _head(path) for path in files}
    for path, content in seeds.items():
        path.write_bytes(content)

    def read(path: Path) -> object:
        reader = _Reader(corpus)
        reader.read_articles() if files[path] == "articles" else reader.read_csv(files[path])
        refuse(finding for finding in reader.findings if finding.column != "text")
        return len(reader.tables[files[path]])

    return [Kind("table", seeds, mutations.csv_mutant, read, 10, _rows_in)]


def _head(path: Path) -> bytes:
    """Return the first rows of a table: what is checked is the same, sooner."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    return "".join(lines[:8]).encode()


def _rows_in(content: bytes) -> object:
    _, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return sum(bool(row) for row in rows)


# The benchmark


def _predictions(bench: Benchmark, folder: Path) -> list[Kind]:
    seeds, tasks = {}, {}
    for task in ("stance", "actors", "roles"):
        path = folder / "predictions" / f"{task}.jsonl"
        lines = (json.dumps(line) for line in gold_lines(bench, task))
        seeds[path], tasks[path] = "\n".join(lines).encode(), task

    def read(path: Path) -> object:
        lines = read_lines(read_content(path, str(path)), bench.golds[tasks[path]], str(path))
        return sorted(map(_row, msgspec.to_builtins(lines)))

    def says(content: bytes) -> object:
        lines = [json.loads(line) for line in content.splitlines() if line.strip()]
        return sorted(map(_row, lines))

    return [Kind("predictions", seeds, mutations.lines_mutant, read, 8, says)]


def _row(line: dict[str, object]) -> str:
    """Return a line as text, what it states as nothing left out."""
    line = {key: value for key, value in line.items() if value not in (None, 0)}
    return json.dumps(line, sort_keys=True)


def _settings(repo: Corpus, folder: Path) -> list[Kind]:
    corpora = Corpus(folder / "toml")
    corpus_toml, labels = corpora.dataset / "corpus.toml", corpora.labels
    settings, parameters = folder / "toml" / "tfidf-nb.toml", folder / "toml" / "mine.toml"
    described = folder / "toml" / "mine.json"
    content = (repo.baselines / "tfidf-nb.toml").read_bytes()
    seeds = {
        corpus_toml: (repo.dataset / "corpus.toml").read_bytes(),
        labels: repo.labels.read_bytes(),
        settings: content,
        parameters: content,
        described: json.dumps(tomllib.loads(content.decode())).encode(),
    }
    readers: Mapping[Path, Read] = {
        corpus_toml: lambda _: Corpus(corpora.root).manifest,
        labels: read_scheme,
        settings: read_settings,
        parameters: read_parameters,
        described: read_parameters,
    }
    return [
        Kind("TOML", seeds, mutations.text_mutant, lambda path: readers[path](path), 12),
    ]


# A release


def _release(folder: Path) -> Kind:
    root = folder / "release" / "1.0.0"
    records = {"folds": b'{"article_id":"a-1","fold":0}\n{"article_id":"a-2","fold":1}\n'}
    files = {root / "records" / f"{name}.jsonl": content for name, content in records.items()}
    tables = {name: from_lines(name, content, file=name) for name, content in records.items()}
    manifest = {
        "name": "tiny", "version": "1.0.0", "previous": None, "created": "2031-06-01",
        "files": {"data/stance/train.parquet": {"sha256": "0" * 64, "size": 3}},
        "configs": {}, "content": {"all": content_hash(tables)},
    }  # fmt: skip
    files[root / "manifest.json"] = json.dumps(manifest, indent=1).encode()

    def mutate(content: bytes, random: Random) -> bytes:
        lines = content.startswith(b'{"article_id"')
        return (mutations.lines_mutant if lines else mutations.json_mutant)(content, random)

    return Kind("release", files, mutate, lambda _: read_release(root).snapshot, 6)


def _edition(folder: Path) -> Kind:
    """Return a text-free edition that is restored from its articles."""
    corpus = build_described(folder / "published")
    files = text_free_files(open_valid(corpus))
    home = folder / "edition"
    # Of the tables one, and what says where words were: the others are read by the same code.
    kept = [name for name in files if name.endswith(".json") or "data/articles/" in name]
    kept = [name for name in kept if name.startswith(("restore/", "data/"))]
    seeds = {home / name: files[name] for name in kept}
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)

    def read(_: Path) -> object:
        restored_files(home, corpus.articles)
        return None

    def mutate(content: bytes, random: Random) -> bytes:
        table = content.startswith(b"PAR1")
        return (mutations.bytes_mutant if table else mutations.json_mutant)(content, random)

    return Kind("edition", seeds, mutate, read, 2)


# Texts


def _texts(folder: Path) -> list[Kind]:
    home = folder / "texts"
    home.mkdir()
    rows = jobs.rows(3)
    for suffix in ("jsonl", "csv"):
        jobs.write(home / f"t.{suffix}", rows)
    (home / "t.txt").write_text(rows[0]["text"], encoding="utf-8")
    jobs.write(home / "t.parquet", rows)

    def read(path: Path) -> object:
        plan = survey(sources_of([str(path)], path), Columns())
        readings = [reading for part in plan.parts for reading in read_part(part, Columns())]
        check_rejected(readings)
        return len(readings)

    def mutate(content: bytes, random: Random) -> bytes:
        if content.startswith(b"PAR1"):
            return mutations.bytes_mutant(content, random)
        mutated = {b"{": mutations.lines_mutant, b"i": mutations.csv_mutant}
        return mutated.get(content[:1], mutations.text_mutant)(content, random)

    seeds = {path: path.read_bytes() for path in sorted(home.iterdir())}
    return [Kind("text", seeds, mutate, read, 10)]


def check_rejected(readings: Iterable[Reading]) -> None:
    """Assert that what is not labelled is told in short words that a terminal can show."""
    for row in readings:
        if isinstance(row, Rejected):
            words = (row.id, row.reason, row.value)
            assert row.reason
            assert all(len(word) <= 200 and word.isprintable() for word in words), words


def _article(corpus: Corpus, folder: Path) -> Kind:
    def read(path: Path) -> object:
        return prepare(corpus, path, Facts(article_id="new-one")).text

    text = "Colonel flies home\n\nThe colonel flew home on Monday, his office said.\n"
    seeds = {folder / "article" / "new.txt": text.encode()}
    return Kind("article", seeds, mutations.text_mutant, read, 4)


# Models


_BATCH = pa.table({"id": ["a"], "text": [jobs.TEXT]})


def _model(bench: Benchmark, folder: Path) -> Kind:
    home = folder / "model"
    home.mkdir()
    for name, content in model_files(bench, "stance", "tfidf-nb").items():
        (home / name).write_bytes(content)
    info = json.loads((home / INFO).read_bytes())

    def read(path: Path) -> object:
        # With the right hash, or nothing else would ever be looked at.
        with suppress(OSError):
            digest = hashlib.sha256(read_bytes(path)).hexdigest()
            (home / INFO).write_text(json.dumps(info | {"model_sha256": digest}))
        return label_batch(load_all([home]), _BATCH)["stance"].num_rows

    return Kind("model", _seed(home / MODEL), _model_mutant, read, 4, lambda _: 2)


def _model_mutant(content: bytes, random: Random) -> bytes:
    """Return a skops file with a node of its schema changed, or the bytes of an array."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    if random.random() < 0.15:
        name = random.choice(sorted(entries))
        entries[name] = mutations.bytes_mutant(entries[name], random)
    else:
        schema = json.loads(entries["schema.json"])
        paths = list(mutations.paths_in(schema, []))
        # Most nodes are the words of a vocabulary, all at one depth.
        depth = random.choice(sorted({len(path) for path in paths}))
        path = random.choice([path for path in paths if len(path) == depth])
        changed = mutations.changed_at(schema, path, random, paths)
        entries["schema.json"] = mutations.dumps(changed)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, part in entries.items():
            archive.writestr(name, part)
    return mutations.then_bytes(written.getvalue(), random, share=0.05)
