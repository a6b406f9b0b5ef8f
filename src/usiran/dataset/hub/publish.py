"""Publishing a release to the Hugging Face Hub: one commit, then one tag.

The Hub's `main` moves by a single commit that holds exactly the files of the edition, and only
from the commit that was looked at; the tag ``v<version>`` follows when that commit was listed
and found right. Whatever stops it on the way, readers see the release before or this one, and
the same command run again does what is missing.
"""

from collections.abc import Mapping
from typing import NamedTuple

from usiran.corpus import Corpus
from usiran.dataset.hub.client import Remote, Say, State
from usiran.dataset.hub.edition import Edition, Text, edition_of
from usiran.dataset.hub.plan import Operation, Operations, Plan, difference, plan, some
from usiran.errors import HubError, counted

RIGHTS = (
    "The article texts are third-party: their copyright stays with their publishers, that of a "
    "machine-spun copy with the original's publisher, and nothing in this corpus gives a right to "
    "pass them on. Choose what is published. --text withhold is recommended: it publishes the "
    "labels alone, every text is replaced by underscores of equal length, and readers put it back "
    "from their own copies with `usiran restore`. --text include publishes the texts with the "
    "labels: only where you may, by the publishers' leave or by your law. Whatever is "
    "published once stays readable under its tag and in the repository's history."
)


class Published(NamedTuple):
    """What was done, or with a dry run would be; `commit` is what is tagged ("": none yet)."""

    repo_id: str
    url: str
    tag: str
    commit: str
    operations: Operations
    dry_run: bool


def publish(
    corpus: Corpus,
    repo_id: str,
    *,
    text: Text,
    version: str | None = None,
    public: bool = False,
    dry_run: bool = False,
    say: Say = lambda _: None,
) -> Published:
    """Publish a release (default: the latest) to a dataset repository ``ORG/NAME``, and tag it.

    One that is not there is made; `public` says whether a new one is, and has to be said, too,
    where an old one is.
    """
    remote = Remote(repo_id, say)
    edition = edition_of(corpus, text, version, say)
    state, created = found_or_made(remote, public=public, dry_run=dry_run, say=say)
    todo = plan(remote, state, edition, public=public, say=say)
    commit = todo.head
    if todo.operations and not dry_run:
        commit = _carry_out(remote, edition, todo, say)
    operations = (*created, *todo.operations)
    return Published(repo_id, remote.url, edition.release.tag, commit, operations, dry_run)


def found_or_made(
    remote: Remote, *, public: bool, dry_run: bool, say: Say
) -> tuple[State | None, Operations]:
    """Return how a repository stands, and what was done to have it: it is made where there is none.

    None with a dry run, where it would be made.
    """
    say(f"the token is {remote.user()}'s")
    state = remote.state()
    if state is not None:
        return state, ()
    if kind := remote.other_kind():
        allowed = f"a {remote.kind}, or a name that is free"
        value = f"a {kind} repository has this name"
        raise HubError(remote.repo_id, value, allowed, "name another --repo-id")
    who_reads = "public" if public else "private"
    if not dry_run:
        say(f"making {remote.repo_id}, {who_reads}")
        remote.create(private=not public)
        if (state := remote.state()) is None:
            allowed, fix = f"a {remote.kind} that the token can read", "check the token's rights"
            raise HubError(remote.repo_id, "it is there, but hidden from this token", allowed, fix)
    return state, (Operation("create", f"{who_reads} {remote.kind}", 0),)


def send(
    remote: Remote,
    files: Mapping[str, bytes],
    changes: Operations,
    *,
    parent: str,
    title: str,
    say: Say,
) -> str:
    """Make one commit of what is to be added and deleted; return its hash."""
    added = {change.path: files[change.path] for change in changes if change.kind == "add"}
    deleted = [change.path for change in changes if change.kind == "delete"]
    size = sum(map(len, added.values()))
    say(f"sending {counted(len(added), 'file')} ({size:,} bytes), deleting {len(deleted)}")
    return remote.commit(added, deleted, parent=parent, title=title)


def _carry_out(remote: Remote, edition: Edition, plan: Plan, say: Say) -> str:
    """Commit what the plan changes, see that it is right, tag it; return the commit."""
    *changes, tagging = plan.operations
    commit, tag = plan.head, tagging.path
    if changes:
        commit = send(
            remote, edition.files, tuple(changes), parent=commit, title=edition.title, say=say
        )
    else:
        # Stopped between the commit and the tag, an earlier run has done the rest.
        say(f"`main` holds {edition.release.version} already; only the tag is missing")
    if wrong := difference(edition.files, remote.files(commit)):
        value = f"commit {commit[:12]} is not the release: {some(wrong)}"
        fix = "run it again; if it stays, report it with this line"
        raise HubError(remote.repo_id, value, "exactly the release's files; no tag was set", fix)
    say(f"setting the tag {tag}")
    remote.tag(tag, commit)
    return commit
