"""Carry queries to an embeddings endpoint without openai's SDK, whose requests they equal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from corpus.embedding.endpoint import Endpoint
from corpus.embedding.transport import Refusal, no_json, too_late, unreachable
from corpus.on_demand import OnDemand

if TYPE_CHECKING:
    from corpus.outbound import Exchanges

PATH = "/embeddings"


class HttpTransport:
    """See Transport."""

    def __init__(self, endpoint: Endpoint, *, proxy: str | None) -> None:
        self._endpoint = endpoint
        self._proxy = proxy
        self._exchanges = OnDemand(self._opened)
        # Endpoints on one's own machine often want no key, and some want the header all the same.
        key = endpoint.api_key or "unused"
        is_azure = endpoint.api_version is not None
        self._headers = {"api-key": key} if is_azure else {"Authorization": f"Bearer {key}"}
        self._query = dict(endpoint.query) | ({"api-version": endpoint.api_version} if endpoint.api_version else {})

    def _opened(self) -> Exchanges:
        from corpus.outbound import Exchanges  # Here, because no lexical search needs an HTTP client.

        return Exchanges(proxy=self._proxy)

    def post(self, body: Mapping[str, object], *, timeout_seconds: float, max_bytes: int) -> object:
        """See Transport."""
        exchanges = self._exchanges.get()
        import httpx2

        try:
            with exchanges.limited(seconds=timeout_seconds, max_bytes=max_bytes) as client:
                reply = client.post(
                    self._url(body), json=body, headers=self._headers, params=self._query, timeout=timeout_seconds
                )
        except httpx2.TimeoutException as error:
            raise too_late() from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise unreachable(self._endpoint) from error
        if not reply.is_success:
            return Refusal(reply.status_code, reply.headers, reply.text)
        try:
            return json.loads(reply.text)
        except ValueError as error:
            raise no_json(self._endpoint) from error

    def prepare(self) -> None:
        """See Transport."""
        self._exchanges.get()

    def close(self) -> None:
        """See Transport."""
        self._exchanges.close()

    def _url(self, body: Mapping[str, object]) -> str:
        base = self._endpoint.base_url
        # Azure's classic API has the deployment in the path, which the model is named after.
        if self._endpoint.api_version is not None and "/deployments/" not in base:
            return f"{base}/deployments/{body['model']}{PATH}"
        return f"{base}{PATH}"
