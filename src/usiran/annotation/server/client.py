"""Speaking to a Label Studio server through its SDK, and what is said where that fails."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from usiran.annotation.server.credentials import LOCAL, VARIABLES, Credentials, check_token
from usiran.annotation.server.data_dir import DataDir
from usiran.errors import StudioError, shorten

if TYPE_CHECKING:
    import httpx

API_KEY = "LABEL_STUDIO_API_KEY"
Say = Callable[[str], None]
"""Called with lines of progress."""

# A large project's export is put together before its first byte arrives.
_TIMEOUT, _EXPORT_TIMEOUT = 60.0, 900.0
_CHUNK = 1 << 16
_AGAIN = "see that the server runs, then run it again: what is done is not done twice"


def silent(_: str) -> None:
    """Say nothing of progress."""


@dataclass(frozen=True)
class Address:
    """Where a server is and how to speak to it; `server` is what its accounts are kept under."""

    url: str
    token: str = field(repr=False)
    server: str


class Connection(NamedTuple):
    """Which server is meant, a data folder's or the one at `url`, and who hears of progress."""

    data_dir: DataDir
    url: str | None = None
    say: Say = silent

    def address(self) -> Address:
        """Return the server's address, with the token of who owns it."""
        if self.url is not None:
            return _elsewhere(self.url)
        running = self.data_dir.running
        if running is None:
            allowed = "a running Label Studio"
            fix = "start it in another terminal with `usiran annotate serve`, or name one with"
            raise StudioError(self.data_dir.root, "no server running", allowed, f"{fix} --url")
        login = Credentials(self.data_dir).login()
        if login is None:
            fix = f"put it back, or set {', '.join(VARIABLES)} as for the server"
            file, allowed = self.data_dir.credentials, "the token of the server"
            raise StudioError(file, "no token", allowed, fix)
        return Address(running.url, login.token, LOCAL)


def _elsewhere(url: str) -> Address:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.username or parts.query or parts.fragment:
        allowed = "http:// or https://, a host, perhaps a port and a path; no password"
        # A password in the address is not repeated on the screen.
        raise StudioError("--url", url.rpartition("@")[2], allowed, "correct the address")
    token = os.environ.get(API_KEY, "")
    if not token:
        fix = "copy it from Account & Settings of that server into the variable"
        allowed = "the token of your account there"
        raise StudioError("environment", f"{API_KEY} not set", allowed, fix)
    check_token(token, API_KEY)
    return Address(url.rstrip("/"), token, url.rstrip("/"))


@dataclass(frozen=True)
class Studio:
    """One server, spoken to as one account through its SDK."""

    where: Address
    http: httpx.Client
    sdk: Any

    @property
    def url(self) -> str:
        """The server's address."""
        return self.where.url

    def place(self, title: str) -> str:
        """Return how findings call a project."""
        return f"{self.url}, project '{title}'"

    def users(self) -> dict[str, int]:
        """Return the accounts: from email to id."""
        return {str(user.email).lower(): int(user.id) for user in self.sdk.users.list()}

    @contextmanager
    def exported(self, project_id: int) -> Iterator[Path]:
        """Yield a project's whole export, also its unlabelled tasks, as a file; it is gone then."""
        # The system's folder for temporary files, not the corpus: the export holds the texts.
        with TemporaryDirectory(prefix="usiran-") as temporary:
            export = Path(temporary) / "export.json"
            options = {"chunk_size": _CHUNK, "timeout": _EXPORT_TIMEOUT}
            chunks = self.sdk.projects.exports.download_sync(
                project_id, export_type="JSON", download_all_tasks=True, request_options=options
            )
            with export.open("wb") as file:
                file.writelines(chunks)
            yield export


