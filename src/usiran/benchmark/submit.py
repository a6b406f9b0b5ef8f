"""Scoring predictions that were made elsewhere, and taking them into the leaderboard."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import tomllib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from usiran.benchmark.predictions import outcomes_of, prediction_bytes, read_content, read_lines
from usiran.benchmark.results import SUBMITTED, Origin, Results, Stored, Submission, paths, sha256
from usiran.benchmark.run import Benchmark
from usiran.errors import FileError, Finding, InputError, shorten
from usiran.models.settings import chosen
from usiran.schemas.base import ARTICLE_ID

_PACKAGES = ("usiran", "numpy", "scikit-learn")


def score(
    benchmark: Benchmark,
    path: Path,
    *,
    task: str,
    system: str,
    title: str = "",
    submission: Submission | None = None,
    settings: Path | None = None,
    seed: int = 0,
    draws: int,
) -> Stored:
    """Score a file of predictions under the official protocol's measures.

    Parameters
    ----------
    benchmark : Benchmark
        The corpus it is scored on.
    path : Path
        JSON lines, in the form that `usiran.benchmark.predictions` describes.
    task, system : str
        What was predicted, and by what. The name is free, in the form of a slug.
    title : str
        For readers; the system's name where it is empty.
    submission : Submission, optional
        What its makers say of it.
    settings : Path, optional
        A TOML or JSON file of the system's parameters, kept in the result.
    seed, draws : int
        Of the bootstrap.

    Returns
    -------
    Stored
        The result, and the predictions as they are stored: in corpus order, written as
        `usiran benchmark run` writes them. So their hash does not depend on order or blanks.

    Raises
    ------
    UsiranError
        The predictions, the settings or a name cannot be used.
    """
    chosen("task", (task,), tuple(benchmark.golds))
    _check_name(system)
    parameters = read_parameters(settings) if settings is not None else {}
    file, gold = benchmark.corpus.name_of(path), benchmark.golds[task]
    lines = read_lines(read_content(path, file), gold, file)
    content = prediction_bytes(lines)
    origin = Origin(
        system=system,
        title=title or system,
        kind=SUBMITTED,
        relabelled=False,
        settings=parameters,
        settings_sha256=parameters_sha256(parameters),
        submission=submission or msgspec.UNSET,
        environment=environment(),
    )
    digest, outcomes = sha256(content), outcomes_of(lines, gold)
    result = benchmark.score(
        origin, task, outcomes, predictions_sha256=digest, seed=seed, draws=draws
    )
    return Stored(result, content)


def environment() -> dict[str, str]:
    """Return where scores are computed: Python, platform and package versions."""
    packages = {name: version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), "platform": platform.platform(), **packages}


def read_parameters(path: Path) -> dict[str, Any]:
    """Return a system's parameters from a TOML or JSON file.

    Raises
    ------
    FileError
        The file cannot be read, or is not one table of values that JSON has.
    """
    readers = {".toml": tomllib.loads, ".json": json.loads}
    allowed = "a TOML or JSON file with one table of parameters"
    if path.suffix not in readers:
        raise FileError(path, f"the ending '{path.suffix}'", allowed, "end it in .toml or .json")
    try:
        table = readers[path.suffix](path.read_text(encoding="utf-8"))
        json.dumps(table, allow_nan=False)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(path, reason, allowed, "name the settings file") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise FileError(path, shorten(error), allowed, "correct the named place") from None
    if not isinstance(table, dict):
        raise FileError(path, f"a {type(table).__name__}", allowed, "write an object")
    return table


def parameters_sha256(parameters: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a submitted system's parameters as canonical JSON."""
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()


def _check_name(system: str) -> None:
    # It becomes the name of a folder.
    if not re.fullmatch(ARTICLE_ID, system):
        allowed = "lower-case letters and digits, parts joined by hyphens"
        fix = "write it so, such as my-system-2"
        raise InputError([Finding("--system", "", "", system, allowed, fix)])


def submit(
    benchmark: Benchmark,
    results: Results,
    path: Path,
    *,
    task: str,
    system: str,
    title: str,
    description: str,
    url: str = "",
    settings: Path | None = None,
    seed: int = 0,
    draws: int,
    force: bool = False,
) -> dict[tuple[str, str], Stored]:
    """Score a file of predictions as a system of the leaderboard; nothing is written.

    Parameters
    ----------
    results : mapping
        The stored results, keyed by (system, task).
    title, description : str
        One line each. They hold for all the system's tasks: earlier ones take them over.
    url : str
        Where it can be read about; may be empty.
    force : bool
        Whether an earlier submission of the same system and task is replaced.

    Returns
    -------
    dict
        The system's results, fresh and earlier, keyed by (system, task): give them to
        `usiran.benchmark.write_results.publish`.

    Raises
    ------
    UsiranError
        The name is a built-in system's or has a result already, or the file has faults.
    """
    _check_texts(title, description, url)
    if system in benchmark.library:
        allowed = "a name that no built-in system has"
        fix = "choose another name; built-in systems are run with `usiran benchmark run`"
        raise InputError([Finding("--system", "", "", system, allowed, fix)])
    if (system, task) in results and not force:
        file = benchmark.corpus.name_of(paths(benchmark.corpus, system, task)[0])
        fix = "choose another name, or replace it with --force"
        allowed = "a system and task without a result"
        raise FileError(file, "an earlier submission", allowed, fix)
    submission = Submission(description, url)
    fresh = score(
        benchmark,
        path,
        task=task,
        system=system,
        title=title,
        submission=submission,
        settings=settings,
        seed=seed,
        draws=draws,
    )
    earlier = {
        key: msgspec.structs.replace(
            stored,
            result=msgspec.structs.replace(stored.result, title=title, submission=submission),
        )
        for key, stored in results.items()
        if key[0] == system
    }
    return {**earlier, (system, task): fresh}


def _check_texts(title: str, description: str, url: str) -> None:
    findings = [
        Finding(f"--{name}", "", "", text, "one line of text", "say it in one line")
        for name, text in (("title", title), ("description", description))
        if not text.strip() or not text.isprintable()
    ]
    # It is written into Markdown between angle brackets: nothing may end it early.
    if url and not re.fullmatch(r"https?://[^\s<>()\"]+", url):
        allowed = "an address that begins with http:// or https://"
        findings.append(Finding("--url", "", "", url, allowed, "give the whole address"))
    if findings:
        raise InputError(findings)
