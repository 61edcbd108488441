"""Which scopes a route requires, by OAUTH_SCOPES, and which a token has. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# RFC 6749, 3.3, without the separators used here.
SCOPE = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,256}")
# The protected paths, as OAUTH_SCOPES names them.
ROUTES = ("/search", "/documents", "/query", "/cite", "/mcp")


@dataclass(frozen=True, slots=True)
class Scopes:
    """Required on each route, unless the route has its own."""

    everywhere: tuple[str, ...] = ()
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, path: str) -> tuple[str, ...]:
        """The scopes that the path requires; a path below a route's has that route's."""
        route = f"/{path.strip('/').partition('/')[0]}"
        return self.routes.get(route, self.everywhere)

    @property
    def all(self) -> tuple[str, ...]:
        """Every scope once, in the order of the setting: what a client requests in order to be let in everywhere."""
        return tuple(dict.fromkeys((*self.everywhere, *(each for own in self.routes.values() for each in own))))


def parse_scopes(text: str) -> Scopes:
    """The scopes of `rag.read, /documents=rag.read rag.list`. Raises ValueError."""
    everywhere: tuple[str, ...] = ()
    routes: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        path, separator, own = part.partition("=") if part.startswith("/") else ("", "", part)
        scopes = tuple(own.split())
        if wrong := [scope for scope in scopes if not SCOPE.fullmatch(scope)]:
            raise ValueError(f"{wrong[0]!r} is not a scope")
        if not path:
            everywhere = (*everywhere, *scopes)
        elif not separator or path.rstrip("/") not in ROUTES:
            raise ValueError(f"{path!r} is not a route; there are {', '.join(ROUTES)}")
        else:
            routes[path.rstrip("/")] = scopes
    return Scopes(tuple(dict.fromkeys(everywhere)), routes)


def granted(claims: Mapping[str, Any]) -> frozenset[str]:
    """The token's scopes: `scope` (RFC 9068), else `scp`, a text at Entra ID and a list at Okta."""
    claim = claims.get("scope", claims.get("scp", ""))
    if isinstance(claim, str):
        return frozenset(claim.split())
    return frozenset(each for each in claim if isinstance(each, str)) if isinstance(claim, list) else frozenset()


def lacking(demanded: tuple[str, ...], has: frozenset[str]) -> tuple[str, ...]:
    """The missing scopes.

    Entra ID wants `api://APP/rag.read` requested and writes `rag.read` into a token for that API: for scopes of that
    kind the last part counts, because the audience has named the API.
    """
    return tuple(
        scope
        for scope in demanded
        if scope not in has and not (scope.startswith("api://") and scope.rpartition("/")[2] in has)
    )
