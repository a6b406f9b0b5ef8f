"""The hash of all the settings that a system reads: its own and those of others."""

from collections.abc import Iterator

import msgspec

from usiran.benchmark.results import parameters_sha256
from usiran.models.registry import SYSTEMS, BuildContext
from usiran.models.settings import Settings, settings_sha256


def own_settings_sha256(context: BuildContext) -> str:
    """Return the hash of a system's settings for a task and of those it borrows from."""
    if context.settings.name not in SYSTEMS:
        return parameters_sha256(context.options)
    # A result is stale when any of what its system read has changed, not its own file alone.
    borrowed = [context.named(key) for key in ("reference", "lexicon_of") if key in context.options]
    return settings_sha256(
        context.task.settings, context.settings, *borrowed, *_parts(context), *_word_lists(context)
    )


def _parts(context: BuildContext) -> Iterator[Settings]:
    """Yield the settings, for all their tasks, of systems that solve another task on the way."""
    for key in ("tagger", "role_pairs"):
        if key in context.options:
            part = context.named(key)
            every = {task: part.of(task) for task in part.tasks}
            yield msgspec.structs.replace(part, parameters=every, task_parameters={})


def _word_lists(context: BuildContext) -> Iterator[Settings]:
    """Yield the word lists that a system reads besides those of its own task."""
    for name in context.options.get("lists", ()):
        if name != context.task.settings:
            lender = context.named("lexicon_of")
            # Under the task's own name: that is what the hash takes of a lexicon.
            lists = {context.task.settings: lender.lexicon[name]}
            yield msgspec.structs.replace(lender, lexicon=lists)
