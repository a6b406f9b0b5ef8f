"""Options that several commands share, and how results and progress are shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from usiran.errors import Finding

CorpusOption = Annotated[
    Path | None,
    typer.Option(
        "--corpus",
        metavar="DIR",
        help="The corpus folder (default: the nearest one from here upwards).",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]


def say(text: str) -> None:
    """Write a line of progress or a hint to standard error."""
    print(text, file=sys.stderr, flush=True)


def show_json(document: object) -> None:
    """Write one JSON document to standard output."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


def show_findings(findings: Iterable[Finding]) -> None:
    """Write findings to standard output, one line each."""
    for finding in findings:
        print(finding)
