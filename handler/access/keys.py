"""API keys. Only the SHA-256 of a key is ever kept; the key itself is shown once, to whoever made it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.principals import principals_of

PREFIX = "ra_"
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A caller's name, the hex SHA-256 of its key, and the principals that documents may name it by."""

    name: str
    digest: str
    principals: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As API_KEYS holds it."""
        return ":".join([self.name, self.digest, *(["|".join(self.principals)] if self.principals else [])])


def parse_keys(text: str) -> tuple[KeyEntry, ...]:
    """The entries of `name:sha256hex,…`, or `name:sha256hex:group:sales|group:all,…`; new lines separate too. A name
    may stand twice, so that a key can be changed while the old one still works.

    Raises ValueError, which gives an entry's position and never its value: a plain key may stand there by mistake.
    """
    entries = []
    for position, entry in enumerate((part.strip() for part in re.split(r"[,\n]", text)), start=1):
        if not entry or entry.startswith("#"):
            continue
        name, _, rest = entry.partition(":")
        digest, colon, principals = rest.partition(":")
        if not NAME.fullmatch(name) or not DIGEST.fullmatch(digest.lower()):
            raise ValueError(
                f"entry {position} is not name:sha256hex (64 hex digits). `handler key NAME` makes a key and its entry"
            )
        try:
            principals_named = principals_of(principals.split("|")) if colon else ()
        except ValueError as error:
            raise ValueError(
                f"entry {position} ({name}) names no principals: {error}. Write name:sha256hex:group:sales|group:all"
            ) from None
        entries.append(KeyEntry(name, digest.lower(), principals_named))
    return tuple(entries)


def make_key(name: str) -> tuple[str, KeyEntry]:
    """A new key of 256 random bits, and its entry. Raises ValueError for a name that API_KEYS cannot hold."""
    if not NAME.fullmatch(name):
        raise ValueError("The name of a key is 1 to 64 letters, digits, dots, underscores or dashes.")
    key = PREFIX + secrets.token_urlsafe(32)
    return key, KeyEntry(name, digest_of(key))


def digest_of(key: str) -> str:
    """The hex SHA-256 of the key's UTF-8 bytes."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def entry_of(presented: Iterable[str], entries: Iterable[KeyEntry]) -> KeyEntry | None:
    """The entry of the presented key, if any. Takes as long for a wrong key as for a right one."""
    digests = [digest_of(key) for key in presented]
    found = None
    for entry in entries:
        for digest in digests:
            if hmac.compare_digest(digest, entry.digest):
                found = entry
    return found
