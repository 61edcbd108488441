"""Embeds documents with OpenAI's SDK. The only module that imports openai; only ingest needs it.

Nothing is connected before the first call.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx2
import numpy as np
import openai

from corpus.embedding.batches import portions
from corpus.embedding.endpoint import Endpoint
from corpus.embedding.model import Refused, Vectors
from corpus.embedding.remote import RemoteEmbedder
from corpus.embedding.retrying import PLAIN_TEXT, PatientRequests
from corpus.embedding.transport import Refusal, Transport, no_json, too_late, unreachable
from corpus.outbound import Exchanges, OutboundError, OutboundTimeout

REQUESTS_IN_FLIGHT = 8
REQUEST_SECONDS = 60.0


class SdkTransport:
    """See Transport. Threads that post share one client."""

    def __init__(self, endpoint: Endpoint, *, proxy: str | None) -> None:
        self._endpoint = endpoint
        self._exchanges = _ExchangesOfHttpx(proxy=proxy)
        self._client = _client_of(endpoint, httpx2.Client(transport=self._exchanges, trust_env=False))

    def post(self, body: Mapping[str, object], *, timeout_seconds: float, max_bytes: int) -> object:
        """See Transport."""
        self._exchanges.limits.seconds, self._exchanges.limits.max_bytes = timeout_seconds, max_bytes
        try:
            # Not `embeddings.create`, which asks for Base64 where we leave the encoding out, and parses replies in its
            # own way.
            return self._client.post("/embeddings", cast_to=object, body=dict(body))
        except openai.APIStatusError as error:
            return Refusal(error.status_code, error.response.headers, error.response.text)
        except openai.APITimeoutError as error:
            raise too_late() from error
        except openai.APIConnectionError as error:
            raise unreachable(self._endpoint) from error
        except (openai.OpenAIError, ValueError) as error:
            raise no_json(self._endpoint) from error

    def prepare(self) -> None:
        """See Transport."""
        self._exchanges.prepare(self._endpoint.base_url)

    def close(self) -> None:
        """See Transport."""
        self._exchanges.close()


class _Limits(threading.local):
    seconds = REQUEST_SECONDS
    max_bytes = 0


class _ExchangesOfHttpx(httpx2.BaseTransport):
    """The SDK's requests, sent by the same client as all others. `limits` are those of the thread that makes the
    request.
    """

    def __init__(self, *, proxy: str | None) -> None:
        self.limits = _Limits()
        self._exchanges = Exchanges(proxy=proxy)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            reply = self._exchanges.exchange(
                request.method,
                str(request.url),
                seconds=self.limits.seconds,
                max_bytes=self.limits.max_bytes,
                content=request.read(),
                headers={name: value for name, value in request.headers.items() if name not in _ITS_OWN},
            )
        except OutboundTimeout as error:
            raise httpx2.ReadTimeout(str(error)) from error
        except OutboundError as error:
            raise httpx2.ConnectError(str(error)) from error
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.content)

    def prepare(self, url: str) -> None:
        self._exchanges.prepare(url)

    def close(self) -> None:
        self._exchanges.close()


# What our own client says of a failed request.
_ITS_OWN = {"host", "content-length", "transfer-encoding", "connection", "accept-encoding"}


def _client_of(endpoint: Endpoint, carrier: httpx2.Client) -> openai.OpenAI:
    # Endpoints on one's own machine often need no key; the SDK demands one all the same.
    options: dict[str, Any] = {
        "api_key": endpoint.api_key or "unused",
        "base_url": endpoint.base_url,
        "default_query": endpoint.query,
        "max_retries": 0,
        "http_client": carrier,
    }
    is_azure = endpoint.api_version is not None
    client = openai.AzureOpenAI(api_version=endpoint.api_version, **options) if is_azure else openai.OpenAI(**options)
    # None of the SDK's own environment variables counts.
    client.organization = client.project = None
    client._custom_headers = {}  # What OPENAI_CUSTOM_HEADERS sets; the headers that are passed are added to it.
    return client


class OpenAIEmbedder(RemoteEmbedder):
    """One model at one endpoint, for documents too."""

    def transport_to(self, endpoint: Endpoint, *, proxy: str | None) -> Transport:
        """See RemoteEmbedder."""
        return SdkTransport(endpoint, proxy=proxy)

    def learn_dimensions(self) -> int:
        """See RemoteEmbedder. Retries as an ingest does."""
        return int(self._patience(threading.Event(), None).embed([PLAIN_TEXT]).shape[1])

    def embed_documents(self, batches: Iterable[Sequence[str]], *, refused: Refused | None = None) -> Iterator[Vectors]:
        """See Embedder. Up to 8 requests are in flight, and twice as many batches are taken ahead at most."""
        pending: deque[list[Future[Vectors]]] = deque()
        stopped = threading.Event()
        patience = self._patience(stopped, refused)
        executor = ThreadPoolExecutor(REQUESTS_IN_FLIGHT, thread_name_prefix="embed")
        try:
            for batch in batches:
                parts = portions(
                    batch,
                    tokenizer=self.tokenizer,
                    max_tokens=self.max_tokens,
                    most_inputs=self._dialect.most_inputs,
                    refused=refused,
                )
                pending.append([executor.submit(patience.embed, part) for part in parts])
                while pending and (len(pending) >= 2 * REQUESTS_IN_FLIGHT or all(part.done() for part in pending[0])):
                    yield self._joined(pending.popleft())
            while pending:
                yield self._joined(pending.popleft())
        finally:
            # On an error or Ctrl-C: what has not started never starts, and nobody waits for a sleeping retry.
            stopped.set()
            executor.shutdown(wait=False, cancel_futures=True)

    def _joined(self, parts: list[Future[Vectors]]) -> Vectors:
        if not parts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        vectors = [part.result() for part in parts]
        return vectors[0] if len(vectors) == 1 else np.concatenate(vectors)

    def _patience(self, stopped: threading.Event, refused: Refused | None) -> PatientRequests:
        def ask(texts: Sequence[str]) -> Vectors:
            return self._dialect.spoken(
                lambda encoding: self._request(texts, REQUEST_SECONDS, encoding, prompt=self._passage)
            )

        return PatientRequests(ask, self._dialect, dimensions=lambda: self.dimensions, stopped=stopped, refused=refused)
