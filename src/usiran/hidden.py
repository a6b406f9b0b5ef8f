"""Characters that a reader does not see, told by their codes wherever foreign text is shown.

They are control characters, marks of direction, line and paragraph separators, and what has no
width (Unicode's ``Default_Ignorable_Code_Point``): a terminal obeys them, and words that hold them
are not the words that a reader takes them for.
"""

import re

_JOINERS = "\u200c\u200d\ufe00-\ufe0f"
_ALWAYS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    "\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Joiners are part of words in many scripts, and of emoji; after ASCII or nothing they join nothing.
_HIDDEN = re.compile(
    rf"[{_ALWAYS}]|(?<![^\x00-\x7f{_ALWAYS}\u200c\u200d])(?!\ufe0f\u20e3)[{_JOINERS}]+"
)
_SPELLING = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def plain(text: object) -> str:
    r"""Return a text with its hidden characters told by their codes; lines and tabs stay.

    >>> plain("a\u202eb\x00")
    'a⟨U+202E⟩b⟨U+0000⟩'
    """
    shown = str(text)
    # Almost every text is printable ASCII, which is far faster to tell.
    if shown.isascii() and shown.isprintable():
        return shown
    return _HIDDEN.sub(lambda match: "".join(f"⟨U+{ord(c):04X}⟩" for c in match[0]), shown)


def plain_line(text: object) -> str:
    r"""Return a text as `plain` does, on one line: ends of lines and tabs are told as well.

    >>> plain_line("a\nb")
    'a⟨U+000A⟩b'
    """
    return plain(text).replace("\n", "⟨U+000A⟩").replace("\t", "⟨U+0009⟩")


def spelled(text: str) -> str:
    r"""Return a text for a file that is edited and read again: hidden characters spelled out.

    >>> print(spelled("a\u202eb"))
    a\u{202e}b
    """
    return _HIDDEN.sub(lambda match: "".join(rf"\u{{{ord(c):x}}}" for c in match[0]), text)


def unspelled(text: str) -> str:
    r"""Return the text that `spelled` was given, if it had nothing spelled in it.

    >>> unspelled(spelled("a\u202eb")) == "a\u202eb"
    True
    """
    return _SPELLING.sub(lambda match: chr(min(int(match[1], 16), 0x10FFFF)), text)


def plain_json(text: str) -> str:
    r"""Return a JSON document that says the same, its hidden characters as JSON's escapes.

    >>> print(plain_json('["a\u202eb"]'))
    ["a\u202eb"]
    """

    def escape(match: re.Match[str]) -> str:
        units = match[0].encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))

    return _HIDDEN.sub(escape, text)
