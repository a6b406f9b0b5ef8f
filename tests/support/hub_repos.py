"""What a Hub keeps: repositories of unchangeable commits, and what it refuses to take."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from tests.support import hub_benchmark
from tests.support.hub_card import errors

LARGEST_REGULAR = 10 * 1024 * 1024
STARTS_WITH = ("parquet", "arrow", "bin", "zip", "gz", "npy", "safetensors")
GITATTRIBUTES = "".join(f"*.{end} filter=lfs diff=lfs merge=lfs -text\n" for end in STARTS_WITH)
Json = Any


class Refusal(Exception):
    """An answer other than 2xx: its status, its words, and the code some of them carry."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        self.status, self.message, self.code = status, message, code
        super().__init__(f"{status}: {message}")


@dataclass(frozen=True)
class Blob:
    """A file's content, in git itself or behind an LFS pointer."""

    content: bytes
    lfs: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def pointer(self) -> bytes:
        """What git keeps in place of the content."""
        lines = ("version https://git-lfs.github.com/spec/v1", f"oid sha256:{self.sha256}")
        return "\n".join([*lines, f"size {len(self.content)}", ""]).encode()

    @property
    def oid(self) -> str:
        kept = self.pointer if self.lfs else self.content
        return hashlib.sha1(b"blob %d\0" % len(kept) + kept).hexdigest()

    def entry(self, path: str) -> Json:
        """Return the file as a listing shows it."""
        size = len(self.content)
        entry = {"type": "file", "path": path, "oid": self.oid, "size": size}
        if not self.lfs:
            return entry
        pointed = {"oid": self.sha256, "size": size, "pointerSize": len(self.pointer)}
        return entry | {"lfs": pointed}


class Commit(NamedTuple):
    """A state that never changes."""

    sha: str
    title: str
    tree: Mapping[str, Blob]


