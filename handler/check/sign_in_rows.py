"""The rows about OAuth: where an action's document sends a browser, and what an MCP client finds before it signs in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from handler.check.check_row import Check, Outcome
from handler.check.http_call import Caller, Reply
from handler.check.openapi_document import Schema, listed, mapping, resolve

# Nobody has registered it: a server that redirects there would send a code anywhere.
STRANGE_CALLBACK = "https://example.com/handler-check"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DISCOVERY = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")


def sign_in_checks(caller: Caller, document: Schema, operation: Schema, url: str) -> Iterator[Check]:
    """The rows, if the operation uses OAuth."""
    flow = flow_of(document, operation)
    if not flow:
        return
    yield Check(
        "sign-in addresses",
        "authorization and token URL https, and on the action's own domain",
        "A GPT refuses others: hand on to the provider from there, as /oauth/authorize and /oauth/token do.",
        lambda: _check_addresses(caller, flow, url),
    )
    yield Check(
        "sign-in callback",
        f"a login that asks for its code at {STRANGE_CALLBACK} is refused, or shown as a page",
        "Send codes to ChatGPT's callbacks alone, and to those that are registered.",
        lambda: _check_callback(caller, str(flow.get("authorizationUrl"))),
    )
    yield Check(
        "sign-in token",
        "a made-up code is refused with a JSON error",
        "Answer the token URL as RFC 6749 says; 5xx: the provider's own address is wrong, or it is away.",
        lambda: _check_token(caller, str(flow.get("tokenUrl"))),
    )


def flow_of(document: Schema, operation: Schema) -> dict[str, Any]:
    """The flow by which a GPT's user signs in; empty if the operation has none."""
    wanted = listed(operation.get("security", document.get("security")))
    known = mapping(mapping(document.get("components")).get("securitySchemes"))
    for name in (name for choice in wanted for name in mapping(choice)):
        scheme = resolve(document, known.get(name))
        if scheme.get("type") == "oauth2":
            return mapping(mapping(scheme.get("flows")).get("authorizationCode"))
    return {}


def check_server(caller: Caller, resource: Mapping[str, Any], mcp_url: str) -> tuple[Outcome, str]:
    """Whether a client gets from the protected resource's metadata to a login."""
    identifier = str(resource["resource"])
    if not f"{mcp_url.rstrip('/')}/".startswith(f"{identifier.rstrip('/')}/"):
        return "failed", caller.clean(f"resource is {identifier}, and clients want {mcp_url} or what lies above it")
    issuer = str(listed(resource["authorization_servers"])[0])
    metadata, reply = _server_metadata(caller, issuer)
    if metadata is None:
        return "failed", f"{caller.summarize(reply)} where {caller.clean(issuer)} should describe itself"
    if metadata.get("issuer") != issuer:
        return "failed", caller.clean(
            f"{issuer} calls itself {metadata.get('issuer')}: to the last slash they must be one"
        )
    if missing := [name for name in ("authorization_endpoint", "token_endpoint") if not metadata.get(name)]:
        return "failed", caller.clean(f"{issuer} names no {missing[0]}")
    how = "clients register themselves"
    if not metadata.get("registration_endpoint") and metadata.get("client_id_metadata_document_supported") is not True:
        how = "it registers no clients: each needs an id, or OAUTH_FACADE=true"
    return "ok", caller.clean(f"{issuer}, {how}")


def _server_metadata(caller: Caller, issuer: str) -> tuple[dict[str, Any] | None, Reply]:
    """In the order in which clients look."""
    parts = _parts(issuer)
    path = parts.path.rstrip("/")
    places = [urlunsplit((parts.scheme, parts.netloc, f"{place}{path}", "", "")) for place in DISCOVERY]
    if path:
        places.append(f"{issuer.rstrip('/')}{DISCOVERY[1]}")
    reply = caller.send("GET", places[0])
    for place in places[1:]:
        if isinstance(reply.json, dict) and reply.status == 200:
            break
        reply = caller.send("GET", place)
    return (reply.json if reply.status == 200 and isinstance(reply.json, dict) else None), reply


def _check_addresses(caller: Caller, flow: Mapping[str, Any], url: str) -> tuple[Outcome, str]:
    own = _parts(url)
    for name in ("authorizationUrl", "tokenUrl"):
        parts = _parts(str(flow.get(name, "")))
        if parts.hostname != own.hostname or parts.scheme != own.scheme:
            return "failed", caller.clean(f"{name} is {flow.get(name) or 'missing'}")
    if not mapping(flow.get("scopes")):
        return "ok", "on the same host; it names no scope, so that a GPT sends an empty one"
    return "ok", caller.clean(f"on the same host, for {' '.join(mapping(flow['scopes']))}")


def _parts(url: str) -> SplitResult:
    """The URL's parts; empty ones if it is not a URL."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _check_callback(caller: Caller, authorize_url: str) -> tuple[Outcome, str]:
    asked = {"response_type": "code", "client_id": "handler-check", "redirect_uri": STRANGE_CALLBACK, "state": "check"}
    reply = caller.send("GET", f"{authorize_url}?{urlencode(asked)}")
    location = reply.headers.get("location", "")
    if reply.status == 0 or reply.status >= 500 or location.startswith(STRANGE_CALLBACK):
        return "failed", caller.summarize(reply)
    return "ok", f"{reply.status}, and not sent there"


def _check_token(caller: Caller, token_url: str) -> tuple[Outcome, str]:
    form = {"grant_type": "authorization_code", "client_id": "handler-check", "code": "made-up"}
    form["redirect_uri"] = STRANGE_CALLBACK
    reply = caller.send_patiently("POST", token_url, headers=FORM, body=urlencode(form).encode())
    error = mapping(reply.json).get("error")
    if 400 <= reply.status < 500 and isinstance(error, str):
        return "ok", caller.clean(f"{reply.status} {error}")
    return "failed", caller.summarize(reply)
