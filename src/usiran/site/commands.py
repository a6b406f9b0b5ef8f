"""The commands of a program, as their help tells them: what their pages show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import typer

_EXAMPLE = "Example: "


class Command(NamedTuple):
    """A command: its words, its usage, what its help says, an example, what it takes."""

    words: tuple[str, ...]
    usage: str
    summary: str
    about: str  # Markdown: the help without its summary and its example
    example: str
    arguments: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """What is typed for it, after the program's name."""
        return " ".join(self.words)

    @property
    def group(self) -> str:
        """The group that it is in, "" for none."""
        return self.words[0] if len(self.words) > 1 else ""

    @property
    def page(self) -> str:
        """The name of its page."""
        return f"commands/{'-'.join(self.words)}.html"


def example_of(help: str | None) -> str:
    """Return the example that stands at the end of a command's help, "" for none."""
    return " ".join((help or "").partition(_EXAMPLE)[2].split())


def commands_of(program: typer.Context) -> list[Command]:
    """Return every command of a program, in the order of its help."""
    return list(_below(program, ()))


def _below(group: typer.Context, words: tuple[str, ...]) -> Iterator[Command]:
    children = getattr(group.command, "commands", {})
    for name, command in children.items():
        inner = typer.Context(command, info_name=name, parent=group)
        yield from _below(inner, (*words, name))
    if not children:
        yield _command(group, words)


def _command(context: typer.Context, words: tuple[str, ...]) -> Command:
    paragraphs = (context.command.help or "").split("\n\n")
    told = [text for text in paragraphs[1:] if not text.startswith(_EXAMPLE)]
    taken: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for parameter in context.command.get_params(context):
        taken[parameter.param_type_name].extend(_record(parameter, context))
    return Command(
        words=words,
        usage=context.command.get_usage(context).removeprefix("Usage: "),
        summary=" ".join(paragraphs[0].split()),
        about="\n\n".join(told),
        example=example_of(context.command.help),
        arguments=tuple(taken["argument"]),
        options=tuple(taken["option"]),
    )


def _record(parameter: Any, context: typer.Context) -> Iterator[tuple[str, str]]:
    # None where the option is hidden.
    record = parameter.get_help_record(context)
    if record is not None:
        yield record[0], " ".join(record[1].split())
