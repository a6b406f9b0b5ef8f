"""What `--help` calls the value of an option: a word for it, not a type of Python's."""

import typer.core

_WORDS = {"<bool>": "", "<path>": "PATH", "<int range>": "N", "<float range>": "N"}


def speak_plainly() -> None:
    """Have help name values as people do; typer itself has no setting for it."""
    typed = typer.core.TyperOption.display_type_rich

    def value(option: typer.core.TyperOption, ctx: typer.Context) -> str:
        shown = typed(option, ctx=ctx) or ""
        if option.metavar is not None or option.type_descriptor.is_choice:
            return shown.strip("<>")
        return _WORDS.get(shown, "TEXT")

    typer.core.TyperOption.display_type_rich = value  # type: ignore[method-assign, assignment]
    # An argument is called by what it is already.
    typer.core.TyperArgument.display_type_rich = lambda *_, **__: ""  # type: ignore[method-assign]
    typer.core.TyperArgument.get_usage_pieces = _in_usage  # type: ignore[method-assign, assignment]


def _in_usage(argument: typer.core.TyperArgument, _: typer.Context) -> list[str]:
    """Return an argument as other programs show it: ``ID``, ``[FILE]``, ``FILE...``."""
    name = str(argument.metavar or argument.name).upper().removesuffix("...")
    name += "..." if argument.nargs != 1 else ""
    return [name if argument.required else f"[{name}]"]
