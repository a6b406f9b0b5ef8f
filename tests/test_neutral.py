"""The toolkit speaks of no side: what one corpus is about stands in that corpus."""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"
NAMES = re.compile(
    r"\bUS\b|\bU\.S\.|\bAmerican|(?<!us)iran|iraq|\bus[+-]", re.IGNORECASE | re.ASCII
)
# Capitals alone tell the country from the pronoun.
PRONOUN = re.compile(r"\bus\b(?![+-])")
ALLOWED = {
    # Models stored by version 1 do not say which affiliations were counted to which side.
    'CAMPS_OF_VERSION_1 = {"US": "us", "WEST": "us", "IRAN": "iran"}',
}
# An example in a docstring: a command line, or an indented block.
EXAMPLE = re.compile(r"(?m)^ *Example: usiran .*$|(?<=\n\n) {4,}\S.*$(?:\n {4,}\S.*$)*")


def without_examples(source: str) -> str:
    """Return a module without the examples in its docstrings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            text = ast.get_docstring(node, clean=False) or ""
            for example in doctest.DocTestParser().get_examples(text):
                # Source and output stand in the file with their prompts and indentation.
                for line in (*example.source.splitlines(), *example.want.splitlines()):
                    source = source.replace(line, "", 1)
            for block in EXAMPLE.findall(text):
                source = source.replace(block, "", 1)
    return source


def named(path: Path) -> Iterator[str]:
    source = path.read_text("utf-8")
    text = without_examples(source) if path.suffix == ".py" else source
    for line in text.splitlines():
        if line not in ALLOWED and NAMES.search(PRONOUN.sub("", line)):
            yield f"{path.relative_to(SRC)}: {line.strip()}"


@pytest.mark.parametrize("package", sorted(path.name for path in (SRC / "usiran").iterdir()))
def test_no_module_names_a_side_or_its_labels(package: str) -> None:
    folder = SRC / "usiran" / package
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.*"))
    lines = [line for path in files if path.suffix != ".pyc" for line in named(path)]
    assert lines == []
