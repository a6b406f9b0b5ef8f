"""What `--help` calls the value of an option: a word for it, not a type of Python's."""

import typer.core

_WORDS = {"<bool>": "", "<path>": "FILE", "<int range>": "N", "<float range>": "N"}


def speak_plainly() -> None:
    """Have help name values as people do; typer itself has no setting for it."""
    typed = typer.core.TyperOption.display_type_rich

    def value(option: typer.core.TyperOption, ctx: typer.Context) -> str:
        shown = typed(option, ctx=ctx) or ""
        if option.metavar is not None or option.type_descriptor.is_choice:
            return shown.strip("<>")
        return _WORDS.get(shown, word_of(option))

    typer.core.TyperOption.display_type_rich = value  # type: ignore[method-assign, assignment]
    # An argument is called by what it is already.
    typer.core.TyperArgument.display_type_rich = lambda *_, **__: ""  # type: ignore[method-assign]
    typer.core.TyperArgument.display_name_raw = property(_name)  # type: ignore[assignment]
    typer.core.TyperArgument.get_usage_pieces = _in_usage  # type: ignore[method-assign, assignment]


def word_of(option: typer.core.TyperOption) -> str:
    """Return what an option's value is called: the last word of its name, as in `--id ID`."""
    return option.opts[0].rpartition("-")[2].upper()


def _name(argument: typer.core.TyperArgument) -> str:
    return str(argument.metavar or argument.name).upper()


def _in_usage(argument: typer.core.TyperArgument, _: typer.Context) -> list[str]:
    """Return an argument as other programs show it: ``ID``, ``[FILE]``, ``FILE...``."""
    name = _name(argument).removesuffix("...")
    name += "..." if argument.nargs != 1 else ""
    return [name if argument.required else f"[{name}]"]
