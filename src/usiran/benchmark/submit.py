"""Scoring predictions that were made elsewhere, and taking them into the leaderboard."""

import json
import re
import tomllib
from codecs import BOM_UTF8
from pathlib import Path
from typing import Any

import msgspec

from usiran.benchmark.predictions.answer_logs import FORMS, FormName
from usiran.benchmark.predictions.lines import read_content, read_lines
from usiran.benchmark.predictions.rules import Form, Frame
from usiran.benchmark.results import Results, Stored, Submission, paths, submitted_origin
from usiran.benchmark.run import Benchmark
from usiran.errors import FileError, Finding, InputError, refuse, shorten
from usiran.files import BAD_JSON, read_bytes
from usiran.models.registry import SYSTEMS
from usiran.models.settings import chosen
from usiran.schemas.base import is_id
from usiran.tasks.base import Gold


def score(
    benchmark: Benchmark,
    path: Path,
    *,
    task: str,
    system: str,
    title: str = "",
    submission: Submission | None = None,
    settings: Path | None = None,
    form: FormName = "predictions",
    seed: int = 0,
    draws: int,
) -> Stored:
    """Score a file of predictions under the official protocol's measures.

    `settings` is a TOML or JSON file of the system's parameters, kept in the result; `form` is
    what the file holds: predictions, or a log of a language model's answers. The
    predictions are stored in corpus order, written as `usiran benchmark run` writes them, so
    their hash does not depend on order or blanks.
    """
    chosen("task", (task,), tuple(benchmark.golds))
    _check_name(system)
    parameters = read_parameters(settings) if settings is not None else {}
    file, gold = benchmark.corpus.name_of(path), benchmark.golds[task]
    _check_form(form, gold)
    # Some editors and shells begin every file in UTF-8 with a mark of byte order.
    content = read_content(path, file).removeprefix(BOM_UTF8)
    _check_lines(content, form, Frame(gold), file)
    lines = read_lines(content, gold, file, form=FORMS[form])
    origin = submitted_origin(system, title or system, "", parameters)
    origin = msgspec.structs.replace(origin, submission=submission or msgspec.UNSET)
    return benchmark.score(origin, task, lines, seed=seed, draws=draws)


def _check_form(form: FormName, gold: Gold) -> None:
    if form != "predictions" and gold.task.unit != "sentence":
        fix = f"leave it out: {gold.task.name} cannot be asked with choices"
        raise InputError.of("--from", form, "predictions", fix)


def _check_lines(content: bytes, form: FormName, frame: Frame, file: str) -> None:
    """Refuse a file of another form as a whole: line by line it would be a hundred faults."""
    lines = [line for line in content.split(b"\n") if line.strip()]
    if any(_is_of(FORMS[form], line, frame) for line in lines):
        return
    fitting = [name for name, known in FORMS.items() if _is_of(known, lines[0], frame)]
    if fitting:
        value, allowed = f"the form {fitting[0]}", f"lines of the form {form}"
        raise FileError(file, value, allowed, f"did you mean --from {fitting[0]}?")


def _is_of(form: Form, line: bytes, frame: Frame) -> bool:
    try:
        form.decode(line, frame)
    except BAD_JSON:
        return False
    return True


def read_parameters(path: Path) -> dict[str, Any]:
    """Return a system's parameters from a TOML or JSON file."""
    readers = {".toml": tomllib.loads, ".json": json.loads}
    allowed = "a TOML or JSON file with one table of parameters"
    if path.suffix not in readers:
        raise FileError(path, f"the ending '{path.suffix}'", allowed, "end it in .toml or .json")
    try:
        table = readers[path.suffix](read_bytes(path).decode("utf-8-sig"))
        # TOML has dates and infinities, JSON half characters: a result could not hold them.
        json.dumps(table, allow_nan=False, ensure_ascii=False).encode()
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(path, reason, allowed, "name the settings file") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise FileError(path, shorten(error), allowed, "correct the named place") from None
    if not isinstance(table, dict):
        raise FileError(path, f"a {type(table).__name__}", allowed, "write an object")
    return table


def _check_name(system: str) -> None:
    # It becomes the name of a folder.
    if not is_id(system):
        allowed = "lower-case letters and digits, parts joined by hyphens"
        raise InputError.of("--system", system, allowed, "write it so, such as my-system-2")


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
    form: FormName = "predictions",
    seed: int = 0,
    draws: int,
    force: bool = False,
) -> dict[tuple[str, str], Stored]:
    """Score a file of predictions as a system of the leaderboard; nothing is written.

    Returns the system's results, fresh and earlier: give them to
    `usiran.benchmark.write_results.publish`. Title and description, one line each, hold for
    all the system's tasks, so earlier results take them over.
    """
    _check_texts(title, description, url)
    # Its result would stand where that of the built-in system is looked for.
    if system in SYSTEMS:
        allowed = "a name that no built-in system has"
        fix = "choose another name; built-in systems are run with `usiran benchmark run`"
        raise InputError.of("--system", system, allowed, fix)
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
        form=form,
        seed=seed,
        draws=draws,
    )
    own = {key: stored for key, stored in results.items() if key[0] == system}
    for key, stored in own.items():
        result = msgspec.structs.replace(stored.result, title=title, submission=submission)
        own[key] = msgspec.structs.replace(stored, result=result)
    return {**own, (system, task): fresh}


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
    refuse(findings)
