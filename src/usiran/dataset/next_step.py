"""What to do next: the first step that is left on the way from texts to tables and results."""

from __future__ import annotations

from typing import NamedTuple

from usiran.dataset.status import ArticleStatus, Status
from usiran.errors import counted
from usiran.validation.votes import ADJUDICATED

_NOBODY = "new-annotator"  # stands for an id where everybody who may label has labelled

_EVALUABLE = 2  # articles, of which each is held out once


class Step(NamedTuple):
    """A step that is left: its place on the way, why it is, and the commands to type."""

    place: int
    why: str
    commands: tuple[str, ...]


def next_step(status: Status) -> Step:
    """Return the step to take now."""
    if status.unreadable:
        why = counted(status.unreadable, "finding") + " in files and tables"
        return Step(0, why, ("usiran validate",))
    if not status.articles:
        return Step(1, "there is no article yet", ("usiran articles add story.txt",))
    steps = [step for article in status.articles if (step := step_of(article, status))]
    if steps:
        return min(steps, key=lambda step: step.place)
    return _of_corpus(status)


def _of_corpus(status: Status) -> Step:
    if status.published is not True:
        why = "the published tables are behind" if status.published is False else "never built"
        return Step(7, why, ("usiran build",))
    if sum(article.gold > 0 for article in status.articles) < _EVALUABLE:
        why = "a system is tried on an article that it has not learned from: add a second one"
        return Step(8, why, ("usiran articles add story.txt",))
    if status.stale or not status.results:
        why = f"{counted(len(status.stale), 'result')} on other gold or folds"
        run = "usiran benchmark run" + (" --peers" if "peer" in status.kinds else "")
        again = ("usiran benchmark rescore --write",) if "submitted" in status.kinds else ()
        return Step(8, why if status.stale else "no results yet", (run, *again))
    commands = ("usiran validate", "usiran build --check", "usiran diff VERSION")
    return Step(9, "nothing is left to do", commands)


def step_of(article: ArticleStatus, status: Status) -> Step | None:
    """Return what is left to do for an article before the corpus is built; None where nothing."""
    # Whoever withdrew its text, or adopted a single pass, has done with labelling.
    if not article.withdrawn and article.gold < article.scored:
        step = _labelling(article, status)
        if step is not None:
            return step
    if article.open or article.waiting:
        why = f"{article.article_id}: {counted(article.open, 'decision')} open"
        who = status.adjudicator or "ID"
        return Step(4, why, (f"usiran annotate adjudicate --adjudicator {who}",))
    if not article.withdrawn and article.gold < article.scored:
        why = f"{article.article_id}: all is decided, and not yet in the gold"
        return Step(5, why, ("usiran annotate adjudicate --no-interactive",))
    if article.unlinked:
        why = f"{article.article_id}: {counted(article.unlinked, 'mention')} not linked"
        return Step(6, why, ("usiran articles link",))
    return None


def _labelling(article: ArticleStatus, status: Status) -> Step | None:
    key, round_name = article.article_id, article.round or (status.rounds or ("r1",))[-1]
    done = len(article.done)
    if article.begun:
        own, lacking = next(iter(article.begun.items()))
        round_name, _, who = own.partition("/")
        why = f"{key}: {own} left {counted(lacking, 'unit')} without labels"
        return Step(2, why, _sheet(key, round_name, who, source=f" --from {own}"))
    if done < status.enough:
        who = _next_annotator(article, status)
        why = f"{key}: {done} of {status.enough} passes" if done else f"{key}: not labelled"
        commands = _sheet(key, round_name, who)
        if done and status.enough < ADJUDICATED:
            adopt = f"usiran annotate adopt --round {round_name} --annotator "
            commands += (adopt + article.done[0].partition("/")[2],)
            why += "; or adopt the one there is"
        return Step(3 if done else 2, why, commands)
    if not article.counted:
        why = f"{key}: its round {round_name} is not behind the gold"
        return Step(4, why, (f'add "{round_name}" to gold_rounds in dataset/corpus.toml',))
    return None


def _sheet(key: str, round_name: str, who: str, *, source: str = "") -> tuple[str, ...]:
    file = f"{who}.txt"
    new = (f'usiran annotate register {who} --name "NAME"',) if who == _NOBODY else ()
    return (
        *new,
        f"usiran annotate sheet {key}{source} > {file}",
        f"usiran annotate import {who}={file} --round {round_name}",
    )


def _next_annotator(article: ArticleStatus, status: Status) -> str:
    """Return who labels next: somebody of its round, else anybody who may."""
    begun = {name.partition("/")[2] for name in (*article.done, *article.begun)}
    free = [who for who in status.annotators if who not in {*begun, status.adjudicator}]
    return next(iter((*article.missing, *free)), _NOBODY)
