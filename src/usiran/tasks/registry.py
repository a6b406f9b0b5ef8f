"""The benchmark's tasks: a module each, and this table of them.

A new task is one file here, which says what is asked (`Task`), how its gold is read from
the tables and how it is scored, and its name below (and, where its headline is a new score,
that score's name in `METRICS`).
"""

from __future__ import annotations

from usiran.schemas.label_scheme import Scheme
from usiran.tasks import (
    actors,
    article_stance,
    contrast,
    events,
    holder,
    roles,
    roles_end_to_end,
    stance,
)
from usiran.tasks.base import (
    Gold,
    Tables,
    Task,
)

# In the order of the leaderboard.
_MODULES = (stance, holder, actors, events, roles, roles_end_to_end, contrast, article_stance)


def tasks_of(scheme: Scheme) -> dict[str, Task]:
    """Return every task, by name, in the order of the leaderboard."""
    return {task.name: task for task in (module.task(scheme) for module in _MODULES)}


def gold_of(task: Task, tables: Tables) -> Gold:
    """Return a task's gold.

    Raises
    ------
    InputError
        A gold span lies in no scored sentence.
    """
    return task.read(task, tables)
