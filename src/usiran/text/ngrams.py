"""Runs of words that one text shares with others."""

import re
from collections.abc import Iterable, Iterator

SHINGLE = 5
"""Consecutive words that count as a text's wording: fewer are found anywhere."""

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without what stands between them.

    >>> words_of("The US-led “coalition”")
    ['the', 'us', 'led', 'coalition']
    """
    return _WORD.findall(text.lower())


def shingles(text: str, size: int = SHINGLE) -> set[tuple[str, ...]]:
    """Return every run of `size` words of a text."""
    return set(_windows(words_of(text), size))


def _windows(words: list[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(words[at:] for at in range(size)), strict=False)


class SharedRuns:
    """The runs of `size` words of some texts, to be looked for elsewhere.

    `names` may be made of the texts' words, and are no wording.
    """

    def __init__(
        self, texts: Iterable[str], names: Iterable[str] = (), *, size: int = SHINGLE
    ) -> None:
        self._size = size
        self._shingles = {shingle for text in texts for shingle in shingles(text, size)}
        self._names = tuple(names)

    def runs_in(self, content: str) -> Iterator[str]:
        """Yield every run of `size` words or more that a content shares with the texts.

        >>> texts = SharedRuns(["One two three four five six."])
        >>> list(texts.runs_in("say: two three FOUR five six!"))
        ['two three four five six']
        """
        if not self._shared(words_of(content)):
            # Most values share nothing; they need no search for names.
            return
        for name in self._names:
            content = content.replace(name, " # ")
        words = words_of(content)
        runs: list[list[int]] = []
        for at in self._shared(words):
            if runs and at <= runs[-1][1]:
                runs[-1][1] = at + self._size
            else:
                runs.append([at, at + self._size])
        yield from (" ".join(words[start:end]) for start, end in runs)

    def _shared(self, words: list[str]) -> list[int]:
        """Return where shared runs begin."""
        windows = _windows(words, self._size)
        return [at for at, run in enumerate(windows) if run in self._shingles]
