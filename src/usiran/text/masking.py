"""Rows without words: underscores of equal length wherever a row holds a text."""

from __future__ import annotations

from typing import Any

from usiran.text.standoffs import MASK

TEXTS = ("text", "source_text", "tokens")
"""Columns, also of nested entries, that hold words of a text."""


def masked(row: dict[str, Any]) -> dict[str, Any]:
    """Return a published row with underscores of equal length in place of its texts.

    Examples
    --------
    >>> masked({"start": 3, "text": "the US", "actors": [{"text": "US", "type": "GOVERNMENT"}]})
    {'start': 3, 'text': '______', 'actors': [{'text': '__', 'type': 'GOVERNMENT'}]}
    """
    return {key: hidden(value) if key in TEXTS else _inside(value) for key, value in row.items()}


def hidden(value: Any) -> Any:
    """Return a text, or a list of texts, as underscores of equal length."""
    if isinstance(value, list):
        return [hidden(item) for item in value]
    return MASK * len(value) if isinstance(value, str) else value


def _inside(value: Any) -> Any:
    """Return a value with the texts of its nested entries masked."""
    if isinstance(value, list):
        return [_inside(item) for item in value]
    return masked(value) if isinstance(value, dict) else value
