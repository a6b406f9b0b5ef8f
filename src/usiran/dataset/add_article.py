"""Adding an article: what is refused, what is proposed, what to look at next."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from usiran.corpus import Corpus
from usiran.dataset.articles import COLUMNS, Row, read_source, sentence_rows, slug, source_files
from usiran.dataset.folds import with_article
from usiran.errors import FileError, Finding, InputError
from usiran.io.atomic import replace_files
from usiran.schemas.articles import FACTS
from usiran.schemas.base import EDTF
from usiran.schemas.tables import check
from usiran.text.articles import LONGEST_TEXT, read_stored, read_text, sha256
from usiran.text.ngrams import SHINGLE, shingles
from usiran.text.segmentation import Proposal, propose, uncovered

SIMILAR = 0.5
"""The share of common word sequences from which a text is taken for a reprint."""
_LONG = 60
_ABBREVIATION = re.compile(r"\b(?:[ap]\.m|[A-Z](?:\.[A-Z])+|Gen|Maj|Col|Lt|Mr|Mrs|Dr|St|No|vs)\.$")
_ID_WORDS = 6
_OPTIONS = ("id", "url", "note", *FACTS)


@dataclass(frozen=True)
class Facts:
    """What the contributor knows of an article; None where unknown.

    A value that the text does not hold needs its basis ``inferred`` and a note that says how.
    """

    article_id: str | None = None
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: str | None = None
    text_origin: str | None = None
    original_title: str | None = None
    original_publisher: str | None = None
    original_url: str | None = None
    original_published: str | None = None
    url: str | None = None
    note: str | None = None
    rights: str = "Copyright of its publisher; all rights reserved."


@dataclass(frozen=True)
class Addition:
    """An article about to be added: its row of articles.csv, and the text as it will be stored.

    `proposals` are its sentences; `notices` say what was changed in the text, and how near the
    nearest article is.
    """

    row: Mapping[str, str]
    text: str
    proposals: tuple[Proposal, ...]
    notices: tuple[str, ...]

    @property
    def article_id(self) -> str:
        """The new article's id."""
        return self.row["article_id"]


def prepare(corpus: Corpus, path: Path, facts: Facts, *, allow_similar: bool = False) -> Addition:
    """Read, check and segment a new text; nothing is written."""
    text, notices = _clean(path)
    articles = read_source(corpus, "articles")
    _refuse_duplicate(path, text, articles)
    notices += _nearest(corpus, path, text, articles, allow_similar=allow_similar)
    language = corpus.manifest.language
    proposals = tuple(propose(text, language))
    assert not uncovered(text, [row[:2] for row in proposals])
    row = _row(text, facts, proposals, language)
    if findings := _findings(str(path), row, text, {known["article_id"] for known in articles}):
        raise InputError(findings)
    return Addition(row, text, proposals, tuple(notices))


def add(corpus: Corpus, addition: Addition) -> None:
    """Write the text and its rows of articles.csv, sentences.csv and folds.csv, all or none."""
    key = addition.article_id
    # At the end of each file: rows of other articles never move, and a diff shows the new ones.
    proposed: list[Row] = list(sentence_rows(key, addition.proposals))
    sentences = [*read_source(corpus, "sentences"), *proposed]
    old = {row["article_id"]: int(row["fold"]) for row in read_source(corpus, "folds")}
    sizes = Counter(row["article_id"] for row in sentences if row["zone"] != "boilerplate")
    folds = with_article(old, sizes, key)
    tables: dict[str, list[Row]] = {
        "articles": [*read_source(corpus, "articles"), addition.row],
        "sentences": sentences,
        "folds": [{"article_id": name, "fold": str(fold)} for name, fold in folds.items()],
    }
    files = {corpus.article(key): addition.text.encode("utf-8"), **source_files(corpus, tables)}
    replace_files(files, corpus.swap)


