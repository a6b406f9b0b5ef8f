"""What there is to do to make a Hub repository show an edition, and what forbids doing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from packaging.version import Version

from usiran.dataset.hub.client import Remote, RemoteFile, Say, State
from usiran.dataset.hub.edition import Edition, Text, called, text_of
from usiran.dataset.release.version import is_version, parse_version
from usiran.errors import HubError

# The Hub puts it into every new repository: which files go to LFS.
_OF_THE_HUB = ".gitattributes"


class Operation(NamedTuple):
    """One thing done to the repository: what, to which path, how many bytes are sent."""

    kind: Literal["create", "add", "delete", "tag"]
    path: str
    size: int

    def __str__(self) -> str:
        return f"{self.kind} {self.path}" + (f" {self.size}" if self.kind == "add" else "")


Operations = tuple[Operation, ...]


@dataclass(frozen=True)
class Plan:
    """What there is to do, in its order; nothing where the release is published already.

    `head` is the commit it was planned on; "" where the repository has to be made first.
    """

    operations: Operations
    head: str


def plan(remote: Remote, state: State | None, edition: Edition, *, public: bool, say: Say) -> Plan:
    """Compare a repository with an edition; `state` is None where it is not there yet."""
    tag = edition.release.tag
    tagging = Operation("tag", tag, 0)
    if state is None:
        return Plan((*difference(edition.files, {}), tagging), "")
    versions = {name: parse_version(name) for name in state.tags if is_version(name)}
    if tag in versions:
        _check_tag(remote, edition)
        return Plan((), state.tags[tag])
    check_visibility(remote, state, public=public, say=say)
    _check_order(remote, edition, versions)
    files = remote.files(state.head)
    changes = difference(edition.files, files)
    stale = tuple(operation for operation in changes if operation.kind == "delete")
    _check_head(remote, files, stale, tagged=bool(versions))
    # The Hub makes a new repository with one commit, which holds no edition.
    editions = {"main": files} if "README.md" in files else {}
    editions |= {name: remote.files(name) for name in sorted(versions, key=versions.__getitem__)}
    _note_editions(editions, edition.text, say)
    return Plan((*changes, tagging), state.head)


def difference(wanted: Mapping[str, bytes], files: Mapping[str, RemoteFile]) -> Operations:
    """Return the additions and deletions that make `files` the wanted ones."""
    added = (
        Operation("add", path, len(content))
        for path, content in sorted(wanted.items())
        if path not in files or not files[path].holds(content)
    )
    stale = sorted(files.keys() - wanted.keys() - {_OF_THE_HUB})
    return (*added, *(Operation("delete", path, 0) for path in stale))


def _check_tag(remote: Remote, edition: Edition) -> None:
    """See that the tag that is there names exactly this edition."""
    tag = edition.release.tag
    files = remote.files(tag)
    if changes := difference(edition.files, files):
        value = f"the tag {tag} is there with other content: {some(changes)}"
        fix = "release a new version; a tag that people may have read is not moved"
        if (text := text_of(files)) != edition.text:
            value = f"the tag {tag} is there with the edition {called(text)}"
            fix = "name a repository of its own for the other edition, or release a new version"
        raise HubError(remote.repo_id, value, f"the same files under {tag}, or no such tag", fix)


def _check_order(remote: Remote, edition: Edition, versions: Mapping[str, Version]) -> None:
    newer = [name for name, version in versions.items() if version > edition.release.version]
    if newer:
        allowed = "no newer release before an older one; `main` would go back"
        fix = "publish a release that is newer than these"
        raise HubError(remote.repo_id, f"{', '.join(newer)} published", allowed, fix)


def check_visibility(remote: Remote, state: State, *, public: bool, say: Say) -> None:
    """See that a public repository was meant; say where a private one stays private."""
    if not (state.private or public):
        fix = "say --public if that is meant, or make the repository private in its settings"
        raise HubError(remote.repo_id, "the repository is public", "private, or --public", fix)
    if state.private and public:
        say(f"{remote.repo_id} is private and stays so; its settings on the Hub make it public")


def _check_head(
    remote: Remote, files: Mapping[str, RemoteFile], stale: Operations, *, tagged: bool
) -> None:
    """See that the repository is one that may be written over."""
    if ".gitignore" in files:
        # By its rules the Hub would leave files out of the commit without a word.
        allowed, fix = "no .gitignore", "delete it on the Hub"
        raise HubError(remote.repo_id, "there is a .gitignore", allowed, fix)
    if stale and not tagged:
        # Without a release of ours the repository is somebody's work: nothing in it is deleted.
        value = f"files, but no release: {some(stale)}"
        allowed = "an empty repository, or one with releases of this corpus"
        raise HubError(remote.repo_id, value, allowed, "name another --repo-id, or delete them")


def _note_editions(editions: Mapping[str, Mapping[str, RemoteFile]], text: Text, say: Say) -> None:
    """Say where the repository holds the edition that is not published now."""
    if names := [name for name, files in editions.items() if text_of(files) != text]:
        other = called(text_of(editions[names[0]]))
        say(
            f"note: the repository holds an edition {other} ({', '.join(names)}); it stays "
            "readable there, under the tags and in the history, unless the repository is deleted"
        )


def some(operations: Operations) -> str:
    """Name the first paths."""
    paths = [operation.path for operation in operations]
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