@contextmanager
def speaking(where: Address) -> Iterator[Studio]:
    """Yield the server at an address; every error of the SDK becomes a StudioError."""
    try:
        import httpx
        from label_studio_sdk import LabelStudio
    except ImportError:
        allowed, fix = "label-studio-sdk", "pip install 'usiran[annotation]'"
        raise StudioError("label_studio_sdk", "not installed", allowed, fix) from None
    # A proxy of the environment is for other machines than this one.
    proxy = urlsplit(where.url).hostname not in ("127.0.0.1", "localhost", "::1")
    with (
        _explained(where),
        httpx.Client(timeout=_TIMEOUT, follow_redirects=True, trust_env=proxy) as http,
    ):
        # Asked without the token: it is for a Label Studio only.
        _check_kind(where.url, http)
        sdk = LabelStudio(  # type: ignore[no-untyped-call]  # untyped there
            base_url=where.url,
            api_key=where.token,
            httpx_client=http,
            timeout=_TIMEOUT,
            # A request that was sent twice could make a project or its tasks twice.
            max_retries=0,
        )
        _check_token(where.url, sdk)
        yield Studio(where, http, sdk)


def _check_kind(url: str, http: httpx.Client) -> None:
    answer = http.get(f"{url}/api/version")
    try:
        release = answer.json()["release"]
    except (ValueError, KeyError, TypeError):
        release = None
    if not release:
        raise _something_else(url, answer.status_code)


def _check_token(url: str, sdk: Any) -> None:
    from label_studio_sdk.core.api_error import ApiError

    try:
        sdk.users.whoami()
    except ApiError as error:
        # The version is told at any path below the right one, the account is not.
        if error.status_code == 404:
            raise _something_else(url, 404) from None
        raise


def _something_else(url: str, status: int) -> StudioError:
    value = f"something else than Label Studio (status {status})"
    fix = "correct the address: that of the start page, without what follows it"
    return StudioError(url, value, "a Label Studio", fix)


@contextmanager
def _explained(where: Address) -> Iterator[None]:
    """Turn every error of the SDK and of the connection into a StudioError."""
    import httpx
    from label_studio_sdk.core.api_error import ApiError

    url = where.url
    try:
        yield
    except httpx.ConnectError as error:
        fix = "start it with `usiran annotate serve`, or correct the address"
        value = f"no answer ({_reason(error)})"
        raise StudioError(url, value, "a running Label Studio", fix) from None
    except httpx.TimeoutException:
        raise StudioError(url, "no answer in time", "an answer", _AGAIN) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        value = f"the connection broke off ({_reason(error)})"
        raise StudioError(url, value, "a whole answer", _AGAIN) from None
    except ApiError as error:
        status, reason = error.status_code, _refusal(error.body, where.token)
        raise StudioError(url, *_explanation(status, reason)) from None


def _explanation(status: int | None, reason: str) -> tuple[str, str, str]:
    """Return what was found, what is allowed and how to mend it, by the status of an answer."""
    if status == 401:
        fix = f"correct {API_KEY}, or with the server's own data folder leave --url out"
        return f"the token is refused ({reason})", "the token of an account", fix
    if status == 403:
        fix = "use the token of the account that started the server"
        return f"no right ({reason})", "an account with this right", fix
    if status == 404:
        fix = "see whether the project was deleted; push makes it anew"
        return f"not there ({reason})", "a project that is there", fix
    if status is not None and status >= 500:
        value = f"the server failed with status {status} ({reason})"
        return value, "an answer", f"read the server's log; {_AGAIN}"
    return f"status {status}: {reason}", "a request that the server takes", "see what it says"


def _refusal(body: object, token: str) -> str:
    """Return what the server gave as its reason, without the token if it says that back."""
    if isinstance(body, dict):
        body = body.get("validation_errors") or body.get("detail") or "no reason given"
        if isinstance(body, dict):
            body = "; ".join(f"{key}: {value}" for key, value in body.items())
    # A whole page says less than nothing.
    text = str(body).replace(token, "[the token]")
    return "no reason given" if "<" in text else shorten(text, 60)


def _reason(error: Exception) -> str:
    # "[Errno 111] Connection refused": the number says nothing to a user.
    return shorten(str(error).partition("] ")[2] or str(error) or type(error).__name__, 50).lower()
