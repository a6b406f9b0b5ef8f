"""Budget: `usiran --help` against a one-command Typer program's."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measuring import Measured, alternate

_PEER = """\
import typer

app = typer.Typer()


@app.command()
def hello(name: str) -> None:
    \"\"\"Say hello.\"\"\"
    print(name)


app()
"""
_OURS = "from usiran.cli.main import main; main()"


def measure() -> Measured:
    """Start both programs in turn, each in an interpreter of its own."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "hello.py"
        program.write_text(_PEER)

        def start(*words: str) -> None:
            subprocess.run([sys.executable, *words, "--help"], check=True, capture_output=True)

        ours, peer = alternate(
            lambda: start("-c", _OURS), lambda: start(str(program)), runs=15, warm=2
        )
    return Measured(
        "`usiran --help`: at most 1.5 times a one-command Typer program's",
        f"{ours * 1000:.0f} ms", f"{peer * 1000:.0f} ms", ours / peer, ours / peer <= 1.5,
        "Whole processes, the interpreter's start included in both.",
    )  # fmt: skip
