"""Whether a web page may call /mcp: the Model Context Protocol asks servers to check Origin, because of browsers.

A page can have its own name resolve to this machine (DNS rebinding): then Origin and Host agree, and only a name known
to be ours distinguishes it from our own pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.types import Scope

from handler.access.caller_addresses import is_own_name
from handler.contract.deployment_url import own_url

ANY = "*"


def may_call(origin: str | None, scope: Scope, *, named: Sequence[str], public_url: str | None) -> bool:
    """Whether the request comes from no page, from one of the origins named, or from one of this server's own pages.

    Our own name is that of PUBLIC_URL; else API Gateway's or loopback's, never what the caller says in Host.
    """
    if origin is None or ANY in named or origin.rstrip("/").lower() in {each.lower() for each in named}:
        return True
    own = public_url or own_url(scope)
    known = public_url is not None or "aws.event" in scope or is_own_name(urlsplit(own).netloc, ())
    return known and origin.lower() == _origin_of(own)


def _origin_of(url: str) -> str:
    """Scheme, host and port, as browsers write them (RFC 6454, 6.2)."""
    parts = urlsplit(url.lower())
    host, usual = parts.netloc, {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return f"{parts.scheme}://{host.removesuffix(usual) if usual else host}"
