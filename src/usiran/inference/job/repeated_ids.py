"""Ids that come twice, found in memory that does not grow with their number.

A 128-bit hash of each id goes to one of 256 files by its first byte; each file is then sorted
alone. 100 million ids take 2.4 GB of disk for a while and 25 MB of memory; that two different
ids of them have one hash has a chance of 1 in 10^22.
"""

import tempfile
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_ENTRY = np.dtype([("high", ">u8"), ("low", ">u8"), ("number", ">u8")])
_BUCKETS, _KEPT = 256, 1 << 14  # bytes of each bucket that wait to be written


class Ids:
    """The ids seen so far, by the number of their record; a context, for the files it makes."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="usiran-ids-")
        self._waiting = [bytearray() for _ in range(_BUCKETS)]

    def __enter__(self) -> "Ids":
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def add(self, article_id: str, number: int) -> None:
        """Take in the id of a record; numbers rise."""
        digest = blake2b(article_id.encode(), digest_size=16).digest()
        waiting = self._waiting[digest[0]]
        waiting += digest + number.to_bytes(8, "big")
        if len(waiting) >= _KEPT:
            self._write(digest[0])

    def repeated(self) -> NDArray[np.int64]:
        """Return the numbers, rising, of all records whose id one before has."""
        numbers = [self._repeated_in(bucket) for bucket in range(_BUCKETS)]
        return np.sort(np.concatenate(numbers))

    def _repeated_in(self, bucket: int) -> NDArray[np.int64]:
        path = self._path(bucket)
        content = path.read_bytes() if path.exists() else b""
        entries = np.frombuffer(content + self._waiting[bucket], _ENTRY)
        entries = entries[np.lexsort((entries["number"], entries["low"], entries["high"]))]
        hashes = entries[["high", "low"]]
        same = hashes[1:] == hashes[:-1]
        return np.asarray(entries["number"][1:][same], np.int64)

    def _write(self, bucket: int) -> None:
        with self._path(bucket).open("ab") as file:
            file.write(self._waiting[bucket])
        self._waiting[bucket].clear()

    def _path(self, bucket: int) -> Path:
        return Path(self._folder.name) / f"{bucket:03d}"
