"""Secrets: made once, kept in a file of mode 600 or taken from the environment, never shown."""

import os
import secrets
import stat
from dataclasses import dataclass, field

import msgspec
import tomlkit

from usiran.annotation.server.data_dir import DataDir, write_private
from usiran.corpus import read_toml
from usiran.errors import StudioError

VARIABLES = ("LABEL_STUDIO_USERNAME", "LABEL_STUDIO_PASSWORD", "LABEL_STUDIO_USER_TOKEN")
LOCAL = "local"
"""Under which name the accounts of the folder's own server are kept."""

_HEAD = "# Made by usiran. Whoever can read this file can read and change every label.\n"


@dataclass(frozen=True)
class Login:
    """The first account of a server, which made it."""

    username: str
    password: str = field(repr=False)
    token: str = field(repr=False)


class _Account(msgspec.Struct):
    email: str
    password: str


class _File(msgspec.Struct, omit_defaults=True):
    """What is kept: the server's own login, and from server and annotator to account."""

    server: Login | None = None
    accounts: dict[str, dict[str, _Account]] = msgspec.field(default_factory=dict)


class Credentials:
    """The secrets of one data folder, which no other account may be able to read."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir
        self._path = data_dir.credentials
        self._file = self._read() if self._path.exists() else _File()

    def _read(self) -> _File:
        rights = stat.S_IMODE(self._path.stat().st_mode)
        if rights & 0o077:
            value, fix = f"mode {rights:o}: others may read it", f"chmod 600 '{self._path}'"
            raise StudioError(self._path, value, "mode 600", fix)
        try:
            return msgspec.convert(read_toml(self._path), _File)
        except msgspec.ValidationError:
            # What the decoder says is not shown: it may quote a secret.
            value, allowed = "other tables or keys", "[server] and [accounts], as usiran wrote them"
            raise StudioError(self._path, value, allowed, "put the written file back") from None

    def _write(self) -> None:
        self._data_dir.make()
        write_private(self._path, _HEAD + "\n" + tomlkit.dumps(msgspec.to_builtins(self._file)))

    def login(self) -> Login | None:
        """Return the server's own login: the environment's, else the file's, if there is one."""
        return _from_environment() if _is_given() else self._file.server

    @property
    def source(self) -> str:
        """Where the server's own login is kept."""
        return "the environment" if _is_given() else str(self._path)

    def make_login(self) -> Login:
        """Make the server's login and keep it."""
        login = Login("admin@usiran.invalid", secrets.token_urlsafe(18), secrets.token_hex(20))
        self._file.server = login
        self._write()
        return login

    def password(self, server: str, annotator_id: str, email: str) -> str:
        """Return the password kept for an annotator's account on a server; made if missing."""
        accounts = self._file.accounts.setdefault(server, {})
        if annotator_id not in accounts:
            # Kept before it is used: an account whose password is lost helps nobody.
            accounts[annotator_id] = _Account(email, secrets.token_urlsafe(18))
            self._write()
        return accounts[annotator_id].password

    def kept_password(self, server: str, annotator_id: str) -> str | None:
        """Return the password kept for an annotator's account on a server, if one is."""
        account = self._file.accounts.get(server, {}).get(annotator_id)
        return account.password if account else None


def _is_given() -> bool:
    return any(os.environ.get(name) for name in VARIABLES)


def _from_environment() -> Login:
    username, password, token = (os.environ.get(name, "") for name in VARIABLES)
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    if missing:
        value, allowed = f"{', '.join(missing)} not set", f"all of {', '.join(VARIABLES)}"
        fix = "set all three, or none: then they are made and kept in the data folder"
        raise StudioError("environment", value, allowed, fix)
    check_token(token, VARIABLES[2])
    if "@" not in username:
        value = f"a {VARIABLES[0]} without @"
        raise StudioError("environment", value, "an email address", "correct the variable")
    return Login(username, password, token)


def check_token(token: str, variable: str) -> None:
    """Refuse a token that no server could have given, without showing it."""
    # Such characters cannot stand in a header: the HTTP library would fail with a traceback.
    if len(token) <= 5 or not token.isascii() or not token.isprintable() or " " in token:
        value = f"a {variable} that is no token"
        allowed = "the letters and digits of a token, nothing else"
        raise StudioError("environment", value, allowed, "copy it again from the account's page")
