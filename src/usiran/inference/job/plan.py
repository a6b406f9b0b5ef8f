"""Inputs cut into parts: read once before any is labelled, so that every fault is known."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from usiran.errors import FileError, Finding, InputError
from usiran.inference.job.readers import Columns, Place, read
from usiran.inference.job.records import Document, Rejected, record, repeated
from usiran.inference.job.repeated_ids import Ids
from usiran.inference.job.sources import Source

PART = 1000  # records
PART_CHARACTERS = 8_000_000
_ALLOWED = (
    "a text in UTF-8 that is not blank, of at most a million characters, with an id of its own"
)


class Part(msgspec.Struct, frozen=True):
    """Some records of one input that follow each other.

    `repeated` are those, from 0, whose id a text before has. `sha256` is of what was read: a
    part that is read otherwise later was changed in between.
    """

    number: int
    source: Source
    place: Place
    records: int
    texts: int
    sha256: str
    first: int  # how many records come before it in all
    repeated: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"part-{self.number:05d}"


class Input(msgspec.Struct, frozen=True):
    """What an input held: records, those of them that are texts, and the SHA-256 of all."""

    file: str
    records: int
    texts: int
    sha256: str


@dataclass(frozen=True)
class Plan:
    """All parts of a job, and what the inputs held.

    Of each part some 500 bytes are in memory, of each repeated id eight.
    """

    inputs: tuple[Input, ...]
    _parts: Sequence[Part]
    _repeated: NDArray[np.int64]

    @property
    def parts(self) -> Iterator[Part]:
        """The parts in order, each with its repeated ids."""
        for part in self._parts:
            begin, end = np.searchsorted(self._repeated, (part.first, part.first + part.records))
            numbers = tuple((self._repeated[begin:end] - part.first).tolist())
            yield msgspec.structs.replace(part, repeated=numbers, texts=part.texts - len(numbers))

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def texts(self) -> int:
        """How many texts are to be labelled."""
        return sum(part.texts for part in self._parts) - len(self._repeated)


Reading = Document | Rejected


def survey(
    sources: Sequence[Source], columns: Columns, *, size: int = PART, strict: bool = False
) -> Plan:
    """Read everything once and cut it into parts of at most `size` records.

    Raises
    ------
    FileError
        A file as a whole cannot be read, or there is no text at all.
    InputError
        With `strict`: the first record that is faulty.
    """
    parts: list[Part] = []
    inputs: list[Input] = []
    records, fault = 0, ""
    with Ids() as ids:
        for source in sources:
            own, first, whole = len(parts), records, sha256()
            for piece, place, readings in _cut(source, columns, size):
                rejected = [reading for reading in readings if isinstance(reading, Rejected)]
                if rejected and strict:
                    raise _refused(rejected[0])
                fault = fault or (f" ({rejected[0].reason})" if rejected else "")
                for number, reading in enumerate(readings, start=records):
                    if isinstance(reading, Document):
                        ids.add(reading.article_id, number)
                content = _encoded(readings)
                whole.update(content)
                sizes = len(readings), len(readings) - len(rejected)
                digest = sha256(content).hexdigest()
                parts.append(Part(len(parts), piece, place, *sizes, digest, records))
                records += len(readings)
            texts = sum(part.texts for part in parts[own:])
            inputs.append(Input(source.file, records - first, texts, whole.hexdigest()))
        twice = ids.repeated()
    plan = Plan(tuple(inputs), parts, twice)
    if not plan.texts:
        files = ", ".join(source.file for source in sources)
        value, fix = f"no text that can be read{fault}", "name other files or columns"
        raise FileError(files, value, "at least one text", fix)
    if strict and len(twice):
        part = next(part for part in plan.parts if part.repeated)
        readings = read_part(part, columns)
        raise _refused(next(row for row in readings if isinstance(row, Rejected)))
    return plan


def read_part(part: Part, columns: Columns) -> list[Reading]:
    """Return the records of a part, in order: texts, and what is rejected.

    Raises
    ------
    FileError
        They are not what was planned with.
    """
    readings = list(islice(_readings(part.source, columns, part.place), part.records))
    if sha256(_encoded(reading for _, reading in readings)).hexdigest() != part.sha256:
        value, allowed = "another content than a moment ago", "an input that stays as it is"
        raise FileError(part.source.file, value, allowed, "run it again with --force")
    again = frozenset(part.repeated)
    return [
        repeated(reading) if number in again and isinstance(reading, Document) else reading
        for number, (_, reading) in enumerate(readings)
    ]


def _cut(
    source: Source, columns: Columns, size: int
) -> Iterator[tuple[Source, Place, list[Reading]]]:
    """Yield the records of an input in pieces, and where each piece is read from."""
    begin, readings, characters = Place(), list[Reading](), 0
    for place, reading in _readings(source, columns, begin):
        readings.append(reading)
        characters += len(reading.text) if isinstance(reading, Document) else 0
        if len(readings) >= size or characters >= PART_CHARACTERS:
            yield *_piece(source, begin, place), readings
            begin, readings, characters = place, [], 0
    if readings:
        yield *_piece(source, begin, place), readings


def _piece(source: Source, begin: Place, end: Place) -> tuple[Source, Place]:
    """Return what a part is read from: a part of many files names its own alone."""
    if source.kind != "texts":
        return source, begin
    files = source.files[begin.after : end.after]
    return msgspec.structs.replace(source, files=files), Place()


def _readings(source: Source, columns: Columns, begin: Place) -> Iterator[tuple[Place, Reading]]:
    """Yield each record with the place after it."""
    for row in read(source, columns, begin):
        file, name, alone = source.file, source.name, source.kind == "texts"
        if alone:
            _, file, name = source.files[row.after - 1]
        yield Place(row.after, row.number + 1), record(row, file, name, alone=alone)


def _encoded(readings: Iterable[Reading]) -> bytes:
    encode = msgspec.json.Encoder().encode
    return b"".join(encode((isinstance(reading, Document), reading)) for reading in readings)


def _refused(row: Rejected) -> InputError:
    value = f"{row.reason}: {row.value}"
    fix = "correct it, or leave out --strict: such records then go to the table `rejected`"
    return InputError([Finding(row.file, f"row {row.row}", "", value, _ALLOWED, fix)])
