"""Whether a gateway's event has the shape that gateways send. Pure; the app judges what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
_TEXTS = ("httpMethod", "path", "rawPath", "rawQueryString", "resource", "version")
_CONTEXT_TEXTS = ("stage", "path", "domainName", "httpMethod", "resourcePath")
_HTTP_TEXTS = ("method", "path", "sourceIp")


def is_request(event: object) -> bool:
    """Whether the event represents an HTTP request."""
    if not isinstance(event, dict) or not isinstance(event.get("requestContext"), dict):
        return False
    return "version" in event or "resource" in event or "elb" in event["requestContext"]


def is_sound(event: Mapping[str, Any]) -> bool:
    """Whether the fields that a request is built from have the right types."""
    context = event["requestContext"]
    http = context.get("http", {})
    return (
        _has_texts(event, _TEXTS)
        and _has_texts(context, _CONTEXT_TEXTS)
        and (isinstance(http, dict) and _has_texts(http, _HTTP_TEXTS))
        and isinstance(event.get("body") or "", str)
        and _is_map(context.get("identity"), object)
        and _is_map(event.get("headers"), str)
        and _is_map(event.get("multiValueHeaders"), list)
        and _scheme(event.get("headers") or {}) in {"http", "https"}
    )


def _scheme(headers: Mapping[str, str]) -> str:
    """The scheme of the connection, as the gateway gives it; it becomes part of URLs."""
    return next((value for name, value in headers.items() if name.lower() == "x-forwarded-proto"), "https")


def _has_texts(fields: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    """Whether those of the names that are present hold texts."""
    return all(isinstance(fields.get(name, ""), str) for name in names)


def _is_map(value: object, kind: type) -> bool:
    if value is None:
        return True
    return isinstance(value, dict) and all(isinstance(each, kind) for each in value.values())
