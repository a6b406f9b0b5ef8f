"""Annotators' accounts on a server: one each, told apart by their email."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from usiran.annotation.server.client import Address, Studio
from usiran.annotation.server.credentials import LOCAL, Credentials
from usiran.annotation.submissions import check_annotator, read_annotators
from usiran.corpus import Corpus
from usiran.errors import StudioError

if TYPE_CHECKING:
    import httpx

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def email_of(annotator_id: str) -> str:
    """Return the email that stands for an annotator; no letter ever reaches it.

    >>> email_of("ann")
    'ann@annotators.usiran.invalid'
    """
    return f"{annotator_id}@annotators.usiran.invalid"


def choose_annotator(corpus: Corpus, annotator_id: str | None) -> str:
    """Return the annotator that is meant: the one named, or the only one there is."""
    known = read_annotators(corpus)
    if annotator_id is None and len(known) == 1:
        return next(iter(known))
    check_annotator(corpus, annotator_id or "")
    return str(annotator_id)


def make_account(studio: Studio, credentials: Credentials, annotator_id: str) -> bool:
    """Make an annotator's account where it is missing; tell whether it was made."""
    email = email_of(annotator_id)
    if email in studio.users():
        return False
    password = credentials.password(studio.where.server, annotator_id, email)
    # An account made by `users.create` has no password. The invitation link is the only way
    # to one that can log in, with signup closed. The server writes it into its log: ours is
    # made void at once; on a shared server it is not ours to void.
    try:
        token = studio.sdk.organizations.invites.get_invite_link().token
        form = {"email": email, "password": password, "allow_newsletters": ""}
        with _browser(studio) as web:
            _fill_in(web, f"{studio.url}/user/signup/?token={token}", form)
    finally:
        if studio.where.server == LOCAL:
            studio.sdk.organizations.reset_token()
    # Whatever the form answered: the list of accounts tells.
    if email not in studio.users():
        fix = "make the account by hand in the server's Organization page"
        raise StudioError(studio.url, f"no account {email}", "an account for the annotator", fix)
    return True


def log_in(studio: Studio, credentials: Credentials, annotator_id: str) -> Address:
    """Return the address of the same server, with the token of an annotator's own account."""
    email = email_of(annotator_id)
    if str(studio.sdk.users.whoami().email).lower() == email:
        return studio.where
    password = credentials.kept_password(studio.where.server, annotator_id)
    allowed = f"the login of {email}"
    if password is None:
        fix = "push with this --data folder, which makes the account and keeps its password"
        if studio.where.server != LOCAL:
            fix += "; or put the token of that account into the variable"
        raise StudioError(studio.url, "no password kept", allowed, fix)
    with _browser(studio) as web:
        page = f"{studio.url}/user/login/"
        answer = _fill_in(web, page, {"email": email, "password": password})
        # Label Studio redirects who is let in, and shows the form again to who is not.
        if answer.status_code != 302:
            fix = "if it was changed on the server, put it into the credentials file"
            raise StudioError(studio.url, "the kept password is refused", allowed, fix)
        answer = web.get(f"{studio.url}/api/current-user/token")
        token = answer.json().get("token") if answer.status_code == 200 else None
    if not token:
        fix = "allow legacy tokens in the server's Organization page"
        raise StudioError(studio.url, "no token for the account", allowed, fix)
    return replace(studio.where, token=str(token))


def _browser(studio: Studio) -> httpx.Client:
    """Return a client of its own: its session belongs to another account."""
    import httpx

    return httpx.Client(timeout=60, trust_env=studio.http.trust_env)


def _fill_in(web: httpx.Client, page: str, form: dict[str, str]) -> httpx.Response:
    """Send a form of the server's pages."""
    csrf = _CSRF.search(web.get(page).text)
    content = {**form, "csrfmiddlewaretoken": csrf[1] if csrf else ""}
    return web.post(page, data=content, headers={"Referer": page})
