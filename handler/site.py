"""What everybody may read without a key: health, and the document that describes the action."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from handler.action import action_of
from handler.errors import json_response
from handler.origin import own_url
from handler.settings import HandlerSettings
from handler.spec import openapi

router = APIRouter()
READ = ["GET", "HEAD"]
# The document names the host that it was asked at: no cache may give it to others.
NO_STORE = {"Cache-Control": "no-store"}


@router.api_route("/healthz", methods=READ)
def health() -> Response:
    """That the process answers; nothing is opened or asked for it."""
    return json_response({"status": "ok"}, headers=NO_STORE)


@router.api_route("/openapi.json", methods=READ)
@router.api_route("/.well-known/openapi.json", methods=READ)
def openapi_json(request: Request) -> Response:
    """The OpenAPI document."""
    return json_response(_document(request), headers=NO_STORE)


@router.api_route("/.well-known/openapi.yaml", methods=READ)
def openapi_yaml(request: Request) -> Response:
    """The same as YAML."""
    return Response(to_yaml(_document(request)), media_type="application/yaml", headers=NO_STORE)


def _document(request: Request) -> dict[str, Any]:
    settings = action_of(request).settings
    return document_of(settings, server_url=settings.public_url or own_url(request.scope))


def document_of(settings: HandlerSettings, *, server_url: str) -> dict[str, Any]:
    """The OpenAPI document of this deployment."""
    return openapi(
        title=settings.action_title,
        description=settings.action_description,
        server_url=server_url,
        auth=settings.auth != "none",
        key_header=settings.api_key_header,
    )


def to_yaml(document: dict[str, Any]) -> str:
    """The document as YAML, in its own order."""
    import yaml  # Here, because no search needs it.

    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
