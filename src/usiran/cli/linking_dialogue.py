"""`usiran articles link` in the terminal: one name after another, each answer saved at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict

import typer

from usiran.annotation.actor_linking import Actor, Linker, Unlinked
from usiran.cli.output import say, show, show_json, wrapped
from usiran.cli.session import holding
from usiran.dataset.articles import slug
from usiran.errors import InputError, counted
from usiran.hidden import plain_line
from usiran.text.quoting import one_line

_HELP = "NUMBER or actor_id: in this article (with * everywhere); n new, u nobody, s skip, q quit"


def shown(mention: Unlinked, suggestions: list[Actor]) -> Iterator[str]:
    """Yield an open name as lines: its sentence, and who it may be."""
    places = counted(len(mention.span_ids), "mention")
    yield f"{mention.words} ({mention.type}), {places} in {mention.article_id}"
    sentence = one_line(f"{mention.before}[[{mention.words}]]{mention.after}")
    told = f"#{mention.sentence_id.rpartition('#')[2]} {sentence}"
    yield from wrapped(told, "    ", "    ")
    for number, actor in enumerate(suggestions, start=1):
        yield f"  {number}  {actor.actor_id} ({actor.name}, {actor.affiliation}): {actor.why}"


def show_open(
    linker: Linker, article_id: str | None, again: Sequence[Unlinked] = (), *, as_json: bool
) -> None:
    """Print what is open, and the mentions of `again`, with suggestions."""
    mentions = dict.fromkeys([*again, *_waiting(linker, article_id)])
    rows = [(mention, linker.suggestions(mention)) for mention in mentions]
    if as_json:
        show_json(
            [
                asdict(mention) | {"suggestions": [actor._asdict() for actor in actors]}
                for mention, actors in rows
            ]
        )
        return
    for mention, actors in rows:
        show("\n".join(shown(mention, actors)) + "\n")
    say(left(linker, article_id))


def left(linker: Linker, article_id: str | None) -> str:
    """Return how much is open, and what to type then."""
    count = len(_waiting(linker, article_id))
    if count:
        return f"{counted(count, 'name')} open: `usiran articles link` goes on"
    return "everybody is linked; next: `usiran status`"


def _waiting(linker: Linker, article_id: str | None) -> list[Unlinked]:
    return [mention for mention in linker.open if article_id in (None, mention.article_id)]


def dialogue(linker: Linker, article_id: str | None = None, again: Sequence[Unlinked] = ()) -> int:
    """Ask until nothing is open or somebody quits; return how many answers were saved.

    Those of `again` are asked about first, though they are linked; each shows who it is by now.
    """
    saved, skipped = 0, set[Unlinked]()
    again = [mention for mention in again if mention not in linker.open]
    show(_HELP)
    while True:
        waiting = [row for row in _waiting(linker, article_id) if row not in skipped]
        if not again and not waiting:
            return saved
        linked = bool(again)
        mention = again.pop(0) if linked else waiting[0]
        suggestions = linker.suggestions(mention)
        show(f"\n[{len(waiting)} open]", end=" ")
        show("\n".join(shown(mention, suggestions)))
        if linked:
            show(f"  linked by now: {linker.answer(mention)}")
        try:
            answer = _ask(linker, mention, suggestions)
        except typer.Abort:
            say(f"\nstopped; {counted(saved, 'answer')} saved")
            raise typer.Exit(1) from None
        if answer == "q":
            return saved
        if answer == "s":
            skipped.add(mention)
        else:
            saved += 1


def _ask(linker: Linker, mention: Unlinked, suggestions: list[Actor]) -> str:
    """Take one answer and save it; return s or q where that was the answer."""
    while True:
        line = str(typer.prompt("who is it (number, id, n, u, s, q)")).strip()
        if line in ("s", "q"):
            return line
        try:
            write = _answer(linker, mention, suggestions, line)
            with holding(linker.opened.corpus, wait=True):
                write()
            return ""
        except InputError as error:
            say(str(error))


def _answer(
    linker: Linker, mention: Unlinked, suggestions: list[Actor], line: str
) -> Callable[[], None]:
    """Return what writes an answer, with everything that it needs asked for."""
    sides = f"affiliation ({', '.join(linker.affiliations)})"
    if line == "n":
        key = _prompt("id", slug(mention.words))
        name = _prompt("name", mention.words)
        affiliation, note = _prompt(sides), _prompt("note")
        return lambda: linker.add(
            mention, actor_id=key, name=name, affiliation=affiliation, note=note
        )
    if line == "u":
        affiliation, reason = _prompt(sides), _prompt("reason", "no actor of the registry")
        return lambda: linker.leave(mention, affiliation, reason=reason)
    everywhere, word = line.endswith("*"), line.removesuffix("*").strip()
    actor = linker.actor(word)
    if word.isascii() and word.isdecimal() and 1 <= int(word[:9]) <= len(suggestions):
        actor = suggestions[int(word) - 1]
    if actor is None:
        numbers = f"1 to {len(suggestions)}, " if suggestions else ""
        allowed = f"{numbers}an actor_id of the registry, n, u, s or q"
        raise InputError.of("the answer", line, allowed, "type one of these")
    key = actor.actor_id
    reason = "" if everywhere else _prompt("reason", f"the article's words for {actor.name}")
    return lambda: linker.link(mention, key, reason=reason, everywhere=everywhere)


def _prompt(text: str, default: str = "") -> str:
    """Ask for one line; an empty answer is the default, which is shown as `show` shows text."""
    shown_default = f" [{plain_line(default)}]" if default else ""
    line = str(typer.prompt(f"{text}{shown_default}", default="", show_default=False))
    return " ".join(line.split()) or default
