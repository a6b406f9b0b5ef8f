"""The formats that the corpus can be exported to, and an export from start to end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

from usiran.corpus import Corpus
from usiran.dataset.export import brat, conll, label_studio
from usiran.dataset.export import plover as events
from usiran.dataset.export import spacy as docbin
from usiran.dataset.export.material import LAYERS, Layer, Material, material
from usiran.errors import Finding, InputError

MARKER = "export.json"
"""The file of every export that says what it is."""


class Format(NamedTuple):
    """A format: its writer, and the layers that it has a place for."""

    files: Callable[[Material], dict[str, bytes]]
    layers: tuple[Layer, ...]


FORMATS: Mapping[str, Format] = {
    "conll": Format(conll.files, ("actors", "events")),
    "brat": Format(brat.files, ("actors", "events")),
    "spacy": Format(docbin.files, LAYERS),
    "events": Format(events.files, ("events",)),
    "label-studio": Format(label_studio.files, LAYERS),
}


@dataclass(frozen=True)
class About:
    """What an export is: what ``export.json`` says.

    Parameters
    ----------
    format, corpus, version : str
        The format, and the name and version of the data.
    layers : tuple of {"stance", "actors", "events"}
    articles : tuple of str
    counts : mapping
        How much of everything is exported.
    left_out : tuple of str
        Articles that are not there because their texts are withdrawn.
    files : tuple of str
        The format's own files.
    """

    format: str
    corpus: str
    version: str
    layers: tuple[Layer, ...]
    articles: tuple[str, ...]
    counts: Mapping[str, int]
    left_out: tuple[str, ...]
    files: tuple[str, ...]


class Export(NamedTuple):
    """An export that is ready to be written: from name to content, and what it is."""

    files: Mapping[str, bytes]
    about: About


def export(
    corpus: Corpus, name: str, *, layers: Iterable[str] = (), articles: Iterable[str] = ()
) -> Export:
    """Make an export of the gold.

    Parameters
    ----------
    corpus : Corpus
        The corpus.
    name : str
        A format of `FORMATS`.
    layers : iterable of str
        What is exported (default: all that the format has a place for).
    articles : iterable of str
        The articles (default: all whose texts are there).

    Raises
    ------
    InputError
        The format is not known or has no place for a layer, an article is not there, or the
        corpus has findings.
    """
    chosen = _format(name)
    gathered = material(corpus, _layers(name, chosen, tuple(layers)), articles)
    files = dict(chosen.files(gathered))
    about = About(
        format=name,
        corpus=corpus.manifest.name,
        version=corpus.manifest.version,
        layers=gathered.layers,
        articles=tuple(article["article_id"] for article in gathered.articles),
        counts=gathered.counts(),
        left_out=gathered.left_out,
        files=tuple(sorted(files)),
    )
    told = json.dumps(asdict(about), indent=2, ensure_ascii=False)
    files[MARKER] = f"{told}\n".encode()
    rights = corpus.root / "LICENSE-DATA.md"
    if rights.exists():
        # The texts go along, so their rights do.
        files["LICENSE.md"] = rights.read_bytes()
    return Export(files, about)


def _format(name: str) -> Format:
    if name in FORMATS:
        return FORMATS[name]
    allowed = f"one of {', '.join(FORMATS)}"
    raise InputError([Finding("FORMAT", "", "", name, allowed, "name one of these")])


def _layers(name: str, chosen: Format, wanted: tuple[str, ...]) -> tuple[Layer, ...]:
    """Return the layers in order; refuse one that the format has no place for."""
    for layer in wanted:
        if layer not in chosen.layers:
            allowed = f"for {name}: {', '.join(chosen.layers)}"
            fix = "name one of these, or another format"
            raise InputError([Finding("--layer", "", "", layer, allowed, fix)])
    return tuple(layer for layer in chosen.layers if not wanted or layer in wanted)
