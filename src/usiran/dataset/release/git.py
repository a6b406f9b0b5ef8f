"""The git repository that a corpus is kept in: whether everything in it is committed."""

import os
import subprocess
from pathlib import Path

from usiran.corpus import LOCK
from usiran.errors import FileError, InputError, shorten

_SHOWN = 5


def check_clean(root: Path, tracked: str) -> None:
    """Refuse a folder that is not in git, or a working tree with anything uncommitted.

    `tracked` is a file below it that must be in git: all may be clean because all is ignored.
    """
    # The lock is this command's own.
    places = ("--", ":(top)", f":(exclude){LOCK}")
    lines = _git(root, "status", "--porcelain", "--untracked-files=all", *places).splitlines()
    if lines:
        more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        named = ", ".join(line.strip() for line in lines[:_SHOWN])
        value = f"{len(lines)} uncommitted: {named}{more}"
        allowed, fix = "a tree with nothing uncommitted", "commit the changes, or undo them"
        raise InputError.of("git status", value, allowed, fix)
    if not _git(root, "ls-files", tracked):
        fix = "commit the corpus, and take it out of .gitignore"
        raise FileError(tracked, "not in git", "a corpus that is committed", fix)


def check_untagged(root: Path, tag: str) -> None:
    """Refuse a tag that git has already."""
    if _git(root, "tag", "--list", tag):
        fix = f"release another version, or remove the tag: git tag --delete {tag}"
        raise InputError.of("git tag", tag, "a tag that is not set yet", fix)


def _git(root: Path, *words: str) -> str:
    # Asking must not take git's locks from a command that runs beside this one.
    command = ["git", "--no-optional-locks", "-C", str(root), *words]
    # git translates its messages; `fatal: ` is taken off them below.
    environment = os.environ | {"LC_ALL": "C"}
    allowed = "a git repository that holds the corpus"
    try:
        process = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, env=environment
        )
    except OSError as error:
        value = f"git: {(error.strerror or str(error)).lower()}"
        raise FileError(root, value, allowed, "install git") from None
    if process.returncode:
        value = shorten(process.stderr.strip().partition("\n")[0].removeprefix("fatal: "))
        raise FileError(root, value, allowed, "run `git init` and commit the corpus")
    return process.stdout
