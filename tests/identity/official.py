"""The official MCP client (mcp 2.x), whose only way in is to find the provider and sign in by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from starlette.testclient import TestClient

from tests.identity.oidc import rotate
from tests.identity.stand_in import AUDIENCE

QUESTION = {"query": "warranty"}


@dataclass
class Person:
    """Signs in where the client sends him, by `sign_in`, which gives what the callback was told; keeps the tokens.

    `app` is reached as AUDIENCE, which is not a name of any machine: what leads there is asked of the app itself.
    """

    app: Any
    callback: str
    sign_in: Callable[[str], dict[str, str]]
    tokens: Any = None
    client: Any = None
    logins: int = 0
    told: dict[str, str] = field(default_factory=dict)

    async def get_tokens(self) -> Any:
        return self.tokens

    async def set_tokens(self, tokens: Any) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> Any:
        return self.client

    async def set_client_info(self, client_info: Any) -> None:
        self.client = client_info

    async def open(self, url: str) -> None:
        self.logins += 1
        self.told = await anyio.to_thread.run_sync(self._sent_on, url)

    def _sent_on(self, url: str) -> dict[str, str]:
        if url.startswith(AUDIENCE):
            sent = TestClient(self.app).get(url, follow_redirects=False)
            assert sent.status_code == 302, sent.text
            url = sent.headers["location"]
        return self.sign_in(url)

    async def answer(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(code=self.told["code"], state=self.told["state"], iss=self.told.get("iss"))


def in_session(person: Person, steps: Callable[[Client, OAuthClientProvider], Awaitable[None]]) -> None:
    """Run the steps in a session of the client with the app."""

    async def run() -> None:
        metadata = OAuthClientMetadata.model_validate({"redirect_uris": [person.callback], "client_name": "test"})
        auth = OAuthClientProvider(f"{AUDIENCE}/mcp", metadata, person, person.open, person.answer)
        mounts = {AUDIENCE: httpx2.ASGITransport(person.app)}
        async with (
            httpx2.AsyncClient(auth=auth, mounts=mounts, timeout=60) as http,
            Client(streamable_http_client(f"{AUDIENCE}/mcp", http_client=http)) as client,
        ):
            await steps(client, auth)

    anyio.run(run)


def ask_and_go_on(person: Person, issuer: str) -> list[str]:
    """List the tools, ask; with new keys at the provider and an ended token, ask again. Returns the tools' names."""
    names = []

    async def steps(client: Client, auth: OAuthClientProvider) -> None:
        names.extend([tool.name for tool in (await client.list_tools()).tools])
        assert await _found(client)
        first = person.tokens.access_token
        rotate(issuer)
        # As if an hour had passed.
        auth.context.token_expiry_time = 1.0
        assert await _found(client)
        assert person.tokens.access_token != first
        assert person.logins == 1

    in_session(person, steps)
    return names


async def _found(client: Client) -> int:
    answer: Any = await client.call_tool("search", QUESTION)
    return len(answer.structured_content["results"])
