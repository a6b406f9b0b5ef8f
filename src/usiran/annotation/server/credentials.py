"""Secrets: made once, kept in a file of mode 600 or taken from the environment, never shown."""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field

from usiran.annotation.server.data_dir import DataDir, write_private
from usiran.corpus import read_toml
from usiran.errors import StudioError

VARIABLES = ("LABEL_STUDIO_USERNAME", "LABEL_STUDIO_PASSWORD", "LABEL_STUDIO_USER_TOKEN")
LOCAL = "local"
"""Under which name the accounts of the folder's own server are kept."""

_KEYS = ("username", "password", "token")
_HEAD = "# Made by usiran. Whoever can read this file can read and change every label.\n"


@dataclass(frozen=True)
class Login:
    """The first account of a server, which made it; `source` says where it is kept."""

    username: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    source: str


class Credentials:
    """The secrets of one data folder.

    Parameters
    ----------
    data_dir : DataDir
        Where ``credentials.toml`` lies or will lie.

    Raises
    ------
    StudioError
        The file may be read by others, or is not what this class wrote.
    """

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir
        self._server: dict[str, str] = {}
        self._accounts: dict[str, dict[str, dict[str, str]]] = {}
        if data_dir.credentials.exists():
            self._read()

    def login(self) -> Login | None:
        """Return the server's own login: the environment's, else the file's, if there is one.

        Raises
        ------
        StudioError
            Only some of the three variables are set, or one of them cannot be used.
        """
        given = {name: os.environ.get(name, "") for name in VARIABLES}
        if any(given.values()):
            return _from_environment(given)
        if not self._server:
            return None
        return Login(**self._server, source=str(self._data_dir.credentials))

    def make_login(self) -> Login:
        """Make the server's login and keep it."""
        self._server = {
            "username": "admin@usiran.invalid",
            "password": secrets.token_urlsafe(18),
            "token": secrets.token_hex(20),
        }
        self._write()
        return Login(**self._server, source=str(self._data_dir.credentials))

    def password(self, server: str, annotator_id: str, email: str) -> str:
        """Return the password kept for an annotator's account on a server; made if missing."""
        accounts = self._accounts.setdefault(server, {})
        if annotator_id not in accounts:
            # Kept before it is used: an account whose password is lost helps nobody.
            accounts[annotator_id] = {"email": email, "password": secrets.token_urlsafe(18)}
            self._write()
        return accounts[annotator_id]["password"]

    def kept_password(self, server: str, annotator_id: str) -> str | None:
        """Return the password kept for an annotator's account on a server, if one is."""
        account = self._accounts.get(server, {}).get(annotator_id)
        return account["password"] if account else None

    def _read(self) -> None:
        path = self._data_dir.credentials
        rights = stat.S_IMODE(path.stat().st_mode)
        if rights & 0o077:
            found = f"mode {rights:o}: others may read it"
            raise StudioError(path, found, "mode 600", f"chmod 600 '{path}'")
        table = read_toml(path)
        try:
            self._server, self._accounts = _checked(table)
        except (AttributeError, KeyError, TypeError, ValueError):
            found, allowed = "other tables or keys", "[server] and [accounts], as usiran wrote them"
            raise StudioError(path, found, allowed, "put the written file back") from None

    def _write(self) -> None:
        self._data_dir.make()
        tables: dict[tuple[str, ...], dict[str, str]] = {}
        if self._server:
            tables["server",] = self._server
        for server, accounts in self._accounts.items():
            for name, kept in accounts.items():
                tables["accounts", server, name] = kept
        text = _HEAD + "".join(_toml(path, table) for path, table in tables.items())
        write_private(self._data_dir.credentials, text)


def _toml(path: tuple[str, ...], table: Mapping[str, str]) -> str:
    # A JSON string of ASCII is a TOML string too.
    lines = [f"\n[{'.'.join(json.dumps(part) for part in path)}]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _checked(
    table: Mapping[str, object],
) -> tuple[dict[str, str], dict[str, dict[str, dict[str, str]]]]:
    """Return both tables, or raise where a key is missing or not a text."""
    server = _texts(table["server"], _KEYS) if "server" in table else {}
    found = table.get("accounts", {})
    if not isinstance(found, dict):
        raise TypeError
    accounts = {
        name: {who: _texts(kept, ("email", "password")) for who, kept in kept_there.items()}
        for name, kept_there in found.items()
    }
    return server, accounts


def _texts(table: object, keys: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(table[key], str) for key in keys):
        raise TypeError
    return {key: table[key] for key in keys}


def _from_environment(given: Mapping[str, str]) -> Login:
    missing = [name for name, value in given.items() if not value]
    if missing:
        found = f"{', '.join(missing)} not set"
        fix = "set all three, or none: then they are made and kept in the data folder"
        raise StudioError("environment", found, f"all of {', '.join(VARIABLES)}", fix)
    username, password, token = given.values()
    check_token(token, VARIABLES[2])
    if "@" not in username:
        found = f"a {VARIABLES[0]} without @"
        raise StudioError("environment", found, "an email address", "correct the variable")
    return Login(username, password, token, source="the environment")


def check_token(token: str, variable: str) -> None:
    """Refuse a token that no server could have given, without showing it.

    Raises
    ------
    StudioError
        It is short, or holds blanks or characters beyond ASCII.
    """
    if len(token) <= 5 or not token.isascii() or not token.isprintable() or " " in token:
        found = f"a {variable} that is no token"
        allowed = "the letters and digits of a token, nothing else"
        raise StudioError("environment", found, allowed, "copy it again from the account's page")
