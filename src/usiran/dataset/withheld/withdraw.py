"""Withdrawing an article's text, and putting it back.

What leaves is the text, the words that exports and decisions quote from it and the contrast items
made of its sentences. What builds need of them is kept in a stand-off file.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import msgspec

from usiran.corpus import Corpus
from usiran.dataset.articles import read_source, sentences_of, source_files
from usiran.dataset.build import Progress, make
from usiran.dataset.rehearsal import rehearsal
from usiran.dataset.withheld.fingerprints import standoff_of
from usiran.dataset.withheld.requote import requoted
from usiran.errors import FileError, Finding, InputError, counted
from usiran.io.atomic import replace_files
from usiran.io.csv import csv_bytes, read_rows
from usiran.loading import Opened
from usiran.schemas.base import is_line
from usiran.schemas.tables import FILES, MODELS, Frames, rows_of
from usiran.text.articles import read_text, read_texts, sha256
from usiran.text.diff_pieces import edited
from usiran.text.ngrams import SHINGLE, SharedRuns
from usiran.text.standoffs import template, withdrawn_standoff
from usiran.validation.validate import open_valid

BY_ALIAS = "linked by an alias before the text was withdrawn"
"""The reason of the links that a withdrawal writes down: without words no alias is found."""

# Folders that version control does not keep; the last two only at the top.
_UNKEPT = re.compile(
    r"\.git|\.venv.*|\.tox|\.nox|\.hypothesis|\.label-studio|\.ipynb_checkpoints|node_modules"
    r"|.*_cache|__pycache__|.*\.egg-info|.*\.(new|old)"
)
_UNKEPT_AT_TOP = {"build", "dist"}


class Leftover(NamedTuple):
    """Words of the text that stand in another file, to be looked at by hand."""

    file: str
    words: str


@dataclass(frozen=True)
class Change:
    """What taking a text out, or putting it back, changes.

    `files` are written, or go: None for the text or its stand-off file. `quotes`, `links` and
    `contrast` count the quotes, links of spans and contrast items that change; `leftovers` are
    the places where words of a withdrawn text still stand.
    """

    article_id: str
    files: Mapping[Path, bytes | None]
    quotes: int
    links: int
    contrast: int
    leftovers: tuple[Leftover, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return what changes as a JSON object, without the contents of files."""
        leftovers = [{"file": row.file, "words": row.words} for row in self.leftovers]
        counts = {"quotes": self.quotes, "links": self.links, "contrast": self.contrast}
        return {"article_id": self.article_id, **counts, "leftovers": leftovers}

    def built(self, corpus: Corpus, progress: Progress = lambda _: None) -> Change:
        """Return the change with what a build writes after it, so that both are one step.

        Raises `InputError` where the changed corpus has findings.
        """
        with rehearsal(corpus, self.files) as copy:
            progress("reading and checking the tables")
            result = make(open_valid(copy), progress)
        files = {
            corpus.root / path.relative_to(copy.root): content
            for path, content in {**result.files, **dict.fromkeys(result.stale)}.items()
        }
        return replace(self, files={**self.files, **files})

    def write(self, corpus: Corpus) -> None:
        """Write everything and take out what goes, as one step."""
        replace_files(self.files, corpus.swap)


def withdrawal(
    opened: Opened, article_id: str, *, reason: str, day: str, title: bool = False
) -> Change:
    """Return what withdrawing an article's text changes in a corpus without findings.

    `reason` and `day` (ISO 8601) are kept; with `title` the headline leaves articles.csv too.
    """
    corpus, frames, texts = opened.corpus, opened.tables, opened.texts
    sentences_of(texts, article_id)
    if article_id in texts.withdrawn:
        raise _refused(article_id, "a withdrawn text", "an article with its text")
    if not reason.strip() or not is_line(reason):
        raise InputError.of("--reason", reason or "nothing", "why, in a line", "say it")
    text = texts.texts[article_id]
    items = [*rows_of(frames["contrast"]), *rows_of(frames["contrast_dropped"])]
    standoff = msgspec.structs.replace(
        standoff_of(texts, article_id, items), withdrawn=day, reason=reason.strip()
    )
    files, quotes = requoted(corpus, article_id, before=text, after=standoff.template)
    bare = {item.contrast_id: template(item.text) for item in items}
    files |= _contrast_files(corpus, {key: bare[key] for key in standoff.contrast})
    known = _read_links(corpus)
    links = list(_alias_links(frames, article_id, known))
    files |= _link_files(corpus, [*known, *links]) if links else {}
    files |= _untitled(corpus, article_id) if title else {}
    files[corpus.withdrawn / f"{article_id}.json"] = standoff.content()
    leftovers = tuple(_leftovers(corpus, text, article_id, files))
    # The text goes in the same step: stopped half-way, a corpus would have it and not have it.
    changed = {**files, corpus.article(article_id): None}
    return Change(article_id, changed, quotes, len(links), len(standoff.contrast), leftovers)


