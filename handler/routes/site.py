"""What everybody may read without a key: health, and the document that describes the action."""

from __future__ import annotations

import json
import logging
import re
from contextlib import AbstractContextManager
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from corpus.answer import to_json
from corpus.errors import CorpusError
from handler.access.caller import ANYBODY, Caller
from handler.access.oauth.provider_client import FORM
from handler.access.oauth.scopes import parse_scopes
from handler.contract.deployment_url import own_url
from handler.contract.errors import ActionError, json_response
from handler.contract.facets import Values
from handler.contract.openapi import Description, SignIn, openapi
from handler.contract.openapi30 import as_3_0
from handler.contract.requests import search_request
from handler.corpora.combined import Together
from handler.observing.trace import Trace
from handler.routes.action import Action, ActionDep, action_of, recognise, trace_of
from handler.routes.pages import CONTENT_SECURITY_POLICY, privacy
from handler.settings import HandlerSettings

logger = logging.getLogger("handler")
router = APIRouter()
READ = ["GET", "HEAD"]
# The document names the host of the request: no cache may give it to others.
NO_STORE = {"Cache-Control": "no-store"}


@router.api_route("/healthz", methods=READ)
async def health() -> Response:
    """The process answers; nothing is opened or called for it, not even a thread."""
    return json_response({"status": "ok"}, headers=NO_STORE)


@router.api_route("/openapi.json", methods=READ)
@router.api_route("/.well-known/openapi.json", methods=READ)
async def openapi_json(request: Request) -> Response:
    """The OpenAPI document."""
    return json_response(await _document(request), headers=NO_STORE)


@router.api_route("/.well-known/openapi-3.0.json", methods=READ)
async def openapi_3_0(request: Request) -> Response:
    """The same for clients that stop at OpenAPI 3.0."""
    return json_response(as_3_0(await _document(request)), headers=NO_STORE)


@router.api_route("/.well-known/openapi.yaml", methods=READ)
async def openapi_yaml(request: Request) -> Response:
    """The same as YAML."""
    return Response(to_yaml(await _document(request)), media_type="application/yaml", headers=NO_STORE)


@router.api_route("/privacy", methods=READ)
async def privacy_page(action: ActionDep) -> Response:
    """The privacy page that GPT's editor asks for."""
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Referrer-Policy": "no-referrer"}
    return Response(privacy(action.settings), media_type="text/html", headers=headers)


@router.api_route("/.well-known/openai-apps-challenge", methods=READ)
async def apps_challenge(action: ActionDep) -> Response:
    """The token by which OpenAI verifies the domain, and nothing else."""
    token = action.settings.apps_challenge
    if token is None:
        raise HTTPException(404)
    return Response(token, media_type="text/plain", headers=NO_STORE)


@router.api_route("/.well-known/ai-plugin.json", methods=READ)
async def manifest(request: Request, action: ActionDep) -> Response:
    """The manifest of the plugins that preceded GPTs; some clients still ask for it."""
    settings = action.settings
    url = settings.public_url or own_url(request.scope)
    auth: dict[str, Any] = {"type": "user_http", "authorization_type": "bearer"}
    if settings.auth == "none":
        auth = {"type": "none"}
    elif sign_in := _sign_in(settings):
        auth = {
            "type": "oauth",
            "client_url": f"{url}/oauth/authorize",
            "authorization_url": f"{url}/oauth/token",
            "authorization_content_type": FORM,
            "scope": " ".join(sign_in.scopes),
            "verification_tokens": {},
        }
    payload = {
        "schema_version": "v1",
        "name_for_human": settings.action_title[:20],
        "name_for_model": re.sub(r"[^a-z0-9]+", "_", settings.action_title.lower()).strip("_")[:50] or "search",
        "description_for_human": settings.action_description[:100],
        "description_for_model": settings.action_description,
        "auth": auth,
        "api": {"type": "openapi", "url": f"{url}/.well-known/openapi.yaml"},
        "contact_email": settings.contact if settings.contact and "@" in settings.contact else "",
        "legal_info_url": f"{url}/privacy",
    }
    return json_response(payload, headers=NO_STORE)


async def _document(request: Request) -> dict[str, Any]:
    action, trace = action_of(request), trace_of(request)
    if action.settings.several:
        await recognise(request)
    return await run_in_threadpool(_described, action, trace, action.settings.public_url or own_url(request.scope))


def _described(action: Action, trace: Trace, server_url: str) -> dict[str, Any]:
    # Anybody may read the document, so it contains values of private fields only if that is wanted.
    values: Values = {}
    shared = shared_corpora(action)
    if action.settings.openapi_values == "public" and shared != ():
        values = _values_in(action.gate.public_view(trace, shared or ("",)))
    corpora = corpora_of_caller(action, trace)
    return document_of(action.settings, server_url=server_url, values=values, corpora=corpora)


def corpora_of_caller(action: Action, trace: Trace) -> tuple[str, ...] | None:
    """The names of the corpora that the caller may use; without a caller, those that every caller may use.

    None if there is only one corpus, which has no name.
    """
    if trace.caller is None or not action.settings.several:
        return shared_corpora(action)
    return action.gate.corpora(trace.caller)


def shared_corpora(action: Action) -> tuple[str, ...] | None:
    """The names of the corpora that every caller may use; None if there is only one, without a name."""
    if not action.settings.several:
        return None
    callers = [Caller(name=key.name, principals=frozenset(key.principals)) for key in action.keys]
    # A caller whose token says nothing about them.
    callers += [Caller(name="token", subject="")] if action.settings.takes_tokens else []
    return action.gate.shared(callers or [ANYBODY])


def values_of(action: Action, trace: Trace) -> Values:
    """The values of fields that have few among what the caller sees; none if the corpus cannot be reached."""
    return _values_in(action.gate.view(trace))


def _values_in(view: AbstractContextManager[Together]) -> Values:
    # The description is true without them.
    try:
        with view as corpus:
            return corpus.values()
    except (CorpusError, ActionError) as error:
        logger.warning("values_not_known", extra={"fields": {"error": error.code, "detail": str(error)}})
        return {}


def document_of(
    settings: HandlerSettings,
    *,
    server_url: str,
    values: Values | None = None,
    corpora: tuple[str, ...] | None = None,
) -> dict[str, Any]:
    """The OpenAPI document of a deployment with these settings; `corpora` are the names that it tells of several."""
    return openapi(
        Description(
            title=settings.action_title,
            description=settings.action_description,
            subject=settings.corpus_subject,
            server_url=server_url,
            auth=settings.auth != "none",
            key_header=settings.api_key_header,
            search_request=search_request(settings.filter_fields, several=settings.several),
            corpora=corpora,
            values=values or {},
            by_documents=settings.access == "documents",
            sign_in=_sign_in(settings),
        )
    )


def _sign_in(settings: HandlerSettings) -> SignIn | None:
    """How callers sign in through our own domain; None if they do not."""
    if not (settings.takes_tokens and settings.hands_on):
        return None
    return SignIn(scopes=parse_scopes(settings.oauth_scopes).all, beside_keys=settings.takes_keys)


def to_yaml(document: dict[str, Any]) -> str:
    """The document as YAML, in its own order."""
    import yaml  # Imported here, because no search needs it.

    # Copied: an object used in two places becomes a YAML alias, which not every reader follows.
    document = json.loads(to_json(document))
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
