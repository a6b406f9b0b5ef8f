"""The text-free edition: the published dataset without the words of any article.

Every config has the same features and rows. Texts are underscores of equal length, and
``text_status`` says "withheld". Beside the configs, ``restore/<article_id>.json`` holds what
`usiran restore` needs to put the text back from a reader's own copy
(`usiran.dataset.withheld.fingerprints`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from typing import Any

from usiran.corpus import Corpus
from usiran.dataset.build import reload
from usiran.dataset.configs import Row, View, article_of, views
from usiran.dataset.describe import croissant
from usiran.dataset.describe.card import Built, card
from usiran.dataset.describe.facts import facts_of
from usiran.dataset.parquet import content_hash, from_bytes, to_bytes, to_table
from usiran.dataset.withheld.fingerprints import Anchors, anchors
from usiran.errors import FileError
from usiran.text.articles import Texts
from usiran.text.edits import edit_of
from usiran.text.masking import hidden, masked
from usiran.text.ngrams import SHINGLE, Wording, words_of
from usiran.text.standoffs import Edited
from usiran.validation.validate import open_valid

RESTORE = "restore"
"""The folder of the restore data."""

NOTICE = (
    "**Text-free edition.** The words of the articles are left out: underscores of equal length "
    'stand for every text, token and headline, and `text_status` is "withheld". Ids, offsets, '
    "hashes and labels are those of the full edition. With your own copies of the articles as "
    "`.txt` files in a folder, `usiran restore DIR --articles FOLDER` puts the words back. "
    "A sentence comes back only where its words have the SHA-256 in `restore/`; quotes, dashes, "
    "blanks, line ends and Unicode's forms may differ in the copy. The article ids are names "
    "and may be made of a headline's words."
)
"""What the card of this edition says, in a paragraph of its own."""


FORMAT = """\
# Restore data

`usiran restore DIR --articles FOLDER` reads these files, one for each article. They hold none
of its words.

- `text_sha256`: SHA-256 of the text's UTF-8 bytes.
- `template`: the text with underscores in place of its words; marks and blanks are as they were.
  A *word* is a run of characters of Unicode's classes L, M and N and of underscores, over soft
  hyphens, zero-width characters and byte order marks (U+00AD, U+200B to U+200D, U+2060, U+FEFF).
- `sentences`: for each, half-open offsets in code points, the number of words, and SHA-256 hashes
  without a salt: `sha256` of its text; `normal` of its words in normal form; `first` and `last` of
  its first and last three words in normal form (of all words where there are fewer).
  The *normal form* is every word in NFKC, without the characters named above, with one space
  (U+0020) between words, as UTF-8. Letters keep their case.
- `fields`: published fields that quote the text, made of pieces: new words, or half-open offsets in
  the text. `contrast`: edited sentences, in the same way from their own sentence.

A hash of very few words can be guessed; that of a sentence cannot.
"""
"""What the edition says of its restore data."""


def text_free_files(
    corpus: Corpus, progress: Callable[[str], None] = lambda _: None
) -> dict[str, bytes]:
    """Return the files of the text-free edition: path, relative to the dataset, to content.

    Raises
    ------
    InputError
        The corpus has findings.
    FileError
        The edition, loaded back, is not what was made.
    """
    progress("reading and checking the tables")
    opened = open_valid(corpus)
    frames, scheme = opened.tables, opened.scheme
    maker = _Maker(opened.texts)
    files: dict[str, bytes] = {}
    built = []
    for view in views(frames, scheme):
        progress(f"taking the texts out of the config {view.name}")
        bare = maker.without_text(view)
        table, path = to_table(bare), view.file
        files[path] = to_bytes(table)
        sizes = (len(files[path]), from_bytes(files[path]).nbytes)
        built.append(Built(bare, content_hash(table), *sizes))
    for one in maker.anchors():
        files[f"{RESTORE}/{one.article_id}.json"] = one.content()
    files[f"{RESTORE}/README.md"] = FORMAT.encode("utf-8")
    facts = facts_of(corpus, frames, scheme)
    files["README.md"] = card(facts, built, notice=NOTICE).encode("utf-8")
    files[croissant.FILE] = croissant.croissant(facts, built, files, notice=NOTICE)
    rights = corpus.root / "LICENSE-DATA.md"
    if rights.exists():
        files["LICENSE.md"] = rights.read_bytes()
    for name, run in leaks(files, maker.wording(frames["registry"]["actor_id"])):
        raise FileError(
            f"text-free {name}", run, f"fewer than {SHINGLE} words of an article in a row",
            "this is a fault of the toolkit",
        )  # fmt: skip
    progress("loading the edition back and comparing every row")
    reload(files, tuple(built))
    return files


class _Maker:
    """Takes the words out of views, and keeps how to put them back."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        present = {key: text for key, text in texts.texts.items() if key not in texts.withdrawn}
        self._present = present
        self._wording = self.wording(())
        self._fields: dict[str, dict[str, Edited]] = {key: {} for key in present}
        self._contrast: dict[str, dict[str, Edited]] = {key: {} for key in present}

    def without_text(self, view: View) -> View:
        """Return a view whose rows have underscores for every text that is there."""
        rows = [self._row(row) if article_of(row) in self._present else row for row in view.rows]
        made = copy(view)
        made.rows = rows
        return made

    def _row(self, row: Row) -> Row:
        article = article_of(row)
        made = masked(row)
        if "contrast_id" in row:
            source = self._texts.text_of(self._texts.by_id[row["sentence_id"]])
            self._contrast[article][row["contrast_id"]] = edit_of(source, row["text"])
        if "text_status" in row:
            made["text_status"] = "withheld"
        for name, value in row.items():
            if made[name] == value and self._quotes(name, value):
                self._fields[article][name] = edit_of(self._present[article], value)
                made[name] = hidden(value)
        return made

    def _quotes(self, name: str, value: Any) -> bool:
        """Whether a field says more of a text than a fact about it."""
        if not isinstance(value, str):
            return False
        headline = name == "title" and len(words_of(value)) >= SHINGLE
        return headline or any(True for _ in self._wording.runs_in(value))

    def wording(self, names: Iterable[str]) -> Wording:
        """Return the texts' wording; ids of articles and of actors are names, not wording."""
        return Wording(self._present.values(), names=[*self._texts.texts, *names])

    def anchors(self) -> Iterator[Anchors]:
        """Yield the restore data of every article whose text is there."""
        for article, text in self._present.items():
            yield anchors(
                article, text, self._texts.sentences[article],
                fields=self._fields[article], contrast=self._contrast[article],
            )  # fmt: skip


def leaks(files: Mapping[str, bytes], wording: Wording) -> Iterator[tuple[str, str]]:
    """Yield every place where an edition holds wording of a text: its file, and the words.

    Parquet files are looked at row by row, every value by itself.
    """
    for name, content in sorted(files.items()):
        told = (
            _values(from_bytes(content).to_pylist())
            if name.endswith(".parquet")
            else [content.decode("utf-8")]
        )
        for value in told:
            for run in wording.runs_in(value):
                yield name, run


def _values(value: Any) -> Iterator[str]:
    """Yield every text in nested rows; a list of texts also as one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _values(item)
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield " ".join(value)
        for item in value:
            yield from _values(item)
