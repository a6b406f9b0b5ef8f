"""What a push, an entry or a pull did, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from usiran.annotation.server.process import Server
from usiran.annotation.server.pull import Pulled
from usiran.annotation.server.push import Pushed
from usiran.annotation.server.upload import Uploaded


def ready_text(server: Server) -> str:
    """Return how to reach a server and where its secrets are; never the secrets."""
    return (
        f"Label Studio {server.version} runs at {server.url}\n"
        f"log in as {server.username}; password and token: {server.source}\n"
        "annotators log in with accounts of their own, which push makes"
    )


def push_text(done: Pushed, credentials: str) -> str:
    """Return a push's report as lines of text."""
    settings = f" ({', '.join(done.settings)})" if done.settings else ""
    lines = [
        f"project '{done.title}' {done.project}{settings}: {done.url}",
        f"tasks: {done.new} new, {done.changed} changed, {done.removed} removed, "
        f"{done.unchanged} unchanged",
    ]
    if done.predictions or done.withdrawn:
        lines.append(f"predictions: {done.predictions} new, {done.withdrawn} removed")
    kept = credentials if done.password_kept else "not kept here"
    made = " (new)" if done.account_made else ""
    lines.append(f"log in as {done.email}{made}; password: {kept}")
    return "\n".join(lines)


def enter_text(done: Iterable[Uploaded]) -> str:
    """Return what became of the entered labels as lines of text."""
    return "\n".join(
        f"'{one.title}': {one.new} new, {one.replaced} replaced, {one.unchanged} unchanged"
        for one in done
    )


def enter_json(done: Iterable[Uploaded]) -> dict[str, object]:
    """Return what became of the entered labels as a JSON object."""
    return {"projects": [asdict(one) for one in done]}


def pull_text(done: Pulled) -> str:
    """Return a pull's report as lines of text."""
    lines = []
    for held in done.projects:
        lines.append(f"'{held.title}': {held.submitted} of {held.tasks} tasks submitted")
        if held.drafts:
            lines.append(f"  {held.drafts} drafts, not submitted: left out")
        if held.others:
            lines.append(f"  {held.others} annotations by other accounts: left out")
    if done.report is None:
        lines.append("no labels yet: nothing to write")
    else:
        lines.append(str(done.report))
    return "\n".join(lines)


def pull_json(done: Pulled) -> dict[str, object]:
    """Return a pull's report as a JSON object."""
    return asdict(done)


def push_json(done: Pushed) -> dict[str, object]:
    """Return a push's report as a JSON object."""
    return asdict(done)
