"""The hash of the toolkit's own modules: a version may be one in the making."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import usiran


@cache
def sources_sha256(places: tuple[str, ...]) -> str:
    """Return the SHA-256 of modules of the package, in the order of the places.

    `places` are folders, with all that is in them, or files, as paths inside the package.
    """
    root, digest = Path(usiran.__file__).parent, hashlib.sha256()
    starts = [root / place for place in places]
    for path in (path for start in starts for path in (start, *sorted(start.rglob("*.py")))):
        if path.is_file():
            digest.update(f"{path.relative_to(root).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()
