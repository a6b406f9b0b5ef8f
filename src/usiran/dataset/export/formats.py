"""The formats that the corpus can be exported to, and an export from start to end."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from usiran.dataset.export import brat, conll, dyads, flat_events, label_studio, plover, spacy
from usiran.dataset.export.material import LAYERS, Layer, Material, gather
from usiran.errors import InputError
from usiran.loading import Opened

MARKER = "export.json"
"""The file of every export that says what it is."""


Writer = Callable[[Material], dict[str, bytes]]


class Format(NamedTuple):
    """A format: its writer, and the layers that it has a place for.

    `variants` are other writers of it, by the option that asks for one; `note` is what whoever
    reads the files has to know.
    """

    files: Writer
    layers: tuple[Layer, ...]
    variants: Mapping[str, Writer] = MappingProxyType({})
    note: str = ""


FORMATS: Mapping[str, Format] = {
    "conll": Format(conll.files, ("actors", "events")),
    "brat": Format(brat.files, ("actors", "events")),
    "spacy": Format(spacy.files, LAYERS),
    "events": Format(plover.files, ("events",), {"--csv": flat_events.files}),
    "dyads": Format(
        dyads.files, ("events",), {"--by actor": partial(dyads.files, by="actor")}, dyads.NOTE
    ),
    "label-studio": Format(label_studio.files, LAYERS),
}


@dataclass(frozen=True)
class About:
    """What an export is: what ``export.json`` says.

    `left_out` are the articles whose texts are withdrawn, `files` the format's own files, `note`
    is what whoever reads them has to know.
    """

    format: str
    corpus: str
    version: str
    layers: tuple[Layer, ...]
    articles: tuple[str, ...]
    counts: Mapping[str, int]
    left_out: tuple[str, ...]
    files: tuple[str, ...]
    note: str


class Export(NamedTuple):
    """An export that is ready to be written: from name to content, and what it is."""

    files: Mapping[str, bytes]
    about: About


def export(
    opened: Opened,
    name: str,
    *,
    layers: Iterable[str] = (),
    articles: Iterable[str] = (),
    variant: str = "",
) -> Export:
    """Make an export of the gold of a corpus without findings.

    Layers are by default all that the format has a place for, articles all whose texts are there;
    `variant` is one of the format's own.
    """
    material = gather(opened, chosen_layers(name, layers), articles)
    files = dict(chosen_writer(name, variant)(material))
    manifest = opened.corpus.manifest
    about = About(
        format=name,
        corpus=manifest.name,
        version=manifest.version,
        layers=material.layers,
        articles=tuple(article["article_id"] for article in material.articles),
        counts=material.counts(),
        left_out=tuple(key for key in opened.texts.texts if key in opened.texts.withdrawn),
        files=tuple(sorted(files)),
        note=FORMATS[name].note,
    )
    files[MARKER] = f"{json.dumps(asdict(about), indent=2, ensure_ascii=False)}\n".encode()
    rights = opened.corpus.root / "LICENSE-DATA.md"
    if rights.exists():
        # The texts go along, so their rights do.
        files["LICENSE.md"] = rights.read_bytes()
    return Export(files, about)


def chosen_layers(name: str, layers: Iterable[str] = ()) -> tuple[Layer, ...]:
    """Return the layers to export, in order (default: all that the format has a place for)."""
    if name not in FORMATS:
        allowed = f"one of {', '.join(FORMATS)}"
        raise InputError.of("FORMAT", name, allowed, "name one of these")
    wanted, places = tuple(layers), FORMATS[name].layers
    for layer in wanted:
        if layer not in places:
            allowed = f"for {name}: {', '.join(places)}"
            fix = "name one of these, or another format"
            raise InputError.of("--layer", layer, allowed, fix)
    return tuple(layer for layer in places if not wanted or layer in wanted)


def chosen_writer(name: str, variant: str = "") -> Writer:
    """Return the writer of a format, or of one of its variants."""
    if not variant:
        return FORMATS[name].files
    if variant not in FORMATS[name].variants:
        option = variant.partition(" ")[0]
        having = ", ".join(key for key, format in FORMATS.items() if variant in format.variants)
        fix = "leave the option out, or name that format"
        raise InputError.of(option, f"{variant} with {name}", f"only with {having}", fix)
    return FORMATS[name].variants[variant]
