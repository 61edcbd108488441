"""What OAuth clients ask for: where to sign in, and the way there through our own domain.

Each route is public, counted by address, and stores nothing. Requests and answers are not logged: they hold codes and
tokens.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from corpus.connection import Reply
from handler.access.oauth.metadata import (
    AUTHORIZATION_SERVER,
    MCP_PATH,
    PROTECTED_RESOURCE,
    authorization_server,
    protected_resource,
)
from handler.access.oauth.passing import MAX_REQUEST_BYTES, PassRefused, PassThrough
from handler.access.oauth.provider_client import FORM
from handler.access.oauth.token_refusals import IdentityUnavailable
from handler.access.oauth.wiring import OAuth
from handler.contract.deployment_url import own_url
from handler.contract.errors import LATER, RETRY_AFTER_SECONDS, ActionError, json_response
from handler.routes.action import Action, action_of, address_of
from handler.routes.pages import CONTENT_SECURITY_POLICY, refusal_page

logger = logging.getLogger("handler")
router = APIRouter()
READ = ["GET", "HEAD"]
NO_STORE = {"Cache-Control": "no-store"}
PAGE = {**NO_STORE, "Content-Security-Policy": CONTENT_SECURITY_POLICY, "Referrer-Policy": "no-referrer"}
NOT_SIGNED_IN = "You cannot sign in this way"
# The parts of the provider's answer that a client needs.
PASSED_ON = ("pragma", "www-authenticate", "retry-after")


@router.api_route(PROTECTED_RESOURCE, methods=READ)
@router.api_route(f"{PROTECTED_RESOURCE}/{{path:path}}", methods=READ)
async def resource_metadata(request: Request) -> Response:
    """Whose tokens count here, at every address that clients try."""
    action, oauth = _parts(request)
    base_url = _base_url(request, action)
    _check_place(request.path_params.get("path", ""), base_url, MCP_PATH, "/")
    return json_response(
        protected_resource(
            base_url=base_url,
            audiences=oauth.audiences,
            servers=[base_url] if oauth.is_facade else oauth.issuers,
            scopes=oauth.scopes,
            name=action.settings.action_title,
        ),
        headers=NO_STORE,
    )


@router.api_route(AUTHORIZATION_SERVER, methods=READ)
@router.api_route(f"{AUTHORIZATION_SERVER}/{{path:path}}", methods=READ)
@router.api_route("/.well-known/openid-configuration", methods=READ)
async def server_metadata(request: Request) -> Response:
    """The facade's own metadata; not found if the provider publishes its own."""
    action, oauth = _parts(request)
    passing = _facade(oauth)
    base_url = _base_url(request, action)
    _check_place(request.path_params.get("path", ""), base_url, "/")
    if await _sends_issuer(oauth, passing):
        # A client would compare it with ours and stop (RFC 9207): better reported here than after the login.
        logger.error("facade_impossible", extra={"fields": {"detail": "the provider sends iss back: OAUTH_FACADE off"}})
        raise HTTPException(404)
    document = authorization_server(base_url=base_url, scopes=oauth.scopes, has_secret=passing.secret is not None)
    return json_response(document, headers=NO_STORE)


@router.get("/oauth/authorize")
async def authorize(request: Request) -> Response:
    """Send the browser on to the provider. A refusal is a page, because a person reads it, and never a redirect."""
    _, oauth = _parts(request)
    passing = _passing(oauth)
    try:
        _count(request, oauth)
        query = request.scope["query_string"]
        location = await anyio.to_thread.run_sync(passing.authorize_url, query, limiter=oauth.threads)
    except PassRefused as refused:
        page = refusal_page(f"{refused} ({refused.error})", title=NOT_SIGNED_IN)
        return Response(page, 429 if refused.status == 429 else 400, PAGE, media_type="text/html")
    except IdentityUnavailable as error:
        _log_unavailable(str(error))
        page = refusal_page(f"The identity provider cannot be reached. {LATER}", title=NOT_SIGNED_IN)
        return Response(page, 503, {**PAGE, "Retry-After": str(RETRY_AFTER_SECONDS)}, media_type="text/html")
    return Response(status_code=302, headers={**PAGE, "Location": location})


