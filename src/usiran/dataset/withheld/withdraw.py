"""Withdrawing an article's text, and putting it back.

What leaves is the text, the words that exports quote from it and the contrast items made of
its sentences; ids, hashes, offsets and labels stay. What builds need of the text beyond that
is kept in a stand-off file (`usiran.text.standoffs`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from usiran import loading
from usiran.corpus import Corpus
from usiran.dataset.articles import COLUMNS, one_article, read_articles
from usiran.dataset.withheld.requote import requoted
from usiran.errors import FileError, Finding, InputError
from usiran.io.atomic import replace_files
from usiran.io.csv import csv_bytes, read_rows
from usiran.loading import Opened
from usiran.schemas.registry import ActorLinks
from usiran.schemas.tables import FILES, rows_of
from usiran.text.articles import Texts, read_text, read_texts, sha256
from usiran.text.edits import apply, edit_of
from usiran.text.ngrams import SHINGLE, Wording
from usiran.text.standoffs import Edited, Place, Standoff, bounds, read_standoff, skeleton_of
from usiran.text.tokens import tokenize
from usiran.validation.validate import validate

BY_ALIAS = "linked by an alias before the text was withdrawn"
"""The reason of the links that a withdrawal writes down: without words no alias is found."""

# Folders that version control does not keep.
_SKIPPED = re.compile(
    r"\.git|\.venv.*|\.tox|\.nox|\.hypothesis|\.label-studio|\.ipynb_checkpoints|node_modules"
    r"|.*_cache|__pycache__|.*\.egg-info|.*\.(new|old)"
)
_MADE = {"build", "dist"}


class Left(NamedTuple):
    """Words of the text that stand in another file, to be looked at by hand."""

    file: str
    words: str


@dataclass(frozen=True)
class Change:
    """What taking a text out, or putting it back, changes.

    Parameters
    ----------
    article_id : str
        The article.
    files : mapping
        From path to content: what is written.
    removed : Path
        The file that goes: the text, or its stand-off file.
    quotes, links, contrast : int
        Quotes in exports, links of spans and contrast items that change.
    left : tuple of Left
        Where words of a withdrawn text still stand.
    """

    article_id: str
    files: Mapping[Path, bytes]
    removed: Path
    quotes: int
    links: int
    contrast: int
    left: tuple[Left, ...] = ()

    def write(self, corpus: Corpus) -> None:
        """Write everything and take the file out, as one step."""
        replace_files({**self.files, self.removed: None}, corpus.swap)


def withdrawal(
    corpus: Corpus, article_id: str, *, reason: str, day: str, title: bool = False
) -> Change:
    """Return what withdrawing an article's text changes; nothing is written.

    Parameters
    ----------
    corpus : Corpus
        The corpus; it must have no findings.
    article_id : str
        The article.
    reason : str
        Why, in a line; it is kept.
    day : str
        The day of the withdrawal, ISO 8601.
    title : bool
        Take the headline out of articles.csv too.

    Raises
    ------
    InputError
        There is no such article, its text is withdrawn already, there is no reason, or the
        corpus has findings.
    """
    opened = loading.open(corpus)
    texts = opened.texts
    one_article(texts, article_id)
    if article_id in texts.withdrawn:
        raise InputError([Finding("the article", article_id, "", "a withdrawn text",
                                  "an article with its text", "nothing to do")])  # fmt: skip
    if not reason.strip():
        raise InputError([Finding("--reason", "", "", "nothing", "why, in a line", "say it")])
    if found := validate(opened).findings:
        raise InputError(found)
    text = texts.texts[article_id]
    bare = skeleton_of(text)
    files, quotes = requoted(corpus, article_id, before=text, after=bare)
    linked, links = _linked(opened, article_id)
    edited, standoff = _contrast(corpus, texts, _standoff(texts, article_id, reason.strip(), day))
    files |= linked | edited | (_untitled(corpus, article_id) if title else {})
    files[corpus.withdrawn / f"{article_id}.json"] = standoff.sealed().content()
    removed = corpus.article(article_id)
    left = tuple(_left(corpus, text, article_id, {**files, removed: b""}))
    return Change(article_id, files, removed, quotes, links, len(standoff.contrast), left)


def _standoff(texts: Texts, article_id: str, reason: str, day: str) -> Standoff:
    text = texts.texts[article_id]
    return Standoff(
        article_id=article_id,
        withdrawn=day,
        reason=reason,
        text_sha256=sha256(text),
        length=len(text),
        tokens=bounds(tokenize(text)),
        sentences={
            row.sentence_id: Place(row.start, row.end, sha256(texts.text_of(row)))
            for row in texts.sentences[article_id]
        },
    )


def _linked(opened: Opened, article_id: str) -> tuple[dict[Path, bytes], int]:
    """Return actor_links.csv with a row for every span that an alias linked."""
    path = opened.corpus.root / FILES["actor_links"]
    rows = read_rows(path, name=FILES["actor_links"])
    known = {row["span_id"] for row in rows}
    made = [
        {"span_id": row.span_id, "actor_id": row.actor_id, "reason": BY_ALIAS}
        for row in rows_of(opened.tables["actors"])
        if row.article_id == article_id
        and isinstance(row.actor_id, str)
        and row.span_id not in known
    ]
    columns = list(ActorLinks.to_schema().columns)
    return ({path: csv_bytes([*rows, *made], columns)} if made else {}), len(made)


def _contrast(
    corpus: Corpus, texts: Texts, standoff: Standoff
) -> tuple[dict[Path, bytes], Standoff]:
    """Return the contrast files without the article's words, and the edits behind them."""
    files: dict[Path, bytes] = {}
    edits: dict[str, Edited] = {}
    for path, rows in _edited(corpus):
        mine = [row for row in rows if row["sentence_id"] in standoff.sentences]
        for row in mine:
            source = texts.text_of(texts.by_id[row["sentence_id"]])
            edits[row["contrast_id"]] = edit_of(source, row["text"])
            row["text"] = skeleton_of(row["text"])
        if mine:
            files[path] = csv_bytes(rows, list(rows[0]))
    return files, msgspec.structs.replace(standoff, contrast=edits)


