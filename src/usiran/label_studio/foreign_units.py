"""Which unit of the corpus a task of another project stands for, told by its text."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from usiran.label_studio.export_records import Data
from usiran.text.articles import Texts, sha256


class ForeignUnits:
    """Names the units of tasks that do not, or whose texts differ in line ends alone."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    @cached_property
    def _by_text(self) -> dict[str, list[tuple[str, str | None]]]:
        units: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        for article, text in self._texts.texts.items():
            units[_plain(text)].append((article, None))
        for row in self._texts.by_id.values():
            if row.scored:
                units[_plain(self._texts.text_of(row))].append((row.article_id, row.sentence_id))
        return units

    def name(self, data: Data, candidates: Sequence[str]) -> None:
        """Set in `data` the unit that it stands for, and its own text where that differs.

        `candidates` are what may be its text, the likeliest first.
        """
        texts = self._texts
        data.text = candidates[0] if candidates else None
        sentence = texts.by_id.get(data.sentence_id or "")
        if data.article_id is None and sentence is not None:
            data.article_id = sentence.article_id
        if data.sentence_id is None and data.article_id not in texts.texts:
            self._find(data, candidates)
        if data.article_id is None or data.article_id not in texts.texts or data.text is None:
            return
        sentence = texts.by_id.get(data.sentence_id or "")
        own = texts.text_of(sentence) if sentence else texts.texts[data.article_id]
        if _plain(own) == _plain(data.text):
            # Its hash is that of its own line ends.
            if data.text_sha256 == sha256(data.text):
                data.text_sha256 = None
            data.text = None

    def _find(self, data: Data, candidates: Sequence[str]) -> None:
        for text in candidates:
            units = self._by_text.get(_plain(text), [])
            # A sentence that stands in two places does not tell in which it was read.
            if len(units) == 1:
                data.article_id, data.sentence_id = units[0]
                data.text, data.start, data.end = text, None, None
                return


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
