"""The blocks of a page, done as a reader does them: what they print is compared with the page."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.command import call

_FENCE = re.compile(r"^( *)```(\w+)(?: +(\S+))?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
# What sets a machine up is tried by what it says itself: `make run`, `make wheel`.
NOT_RUN = ("git clone ", "make ", "pip ", "python3 -m venv ", ". ")


class Block(NamedTuple):
    """A fenced block: its language, the file that it is to be saved as ("" for none), its text."""

    language: str
    file: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page, in order."""
    found = _FENCE.findall(page.read_text("utf-8"))
    return [Block(language, file, text) for _, language, file, text in found]


def walk(page: Path, folder: Path) -> dict[str, Any]:
    """Do what a page says, in a folder; return the variables of its Python.

    A `python` block is run, the `text` block after it is what it prints; a `console` block holds
    commands (`$ `) and what they print; a `text` block with a name is saved. `...` is anything,
    and how much blank space there is does not count.
    """
    names: dict[str, Any] = {}
    printed: str | None = None
    at = folder
    for block in blocks(page):
        if block.language == "python":
            out = io.StringIO()
            with chdir(at), redirect_stdout(out):
                exec(compile(block.text, str(page), "exec"), names)
            printed = out.getvalue()
        elif block.language == "console":
            for command, shown in _commands(block.text):
                at = _typed(command, shown, at)
        elif block.file:
            (at / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "text" and printed is not None:
            _compare(block.text, printed, "Python")
            printed = None
    return names


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block, and what the page shows after it."""
    for part in re.split(r"^ *\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield re.sub(r" {2,}#.*", "", command), shown


def _typed(command: str, shown: str, at: Path) -> Path:
    """Type a command in a folder, compare; return the folder that it leaves one in."""
    if command.startswith("cd "):
        return at / command.removeprefix("cd ")
    if command.startswith(NOT_RUN):
        return at
    if not command.startswith("usiran "):
        subprocess.run(command, shell=True, cwd=at, check=True)
        return at
    command, _, target = command.partition(" > ")
    command, _, source = command.partition(" < ")
    typed = (at / source).read_text("utf-8") if source else ""
    done = call(*shlex.split(command)[1:], at=at, typed=typed)
    assert done.code == 0, f"{command}\n{done.out}\n{done.err}"
    # An answer that was refused is asked again: the page's `...` would hide it.
    assert not source or "; to mend: " not in done.out + done.err, f"{command}\n{done.err}"
    if target:
        (at / target).write_text(done.out, encoding="utf-8")
    elif shown:
        _compare(shown, done.out + done.err, command)
    return at


def _compare(shown: str, printed: str, what: str) -> None:
    parts = (re.escape(" ".join(part.split())) for part in shown.split("..."))
    alike = re.fullmatch(".*?".join(parts), " ".join(printed.split()))
    assert alike, f"{what}: the page shows\n{shown}\nand this is printed:\n{printed}"
