"""The data dictionary: every published config, its columns, what they hold, and their codes."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from usiran.dataset.companion_config import companion_views
from usiran.dataset.configs import views
from usiran.dataset.view import View
from usiran.loading import Opened


class Codes(NamedTuple):
    """The names that integers stand for, from 0, in a column or in one nested in it."""

    column: str
    names: tuple[str, ...]


class Column(NamedTuple):
    """A column, what it holds, and what its integers stand for."""

    name: str
    about: str
    codes: tuple[Codes, ...]


class Config(NamedTuple):
    """A config: what one row is, how many there are by split, its columns."""

    name: str
    about: str
    notice: str
    splits: tuple[tuple[str, int], ...]
    columns: tuple[Column, ...]


def dictionary(opened: Opened) -> list[Config]:
    """Return the configs of a corpus as its card describes them."""
    published = (*views(opened.tables, opened.scheme), *companion_views(opened))
    return [_config(list(splits)) for _, splits in groupby(published, lambda view: view.name)]


def _config(splits: list[View]) -> Config:
    view = splits[0]
    columns = (
        Column(name, about, tuple(_codes(view, name))) for name, about in view.fields().items()
    )
    counts = tuple((split.split, len(split.rows)) for split in splits)
    return Config(view.name, view.about, view.notice, counts, tuple(columns))


def _codes(view: View, column: str) -> list[Codes]:
    return [
        Codes(path, tuple(names))
        for path, names in view.codes.items()
        if path.split(".")[0].removesuffix("[]") == column
    ]
