"""Mutations of what a user can hand in: of documents and tables by their parts, and of bytes."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

# Texts that JSON's writer does not have: each stands for the number that is written instead.
_RAW = {f"\ufdd0{number}": number for number in ("1e400", "-1e400", "NaN", "Infinity", "9" * 5000)}
NUMBERS = (-1, 0, 1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**64), 0.5, -0.0, 1e308, *_RAW)
TEXTS = (
    "", " ", "\0", "\n", "a\n", "\u202e", "\u2066x", "\x1b[31m", "\ufeff", "\ud83d", "\ude00\ud83d",
    "\u200b", "=1+1", "-1", "NA", "nan", "None", "con", "../../etc/passwd", "/dev/zero", "C:\\x",
    "<script>", "]]>", "e\u0301", "\u2028", "\U000e0041", "x" * 100_000, "1" * 5000,
)  # fmt: skip
OTHERS: tuple[object, ...] = (None, True, False, [], {}, [[]], [None], {"": None}, "x", 7, 2.5)
DEPTH = 100_000

Path_ = list[Any]
Mutation = Callable[[bytes, Random], bytes]


def json_mutant(content: bytes, random: Random) -> bytes:
    """Return a JSON document with one or two of its nodes changed, sometimes its bytes as well."""
    document = json.loads(content)
    for _ in range(random.choice((1, 1, 1, 2))):
        document = _changed(document, random)
    return then_bytes(dumps(document), random)


def lines_mutant(content: bytes, random: Random) -> bytes:
    """Return JSON lines with one line, or a node of one, changed."""
    lines = content.splitlines()
    place = random.randrange(len(lines))
    match random.randrange(5):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, random.choice(lines))
        case _:
            lines[place] = dumps(_changed(json.loads(lines[place]), random))
    return then_bytes(b"\n".join(lines) + b"\n", random)


def csv_mutant(content: bytes, random: Random) -> bytes:
    """Return a table with a cell, a row or a column changed, sometimes its bytes as well."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    place = random.randrange(len(rows))
    row = rows[place]
    column = random.randrange(len(rows[0]))
    match random.randrange(9):
        case 0:
            del rows[place]
        case 1:
            rows.insert(place, list(random.choice(rows)))
        case 2:
            rows = [[cell for at, cell in enumerate(cells) if at != column] for cells in rows]
        case 3:
            rows = [[*cells, cells[min(column, len(cells) - 1)]] for cells in rows]
        case 4:
            row.append("x")
        case 5:
            other = random.randrange(len(rows))
            rows[place], rows[other] = rows[other], rows[place]
        case 6 if row:
            row[column % len(row)] = str(random.choice(NUMBERS)).removeprefix("\ufdd0")
        case _ if row:
            row[column % len(row)] = _text(row[column % len(row)], random)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return then_bytes(text.getvalue().encode("utf-8", "surrogatepass"), random)


def text_mutant(content: bytes, random: Random) -> bytes:
    """Return lines of text (a sheet, TOML, an article) with one of them changed."""
    lines = content.decode("utf-8").split("\n")
    place = random.randrange(len(lines))
    words = lines[place].split(" ")
    match random.randrange(6):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, random.choice(lines))
        case 2:
            other = random.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
        case 3:
            words[random.randrange(len(words))] = str(random.choice(NUMBERS)).strip("\ufdd0")
            lines[place] = " ".join(words)
        case 4:
            del words[random.randrange(len(words))]
            lines[place] = " ".join(words)
        case _:
            lines[place] = _text(lines[place], random)
    return then_bytes("\n".join(lines).encode("utf-8", "surrogatepass"), random)


def bytes_mutant(content: bytes, random: Random) -> bytes:
    """Return other bytes: cut, doubled, in another encoding, with bytes that are no text."""
    place = random.randrange(len(content) + 1)
    head, tail, text = content[:place], content[place:], content.decode("utf-8", "replace")
    return random.choice(
        (
            head,
            head + tail[random.randrange(1, 9) :],
            head + random.choice((b"\0", b"\xff", b"\xed\xa0\x80", b"\xc3")),
            head + b"\0" + tail,
            head + b"\xff\xfe" + tail,
            text.encode(random.choice(("utf-16", "utf-16-le", "utf-32", "utf-7"))),
            text.encode(random.choice(("latin-1", "cp1252", "koi8-r")), "replace"),
            b"\xef\xbb\xbf" + content,
            content.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n"))),
            head + random.choice((b"[", b'{"a":', b'"')) * DEPTH + tail,
            b"",
            content + content,
        )
    )


def awkward_files(folder: Path) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Yield what can stand where a file is expected, and how it is put there."""
    yield "a pipe", os.mkfifo
    yield "a folder", Path.mkdir
    yield "a link to itself", lambda path: path.symlink_to(path)
    yield "a link to nothing", lambda path: path.symlink_to(folder / "nothing")
    yield "a device without end", lambda path: path.symlink_to("/dev/zero")
    yield "an empty file", Path.touch
    yield "no file", lambda _: None


def dumps(document: object) -> bytes:
    """Return a document as JSON, with numbers that JSON's own writer does not write."""
    written = json.dumps(document)
    for text, number in _RAW.items():
        written = written.replace(json.dumps(text), number)
    return written.encode()


def then_bytes(content: bytes, random: Random, *, share: float = 0.15) -> bytes:
    """Return a mutant, a share of them with other bytes as well."""
    return bytes_mutant(content, random) if random.random() < share else content


def paths_in(node: Any, path: Path_) -> Iterator[Path_]:
    """Yield the path of every node of a document, from the top."""
    yield path
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in inner:
        if isinstance(value, dict | list):
            yield from paths_in(value, [*path, key])
        else:
            yield [*path, key]


def _changed(document: Any, random: Random) -> Any:
    if not isinstance(document, dict | list):
        return random.choice(OTHERS)
    paths = list(paths_in(document, []))
    return changed_at(document, random.choice(paths), random, paths)


def changed_at(document: Any, path: Path_, random: Random, paths: Sequence[Path_]) -> Any:
    """Return a document with the node at a path changed; others may take its place."""
    if not path:
        return random.choice(
            ({}, [], [document], document | {"more": 1})
            if isinstance(document, dict)
            else ({}, [], [document], document * 2)
        )
    parent, key = document, path[-1]
    for step in path[:-1]:
        parent = parent[step]
    match random.randrange(8):
        case 0:
            del parent[key]
        case 1 if isinstance(parent, list):
            parent.insert(key, parent[key])
        case 1:
            parent[f"{key}x"] = parent[key]
        case 2:
            parent[key] = _at(document, random.choice(paths))
        case 3:
            parent[key] = random.choice(OTHERS)
        case 4:
            parent[key] = random.choice(NUMBERS)
        case 5:
            parent[key] = [parent[key]]
        case _:
            value = parent[key]
            parent[key] = _text(value, random) if isinstance(value, str) else _number(value, random)
    return document


def _at(document: Any, path: Path_) -> Any:
    for step in path:
        document = document[step]
    return json.loads(json.dumps(document))


def _number(value: object, random: Random) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return random.choice((value + 1, value - 1, -value, str(value), float(value), *NUMBERS))
    return random.choice(OTHERS)


def _text(value: str, random: Random) -> str:
    place = random.randrange(len(value) + 1)
    odd = random.choice(TEXTS)
    return random.choice((odd, value[:place] + odd + value[place:], value[:place], value.upper()))
