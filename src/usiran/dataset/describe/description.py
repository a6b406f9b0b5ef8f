"""What a corpus says of itself in words: dataset/description.toml."""

from collections.abc import Mapping
from string import Formatter
from typing import Annotated

import msgspec

from usiran.corpus import ADDRESS, Corpus, read_toml
from usiran.errors import FileError, shorten


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentences about the corpus; one that is empty is not said.

    Figures of the corpus are put in for ``{articles}``, ``{scored}`` (sentences), ``{rarest}``
    (the stance with the fewest sentences) and ``{guidelines}`` (their version). `repository` is
    the address of the corpus's repository.
    """

    summary: str = "A corpus of {articles} articles ({scored} scored sentences)."
    purpose: str = ""
    meaning: str = ""
    limits: str = ""
    biases: str = ""
    uses: str = ""
    not_for: str = ""
    people: str = ""
    collection: str = ""
    missing: str = ""
    protocol: str = ""
    platform: str = ""
    maintenance: str = ""
    keywords: tuple[str, ...] = ()
    repository: Annotated[str, msgspec.Meta(pattern=ADDRESS)] = ""


def read_description(corpus: Corpus, figures: dict[str, object]) -> Description:
    """Return the description with its figures; one of defaults where there is no file."""
    path = corpus.description
    file = corpus.name_of(path)
    try:
        words = msgspec.convert(read_toml(path) if path.exists() else {}, Description)
    except msgspec.ValidationError as error:
        allowed = ", ".join(Description.__struct_fields__)
        raise FileError(file, shorten(error, 160), allowed, "correct the named key") from None
    filled: dict[str, object] = {}
    for key, text in msgspec.structs.asdict(words).items():
        try:
            # Filled in here once, so that every page that says the sentence gives the same figure.
            filled[key] = _with_figures(text, figures) if isinstance(text, str) else text
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            allowed = ", ".join(f"{{{name}}}" for name in figures)
            fix = "use one of these; write a brace of the text twice"
            raise FileError(file, f"{key}: {shorten(error)}", allowed, fix) from None
    return msgspec.structs.replace(words, **filled)


def _with_figures(text: str, figures: Mapping[str, object]) -> str:
    for _, name, _, _ in Formatter().parse(text):
        # `format` would go on into what a figure is made of: {articles.real}, {rarest[0]}.
        if name is not None and name not in figures:
            raise KeyError(name)
    return text.format_map(figures)
