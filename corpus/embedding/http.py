"""Sends queries to an embeddings endpoint without openai's SDK; the requests are the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from corpus.embedding.endpoint import Endpoint
from corpus.embedding.transport import Refusal, no_json, too_late, unreachable
from corpus.outbound import Exchanges, OutboundError, OutboundTimeout

PATH = "/embeddings"


class HttpTransport:
    """See Transport."""

    def __init__(self, endpoint: Endpoint, *, proxy: str | None) -> None:
        self._endpoint = endpoint
        self._exchanges = Exchanges(proxy=proxy)
        # Endpoints on one's own machine often need no key, and some need the header all the same.
        key = endpoint.api_key or "unused"
        is_azure = endpoint.api_version is not None
        said = {"api-key": key} if is_azure else {"Authorization": f"Bearer {key}"}
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", **said}
        query = dict(endpoint.query) | ({"api-version": endpoint.api_version} if endpoint.api_version else {})
        self._query = f"?{urlencode(query)}" if query else ""

    def post(self, body: Mapping[str, object], *, timeout_seconds: float, max_bytes: int) -> object:
        """See Transport."""
        try:
            reply = self._exchanges.exchange(
                "POST",
                self._url(body),
                seconds=timeout_seconds,
                max_bytes=max_bytes,
                content=json.dumps(body).encode(),
                headers=self._headers,
            )
        except OutboundTimeout as error:
            raise too_late() from error
        except OutboundError as error:
            raise unreachable(self._endpoint) from error
        text = reply.content.decode(errors="replace")
        if not reply.is_success:
            return Refusal(reply.status, reply.headers, text)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise no_json(self._endpoint) from error

    def prepare(self) -> None:
        """See Transport."""
        self._exchanges.prepare(self._endpoint.base_url)

    def close(self) -> None:
        """See Transport."""
        self._exchanges.close()

    def _url(self, body: Mapping[str, object]) -> str:
        base = self._endpoint.base_url
        # Azure's classic API has the deployment in the path, and the deployment is named after the model.
        if self._endpoint.api_version is not None and "/deployments/" not in base:
            return f"{base}/deployments/{body['model']}{PATH}{self._query}"
        return f"{base}{PATH}{self._query}"
