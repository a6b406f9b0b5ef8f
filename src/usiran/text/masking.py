"""Rows without words: underscores of equal length wherever a row holds a text."""

from typing import Any

from usiran.text.standoffs import MASK

TEXTS = (
    *("text", "tokens"),
    *("sentence", "trigger", "agent_texts", "recipient_texts"),
)
"""Columns, also of nested entries, that hold words of a text."""


def masked(value: Any) -> Any:
    """Return published rows, or one, with underscores of equal length in place of their texts.

    >>> masked({"start": 3, "text": "the US", "actors": [{"text": "US", "type": "GOVERNMENT"}]})
    {'start': 3, 'text': '______', 'actors': [{'text': '__', 'type': 'GOVERNMENT'}]}
    """
    if isinstance(value, list):
        return [masked(item) for item in value]
    if isinstance(value, dict):
        return {key: _hidden(item) if key in TEXTS else masked(item) for key, item in value.items()}
    return value


def _hidden(value: Any) -> Any:
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    return MASK * len(value) if isinstance(value, str) else value
