"""Bearer tokens and the names of their callers, from a file that may change while the server runs.

A line is `name token`, or just a token, whose caller is called `unnamed`. Instead of a token, a line can have its
digest, so that the file contains no secret: `name sha256:` and 64 hexadecimal digits. Lines that begin with `#` are
comments. Several lines may have the same name, for example while a token is being replaced.
"""

import codecs
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from sayso_server.service.files import Reload, State, state_of
from sayso_server.service.settings import SettingError, warn_if_open

log = logging.getLogger(__name__)

UNNAMED = "unnamed"
"""The caller of a token without a name."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_DIGEST = re.compile(r"sha256:([0-9a-fA-F]{64})")
_LOOK_AGAIN = 1.0
"""Seconds after which the next call checks the file for changes."""


class Token(NamedTuple):
    """The name of a token's caller, and the token's digest; the token itself is not kept."""

    name: str
    digest: bytes


class TokenFile:
    """The tokens of a file. An invalid change is logged, and the current tokens are kept.

    For use in one thread. `on_reload` is called with whether a change could be used. Raises SettingError.
    """

    def __init__(
        self,
        path: str,
        *,
        on_reload: Callable[[bool], object] = lambda good: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._on_reload = on_reload
        self._clock = clock
        self._seen: State = state_of([path])
        self._looked = clock()
        self._tokens = read_tokens(path)

    def caller(self, token: str) -> str | None:
        """The name of a token's caller, None for an unknown token.

        Digests are compared in constant time, so that response times reveal nothing about tokens.
        """
        if self._clock() - self._looked >= _LOOK_AGAIN:
            self.reload()
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        names = [known.name for known in self._tokens if hmac.compare_digest(digest, known.digest)]
        return names[0] if names else None

    def reload(self) -> Reload:
        """Reload the tokens if the file has changed and is valid."""
        self._looked = self._clock()
        seen = state_of([self._path])
        if seen == self._seen:
            return Reload.UNCHANGED
        self._seen = seen
        try:
            tokens = read_tokens(self._path)
        except SettingError as error:
            log.error("keeping the current tokens: %s", error)
            self._on_reload(False)
            return Reload.REFUSED
        log.info("reloaded tokens %s: %s", self._path, _difference(self._tokens, tokens))
        self._tokens = tokens
        self._on_reload(True)
        return Reload.RENEWED


def read_tokens(path: str) -> tuple[Token, ...]:
    """The tokens of a file. Raises SettingError, which never quotes a token."""
    warn_if_open(path)
    try:
        lines = _lines(path)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"--token-file {path}: {_why(error)}") from error
    tokens = tuple(_tokens(path, lines))
    if not tokens:
        raise SettingError(f"--token-file {path}: no tokens found")
    return tokens


def _lines(path: str) -> list[str]:
    """The lines of a file, without the byte order mark of Windows editors."""
    return Path(path).read_bytes().removeprefix(codecs.BOM_UTF8).decode("ascii").splitlines()


def _tokens(path: str, lines: list[str]) -> Iterator[Token]:
    owners: dict[bytes, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) > 2:
            raise SettingError(f"--token-file {path}, line {number}: expected a name and a token")
        name, token = (words[0], words[1]) if len(words) == 2 else (UNNAMED, words[0])
        if not _NAME.fullmatch(name):
            raise SettingError(f"--token-file {path}, line {number}: a name has at most 64 letters, digits and _ . @ -")
        digest = _digest(token)
        if owners.setdefault(digest, name) != name:
            raise SettingError(f"--token-file {path}, line {number}: {owners[digest]} has the same token")
        yield Token(name, digest)


def plain_token(path: str) -> str | None:
    """A token of a file that is not a digest, if there is one. Raises SettingError."""
    read_tokens(path)  # raises errors about the file
    shown = (words[-1] for words in map(str.split, _lines(path)) if words and not words[0].startswith("#"))
    return next((token for token in shown if not _DIGEST.fullmatch(token)), None)


def _digest(token: str) -> bytes:
    given = _DIGEST.fullmatch(token)
    return bytes.fromhex(given[1]) if given else hashlib.sha256(token.encode()).digest()


def _difference(old: tuple[Token, ...], new: tuple[Token, ...]) -> str:
    """The numbers of added and removed tokens, with their names."""
    sides = (("added", set(new) - set(old)), ("removed", set(old) - set(new)))
    told = [f"{len(some)} {what} ({', '.join(sorted({token.name for token in some}))})" for what, some in sides if some]
    return ", ".join(told) or "the same tokens"


def _why(error: Exception) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else "tokens must be ASCII"
