"""What `usiran annotate queue` prints."""

from __future__ import annotations

import textwrap
from dataclasses import asdict

from usiran.active_learning.review_queue import Queue
from usiran.annotation.agreement.report import figure
from usiran.cli.options import say, show_json
from usiran.errors import shorten
from usiran.text.quoting import one_line

WIDTH = 100
_REASON = textwrap.TextWrapper(
    WIDTH, initial_indent=" " * 11, subsequent_indent=" " * 13, break_on_hyphens=False
)


def show_queue(queue: Queue, *, top: int, as_json: bool) -> None:
    """Print the first sentences of the queue; what was left out goes to standard error."""
    rows = queue.sentences[:top]
    if as_json:
        document = [
            asdict(row) | {"reasons": [reason._asdict() for reason in row.reasons]} for row in rows
        ]
        show_json({"sentences": document, "queued": len(queue.sentences), "notes": queue.notes})
        return
    for number, row in enumerate(rows, start=1):
        print(f"{number:>3}  {figure(row.score):>4}  {row.sentence_id}")
        print(f"           {shorten(one_line(row.text), WIDTH - 11)}")
        for reason in row.reasons:
            line = f"{reason.kind} {figure(reason.score)}: {one_line(reason.why)}"
            print(_REASON.fill(line))
    # Standard output holds the queue alone, to be piped on.
    for note in queue.notes:
        say(note)
    say(f"{len(rows)} of {len(queue.sentences)} sentences shown")