def similarity(runs: Set[object], others: Set[object]) -> float:
    """Return the share of the shorter text's runs of words that the other text has too.

    From the `shingles` of both; from 0 (none is shared, or a text has none) to 1 (one text holds
    the other). Broder, "On the resemblance and containment of documents", 1997,
    doi:10.1109/SEQUEN.1997.666900.

    >>> similarity(shingles("a b c d e f"), shingles("x a b c d e f y"))
    1.0
    """
    # Of the shorter text, not of both together: a reprint inside a longer page counts as one.
    smaller = min(len(runs), len(others))
    return len(runs & others) / smaller if smaller else 0.0


def _clean(path: Path) -> tuple[str, list[str]]:
    """Return the text as it will be stored, and what was changed in it."""
    text = read_text(path, what="an article's text, one UTF-8 file")
    notices: list[str] = []
    if "\0" in text:
        raise FileError(path, "a NUL character", "plain text", "save the article as plain text")
    if text.startswith("\ufeff"):
        text = text[1:]
        notices.append("a byte order mark at the start was taken out")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        notices.append("line ends were CRLF or CR; they are stored as LF")
    if len(text) > LONGEST_TEXT:
        found, allowed = f"{len(text):,} characters", f"an article, of at most {LONGEST_TEXT:,}"
        raise FileError(path, found, allowed, "save one article a file")
    if not text.strip():
        raise FileError(path, "no text", "an article's text", "check what was saved")
    return text, notices


def _refuse_duplicate(path: Path, text: str, articles: Sequence[Row]) -> None:
    digest = sha256(text)
    for row in articles:
        # The hash of a withdrawn text stays in its row, so that it does not slip back in.
        if row["text_sha256"] == digest:
            raise FileError(
                path,
                f"the text of {row['article_id']}",
                "a text that is not in the corpus",
                "nothing to do: the article is there already (a text that was withdrawn comes back "
                "with `usiran articles restore-text`); added under a wrong id, take it out first: "
                f"`usiran articles remove {row['article_id']}`",
            )


def _nearest(
    corpus: Corpus, path: Path, text: str, articles: Sequence[Row], *, allow_similar: bool
) -> list[str]:
    """Return a notice of how near the nearest article is."""
    runs = shingles(text)
    shares = {
        key: similarity(runs, shingles(read_stored(corpus, key).text))
        for key in (row["article_id"] for row in articles)
    }
    nearest = max(shares, key=shares.__getitem__, default=None)
    if nearest is None or not shares[nearest]:
        return []
    notice = f"{shares[nearest]:.0%} of its {SHINGLE}-word sequences stand in {nearest}"
    if shares[nearest] >= SIMILAR and not allow_similar:
        raise FileError(
            path,
            notice,
            f"less than {SIMILAR:.0%} shared with any article",
            "leave a reprint out; add it with --allow-similar where it is an article of its own",
        )
    return [notice]


def _row(text: str, facts: Facts, proposals: Sequence[Proposal], language: str) -> dict[str, str]:
    first = proposals[0]
    title = facts.title or (text[first.start : first.end] if first.zone == "title" else None)
    row = dict.fromkeys(COLUMNS["articles"], "")
    for name in FACTS:
        value = title if name == "title" else getattr(facts, name)
        row |= {name: value or "", f"{name}_basis": _basis(value, text, facts.note)}
    return row | {
        "article_id": facts.article_id or _propose_id(title, text, facts.published),
        "url": facts.url or "",
        "language": language,
        "rights": facts.rights,
        "note": facts.note or "",
        "text_sha256": sha256(text),
    }


def _basis(value: str | None, text: str, note: str | None) -> str:
    """Return how a fact is known; nothing where neither the text nor a note says it."""
    if value is None:
        return "unknown"
    if value in text:
        return "stated"
    return "inferred" if note else ""


def _propose_id(title: str | None, text: str, published: str | None) -> str:
    words = slug(title or text[:200]).split("-")[:_ID_WORDS]
    date = [published.split("/")[0]] if published and re.fullmatch(EDTF, published) else []
    return "-".join([*date, *words])


