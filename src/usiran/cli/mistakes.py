"""What was typed wrong, as one finding: what was found, what is allowed, what to type instead."""

import re
import shlex
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from typer._click.core import Command, Context
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperGroup

from usiran.cli.complete import values_of
from usiran.cli.help import word_of
from usiran.errors import Finding, InputError
from usiran.site.commands import example_of

_MOST = 3  # as many commands are proposed in the place of one


class WrongUsage(InputError):
    """Something was typed that no command takes; exit code 2."""


class Group(TyperGroup):
    """Commands, of which one that is not there is told with those that are meant."""

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """Return the command that is named first, and the words behind it."""
        word = args[0]
        if word in self.commands or word.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        root = ctx.find_root()
        paths = [" ".join((root.info_name or "", *path)) for path in _paths(root.command)]
        meant = _meant(f"{ctx.command_path} {word}", word, paths)
        fix = "type " + " or ".join(f"`{path}`" for path in meant) if meant else _see_help(ctx)
        finding = Finding(ctx.command_path, "", "", word, ", ".join(self.commands), fix)
        raise WrongUsage([finding])


def wrong_usage(error: UsageError, root: Command) -> WrongUsage | None:
    """Return what is wrong in the words that were typed; None where help is what is wanted."""
    if isinstance(error, NoArgsIsHelpError):
        return None
    ctx = error.ctx or _as_far_as_named(root)
    match error:
        case NoSuchOption():
            return _unknown_option(error, ctx)
        case MissingParameter(param=param) if param is not None:
            return _missing(ctx, param)
        case BadOptionUsage(option_name=name):
            return _missing(ctx, next(p for p in ctx.command.params if name in p.opts))
        case BadParameter():
            return _wrong_value(error, ctx)
    usage = " ".join((ctx.command_path, *ctx.command.collect_usage_pieces(ctx)))
    return WrongUsage.of(ctx.command_path, _value(error), usage, _example(ctx))


def _unknown_option(error: NoSuchOption, ctx: Context) -> WrongUsage:
    names = _options(ctx.command)
    # `-json` is read as `-j -s on`.
    long = [f"-{word}" for word in sys.argv if word.startswith("-") and f"-{word}" in names]
    # Hyphens are alike in all of them.
    bare = {name.lstrip("-"): name for name in names}
    near = long or [bare[n] for n in get_close_matches(error.option_name.lstrip("-"), bare, n=1)]
    behind = {name for path in _commands(ctx.command) for name in _options(path)}
    if not long and error.option_name in behind:
        fix = f"type {error.option_name} behind the command that takes it"
    else:
        fix = f"type {near[0]}" if near else _see_help(ctx)
    return WrongUsage.of(ctx.command_path, error.option_name, ", ".join(names), fix)


def _missing(ctx: Context, param: Any) -> WrongUsage:
    name = _name_of(param)
    known = values_of(ctx, param)
    allowed = f"one of {', '.join(known)}" if known else param.help or "a value"
    value = param.metavar or (word_of(param) if param.param_type_name == "option" else "")
    fix = f"add {name} {value}".rstrip() if name.startswith("-") else _example(ctx)
    return WrongUsage.of(ctx.command_path, f"no {name}", allowed, fix)


def _wrong_value(error: BadParameter, ctx: Context) -> WrongUsage:
    """Return the error of a value: of a closed list, of a range, or one a command looked at."""
    details: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    name = _name_of(error.param) if error.param is not None else str(error.param_hint or "")
    place = ": ".join(part for part in (ctx.command_path, name.strip("'")) if part)
    if not details:
        return WrongUsage.of(
            place, shlex.join(["usiran", *sys.argv[1:]]), error.message, _example(ctx)
        )
    value = str(details[0]["input"])
    allowed = details[0]["msg"].removeprefix("Input should be ").partition(",")[0]
    choices = [str(choice) for choice in error.param.type_descriptor.choices or ()]  # type: ignore[union-attr]
    near = get_close_matches(value, choices, n=1)
    fix = f"type {name} {near[0]}" if near else _example(ctx)
    return WrongUsage.of(place, value, ", ".join(choices) or allowed, fix)


def _meant(path: str, word: str, paths: list[str]) -> list[str]:
    """Return the commands that somebody may have meant who typed a path that ends in a word."""
    # Typed without its group, or within another.
    same = [known for known in paths if known.rpartition(" ")[2] == word]
    near = get_close_matches(path, paths, n=1, cutoff=0.75)
    return same[:_MOST] or near or [p for p in paths if word and word in p.split(" ")[-1]][:_MOST]


def _paths(command: Command) -> Iterator[tuple[str, ...]]:
    for name, child in getattr(command, "commands", {}).items():
        yield (name,)
        yield from ((name, *path) for path in _paths(child))


def _commands(command: Command) -> Iterator[Command]:
    for child in getattr(command, "commands", {}).values():
        yield child
        yield from _commands(child)


def _options(command: Command) -> list[str]:
    """Return the long names of a command's options."""
    named = (param for param in command.params if param.param_type_name == "option")
    own = [name for param in named for name in (*param.opts, *param.secondary_opts)]
    return [*(name for name in own if name.startswith("--")), "--help"]


def _as_far_as_named(root: Command) -> Context:
    """Return the context of the command that was typed; some errors come without theirs."""
    ctx = Context(root, info_name="usiran")
    for word in sys.argv[1:]:
        if child := getattr(ctx.command, "commands", {}).get(word):
            ctx = Context(child, info_name=word, parent=ctx)
    return ctx


def _name_of(param: Any) -> str:
    """Return an option's long name, or what an argument is called."""
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper())
    return str(max(param.opts, key=len))


def _value(error: UsageError) -> str:
    # typer says of words that are too many no more than this.
    extra = re.fullmatch(r"Got unexpected extra argument\(s\) \((.*)\)", error.message, re.DOTALL)
    return extra[1] if extra else error.message


def _see_help(ctx: Context) -> str:
    return f"see `{ctx.command_path} --help`"


def _example(ctx: Context) -> str:
    """Return the example in a command's help as what to type."""
    example = example_of(ctx.command.help)
    return f"for example: {example}" if example else _see_help(ctx)
