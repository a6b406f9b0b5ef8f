"""A change tried on a copy of a corpus, so that what follows from it is written with it."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from usiran.corpus import LOCK, SWAP, Corpus
from usiran.io.atomic import file_error, replace_files

_PARTS = ("annotation", "baselines", "dataset", "schemas")


@contextmanager
def rehearsal(corpus: Corpus, change: Mapping[Path, bytes | None]) -> Iterator[Corpus]:
    """Give a copy of a corpus with some files changed; it is gone when the block ends.

    Whoever calls holds the corpus's lock: one that is there was left by a program that was killed.
    """
    root = corpus.rehearsal
    shutil.rmtree(root, ignore_errors=True)
    try:
        root.mkdir()
        _share_files(corpus.root, root)
        copy = Corpus(root)
        moved = {root / path.relative_to(corpus.root): content for path, content in change.items()}
        replace_files(moved, copy.swap)
        yield copy
    except OSError as error:
        raise file_error(error, "a folder that can be written; nothing was changed") from None
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _share_files(source: Path, root: Path) -> None:
    for folder, names, files in os.walk(source):
        place = root / Path(folder).relative_to(source)
        place.mkdir(exist_ok=True)
        at_top = Path(folder) == source
        names[:] = [name for name in names if (name in _PARTS if at_top else name != SWAP)]
        for name in files:
            if (path := Path(folder, name)).is_file() and name != LOCK:
                _share(path, place / name)


def _share(source: Path, target: Path) -> None:
    """Copy a file as a second name of it: nobody writes in place, so the first one stays."""
    try:
        os.link(source, target)
    except OSError:  # some file systems have no second names
        shutil.copy2(source, target)
