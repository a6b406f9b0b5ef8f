"""The benchmark's tasks, in the order of the leaderboard.

A new task is a function that says what is asked, how its gold is read from the tables and how
it is scored (`usiran.tasks.base.Task`), and its name below; where its headline is a new
score, that score's name in `METRICS` besides. Another package names such a function in the
entry-point group ``usiran.tasks``.
"""

from collections.abc import Callable

from usiran.errors import InputError
from usiran.plugins import guarded, load
from usiran.schemas.label_scheme import Scheme
from usiran.tasks.base import METRICS, Task
from usiran.tasks.contrast import contrast
from usiran.tasks.linking import linking
from usiran.tasks.roles import roles, roles_end_to_end
from usiran.tasks.sentence_labels import article_stance, attitudes, holder, stance
from usiran.tasks.spans import actors, affiliation, events

TASKS: dict[str, Callable[[Scheme], Task]] = {
    "stance": stance,
    "holder": holder,
    "actors": actors,
    "affiliation": affiliation,
    "events": events,
    "roles": roles,
    "roles_end_to_end": roles_end_to_end,
    "linking": linking,
    "contrast": contrast,
    "article_stance": article_stance,
}


def tasks_of(scheme: Scheme) -> dict[str, Task]:
    """Return every task, with the labels of a scheme."""
    tasks = {name: task(scheme) for name, task in TASKS.items()}
    # How many there are, and their names, is the scheme's to say: one for each side.
    toward = {task.name: task for task in attitudes(scheme)}
    return {"stance": tasks["stance"], **toward, **tasks}


def plugged_task(name: str, scheme: Scheme) -> Task:
    """Return the task that another package gives under a name.

    Raises
    ------
    InputError
        It cannot be imported, or what it gives is no task of that name.
    """
    where = f"usiran.tasks {name}"
    plugin = load("usiran.tasks", name)
    task = guarded(lambda: plugin.factory(scheme), where, "a function of a label scheme")
    if not isinstance(task, Task) or task.name != name or task.headline not in METRICS:
        value = f"{task.name}, {task.headline}" if isinstance(task, Task) else type(task).__name__
        allowed = f"a usiran.tasks.base.Task '{name}', its headline one of {', '.join(METRICS)}"
        raise InputError.of(where, value, allowed, "correct it in its package")
    return task
