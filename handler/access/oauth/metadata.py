"""What clients read before they sign in: whose tokens count (RFC 9728), and the facade's metadata (RFC 8414). Pure.

A client sends `resource` byte for byte as it stands here, and refuses a server whose URL is not below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handler.access.oauth.scopes import Scopes

PROTECTED_RESOURCE = "/.well-known/oauth-protected-resource"
AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"
MCP_PATH = "/mcp"


def resource_of(base_url: str, audiences: Sequence[str]) -> str:
    """The identifier of this API: the audience that is a URL above /mcp; else the URL at which we are reached."""
    mcp_url = f"{base_url}{MCP_PATH}"
    return next((each for each in audiences if f"{mcp_url}/".startswith(f"{each.rstrip('/')}/")), base_url)


def protected_resource(
    *, base_url: str, audiences: Sequence[str], servers: Sequence[str], scopes: Scopes, name: str
) -> dict[str, Any]:
    """The document of RFC 9728. Clients use the first of the servers."""
    return {
        "resource": resource_of(base_url, audiences),
        "authorization_servers": list(servers),
        **({"scopes_supported": list(scopes.all)} if scopes.all else {}),
        "bearer_methods_supported": ["header"],
        "resource_name": name,
    }


def authorization_server(*, base_url: str, scopes: Scopes, has_secret: bool) -> dict[str, Any]:
    """The document of RFC 8414, if this deployment stands in for a provider that registers no clients."""
    return {
        "issuer": base_url,
        "authorization_endpoint": f"{base_url}/oauth/authorize",
        "token_endpoint": f"{base_url}/oauth/token",
        "registration_endpoint": f"{base_url}/register",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", *(["client_secret_post"] if has_secret else [])],
        **({"scopes_supported": [*scopes.all, "offline_access"]} if scopes.all else {}),
    }