def _edited(corpus: Corpus) -> Iterator[tuple[Path, list[dict[str, str]]]]:
    """Yield the files that hold edited sentences, with their rows."""
    for name in ("contrast", "contrast_dropped"):
        path = corpus.root / FILES[name]
        if path.exists():
            columns = ("contrast_id", "sentence_id", "text")
            yield path, read_rows(path, name=FILES[name], columns=columns)


def _untitled(corpus: Corpus, article_id: str) -> dict[Path, bytes]:
    rows = read_articles(corpus)
    for row in rows:
        if row["article_id"] == article_id:
            row |= {"title": "", "title_basis": "unknown"}
    return {corpus.source / "articles.csv": csv_bytes(rows, COLUMNS)}


def _left(
    corpus: Corpus, text: str, article_id: str, files: Mapping[Path, bytes]
) -> Iterator[Left]:
    """Yield where words of the text stand once these files are as they will be."""
    wording = Wording([text], names=[article_id])
    for path in sorted({*_kept(corpus.root), *files}):
        # Another article's text is that article's; what is generated is built anew.
        if path.parent == corpus.articles:
            continue
        content = files[path] if path in files else path.read_bytes()
        if b"\0" not in content:  # else it is no text
            for words in wording.runs_in(content.decode("utf-8", errors="replace")):
                yield Left(corpus.name_of(path), words)


def _kept(root: Path) -> Iterator[Path]:
    """Yield the files below a folder that version control would keep."""
    for folder, names, files in os.walk(root):
        top = Path(folder) == root
        names[:] = [
            name for name in names if not (_SKIPPED.fullmatch(name) or (top and name in _MADE))
        ]
        yield from (path for name in files if (path := Path(folder) / name).is_file())


