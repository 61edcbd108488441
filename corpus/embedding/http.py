"""Carry queries to an embeddings endpoint by httpx: a tenth of what openai's SDK takes to import, the same requests."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from corpus.embedding.endpoint import Endpoint
from corpus.embedding.transport import Refusal, no_json, too_late, unreachable

if TYPE_CHECKING:
    import httpx

PATH = "/embeddings"


class HttpTransport:
    """See Transport. It uses no proxy and no password of the environment's."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def __del__(self) -> None:
        self.close()

    @functools.cached_property
    def _client(self) -> httpx.Client:
        import httpx  # Here, because no lexical search needs it.

        endpoint = self._endpoint
        # Endpoints on one's own machine often want no key, and some want the header all the same.
        key = endpoint.api_key or "unused"
        headers = {"api-key": key} if endpoint.api_version is not None else {"Authorization": f"Bearer {key}"}
        query = dict(endpoint.query) | ({"api-version": endpoint.api_version} if endpoint.api_version else {})
        return httpx.Client(headers=headers, params=query, trust_env=False, follow_redirects=True)

    def post(self, body: Mapping[str, object], *, timeout_seconds: float) -> object:
        """See Transport."""
        client = self._client
        import httpx

        try:
            reply = client.post(self._url(body), json=body, timeout=timeout_seconds)
            content = reply.text
        except httpx.TimeoutException as error:
            raise too_late() from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(self._endpoint) from error
        if not reply.is_success:
            return Refusal(reply.status_code, reply.headers, content)
        try:
            return json.loads(content)
        except ValueError as error:
            raise no_json(self._endpoint) from error

    def prepare(self) -> None:
        """See Transport."""
        _ = self._client

    def close(self) -> None:
        """See Transport."""
        if client := self.__dict__.pop("_client", None):
            client.close()

    def _url(self, body: Mapping[str, object]) -> str:
        base = self._endpoint.base_url
        # Azure's classic API has the deployment in the path, which the model is named after.
        if self._endpoint.api_version is not None and "/deployments/" not in base:
            return f"{base}/deployments/{body['model']}{PATH}"
        return f"{base}{PATH}"
