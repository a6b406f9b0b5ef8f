"""Systems of other packages: a factory that makes an estimator, and what it says of itself.

The factory is a function or class that is called without arguments or, where it has to be given
one, with the `BuildContext`. It may have attributes: ``title`` and ``description``, one line
each, and ``tasks``, the tasks it runs on; without them every task of one label a sentence.
"""

import inspect
import re
from collections.abc import Mapping
from typing import Any

from usiran.errors import Finding, refuse
from usiran.models.base import Estimator
from usiran.models.guest import guest
from usiran.models.registry import BuildContext, System
from usiran.models.settings import Settings
from usiran.plugins import Group, Plugin, guarded, load
from usiran.schemas.base import is_id
from usiran.tasks.base import Task

GROUP: Group = "usiran.systems"


def plugged(name: str, tasks: Mapping[str, Task]) -> tuple[Settings, System]:
    """Return the system that an entry point's name or ``package.module:factory`` stands for.

    Raises
    ------
    InputError
        It cannot be imported, or what it says of itself cannot stand in a result.
    """
    plugin, where = load(GROUP, name), f"{GROUP} {name}"
    factory = plugin.factory
    slug = re.sub(r"[^a-z0-9]+", "-", name.rpartition(":")[2].lower()).strip("-")
    title = str(getattr(factory, "title", slug))
    description = str(getattr(factory, "description", f"Made by {plugin.reference}."))
    sentences = tuple(
        key for key, task in tasks.items() if task.unit == "sentence" and not task.learns_from
    )
    chosen = tuple(getattr(factory, "tasks", sentences))
    refuse(_errors(where, slug, (title, description), chosen, tasks))
    origin = {"factory": plugin.reference} | ({"package": plugin.package} if plugin.package else {})
    settings = Settings(slug, title, description, "sentence model", chosen, parameters=origin)
    return settings, System(lambda context: _built(plugin, where, context))


def _errors(
    where: str,
    slug: str,
    texts: tuple[str, str],
    chosen: tuple[str, ...],
    tasks: Mapping[str, Task],
) -> list[Finding]:
    # The name becomes a folder's, the texts stand in Markdown.
    checks = [
        (is_id(slug), "name", slug, "a name with letters or digits"),
        *(
            (text.strip() != "" and text.isprintable(), "title, description", text, "one line each")
            for text in texts
        ),
        *((task in tasks, "tasks", task, ", ".join(tasks)) for task in chosen),
    ]
    fix = "correct it in its package"
    return [
        Finding(where, "", column, value, allowed, fix)
        for right, column, value, allowed in checks
        if not right
    ]


def _built(plugin: Plugin, where: str, context: BuildContext) -> Estimator:
    arguments: tuple[Any, ...] = (context,) if _asks(plugin) else ()
    made = guarded(lambda: plugin.factory(*arguments), where, "a factory that can be called")
    return guest(made, context.task, where)


def _asks(plugin: Plugin) -> bool:
    """Return whether the factory has to be given an argument."""
    try:
        parameters = inspect.signature(plugin.factory).parameters.values()
    except ValueError:  # some built-in types have no signature
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(p.default is p.empty and p.kind in positional for p in parameters)
