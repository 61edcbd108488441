"""The identity providers whose tokens are accepted, as OAUTH_ISSUERS names them. Pure.

An issuer is compared byte for byte, to the last slash, as OpenID Connect Discovery and RFC 8414 demand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from corpus.urls import is_loopback

NAMED = re.compile(r"([A-Za-z0-9_-]{1,32})=(.*)")
# Principals begin with these: an issuer of that name could speak for another's users.
RESERVED = frozenset({"user", "group", "role", "corpus", "everyone"})


@dataclass(frozen=True, slots=True)
class Issuer:
    """`name` is prefixed to the principals of its users, if it has one."""

    url: str
    name: str = ""


def parse_issuers(text: str) -> tuple[Issuer, ...]:
    """The issuers of `https://login.example.com/, partner=https://id.partner.example`. Raises ValueError."""
    issuers: list[Issuer] = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        named = NAMED.fullmatch(part)
        name, url = (named[1], named[2].strip()) if named else ("", part)
        provider_url(url)
        if name.lower() in RESERVED:
            raise ValueError(f"may not call an issuer {name!r}: principals begin with that word")
        if any(each.url == url or (name and each.name == name) for each in issuers):
            raise ValueError("name an issuer twice")
        issuers.append(Issuer(url, name))
    return tuple(issuers)


def provider_url(text: str) -> str:
    """The URL unchanged. Raises ValueError if it may not be contacted: only https, or http on this machine, may."""
    try:
        parts = urlsplit(text)
        host, plain = parts.hostname, parts.username is None and not parts.fragment
        valid = bool(host) and plain and (parts.port is None or parts.port > 0) and not re.search(r"[\s\"\\<>]", text)
    except ValueError:
        host, valid, parts = None, False, urlsplit("")
    if not valid or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host or ""))):
        raise ValueError("must be https:// URLs; http:// is for providers on this machine alone")
    return text
