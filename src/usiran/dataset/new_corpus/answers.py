"""What is asked before a corpus is made: its title, language, sides and affiliations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from usiran.errors import Finding, refuse
from usiran.hidden import plain_line
from usiran.schemas.base import is_id

OTHER = "OTHER"
NEUTRAL = "neutral"
# A side names columns (`toward_NAME`), tasks and labels; the others stand in sheets and commands.
_SIDE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_LABEL = re.compile(r"\w[\w-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_NO_ID = re.compile(r"[^a-z0-9]+", re.ASCII)


@dataclass(frozen=True)
class SideAnswer:
    """A side: its name, the stance that favours it, the affiliations that are counted to it."""

    name: str
    stance: str
    affiliations: tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """What a new corpus is about.

    `name` is a slug, `language` an ISO 639 code, `affiliations` all there are, those of the two
    sides among them. `sides` are empty where a label scheme of somebody's own has them.
    """

    name: str
    title: str
    language: str
    sides: tuple[SideAnswer, ...] = ()
    affiliations: tuple[str, ...] = ()
    neutral: str = NEUTRAL


def slug(folder: Path) -> str:
    """Return what a corpus in a folder is called.

    >>> slug(Path("corpora/Two Rivers_2"))
    'two-rivers-2'
    """
    name = _NO_ID.sub("-", folder.absolute().name.lower()).strip("-")
    return name if is_id(name) else "corpus"


def answers_of(
    folder: Path,
    *,
    title: str,
    language: str,
    sides: Sequence[str] | None,
    affiliations: Sequence[str] = (),
    neutral: str = NEUTRAL,
) -> Answers:
    """Return checked answers, all that is wrong with them told at once.

    Parameters
    ----------
    folder : Path
        Where the corpus is to be; it is called after it.
    sides : sequence of str, optional
        Two, each ``NAME`` or ``NAME=STANCE``; the stance is ``pro-NAME`` where it is left out.
        None where a label scheme of somebody's own has them.
    affiliations : sequence of str
        Besides one for each side, its name in capitals, and ``OTHER``: each ``NAME``, or
        ``NAME=SIDE`` where its actors are counted to that side.

    Raises
    ------
    InputError
        A text that is no title, language, name or label, or a name given twice.

    Examples
    --------
    >>> answers = answers_of(
    ...     Path("dike"), title="The dike", language="de", sides=["upland", "coast=pro-sea"],
    ...     affiliations=["GUILD=coast"],
    ... )
    >>> [side.stance for side in answers.sides], answers.sides[1].affiliations
    (['pro-upland', 'pro-sea'], ('COAST', 'GUILD'))
    >>> answers.affiliations
    ('UPLAND', 'COAST', 'GUILD', 'OTHER')
    """
    named = [_pair(side) for side in sides or ()]
    counted = [_pair(name) for name in affiliations]
    refuse(
        (
            *_text_errors(title, language),
            *(_side_errors(named, neutral) if sides is not None else ()),
            *_affiliation_errors(counted, dict(named)),
        )
    )
    made = tuple(
        SideAnswer(
            name,
            stance or f"pro-{name}",
            (name.upper(), *(affiliation for affiliation, side in counted if side == name)),
        )
        for name, stance in named
    )
    every = [*(name.upper() for name, _ in named), *(name for name, _ in counted), OTHER]
    return Answers(
        name=slug(folder),
        title=title,
        language=language,
        sides=made,
        affiliations=tuple(dict.fromkeys(every)),
        neutral=neutral,
    )


def _pair(text: str) -> tuple[str, str]:
    name, _, of = text.partition("=")
    return name.strip(), of.strip()


def _text_errors(title: str, language: str) -> Iterator[Finding]:
    if not title.strip() or plain_line(title) != title:
        allowed = "a line of words"
        yield Finding("--title", "", "", title, allowed, "say what the corpus is about")
    if not _LANGUAGE.fullmatch(language):
        allowed = "an ISO 639 code in small letters, such as en, es or de"
        yield Finding("--language", "", "", language, allowed, "give the language of the articles")


def _side_errors(named: Sequence[tuple[str, str]], neutral: str) -> Iterator[Finding]:
    names = [name for name, _ in named]
    if len(names) != 2 or len(set(names)) != 2:
        value = ", ".join(names) or "none"
        yield Finding("--side", "", "", value, "two sides of different names", "give --side twice")
    for name in names:
        if not _SIDE.fullmatch(name):
            allowed = "small letters a to z, digits and _, a letter first"
            fix = "give a short name; what it is called in words goes into labels.toml"
            yield Finding("--side", "", "", name, allowed, fix)
    stances = [*(stance or f"pro-{name}" for name, stance in named), neutral]
    yield from _label_errors("--side", (stance for _, stance in named if stance))
    yield from _label_errors("--neutral", [neutral])
    if len(set(stances)) != len(stances):
        value, allowed = ", ".join(stances), "three stances of different names"
        yield Finding("--side", "", "", value, allowed, "rename one with --side NAME=STANCE")


def _affiliation_errors(
    counted: Sequence[tuple[str, str]], sides: Mapping[str, str]
) -> Iterator[Finding]:
    names = [name for name, _ in counted]
    yield from _label_errors("--affiliation", names)
    taken = [*map(str.upper, sides), OTHER]
    for name, side in counted:
        if names.count(name) > 1 or name in taken:
            allowed = f"a name of its own; there are already {', '.join(taken)}"
            yield Finding("--affiliation", "", "", name, allowed, "leave it out, or rename it")
        if side and side not in sides:
            allowed = f"one of the sides: {', '.join(sides)}"
            yield Finding("--affiliation", name, "", side, allowed, "name the side it belongs to")


def _label_errors(option: str, names: Iterable[str]) -> Iterator[Finding]:
    for name in names:
        if not _LABEL.fullmatch(name):
            allowed = "letters, digits, _ and -, no blank"
            yield Finding(option, "", "", name, allowed, "give it such a name")
