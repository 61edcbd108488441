"""The principals that a token's claims give a caller, such as `user:1234` and `group:sales`, by OAUTH_PRINCIPALS. Pure.

Each principal begins with its kind, so that nobody becomes a user by the name of a group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.principals import principal_of

PREFIX = re.compile(r"[A-Za-z0-9_-]{1,32}")
# Claims that name a person, and plurals.
PREFIXES = {
    "sub": "user",
    "oid": "user",
    "email": "user",
    "upn": "user",
    "preferred_username": "user",
    "username": "user",
    "groups": "group",
    "roles": "role",
}


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """Each value of the claim becomes `prefix:value`."""

    claim: str
    prefix: str


def parse_principals(text: str) -> tuple[ClaimRule, ...]:
    """The rules of `email,groups,realm_access.roles,https://example.com/team=group`. Raises ValueError."""
    rules = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        claim, separator, prefix = part.rpartition("=")
        if not separator:
            claim, last = part, re.split(r"[./:]", part)[-1]
            prefix = PREFIXES.get(last, last)
        if not claim or not PREFIX.fullmatch(prefix):
            raise ValueError(f"{part!r} names no claim; say claim or claim=prefix, such as groups=group")
        rules.append(ClaimRule(claim.strip(), prefix))
    return tuple(rules)


def principals_of(claims: Mapping[str, Any], rules: tuple[ClaimRule, ...], *, issuer_name: str = "") -> frozenset[str]:
    """The principals. Those of a named issuer begin with its name: what one issuer says is nothing at another."""
    start = f"{issuer_name}:" if issuer_name else ""
    named = (f"{start}{rule.prefix}:{value}" for rule in rules for value in _values(claims, rule.claim))
    return frozenset(filter(None, map(_sound, named)))


def groups_left_out(claims: Mapping[str, Any]) -> bool:
    """Whether the token says that there are more groups than it lists, as Entra ID does beyond 200."""
    elsewhere = claims.get("_claim_names")
    return claims.get("hasgroups") is True or (isinstance(elsewhere, dict) and "groups" in elsewhere)


def _values(claims: Mapping[str, Any], claim: str) -> Iterator[str]:
    if claim == "email" and str(claims.get("email_verified", True)).lower() != "true":
        return  # Anybody can claim an address.
    found = _claim(claims, claim)
    yield from (value for value in (found if isinstance(found, list) else [found]) if isinstance(value, str) and value)


def _sound(principal: str) -> str | None:
    """The value if a document may name it; else None."""
    try:
        return principal_of(principal)
    except ValueError:
        return None


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of exactly that name, else the one reached by following its dots."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
