"""The stored results and predictions of the benchmark, as tables to be checked.

Only their form is checked here; whether scores and predictions belong together is the
benchmark's own question (`usiran benchmark leaderboard --check`).
"""

from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from usiran.corpus import Corpus
from usiran.errors import FileError, Finding, InputError, nearest, shorten
from usiran.files import BAD_JSON, read_bytes
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.tables import FILES, KEYS, MODELS, check

_PREDICTIONS = ".predictions.jsonl"
_RUN = "run the system again: `usiran benchmark run --system NAME --task NAME`"


def read_benchmark(corpus: Corpus, scheme: Scheme) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Read every stored result and prediction into the tables results and predictions.

    A table that breaks its model is absent; the findings are files that cannot be decoded, and
    rows that break their model.
    """
    rows: dict[str, list[dict[str, Any]]] = {"results": [], "predictions": []}
    findings: list[Finding] = []
    for path in sorted((corpus.baselines / "results").glob("*/[!.]*.json*")):
        try:
            name = "predictions" if path.name.endswith(_PREDICTIONS) else "results"
            rows[name] += _read(corpus, path)
        except FileError as error:
            findings.append(error.finding)
    frames = {}
    for name, table in rows.items():
        raw = _framed(name, table)
        frame, errors = check(name, raw, file=FILES[name], key=KEYS[name], allowed=scheme.allowed)
        findings += errors
        if frame is not None:
            frames[name] = frame
    return frames, findings


def predictions_of(
    corpus: Corpus, system: str, article_id: str
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return a system's stored predictions for an article: by task and sentence, as files say.

    Of a system that was run several times the first run's.

    Raises
    ------
    InputError
        No results of the system are stored.
    FileError
        A file of it cannot be decoded.
    """
    folder = corpus.baselines / "results"
    names = sorted(path.name for path in folder.glob("*") if path.is_dir())
    if system not in names:
        allowed = f"one of {', '.join(names)}" if names else "no results are stored yet"
        fix = nearest(system, names, "run it: `usiran benchmark run`")
        raise InputError.of("--system", system, allowed, fix)
    return {
        path.name.removesuffix(_PREDICTIONS): {
            str(line.get("sentence_id")): line
            for line in _read(corpus, path)
            if not line["replicate"] and str(line.get("sentence_id")).startswith(f"{article_id}#")
        }
        for path in sorted((folder / system).glob(f"*{_PREDICTIONS}"))
    }


def _read(corpus: Corpus, path: Path) -> list[dict[str, Any]]:
    """Return a file's one result, or its predictions with what its name says of them."""
    decoder = msgspec.json.Decoder(dict[str, Any])
    try:
        content = read_bytes(path)
        if not path.name.endswith(_PREDICTIONS):
            return [decoder.decode(content)]
        source = {"system": path.parent.name, "task": path.name.split(".")[0], "replicate": 0}
        return [source | line for line in decoder.decode_lines(content)]
    except (*BAD_JSON, OSError) as error:
        file, allowed = corpus.name_of(path), "a file of the benchmark"
        raise FileError(file, shorten(error), allowed, _RUN) from None


def _framed(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame in the model's order; optional fields left out are missing."""
    # Columns made one by one: a frame made of the rows would guess a type for each, and turn
    # whole numbers beside missing ones into fractions.
    columns = dict.fromkeys([*MODELS[name].columns, *(key for row in rows for key in row)])
    return pd.DataFrame(
        {key: pd.Series([row.get(key) for row in rows], dtype=object) for key in columns}
    )
