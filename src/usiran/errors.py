"""Errors and findings: what was found, where, what is allowed, how to mend it.

A *finding* is one located fault in the corpus or in a file given to the toolkit.
Validation collects findings; a command that cannot go on raises a `UsiranError`.
Only the command line turns either into text and an exit code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Self

from usiran.hidden import plain

_SHOWN = 160
_LISTED = 3
# Together with the values, a finding's line stays below 2,000 characters.
_LONGEST = 600


def shorten(value: object, width: int = _SHOWN) -> str:
    r"""Return `value` as one line of at most `width` characters, with nothing hidden in it.

    >>> shorten("many words on one line", 10), shorten("two\nlines\u202e")
    ('many word…', 'two\\nlines⟨U+202E⟩')
    """
    text = str(value)
    # The cut comes first: a value may be of any length.
    line = text[:width].replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    line = plain(line)
    return line if max(len(line), len(text)) <= width else line[: width - 1] + "…"


@dataclass(frozen=True, order=True)
class Finding:
    """One error, located: what was found there, what is allowed, how to mend it.

    `file` is relative to the corpus where it lies inside it, `record` an id in that file ("" for
    the file as a whole), `column` a column or field ("" for the record as a whole).

    >>> print(Finding("folds.csv", "a-1", "fold", "-2", "a whole number from 0", "number it"))
    folds.csv: a-1: fold: found '-2'; allowed: a whole number from 0; to mend: number it
    """

    file: str
    record: str
    column: str
    value: str
    allowed: str
    fix: str

    def __str__(self) -> str:
        where = ": ".join(shorten(part) for part in (self.file, self.record, self.column) if part)
        allowed, fix = shorten(self.allowed, _LONGEST), shorten(self.fix, _LONGEST)
        return f"{where}: found '{shorten(self.value)}'; allowed: {allowed}; to mend: {fix}"

    def as_dict(self) -> dict[str, str]:
        """Return the finding as a JSON object, no part of it longer than a line can be."""
        return {name: shorten(part, _LONGEST) for name, part in asdict(self).items()}


def nearest(name: str, names: Sequence[str], otherwise: str = "use one of these") -> str:
    """Return how to correct an unknown name: the nearest one, whatever its capitals.

    Examples
    --------
    >>> nearest("PRO-us", ["pro-US", "neutral"]), nearest("x", ["neutral"])
    ("did you mean 'pro-US'?", 'use one of these')
    """
    folded = {known.casefold(): known for known in names}
    near = get_close_matches(name.casefold(), folded, n=1)
    return f"did you mean '{folded[near[0]]}'?" if near else otherwise


def grouped(findings: Iterable[Finding]) -> list[str]:
    """Return a line for each finding, and one for more than three of a kind.

    Of a kind are those on one column of a file for which the same is allowed; the first
    records stand in their line.

    >>> rows = [Finding("a.csv", f"x-{n}", "fold", "", "a number", "number it") for n in range(9)]
    >>> print(*grouped(rows))
    a.csv: fold: 9 times, first at x-0, x-1, x-2; allowed: a number; to mend: number it
    """
    return [line for alike in _kinds(findings) for line in _lines(alike)]


def first_of_each_kind(findings: Iterable[Finding]) -> list[Finding]:
    """Return the first finding of each kind, which says how many more there are of it.

    >>> rows = [Finding("mine", f"x-{n}", "", "no row", "a row", "add one") for n in range(9)]
    >>> print(*first_of_each_kind(rows))
    mine: x-0 and 8 more: found 'no row'; allowed: a row; to mend: add one
    """
    return [
        replace(first, record=f"{first.record} and {len(others)} more") if others else first
        for first, *others in _kinds(findings)
    ]


def _kinds(findings: Iterable[Finding]) -> Iterable[Sequence[Finding]]:
    kinds: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        kind = (finding.file, finding.column, finding.allowed, finding.fix)
        kinds.setdefault(kind, []).append(finding)
    return kinds.values()


def _lines(alike: Sequence[Finding]) -> list[str]:
    if len(alike) <= _LISTED:
        return [str(finding) for finding in alike]
    first = alike[0]
    where = ": ".join(shorten(part) for part in (first.file, first.column) if part)
    values = Counter(finding.value for finding in alike)
    value = f", found '{shorten(first.value)}'" if len(values) == 1 and first.value else ""
    records = dict.fromkeys(shorten(finding.record) for finding in alike)
    places = ", ".join([name for name in records if name][:_LISTED])
    place = f", first at {places}" if places else ""
    return [
        plain(
            f"{where}: {len(alike)} times{value}{place}; allowed: "
            f"{shorten(first.allowed, _LONGEST)}; to mend: {shorten(first.fix, _LONGEST)}"
        )
    ]


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, which takes an s unless there is one.

    >>> counted(1, "finding"), counted(2, "finding")
    ('1 finding', '2 findings')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


class UsiranError(Exception):
    """Base of every error the toolkit raises on purpose; its text is for the user."""

    findings: Sequence[Finding] = ()  # what it says, where that is located

    def __reduce__(self) -> tuple[object, ...]:
        # An exception is rebuilt from its text by default, which is not what ours are made from.
        return _rebuilt, (type(self), self.args), self.__dict__


def _rebuilt(kind: type[UsiranError], args: tuple[object, ...]) -> UsiranError:
    return kind.__new__(kind, *args)


class CorpusNotFound(UsiranError):
    """No corpus folder where one was looked for; `option` is what names one."""

    def __init__(self, start: Path, option: str = "--corpus DIR") -> None:
        super().__init__(
            f"{start}: no dataset/corpus.toml here or in any folder above; "
            f"run inside a corpus folder, or name one with {option}"
        )


class FileError(UsiranError):
    """A file that cannot be read as what it should be."""

    def __init__(self, file: Path | str, value: str, allowed: str, fix: str) -> None:
        self.finding = Finding(str(file), "", "", value, allowed, fix)
        self.findings = (self.finding,)
        super().__init__(str(self.finding))

    @classmethod
    def of(cls, error: OSError, file: Path | str, allowed: str, fix: str) -> Self:
        """Return what the system says of a file, in its words."""
        # The number of the error and the path, which Python puts around them, say nothing more.
        return cls(file, (error.strerror or str(error)).lower(), allowed, fix)


class PlotsMissing(FileError):
    """matplotlib, which draws the pictures, is not installed."""

    def __init__(self, picture: str) -> None:
        fix = "pip install 'usiran[plots]'"
        super().__init__(picture, "no matplotlib", "matplotlib, which draws it", fix)


class StudioError(FileError):
    """A Label Studio server, or a data folder of one, is not as it must be."""


class HubError(FileError):
    """The Hub, or the way there, is not as it must be."""


class HeldOutWarning(UserWarning):
    """A system shows signs of knowing the articles that it is asked about."""


class InputError(UsiranError):
    """One or more located faults in what was given; nothing was written."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))

    @classmethod
    def of(cls, where: str, value: str, allowed: str, fix: str) -> Self:
        """Return the error of one finding: on an option, an argument or a file as a whole."""
        return cls([Finding(where, "", "", value, allowed, fix)])


class InvalidCorpus(InputError):
    """The findings on a corpus as it stands; `usiran validate` lists them."""


def refuse(findings: Iterable[Finding]) -> None:
    """Raise an `InputError` of all findings, where there are any."""
    if collected := list(findings):
        raise InputError(collected)
