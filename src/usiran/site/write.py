"""A site written into a folder, as one step."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import typer

from usiran.io.atomic import fill
from usiran.io.new_folder import new_folder
from usiran.loading import Opened
from usiran.site.pages import MARKER, Progress, Site


class Written(NamedTuple):
    """How many files a site has, their bytes, and the largest page with its bytes."""

    files: int
    size: int
    largest: str
    largest_size: int


def write_site(
    opened: Opened,
    output: Path,
    *,
    words: bool = True,
    force: bool = False,
    program: typer.Context | None = None,
    progress: Progress = lambda _: None,
) -> Written:
    """Write the site of a corpus into a new folder, which appears whole.

    Without `words` it shows masks in the place of every text. An earlier site is replaced with
    `force`. The commands of `program` have a page each.
    """
    sizes: dict[str, int] = {}
    with new_folder(output, marker=MARKER, force=force, tell=progress) as folder:
        # File by file: all pages of a large corpus would be gigabytes.
        for name, content in Site(opened, words=words, program=program).files(progress):
            fill(folder, {name: content})
            sizes[name] = len(content)
    largest = max(sizes, key=sizes.__getitem__)
    return Written(len(sizes), sum(sizes.values()), largest, sizes[largest])
