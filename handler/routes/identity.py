"""Who sent a request, if tokens are accepted; and where a refusal tells a client to sign in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.requests import Request

from handler.access.caller import Caller
from handler.access.oauth.challenge import Challenge
from handler.access.oauth.metadata import MCP_PATH, PROTECTED_RESOURCE
from handler.access.oauth.scopes import lacking
from handler.access.oauth.token_refusals import IdentityUnavailable, TokenRefused
from handler.access.oauth.wiring import OAuth
from handler.contract.deployment_url import own_path, own_url
from handler.contract.errors import LATER, RETRY_AFTER_SECONDS, ActionError

if TYPE_CHECKING:
    from handler.access.oauth.verifier import Identified

logger = logging.getLogger("handler")


def bearer_token(headers: Headers) -> str | None:
    """The token of the request's Authorization header."""
    for authorization in headers.getlist("authorization"):
        scheme, _, token = authorization.strip().partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip()
    return None


async def caller_by_token(
    request: Request, oauth: OAuth, token: str, *, public_url: str | None, address: Callable[[], str]
) -> Caller:
    """Who the token stands for. Raises ActionError 401, 403 without a scope, 429 for an address that brings too many
    which the provider does not know, 503 where nobody can tell now.
    """
    challenge = challenge_of(request, oauth, public_url=public_url)
    try:
        found = oauth.verifier.identify_at_once(token)
        if found is None:
            found = await _asked(oauth, token, address)
    except TokenRefused as refused:
        headers = {"WWW-Authenticate": challenge.header("invalid_token")}
        raise ActionError(401, "invalid_token", f"The access token is refused: {refused}.", headers=headers) from None
    except IdentityUnavailable as error:
        logger.warning("identity_unavailable", extra={"fields": {"detail": str(error)}})
        # Not 401, which would make the client log in again.
        raise ActionError(
            503,
            "identity_unavailable",
            f"The identity provider cannot be asked about this access token. {LATER}",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        ) from None
    _warn_of_groups(found, request)
    demand(found.caller, challenge)
    return found.caller


async def _asked(oauth: OAuth, token: str, address: Callable[[], str]) -> Identified:
    asks = oauth.verifier.asks_about(token)
    if asks:
        oauth.refusals.check(address())
    try:
        return await anyio.to_thread.run_sync(oauth.verifier.identify, token, limiter=oauth.threads)
    except TokenRefused:
        if asks:
            oauth.refusals.note(address())
        raise


def challenge_of(request: Request, oauth: OAuth, *, public_url: str | None, path: str | None = None) -> Challenge:
    """Where to sign in and for which scopes, for a refusal: by default the scopes of the request's path."""
    base_url = public_url or own_url(request.scope)
    scopes = oauth.scopes.of(own_path(request.scope) if path is None else path)
    return Challenge(metadata_url=f"{base_url}{PROTECTED_RESOURCE}{MCP_PATH}", scopes=scopes)


def demand(caller: Caller, challenge: Challenge) -> None:
    """Raises ActionError 403 if the caller's token lacks a scope; an API key has all."""
    missing = lacking(challenge.scopes, caller.scopes)
    if caller.subject is not None and missing:
        raise ActionError(
            403,
            "insufficient_scope",
            f"The access token lacks the scope {_listed(missing)}. Sign in again and allow it.",
            headers={"WWW-Authenticate": challenge.header("insufficient_scope")},
        )


def _warn_of_groups(found: Identified, request: Request) -> None:
    if found.lacks_groups:
        # Who has more groups than the provider writes down finds less than he may: told, for nobody would guess. The
        # request's own line says who it is.
        request_id = request.scope["state"]["trace"].request_id
        logger.warning("groups_left_out", extra={"fields": {"request_id": request_id}})


def _listed(scopes: Iterable[str]) -> str:
    return ", ".join(scopes)
