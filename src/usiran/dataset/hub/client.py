"""A repository on the Hugging Face Hub, spoken to through `huggingface_hub`.

Every error between here and the Hub is one `HubError`, which says what was being done. Tokens are
found by `huggingface_hub` and never shown.
"""

import hashlib
import io
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

from usiran.dataset.hub.errors import hub_error
from usiran.errors import InputError, shorten

Say = Callable[[str], None]
Kind = Literal["dataset", "space"]

_SECONDS = 120.0


class RemoteFile(NamedTuple):
    """A file as the Hub lists it: its hash in git, and its SHA-256 where LFS keeps it."""

    oid: str
    sha256: str | None

    def holds(self, content: bytes) -> bool:
        """Say whether this is the file's content."""
        if self.sha256 is not None:
            return self.sha256 == hashlib.sha256(content).hexdigest()
        return self.oid == hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class State(NamedTuple):
    """A repository as it stands: the commit of `main`, who can read it, its tags' commits."""

    head: str
    private: bool
    tags: dict[str, str]


class Remote:
    """One repository of a kind, by its id ``ORG/NAME``; `say` takes a line of progress.

    A Space is a static one: the Hub serves its files as they are.
    """

    def __init__(self, repo_id: str, say: Say = lambda _: None, *, kind: Kind = "dataset") -> None:
        from huggingface_hub import HfApi, get_session

        self.repo_id, self._say, self.kind = check_id(repo_id), say, kind
        self._api: Any = HfApi(library_name="usiran")
        # The client itself would wait for an answer without end.
        get_session().timeout = _SECONDS

    @property
    def url(self) -> str:
        """Where people read it."""
        return f"{self._api.endpoint}/{self.kind}s/{self.repo_id}"

    def user(self) -> str:
        """Return the name of the account the token belongs to."""
        with self._doing("asking who the token belongs to"):
            return str(self._api.whoami()["name"])

    def state(self) -> State | None:
        """Return how the repository stands; None where the token finds none."""
        from huggingface_hub.errors import RepositoryNotFoundError

        with self._doing("reading the repository"):
            try:
                info = self._api.repo_info(self.repo_id, repo_type=self.kind)
            except RepositoryNotFoundError:
                return None
            refs = self._api.list_repo_refs(self.repo_id, repo_type=self.kind)
        tags = {tag.name: tag.target_commit for tag in refs.tags}
        return State(info.sha, bool(info.private), tags)

    def other_kind(self) -> str | None:
        """Return what else than a repository of this kind has this id, if anything."""
        with self._doing("looking for other repositories of this name"):
            for kind in ("model", "dataset", "space"):
                if kind != self.kind and self._api.repo_exists(self.repo_id, repo_type=kind):
                    return kind
        return None

    def files(self, revision: str) -> dict[str, RemoteFile]:
        """Return every file of a revision, from its path."""
        from huggingface_hub.hf_api import RepoFile

        with self._doing(f"listing the files of {revision}"):
            entries = self._api.list_repo_tree(
                self.repo_id, repo_type=self.kind, revision=revision, recursive=True
            )
            return {
                entry.path: RemoteFile(entry.blob_id, entry.lfs.sha256 if entry.lfs else None)
                for entry in entries
                if isinstance(entry, RepoFile)
            }

    def create(self, *, private: bool) -> None:
        """Make the repository; one that is there already stays as it is."""
        with self._doing("making the repository"):
            self._api.create_repo(
                self.repo_id,
                repo_type=self.kind,
                private=private,
                exist_ok=True,
                space_sdk="static" if self.kind == "space" else None,
            )

    def commit(
        self, added: Mapping[str, bytes], deleted: Iterable[str], *, parent: str, title: str
    ) -> str:
        """Make one commit on `main`, where that still is `parent`, and return its hash."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        # A buffer is sent by plain LFS, which is what the tests try, whatever is installed.
        operations = [
            *(CommitOperationAdd(path, io.BytesIO(content)) for path, content in added.items()),
            *(CommitOperationDelete(path, is_folder=False) for path in deleted),
        ]
        with self._doing("uploading and committing"):
            commit = self._api.create_commit(
                self.repo_id,
                operations,
                commit_message=title,
                repo_type=self.kind,
                revision="main",
                # The Hub refuses where somebody has written meanwhile: nothing of theirs is undone.
                parent_commit=parent,
            )
        return str(commit.oid)

    def tag(self, name: str, commit: str) -> None:
        """Tag a commit."""
        with self._doing(f"setting the tag {name}"):
            self._api.create_tag(self.repo_id, tag=name, revision=commit, repo_type=self.kind)

    @contextmanager
    def _doing(self, what: str) -> Iterator[None]:
        """Turn whatever goes wrong into a `HubError`, and the client's words into progress."""
        import httpx2

        with _quiet(self._say):
            try:
                yield
            except (httpx2.HTTPError, OSError, ValueError, RuntimeError) as error:
                raise hub_error(error, self.repo_id, what) from None


def check_id(repo_id: str) -> str:
    """Return a repository's id if it is one.

    >>> check_id("lab/news")
    'lab/news'
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # lazy

    owner, slash, _ = repo_id.partition("/")
    try:
        validate_repo_id(repo_id)
        # A path of the Hub's site, which the client takes for an id.
        valid = bool(slash) and owner not in ("datasets", "spaces")
    except HFValidationError:
        valid = False
    if not valid:
        fix = "name the organisation or user, a slash, and the dataset"
        allowed = "ORG/NAME of letters, digits, '-', '_' and '.', such as lab/news; no address"
        raise InputError.of("--repo-id", repo_id, allowed, fix)
    return repo_id


class _Retries(logging.Handler):
    """Passes on that the client tries again; its other lines carry addresses of uploads."""

    def __init__(self, say: Say) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text.startswith(("Retrying in", "Rate limited")):
            self._say(f"the Hub did not answer well. {text}")


@contextmanager
def _quiet(say: Say) -> Iterator[None]:
    """Silence the client's bars and log; say its retries and its warnings."""
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    logger, disabled = logging.getLogger("huggingface_hub"), are_progress_bars_disabled()
    handlers = logger.handlers[:]
    logger.handlers = [_Retries(say)]
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            disable_progress_bars()
            yield
        for warning in caught:
            # The card's; what concerns the client's makers has other categories.
            if issubclass(warning.category, UserWarning):
                say(shorten(warning.message))
    finally:
        logger.handlers = handlers
        if not disabled:
            enable_progress_bars()
