"""A Hub on this machine: the HTTP API that the real clients speak, with faults to order.

The clients find it by HF_ENDPOINT. Uploads go the plain way (HF_HUB_DISABLE_XET), because
content-defined chunks are a protocol of their own.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.support.hub_card import errors, warnings
from tests.support.hub_repos import Json, Refusal, Repo, eval_results, listing

ORG = "lab"
PAGE = 8  # entries of a listing; the real one has 1000
_DATE = "2031-01-02T03:04:05.000Z"


class Logged(NamedTuple):
    """A request as it came and the status it was answered with (0: no answer)."""

    method: str
    path: str
    status: int


@dataclass(frozen=True)
class User:
    """Who a token belongs to, and what it may do."""

    name: str
    orgs: tuple[str, ...] = ()
    role: str = "write"
    expired: bool = False


@dataclass(frozen=True)
class Fault:
    """What happens at the `at`-th request (from 1) among those whose line has `where`.

    `act` is a status to answer with; "cut", which ends the connection without an answer;
    "lose", which does what was asked and then ends it; or a function that is called once the
    request is done and before it is answered. `lasting`: at all later ones, too.
    """

    at: int
    act: int | str | Callable[[], object]
    where: str = ""
    lasting: bool = False


@dataclass
class Hub:
    """What the server knows, and what it is told to do wrong."""

    url: str = ""
    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    error: Fault | None = None
    log: list[Logged] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _met: int = 0

    def order(self, error: Fault | None) -> None:
        """Order a fault, and start counting and logging anew."""
        self.error, self._met = error, 0
        self.log.clear()

    def due(self, line: str) -> Fault | None:
        """Return the fault that is due at this request."""
        error = self.error
        if error is None or error.where not in line:
            return None
        self._met += 1
        met = self._met == error.at or (error.lasting and self._met > error.at)
        return error if met else None

    def dataset(self, repo_id: str) -> Repo:
        return self.repos["dataset", repo_id]

    def sent(self, method: str, part: str = "") -> list[str]:
        """Return the paths of the requests of a method, in order."""
        return [one.path for one in self.log if one.method == method and part in one.path]


@contextmanager
def serving(**users: User) -> Iterator[Hub]:
    """Yield a running Hub; the names are tokens."""
    hub = Hub(users=users)
    handler = type("Handler", (_Handler,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        hub.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield hub
        finally:
            server.shutdown()


class _Answer(NamedTuple):
    """A response: JSON, or bytes with headers."""

    body: object = None
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def log_message(self, *_: object) -> None:
        """Say nothing: the log is a list."""

    def _serve(self) -> None:
        try:
            body = self._body()
        except (EOFError, ConnectionError):
            self.close_connection = True  # the client was killed half-way
            return
        with self.hub.lock:
            answer = self._answer(body)
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    def _answer(self, body: bytes) -> _Answer | None:
        """Do what is asked, or what is ordered; None where nothing is to be answered."""
        error = self.hub.due(f"{self.command} {self.path}")
        act = error.act if error else None
        answer = None if act == "cut" else self._done(body, act)
        if callable(act):
            act()
        answer = None if act == "lose" else answer
        status = answer.status if answer else 0
        self.hub.log.append(Logged(self.command, self.path, status))
        return answer

    def _done(self, body: bytes, act: object) -> _Answer:
        try:
            if isinstance(act, int):
                raise Refusal(act, "ordered by the test")
            return self._route(body)
        except Refusal as refusal:
            headers = [("X-Error-Code", refusal.code)] if refusal.code else []
            headers.append(("X-Error-Message", refusal.message))
            return _Answer({"error": refusal.message}, tuple(headers), refusal.status)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 the library's names

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self._exactly(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self._line(), 16):
            parts.append(self._exactly(size))
            self._line()
        self._line()
        return b"".join(parts)

    def _line(self) -> bytes:
        if not (line := self.rfile.readline()):
            raise EOFError
        return line

    def _exactly(self, size: int) -> bytes:
        data = self.rfile.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _send(self, answer: _Answer) -> None:
        content, kind = answer.body, "application/octet-stream"
        if not isinstance(content, bytes):
            content, kind = json.dumps(content).encode(), "application/json"
        try:
            self.send_response(answer.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in answer.headers:
                self.send_header(name, quote(value, safe=" :/\"'<>;=,.-()?&[]*"))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)
            self.wfile.flush()
        except ConnectionError:
            self.close_connection = True  # the client was killed

    # --- what is asked ---

    def _route(self, body: bytes) -> _Answer:
        url = urlsplit(self.path)
        for method, pattern, name in _ROUTES:
            found = re.fullmatch(pattern, url.path)
            if found and self.command in method:
                words = {key: unquote(value or "") for key, value in found.groupdict().items()}
                answer: _Answer = getattr(self, name)(body, parse_qs(url.query), **words)
                return answer
        raise Refusal(404, f"no such page: {self.command} {url.path}")

    def _user(self) -> User | None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not token:
            return None
        user = self.hub.users.get(token)
        if user is None:
            raise Refusal(401, "Invalid credentials in Authorization header")
        if user.expired:
            raise Refusal(401, "User Access Token is expired")
        return user

    def _repo(self, repo_id: str, kind: str = "dataset", *, write: bool = False) -> Repo:
        """Return a repository that the caller may read, and where asked, write."""
        user, repo = self._user(), self.hub.repos.get((kind, repo_id))
        member = user is not None and repo_id.partition("/")[0] in (user.name, *user.orgs)
        if repo is None or (repo.private and not member):
            raise Refusal(404 if user else 401, "Repository not found", "RepoNotFound")
        if write and not member:
            raise Refusal(403, "You don't have the rights to write to this repository")
        if write and user is not None and user.role != "write":
            raise Refusal(403, "You must use a write token to upload to a repository")
        return repo

    def whoami(self, _: bytes, __: Json) -> _Answer:
        user = self._user()
        if user is None:
            raise Refusal(401, "Invalid username or password.")
        orgs = [{"type": "org", "name": name} for name in user.orgs]
        role = {"accessToken": {"displayName": "test", "role": user.role}}
        return _Answer({"type": "user", "name": user.name, "orgs": orgs, "auth": role})

    def create(self, body: bytes, _: Json) -> _Answer:
        asked, user = json.loads(body), self._user()
        if user is None:
            raise Refusal(401, "Invalid username or password.")
        owner, kind = asked.get("organization") or user.name, asked.get("type", "model")
        repo_id = f"{owner}/{asked['name']}"
        if owner not in (user.name, *user.orgs) or user.role != "write":
            raise Refusal(403, f"You don't have the rights to create a {kind} under {owner}")
        if (kind, repo_id) in self.hub.repos:
            raise Refusal(409, f"You already created this {kind} repo")
        private = asked.get("visibility") == "private"
        self.hub.repos[kind, repo_id] = Repo(repo_id, private)
        place = f"datasets/{repo_id}" if kind == "dataset" else repo_id
        return _Answer({"url": f"{self.hub.url}/{place}", "name": repo_id})

    def validate_yaml(self, body: bytes, _: Json) -> _Answer:
        content = json.loads(body)["content"].encode()
        found = [{"message": one} for one in errors(content)]
        warned = [{"message": one} for one in warnings(content)]
        return _Answer({"errors": found, "warnings": warned}, (), 400 if found else 200)

    def info(self, _: bytes, __: Json, *, id: str, kind: str, rev: str = "main") -> _Answer:
        repo = self._repo(id, kind)
        commit = repo.at(rev or "main")
        body = {"id": id, "sha": commit.sha, "private": repo.private, "lastModified": _DATE}
        siblings = [{"rfilename": path} for path in sorted(commit.tree)]
        body |= {"author": id.partition("/")[0], "tags": [], "siblings": siblings}
        return _Answer(body | ({"evalResults": eval_results(commit)} if kind == "model" else {}))

    def refs(self, _: bytes, __: Json, *, id: str, kind: str) -> _Answer:
        repo = self._repo(id, kind)

        def listed(kind: str, refs: dict[str, str]) -> Json:
            found = refs.items()
            return [{"name": n, "ref": f"refs/{kind}/{n}", "targetCommit": sha} for n, sha in found]

        heads, tags = listed("heads", repo.refs), listed("tags", repo.tags)
        return _Answer({"branches": heads, "converts": [], "tags": tags})

    def tree(
        self, _: bytes, query: Json, *, id: str, kind: str, rev: str, below: str = ""
    ) -> _Answer:
        commit = self._repo(id, kind).at(rev)
        deep = query.get("recursive", ["false"])[0].lower() in ("true", "1")
        entries = listing(commit, below, deep=deep)
        if below and not entries:
            raise Refusal(404, f"{below} does not exist on {rev}", "EntryNotFound")
        start = int(query.get("cursor", ["0"])[0])
        headers: tuple[tuple[str, str], ...] = ()
        if start + PAGE < len(entries):
            path = urlsplit(self.path).path
            more = f"{self.hub.url}{path}?recursive={deep}&cursor={start + PAGE}"
            headers = (("Link", f'<{more}>; rel="next"'),)
        return _Answer(entries[start : start + PAGE], headers)

    def paths_info(self, body: bytes, _: Json, *, id: str, kind: str, rev: str) -> _Answer:
        commit = self._repo(id, kind).at(rev)
        form = self.headers.get("Content-Type", "")
        asked = json.loads(body) if "json" in form else parse_qs(body.decode())
        everything = {one["path"]: one for one in listing(commit, "", deep=True)}
        return _Answer([everything[path] for path in asked["paths"] if path in everything])

    def preupload(self, body: bytes, _: Json, *, id: str, kind: str, rev: str) -> _Answer:
        repo, asked = self._repo(id, kind, write=True), json.loads(body)
        tree = repo.at(rev).tree
        files = []
        for one in asked["files"]:
            path, there = one["path"], tree.get(one["path"])
            mode = repo.mode(path, base64.b64decode(one["sample"]), one["size"])
            oid = None if there is None else there.sha256 if there.lfs else there.oid
            ignored = repo.ignored(path, asked.get("gitIgnore"))
            files.append({"path": path, "uploadMode": mode, "shouldIgnore": ignored, "oid": oid})
        return _Answer({"files": files})

    def batch(self, body: bytes, _: Json, *, id: str, kind: str) -> _Answer:
        # The address of a model has no word for its kind.
        kind = kind.rstrip("s/") or "model"
        repo, objects = self._repo(id, kind, write=True), []
        for one in json.loads(body)["objects"]:
            place = f"{self.hub.url}/lfs/{kind}/{id}/{one['oid']}?size={one['size']}"
            links = {"upload": {"href": place}}
            links["verify"] = {"href": f"{self.hub.url}/api/lfs/{kind}/{id}/verify"}
            there = one["oid"] in repo.objects
            objects.append({**one} if there else {**one, "actions": links})
        return _Answer({"transfer": "basic", "objects": objects})

    def put(self, body: bytes, query: Json, *, id: str, kind: str, oid: str) -> _Answer:
        # The address is the permission, as with a signed one.
        if len(body) != int(query["size"][0]):
            raise Refusal(400, "The body has another size than announced")
        self.hub.repos[kind, id].store(oid, body)
        return _Answer(b"")

    def verify(self, body: bytes, _: Json, *, id: str, kind: str) -> _Answer:
        asked = json.loads(body)
        held = self._repo(id, kind, write=True).objects.get(asked["oid"])
        if held is None or len(held) != asked["size"]:
            raise Refusal(404, "The object is not there, or has another size")
        return _Answer({})

    def commit(self, body: bytes, _: Json, *, id: str, kind: str, rev: str) -> _Answer:
        lines = [json.loads(line) for line in body.splitlines()]
        made = self._repo(id, kind, write=True).commit(rev, lines)
        url = f"{self.hub.url}/datasets/{id}/commit/{made.sha}"
        return _Answer({"success": True, "commitOid": made.sha, "commitUrl": url})

    def tag(self, body: bytes, _: Json, *, id: str, kind: str, rev: str) -> _Answer:
        self._repo(id, kind, write=True).tag(json.loads(body)["tag"], rev)
        return _Answer(b"")

    def resolve(self, _: bytes, __: Json, *, id: str, kind: str, rev: str, path: str) -> _Answer:
        commit = self._repo(id, kind.rstrip("s/") or "model").at(rev)
        blob = commit.tree.get(path)
        if blob is None:
            raise Refusal(404, f"{path} does not exist on {rev}", "EntryNotFound")
        etag = blob.sha256 if blob.lfs else blob.oid
        headers = [("X-Repo-Commit", commit.sha), ("ETag", f'"{etag}"'), ("Accept-Ranges", "bytes")]
        if blob.lfs:
            headers += [("X-Linked-Etag", f'"{etag}"'), ("X-Linked-Size", str(len(blob.content)))]
        return _ranged(blob.content, self.headers.get("Range"), headers)


def _ranged(content: bytes, asked: str | None, headers: list[tuple[str, str]]) -> _Answer:
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked or "")
    if not found:
        return _Answer(content, tuple(headers))
    size = len(content)
    first = int(found[1]) if found[1] else size - int(found[2])
    last = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if first > last:
        raise Refusal(416, "Range not satisfiable")
    headers.append(("Content-Range", f"bytes {first}-{last}/{size}"))
    return _Answer(content[first : last + 1], tuple(headers), 206)


_ID = r"(?P<id>[^/]+/[^/]+)"
_OF = rf"/api/(?P<kind>dataset|model|space)s/{_ID}"
_AT = rf"/(?P<kind>(?:datasets/)?){_ID}"
_LFS = rf"/lfs/(?P<kind>dataset|model)/{_ID}"
_ROUTES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("GET",), r"/api/whoami-v2", "whoami"),
    (("POST",), r"/api/repos/create", "create"),
    (("POST",), r"/api/validate-yaml", "validate_yaml"),
    (("GET",), _OF, "info"),
    (("GET",), rf"{_OF}/revision/(?P<rev>[^/]+)", "info"),
    (("GET",), rf"{_OF}/refs", "refs"),
    (("GET",), rf"{_OF}/tree/(?P<rev>[^/]+)(?:/(?P<below>.+))?", "tree"),
    (("POST",), rf"{_OF}/paths-info/(?P<rev>[^/]+)", "paths_info"),
    (("POST",), rf"{_OF}/preupload/(?P<rev>[^/]+)", "preupload"),
    (("POST",), rf"{_OF}/commit/(?P<rev>[^/]+)", "commit"),
    (("POST",), rf"{_OF}/tag/(?P<rev>[^/]+)", "tag"),
    (("POST",), rf"{_AT}\.git/info/lfs/objects/batch", "batch"),
    (("PUT",), rf"{_LFS}/(?P<oid>[0-9a-f]{{64}})", "put"),
    (("POST",), rf"/api{_LFS}/verify", "verify"),
    (("GET", "HEAD"), rf"{_AT}/resolve/(?P<rev>[^/]+)/(?P<path>.+)", "resolve"),
)
