"""The text-free edition: the published dataset without the words of any article.

Every config has the same features and rows. Texts are underscores of equal length, and
``text_status`` says "withheld". Beside the configs lies ``restore/``: for each article the
stand-off file from which `usiran restore` puts the text back, and what the card, croissant.json,
eval.yaml and LICENSE.md are made from, so that they are made anew of the restored rows.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from importlib import resources
from typing import Any

import msgspec
import pandas as pd

from usiran.dataset.build import pages_of, reload
from usiran.dataset.companion_config import CONFIG, companion_views
from usiran.dataset.configs import views
from usiran.dataset.describe.card import Built
from usiran.dataset.describe.facts import Facts, facts_of
from usiran.dataset.parquet import from_bytes, to_bytes, to_table
from usiran.dataset.view import View
from usiran.dataset.withheld.fingerprints import standoff_of
from usiran.errors import FileError
from usiran.loading import Opened
from usiran.schemas.tables import rows_of
from usiran.text.diff_pieces import edit_of
from usiran.text.ngrams import SHINGLE, SharedRuns, words_of
from usiran.text.standoffs import MASK, Edit

RESTORE = "restore"
STANDOFFS = f"{RESTORE}/articles"
PAGE_DATA = f"{RESTORE}/page_data.json"

NOTICE = (
    "**Text-free edition.** The words of the articles are left out: underscores of equal length "
    'stand for every text, token and headline, and `text_status` is "withheld". Ids, offsets, '
    "hashes and labels are those of the full edition. With your own copies of the articles as "
    "`.txt` files in a folder, `usiran restore DIR --articles FOLDER` puts the words back. "
    "A sentence comes back only where its words have the SHA-256 in `restore/`; quotes, dashes, "
    "blanks, line ends and Unicode's forms may differ in the copy. The article ids are names "
    "and may be made of a headline's words."
)
"""What the card and the licence of this edition say, in a paragraph of its own."""

# What the edition says of its restore data.
_FORMAT = resources.files("usiran.dataset.withheld") / "restore_data.md"


class Config(msgspec.Struct, frozen=True):
    """A view of a published config without features and rows, which its Parquet file has."""

    name: str
    about: str
    tables: tuple[str, ...]
    split: str
    columns: dict[str, str] = {}


class PageData(msgspec.Struct, frozen=True):
    """What the pages of an edition are made from, beside its rows."""

    statistics: Facts
    configs: tuple[Config, ...]
    rights: str | None


def text_free_files(
    opened: Opened, progress: Callable[[str], None] = lambda _: None
) -> dict[str, bytes]:
    """Return the files of the text-free edition: path, relative to the dataset, to content."""
    progress("taking the texts out")
    frames, texts = opened.tables, opened.texts
    present = {key: text for key, text in texts.texts.items() if key not in texts.withdrawn}
    # Ids of articles and of actors are names, even where they are made of a headline's words.
    runs = SharedRuns(present.values(), [*texts.texts, *frames["registry"]["actor_id"]])
    articles, fields = _withheld(frames["articles"], present, runs)
    bare = (*views({**frames, "articles": articles}, opened.scheme), *companion_views(opened))
    rights = opened.corpus.root / "LICENSE-DATA.md"
    page_data = PageData(
        statistics=facts_of(opened, configs=bare),
        configs=tuple(
            Config(view.name, view.about, view.tables, view.split, view.columns) for view in bare
        ),
        rights=rights.read_text("utf-8") if rights.exists() else None,
    )
    files, built = published(page_data, bare, notice=NOTICE)
    items = list(rows_of(frames["contrast"]))
    for key, quoting in fields.items():
        standoff = msgspec.structs.replace(standoff_of(texts, key, items), fields=quoting)
        files[f"{STANDOFFS}/{key}.json"] = standoff.content()
    files[PAGE_DATA] = msgspec.json.format(msgspec.json.encode(page_data), indent=1) + b"\n"
    files[f"{RESTORE}/README.md"] = _FORMAT.read_bytes()
    # Looked at as a reader gets it, file by file, so that no path into an edition is forgotten.
    # The registry holds what actors are called: names, not wording. The words of the companion
    # are the project's own; validation sees to it that none are an article's.
    names = ("data/actors/", f"data/{CONFIG}/")
    worded = {name: data for name, data in files.items() if not name.startswith(names)}
    for name, run in leaks(worded, runs):
        allowed = f"fewer than {SHINGLE} words of an article in a row"
        raise FileError(f"text-free {name}", run, allowed, "this is a fault of the toolkit")
    progress("loading the edition back and comparing every row")
    reload(files, built)
    return files


def _withheld(
    articles: pd.DataFrame, present: Mapping[str, str], runs: SharedRuns
) -> tuple[pd.DataFrame, dict[str, dict[str, Edit]]]:
    """Return the table of articles as it is without texts, and the fields that quoted one."""
    fields: dict[str, dict[str, Edit]] = {key: {} for key in present}
    rows = articles.to_dict("records")
    for row in rows:
        text = present.get(row["article_id"])
        if text is None:
            continue
        row["text_status"] = "withheld"
        for name, value in row.items():
            if name == "text" or not isinstance(value, str):
                continue
            # A headline is its publisher's wording, also where the text does not repeat it.
            headline = name == "title" and len(words_of(value)) >= SHINGLE
            if headline or any(runs.runs_in(value)):
                fields[row["article_id"]][str(name)] = edit_of(text, value)
                row[name] = MASK * len(value)
    return pd.DataFrame(rows, columns=articles.columns), fields


def published(
    page_data: PageData, views: Collection[View], *, notice: str
) -> tuple[dict[str, bytes], tuple[Built, ...]]:
    """Return the published files that these rows give, and the configs as they were built.

    `notice` is what the pages say of missing words; with "" the files are those of a build.
    """
    # The same steps as a build takes: an exact copy must give back its very bytes.
    files = {view.file: to_bytes(to_table(view)) for view in views}
    built = tuple(Built.of(view, files[view.file]) for view in views)
    files |= pages_of(page_data.statistics, built, files, notice=notice)
    if page_data.rights is not None:
        heading = f"> {notice}\n\n" if notice else ""
        files["LICENSE.md"] = f"{heading}{page_data.rights}".encode()
    return files, built


def leaks(files: Mapping[str, bytes], runs: SharedRuns) -> Iterator[tuple[str, str]]:
    """Yield every place where an edition holds wording of a text: its file, and the words."""
    for name, content in sorted(files.items()):
        parquet = name.endswith(".parquet")
        values = _values(from_bytes(content).to_pylist()) if parquet else [content.decode("utf-8")]
        for value in values:
            for run in runs.runs_in(value):
                yield name, run


def _values(value: Any) -> Iterator[str]:
    """Yield every text in nested rows; a list of texts (of tokens) also as one."""
    if isinstance(value, str):
        yield value
        return
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield " ".join(value)
    items = value.values() if isinstance(value, dict) else value
    for item in items if isinstance(value, dict | list) else ():
        yield from _values(item)