def _findings(file: str, row: Row, text: str, taken: set[str]) -> list[Finding]:
    key = row["article_id"]
    allowed = "a value that the text states, or one with a note"
    fix = "say with --note how it is known"
    findings = [
        Finding(file, key, name, row[name], allowed, fix)
        for name in FACTS
        if not row[f"{name}_basis"]
    ]
    if not findings:
        cells = {name: value or None for name, value in row.items()}
        frame = pd.DataFrame([cells | {"text_status": "present", "text": text}])
        _, errors = check("articles", frame, file=file, key="article_id", allowed={})
        findings = [_with_option(finding) for finding in errors]
    if key in taken:
        fix = "choose another with --id; ids are never reused"
        findings.append(Finding(file, key, "article_id", key, "an id that is free", fix))
    return findings


def _with_option(finding: Finding) -> Finding:
    """Say which option mends an error of the new row."""
    option = "id" if finding.column == "article_id" else finding.column.removesuffix("_basis")
    fix = (
        f"give another value with --{option.replace('_', '-')}"
        if option in _OPTIONS
        else finding.fix
    )
    return replace(finding, fix=fix)


def _doubt(surface: str, zone: str) -> str:
    """Return why a reader should look at a proposed sentence, or nothing."""
    ending = re.search(r"[.!?…:][\"'”’)\]]*$", surface)
    words = len(surface.split())
    # The first that holds is told: a cut quotation explains the other signs.
    doubts = (
        (
            surface.count("“") != surface.count("”") or surface.count('"') % 2 == 1,
            "a quotation is cut or never closed",
        ),
        (_ABBREVIATION.search(surface), "it ends with an abbreviation: perhaps not its end"),
        (surface[0].islower(), "a small letter first: perhaps the end of the sentence before"),
        (words > _LONG, f"{words} words: perhaps more than one sentence"),
        (zone == "body" and not ending, "no full stop: perhaps a heading or a caption"),
        (zone == "title", "taken for a heading: perhaps a caption, a credit or a widget"),
    )
    return next((why for holds, why in doubts if holds), "")


def to_json(addition: Addition, *, written: bool) -> dict[str, object]:
    """Return an addition as one JSON object: its row, its sentences, what to look at."""
    return {
        "written": written,
        "article": dict(addition.row),
        "notices": list(addition.notices),
        "sentences": Counter(proposal.zone for proposal in addition.proposals),
        "look_at": dict(_to_look_at(addition)),
    }


def report(addition: Addition, *, written: bool) -> str:
    """Return what the contributor should know and look at next, as text."""
    row, key = addition.row, addition.article_id
    zones = Counter(proposal.zone for proposal in addition.proposals)
    facts = ", ".join(
        f"{name} {row[name]!r} ({row[f'{name}_basis']})"
        for name in ("title", "publisher", "published")
    )
    counts = ", ".join(f"{zone} {count}" for zone, count in sorted(zones.items()))
    lines = [
        f"{'added' if written else 'would add'} {key}: {facts}",
        *(f"notice: {notice}" for notice in addition.notices),
        f"sentences proposed: {len(addition.proposals)}: {counts}",
        *(f"look at {sentence_id}: {why}" for sentence_id, why in _to_look_at(addition)),
        "next:",
        f"  usiran articles sentences {key} > outline.txt      read every line, edit, then",
        f"  usiran articles sentences {key} --apply outline.txt",
        f"  usiran annotate sheet {key} > sheet.txt            label it (annotation/GUIDELINES.md)",
    ]
    return "\n".join(lines)


def _to_look_at(addition: Addition) -> Iterator[tuple[str, str]]:
    """Yield the sentences that a reader should look at first: id and why."""
    for number, (start, end, zone) in enumerate(addition.proposals, start=1):
        if zone != "boilerplate" and (why := _doubt(addition.text[start:end], zone)):
            yield f"{addition.article_id}#{number:03d}", why