def restoration(corpus: Corpus, article_id: str, path: Path) -> Change:
    """Return what putting a withdrawn text back changes; nothing is written.

    Parameters
    ----------
    corpus : Corpus
        The corpus.
    article_id : str
        The article.
    path : Path
        The text; it must have the hash that the text had. A headline that was taken out stays
        out.

    Raises
    ------
    FileError
        The file cannot be read, or is not that text.
    InputError
        There is no such article, or its text is not withdrawn.
    """
    one_article(read_texts(corpus), article_id)
    standoff = read_standoff(corpus, article_id)
    if standoff is None:
        allowed = "an article whose text was withdrawn"
        there, fix = "a text that is there", "nothing to do"
        raise InputError([Finding("the article", article_id, "", there, allowed, fix)])
    text = read_text(path)
    if sha256(text) != standoff.text_sha256:
        found, allowed = f"SHA-256 {sha256(text)}", f"the text with {standoff.text_sha256}"
        raise FileError(path, found, allowed, "give the text as it was, byte for byte")
    files, quotes = requoted(corpus, article_id, before=standoff.skeleton(), after=text)
    linked, links = _unlinked(corpus, article_id)
    files |= linked | _edited_again(corpus, standoff, text)
    files[corpus.article(article_id)] = text.encode("utf-8")
    removed = corpus.withdrawn / f"{article_id}.json"
    return Change(article_id, files, removed, quotes, links, len(standoff.contrast))


def _unlinked(corpus: Corpus, article_id: str) -> tuple[dict[Path, bytes], int]:
    """Return actor_links.csv without the rows that the withdrawal wrote."""
    path = corpus.root / FILES["actor_links"]
    rows = read_rows(path, name=FILES["actor_links"])
    kept = [
        row
        for row in rows
        if row["reason"] != BY_ALIAS or row["span_id"].partition("@")[0] != article_id
    ]
    columns = list(ActorLinks.to_schema().columns)
    content = {path: csv_bytes(kept, columns)} if len(kept) < len(rows) else {}
    return content, len(rows) - len(kept)


def _edited_again(corpus: Corpus, standoff: Standoff, text: str) -> dict[Path, bytes]:
    """Return the contrast files with the article's items made from its sentences again."""
    files = {}
    for path, rows in _edited(corpus):
        mine = [row for row in rows if row["contrast_id"] in standoff.contrast]
        for row in mine:
            place = standoff.sentences[row["sentence_id"]]
            edit = standoff.contrast[row["contrast_id"]]
            row["text"] = apply(text[place.start : place.end], edit.pieces)
        if mine:
            files[path] = csv_bytes(rows, list(rows[0]))
    return files


def told(change: Change, *, written: bool, then: str = "usiran benchmark run") -> str:
    """Return in words what a withdrawal did, what is left to look at, and what it cannot do.

    `then` is the command that brings the stored results up to the texts that are left.
    """
    article = change.article_id
    lines = [
        f"{'Withdrawn' if written else 'Would be withdrawn'}: the text of {article}, "
        f"{change.quotes} quotes from it and {change.contrast} contrast items. "
        f"Actor links written down: {change.links}. Ids, hashes, offsets and labels stay.",
    ]
    if change.left:
        lines.append(f"{SHINGLE} of its words or more in a row still stand here; look at each:")
        lines += [f"  {one.file}: {one.words}" for one in change.left]
    return "\n".join([*lines, _NOT_DONE.format(article=article, then=then)])


_NOT_DONE = """\
What this does not do:
  The history of version control keeps the text, and so do tags, forks and clones. To take it out
  there, rewrite the history of dataset/source/articles/{article}.txt, dataset/data and annotation
  (for instance with `git filter-repo`), push it by force, and ask for forks to be deleted.
  On the Hub, older commits and tags keep it: delete the tags, then squash the history
  (`HfApi().super_squash_history`), or delete the repository and publish again.
  Label Studio keeps the tasks it was sent: delete this article's tasks in every project.
Next: {then}, then commit everything. Data that changes this way is a new MAJOR
version."""