@dataclass
class Repo:
    """One repository. `main` moves only by a commit that passed every check."""

    repo_id: str
    private: bool
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._add("initial commit", {".gitattributes": Blob(GITATTRIBUTES.encode())})

    @property
    def head(self) -> Commit:
        return self.commits[self.refs["main"]]

    def at(self, revision: str) -> Commit:
        """Return the commit a branch, a tag or a (short) hash names."""
        sha = self.refs.get(revision) or self.tags.get(revision) or revision
        found = [one for one in self.commits if len(sha) >= 7 and one.startswith(sha)]
        if len(found) != 1:
            raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return self.commits[found[0]]

    def contents(self, revision: str) -> dict[str, bytes]:
        """Return the files of a revision, the Hub's own .gitattributes left out."""
        tree = self.at(revision).tree
        return {path: one.content for path, one in tree.items() if path != ".gitattributes"}

    def tag(self, name: str, revision: str) -> None:
        if name in self.tags:
            raise Refusal(409, "Tag reference exists already")
        self.tags[name] = self.at(revision).sha

    def store(self, oid: str, content: bytes) -> None:
        """Keep an uploaded object."""
        if hashlib.sha256(content).hexdigest() != oid:
            raise Refusal(400, "The provided checksum does not match what was computed")
        self.objects[oid] = content

    def commit(self, branch: str, lines: Sequence[Json]) -> Commit:
        """Apply a commit's lines, all of them or none."""
        if branch not in self.refs:
            raise Refusal(404, f"Invalid rev id: {branch}", "RevisionNotFound")
        if not lines or lines[0]["key"] != "header":
            raise Refusal(400, "The first line must be the header")
        header = lines[0]["value"]
        if not header.get("summary"):
            raise Refusal(400, "A commit needs a summary")
        if not self.refs[branch].startswith(header.get("parentCommit") or ""):
            raise Refusal(412, "A commit has happened since. Please refresh and try again.")
        tree = dict(self.head.tree)
        for line in lines[1:]:
            self._apply(tree, line["key"], line["value"])
        if found := errors(tree["README.md"].content) if "README.md" in tree else []:
            raise Refusal(400, "Invalid metadata in README.md: " + "; ".join(found))
        if "eval.yaml" in tree:
            card = tree["README.md"].content
            if found := hub_benchmark.errors(tree["eval.yaml"].content, card):
                raise Refusal(400, "Invalid eval.yaml: " + "; ".join(found))
        return self._add(header["summary"], tree)

    def _apply(self, tree: dict[str, Blob], key: str, value: Json) -> None:
        path = value["path"]
        match key:
            case "file":
                tree[path] = self._regular(path, value)
            case "lfsFile":
                tree[path] = self._pointed(path, value)
            case "deletedFile" | "deletedFolder":
                below = [one for one in tree if one.startswith(path.rstrip("/") + "/")]
                gone = below if key == "deletedFolder" else [path] if path in tree else []
                if not gone:
                    raise Refusal(404, "A file with this name doesn't exist", "EntryNotFound")
                for one in gone:
                    del tree[one]
            case _:
                raise Refusal(400, f"Unknown operation {key}")

    def _regular(self, path: str, value: Json) -> Blob:
        if value.get("encoding") != "base64":
            raise Refusal(400, f"{path}: unknown encoding")
        try:
            content = base64.b64decode(value["content"], validate=True)
        except binascii.Error:
            raise Refusal(400, f"{path}: not base64") from None
        if self.mode(path, content[:512], len(content)) == "lfs":
            raise Refusal(400, f"Your push was rejected because it contains binary files: {path}")
        return Blob(content)

    def _pointed(self, path: str, value: Json) -> Blob:
        content = self.objects.get(value["oid"])
        if value.get("algo") != "sha256" or content is None:
            raise Refusal(400, f"LFS pointer pointed to a file that does not exist: {path}")
        if value.get("size", len(content)) != len(content):
            raise Refusal(400, f"LFS pointer has another size than its file: {path}")
        return Blob(content, lfs=True)

    def _add(self, title: str, tree: Mapping[str, Blob]) -> Commit:
        listing = [(path, one.oid) for path, one in sorted(tree.items())]
        text = json.dumps([len(self.commits), self.refs.get("main"), title, listing])
        commit = Commit(hashlib.sha1(text.encode()).hexdigest(), title, dict(tree))
        self.commits[commit.sha] = commit
        self.refs["main"] = commit.sha
        return commit

    def mode(self, path: str, sample: bytes, size: int) -> str:
        """Say how a file is to be sent: the repository's rules, its size, its first bytes."""
        attributes = self.head.tree.get(".gitattributes", Blob(b"")).content.decode()
        rules = [line.split() for line in attributes.splitlines() if "filter=lfs" in line]
        named = any(fnmatch.fnmatch(path.rpartition("/")[2], rule[0]) for rule in rules)
        return "lfs" if named or size > LARGEST_REGULAR or b"\0" in sample else "regular"

    def ignored(self, path: str, rules: str | None) -> bool:
        """Say whether a .gitignore, the one sent or the one there, leaves a file out."""
        there = self.head.tree.get(".gitignore", Blob(b"")).content.decode()
        lines = (there if rules is None else rules).splitlines()
        return any(fnmatch.fnmatch(path, line) for line in lines if line.strip())


def eval_results(commit: Commit) -> list[Json]:
    """Return the scores in a model's ``.eval_results/``, or what is wrong with their file."""
    entries: list[Json] = []
    for path, blob in sorted(commit.tree.items()):
        if not (path.startswith(".eval_results/") and path.endswith(".yaml")):
            continue
        for data in yaml.safe_load(blob.content):
            dataset = data.get("dataset", {})
            whole = {"id", "task_id"} <= dataset.keys() and "value" in data
            held = {"data": data} if whole else {"error": "dataset.id, task_id and value needed"}
            entries.append({"filename": path} | held)
    return entries


def listing(commit: Commit, below: str, *, deep: bool) -> list[Json]:
    """Return the files and folders below a folder, or those right in it."""
    prefix = below.rstrip("/") + "/" if below else ""
    found: dict[str, Json] = {}
    for path, blob in sorted(commit.tree.items()):
        if not path.startswith(prefix):
            continue
        parts = path.removeprefix(prefix).split("/")
        for depth in range(1, len(parts)):
            folder = prefix + "/".join(parts[:depth])
            if deep or depth == 1:
                entry = {"type": "directory", "path": folder, "oid": commit.sha, "size": 0}
                found.setdefault(folder, entry)
        if deep or len(parts) == 1:
            found[path] = blob.entry(path)
    return list(found.values())
