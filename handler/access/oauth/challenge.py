"""How a refusal tells a client where to sign in and for what: WWW-Authenticate (RFC 6750, RFC 9728). Pure."""

from __future__ import annotations

from dataclasses import dataclass

REALM = "retrieval-action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """`metadata_url` is where the protected resource describes itself; `scopes` are those that the request needs."""

    metadata_url: str
    scopes: tuple[str, ...]

    def header(self, error: str | None = None) -> str:
        """The header's value, for one scheme."""
        parts = [f'realm="{REALM}"', *([f'error="{error}"'] if error else [])]
        if self.scopes:
            parts.append(f'scope="{" ".join(self.scopes)}"')
        parts.append(f'resource_metadata="{self.metadata_url}"')
        return f"Bearer {', '.join(parts)}"
