"""The site as a static Space on the Hugging Face Hub: its files, served as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

import typer

from usiran.corpus import Manifest
from usiran.dataset.hub.client import Remote, Say
from usiran.dataset.hub.plan import Operations, check_visibility, difference, some
from usiran.dataset.hub.publish import found_or_made, send
from usiran.errors import HubError
from usiran.loading import Opened
from usiran.site.pages import MARKER, Site


class Sent(NamedTuple):
    """What was done to the Space, or with a dry run would be; `commit` is "" for none."""

    url: str
    commit: str
    operations: Operations
    dry_run: bool


def publish(
    opened: Opened,
    repo_id: str,
    *,
    words: bool,
    public: bool = False,
    dry_run: bool = False,
    program: typer.Context | None = None,
    say: Say = lambda _: None,
) -> Sent:
    """Make a static Space ``ORG/NAME`` show the site, with the articles' words or without.

    One commit changes what differs. A Space that is not there is made; `public` says whether a
    new one is, and has to be said, too, where an old one is.
    """
    remote = Remote(repo_id, say, kind="space")
    files = dict(Site(opened, words=words, program=program).files(say))
    files["README.md"] = _card(opened.corpus.manifest)
    state, created = found_or_made(remote, public=public, dry_run=dry_run, say=say)
    there = {}
    if state is not None:
        check_visibility(remote, state, public=public, say=say)
        there = remote.files(state.head)
    changes = difference(files, there)
    _check_own(remote, there, changes)
    commit = ""
    if state is not None and changes and not dry_run:
        title = f"Pages of data version {opened.corpus.manifest.version}"
        commit = send(remote, files, changes, parent=state.head, title=title, say=say)
    return Sent(remote.url, commit, (*created, *changes), dry_run)


def _card(manifest: Manifest) -> bytes:
    """Return the card, which says how the Space is served."""
    front = {
        "title": manifest.title[:64],
        "sdk": "static",
        "app_file": "index.html",
        "datasets": [manifest.hub_id],
        "license": manifest.annotation_license.lower(),
    }
    # JSON's values are YAML's, too.
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items()]
    return "\n".join(["---", *lines, "---", "", f"# {manifest.title}", ""]).encode()


def _check_own(remote: Remote, there: Mapping[str, object], changes: Operations) -> None:
    """See that nothing is deleted but pages of an earlier site."""
    stale = tuple(operation for operation in changes if operation.kind == "delete")
    if stale and MARKER not in there:
        allowed = "an empty Space, or one with an earlier site"
        fix = "name another --repo-id, or delete them"
        raise HubError(remote.repo_id, f"files of somebody's own: {some(stale)}", allowed, fix)