@router.post("/oauth/token")
async def token(request: Request) -> Response:
    """Ask the provider for a token, once."""
    _, oauth = _parts(request)
    passing = _passing(oauth)
    try:
        _count(request, oauth)
        body, authorization = await _form(request), request.headers.get("authorization")
        answer = await anyio.to_thread.run_sync(passing.token, body, authorization, limiter=oauth.threads)
    except PassRefused as refused:
        return _refused(refused)
    except IdentityUnavailable as error:
        return _unavailable(str(error))
    return _passed_on(answer)


@router.post("/register")
async def register(request: Request) -> Response:
    """Return the one client that there is."""
    _, oauth = _parts(request)
    passing = _facade(oauth)
    try:
        _count(request, oauth)
        try:
            asked = json.loads(await _body(request))
        except (ValueError, RecursionError):
            asked = None
        registered = passing.registered(asked.get("redirect_uris") if isinstance(asked, dict) else None)
    except PassRefused as refused:
        return _refused(refused)
    return json_response(registered, status=201, headers=NO_STORE)


def _parts(request: Request) -> tuple[Action, OAuth]:
    action = action_of(request)
    if action.oauth is None:
        raise HTTPException(404)
    return action, action.oauth


def _passing(oauth: OAuth) -> PassThrough:
    if oauth.passing is None:
        raise HTTPException(404)
    return oauth.passing


def _facade(oauth: OAuth) -> PassThrough:
    if oauth.passing is None or not oauth.passing.is_facade:
        raise HTTPException(404)
    return oauth.passing


def _base_url(request: Request, action: Action) -> str:
    return action.settings.public_url or own_url(request.scope)


def _check_place(path: str, base_url: str, *places: str) -> None:
    """Raises HTTPException 404 unless it describes one of our places, with or without the path of our URL before it."""
    prefix = f"/{base_url.partition('://')[2].partition('/')[2]}".rstrip("/")
    known = {f"{start}{place}".strip("/") for place in ("/", *places) for start in ("", prefix)}
    if path.strip("/") not in known:
        raise HTTPException(404)


async def _sends_issuer(oauth: OAuth, passing: PassThrough) -> bool:
    try:
        metadata = await anyio.to_thread.run_sync(passing.provider.metadata, limiter=oauth.threads)
    except IdentityUnavailable:
        return False  # The settings may name all that is needed; signing in will tell.
    return metadata.get("authorization_response_iss_parameter_supported") is True


def _count(request: Request, oauth: OAuth) -> None:
    """Raises PassRefused where an address asks too often."""
    try:
        oauth.limiter.check(address_of(request))
    except ActionError as error:
        raise PassRefused("slow_down", error.message, status=429) from None


async def _form(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise PassRefused("invalid_request", f"Content-Type must be {FORM}.")
    return await _body(request)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_REQUEST_BYTES:
            raise PassRefused("invalid_request", "The request is too long.", status=413)
    return bytes(body)


def _refused(refused: PassRefused) -> Response:
    """The refusal as RFC 6749, 5.2 defines it."""
    headers: Mapping[str, str] = NO_STORE
    if refused.status == 429:
        headers = {**NO_STORE, "Retry-After": "60"}
    payload = {"error": refused.error, "error_description": str(refused)}
    return json_response(payload, status=refused.status, headers=headers)


def _log_unavailable(detail: str) -> None:
    logger.warning("identity_unavailable", extra={"fields": {"detail": detail}})


def _unavailable(detail: str) -> Response:
    _log_unavailable(detail)
    payload = {"error": "temporarily_unavailable", "error_description": f"The provider did not answer. {LATER}"}
    return json_response(payload, status=503, headers={**NO_STORE, "Retry-After": str(RETRY_AFTER_SECONDS)})


def _passed_on(answer: Reply) -> Response:
    # A redirect would pass the secret along; and nobody else's page is shown under our name.
    if 300 <= answer.status < 400 or answer.json is None:
        return _unavailable(f"no token: HTTP {answer.status}")
    headers = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
    return Response(answer.content, answer.status, {**headers, **NO_STORE}, media_type="application/json")
