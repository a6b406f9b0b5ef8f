"""What goes wrong between this toolkit and the Hugging Face Hub, in one line each."""

from usiran.errors import HubError, shorten

_AGAIN = "run it again: what is done is not done twice"
_TOKEN = "make a token with the right to write in your settings on the Hub, then `hf auth login`"
_WRITE = "a token with the right to write here"
# From status to what was found, what is allowed, how to mend it.
_STATUSES = {
    401: ("the token was refused: expired, revoked or mistyped", "a valid token", _TOKEN),
    403: ("the token has no right to do this", _WRITE, f"{_TOKEN}; or name another --repo-id"),
    404: ("not there, or hidden from this token", _WRITE, "check --repo-id and the token"),
    409: ("it is there already", "something that is not there yet", _AGAIN),
    412: ("somebody else has written to `main` meanwhile", "`main` as it was read", _AGAIN),
    429: ("too many requests", "the Hub's rate of requests", f"wait some minutes, then {_AGAIN}"),
}


def hub_error(error: BaseException, repo_id: str, doing: str) -> HubError:
    """Return what the client raised, while something was being done, as an error of ours."""
    # An upload wraps what went wrong into words of its own.
    while isinstance(error, RuntimeError) and error.__cause__ is not None:
        error = error.__cause__
    value, allowed, fix = _explained(error)
    return HubError(repo_id, f"{doing}: {value}", allowed, fix)


def _explained(error: BaseException) -> tuple[str, str, str]:
    """Return what was found, what is allowed, how to mend it."""
    import httpx2
    from huggingface_hub import errors

    if isinstance(error, errors.HfHubHTTPError):
        return _refused(error.response.status_code, error.server_message or "")
    answer, network = "an answer of the Hub", f"check the network and HF_ENDPOINT, then {_AGAIN}"
    # The first that fits: a timeout is a transport error, too.
    table: tuple[tuple[type[BaseException], str, str, str], ...] = (
        (errors.OfflineModeIsEnabled, "offline mode is on", "the network", "unset HF_HUB_OFFLINE"),
        (errors.LocalTokenNotFoundError, "no token", _WRITE, f"{_TOKEN}, or set HF_TOKEN"),
        (httpx2.LocalProtocolError, "the token has characters that none has", _WRITE, _TOKEN),
        (UnicodeEncodeError, "the token has characters that none has", _WRITE, _TOKEN),
        (httpx2.TimeoutException, "no answer in time", answer, _AGAIN),
        (httpx2.ConnectError, "the Hub cannot be reached", answer, network),
        (httpx2.TransportError, "the connection was cut", answer, _AGAIN),
    )
    for kind, value, allowed, fix in table:
        if isinstance(error, kind):
            return value, allowed, fix
    if "metadata in README.md" in str(error):
        fix = "mend what the card is generated from, and release that"
        return shorten(error), "YAML that the Hub takes", fix
    return f"an answer that is not the Hub's: {shorten(error)}", answer, network


def _refused(status: int, message: str) -> tuple[str, str, str]:
    detail = f" ({shorten(message)})" if message else ""
    if status >= 500:
        value = f"the Hub failed with {status}{detail}"
        return value, "a Hub that works", f"wait a little, then {_AGAIN}"
    default = (f"refused with {status}", "what the Hub takes", "correct what it says")
    value, allowed, fix = _STATUSES.get(status, default)
    return value + detail, allowed, fix