def text_return(corpus: Corpus, article_id: str, path: Path) -> Change:
    """Return what putting a withdrawn text back from a file changes; its headline stays out."""
    sentences_of(read_texts(corpus), article_id)
    standoff = withdrawn_standoff(corpus, article_id)
    if standoff is None:
        raise _refused(article_id, "a text that is there", "an article whose text was withdrawn")
    text = read_text(path)
    if sha256(text) != standoff.text_sha256:
        allowed, fix = f"the text with {standoff.text_sha256}", "give the text byte for byte"
        raise FileError(path, f"SHA-256 {sha256(text)}", allowed, fix)
    files, quotes = requoted(corpus, article_id, before=standoff.template, after=text)
    items = {}
    for key, edit in standoff.contrast.items():
        place = standoff.sentences[key.partition("~")[0]]
        items[key] = edited(text[place.start : place.end], edit) or ""
    files |= _contrast_files(corpus, items)
    links = _read_links(corpus)
    others = [
        row
        for row in links
        if row["reason"] != BY_ALIAS or row["span_id"].partition("@")[0] != article_id
    ]
    files |= _link_files(corpus, others) if len(others) < len(links) else {}
    changed = {
        **files,
        corpus.article(article_id): text.encode("utf-8"),
        corpus.withdrawn / f"{article_id}.json": None,
    }
    return Change(article_id, changed, quotes, len(links) - len(others), len(items))


def _refused(article_id: str, value: str, allowed: str) -> InputError:
    return InputError([Finding("the article", article_id, "", value, allowed, "nothing to do")])


def _read_links(corpus: Corpus) -> list[dict[str, str]]:
    return read_rows(corpus.root / FILES["actor_links"], name=FILES["actor_links"])


def _link_files(corpus: Corpus, rows: Iterable[Mapping[str, str]]) -> dict[Path, bytes]:
    columns = list(MODELS["actor_links"].columns)
    return {corpus.root / FILES["actor_links"]: csv_bytes(rows, columns)}


def _alias_links(
    frames: Frames, article_id: str, links: Iterable[Mapping[str, str]]
) -> Iterator[dict[str, str]]:
    """Yield a row of actor_links.csv for every span that an alias linked."""
    known = {row["span_id"] for row in links}
    for row in rows_of(frames["actors"]):
        if row.article_id == article_id and row.actor_id and row.span_id not in known:
            yield {"span_id": row.span_id, "actor_id": row.actor_id, "reason": BY_ALIAS}


def _contrast_files(corpus: Corpus, texts: Mapping[str, str]) -> dict[Path, bytes]:
    """Return the files of edited sentences that hold some of these, with these texts."""
    files = {}
    for name in ("contrast", "contrast_dropped"):
        path = corpus.root / FILES[name]
        rows = read_rows(path, name=FILES[name]) if path.exists() else []
        if texts.keys() & {row["contrast_id"] for row in rows}:
            for row in rows:
                row["text"] = texts.get(row["contrast_id"], row["text"])
            files[path] = csv_bytes(rows, list(rows[0]))
    return files


def _untitled(corpus: Corpus, article_id: str) -> dict[Path, bytes]:
    rows = read_source(corpus, "articles")
    for row in rows:
        if row["article_id"] == article_id:
            row |= {"title": "", "title_basis": "unknown"}
    return source_files(corpus, {"articles": rows})


def _leftovers(
    corpus: Corpus, text: str, article_id: str, files: Mapping[Path, bytes]
) -> Iterator[Leftover]:
    """Yield where words of the text stand once these files are as they will be."""
    runs = SharedRuns([text], names=[article_id])
    for path in sorted({*_kept_files(corpus.root), *files}):
        # Another article's text is that article's; what is generated is built anew.
        if path.parent == corpus.articles:
            continue
        content = files[path] if path in files else path.read_bytes()
        if b"\0" not in content:  # else it is no text
            for words in runs.runs_in(content.decode("utf-8", errors="replace")):
                yield Leftover(corpus.name_of(path), words)


def _kept_files(root: Path) -> Iterator[Path]:
    """Yield the files below a folder that version control would keep."""
    for folder, names, files in os.walk(root):
        unkept = _UNKEPT_AT_TOP if Path(folder) == root else set()
        names[:] = [name for name in names if name not in unkept and not _UNKEPT.fullmatch(name)]
        yield from (path for name in files if (path := Path(folder) / name).is_file())


_NOT_DONE = """\
What this does not do:
  The history of version control keeps the text, and so do tags, forks and
  clones. To take it out there, rewrite the history of
  dataset/source/articles/{article}.txt,
  dataset/data and annotation (for instance with `git filter-repo`), push it by
  force, and ask for forks to be deleted.
  On the Hub, older commits and tags keep it: delete the tags, then squash the
  history (`HfApi().super_squash_history`), or delete the repository and publish
  again.
  Label Studio keeps the tasks it was sent: delete this article's tasks in every
  project.
Next: {then}, then commit everything.
Data that changes this way is a new MAJOR version."""


def withdrawal_message(change: Change, *, written: bool, then: str = "usiran benchmark run") -> str:
    """Return in words what a withdrawal did, what is left to look at, and what it cannot do.

    `then` is the command that brings the stored results up to the texts that are left.
    """
    article = change.article_id
    lines = [
        f"{'Withdrawn' if written else 'Would be withdrawn'}: the text of {article}, "
        f"{counted(change.quotes, 'quote')} from it and "
        f"{counted(change.contrast, 'contrast item')}. "
        f"Actor links written down: {change.links}. Ids, hashes, offsets and labels stay.",
    ]
    if change.leftovers:
        lines.append(f"{SHINGLE} of its words or more in a row still stand here; look at each:")
        # The same words may stand in many places of a file.
        for leftover, count in Counter(change.leftovers).items():
            times = f" ({count} times)" if count > 1 else ""
            lines.append(f"  {leftover.file}: {leftover.words}{times}")
    return "\n".join([*lines, _NOT_DONE.format(article=article, then=then)])
