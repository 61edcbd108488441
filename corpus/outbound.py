"""HTTP to the services that settings name: embeddings, reranking. An exchange has a deadline, and its reply a limit.

A server that sends a byte now and then keeps every read within its time, so the deadline is for all reads together.
Nothing of the environment counts: no proxy but OUTBOUND_PROXY, no `.netrc`; and no redirect is followed, which would
take texts and key elsewhere.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore2
import httpx2

# The seconds that a step may take, given its own timeout. Raises httpcore2.ReadTimeout where none are left.
TimeLeft = Callable[[float | None], float | None]


class Exchanges:
    """Makes exchanges, any number at a time, each in a thread of its own. Close it."""

    def __init__(self, *, proxy: str | None = None) -> None:
        self._limits = _Limits()
        self.client = _Client(
            transport=_Transport(self._limits, proxy=proxy),
            headers={"Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
        )

    @contextlib.contextmanager
    def limited(self, *, seconds: float, max_bytes: int) -> Iterator[httpx2.Client]:
        """The client, which in this thread has so long for what it does in the block, and so many bytes for a reply.

        What goes beyond raises httpx2.ReadTimeout and httpx2.ReadError, as a slow or broken connection does.
        """
        self._limits.deadline, self._limits.max_bytes = time.monotonic() + seconds, max_bytes
        try:
            yield self.client
        finally:
            self._limits.deadline = None

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()


class _Client(httpx2.Client):
    def __del__(self) -> None:
        if not self.is_closed:
            self.close()


class _Limits(threading.local):
    deadline: float | None = None
    max_bytes = 0

    def left(self, timeout: float | None) -> float | None:
        if self.deadline is None:
            return timeout
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore2.ReadTimeout("the time for the whole exchange is up")
        return seconds if timeout is None else min(seconds, timeout)


class _Transport(httpx2.HTTPTransport):
    def __init__(self, limits: _Limits, *, proxy: str | None) -> None:
        super().__init__(trust_env=False, proxy=proxy)
        self._limits = limits
        # The pool takes one, and httpx2 has no way to give it; tests/corpus/test_outbound.py sees whether it works.
        self._pool._network_backend = _Backend(limits)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        # Packed, its size would say nothing. It was told that nobody wants it so.
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            response.close()
            raise httpx2.ReadError("the reply is compressed, which was not asked for")
        response.stream = _Reply(response.stream, self._limits.max_bytes)
        return response


class _Reply(httpx2.SyncByteStream):
    def __init__(self, stream: Any, max_bytes: int) -> None:
        self._stream = stream
        self._left = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        for block in self._stream:
            self._left -= len(block)
            if self._left < 0:
                raise httpx2.ReadError("the reply is longer than any that was asked for")
            yield block

    def close(self) -> None:
        self._stream.close()


class _Backend(httpcore2.SyncBackend):
    def __init__(self, limits: _Limits) -> None:
        super().__init__()
        self._limits = limits

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        stream = super().connect_tcp(host, port, self._limits.left(timeout), local_address, socket_options)
        return DeadlinedStream(stream, self._limits.left)


class DeadlinedStream(httpcore2.NetworkStream):
    """A connection each of whose steps takes at most as long as `left` says of its own timeout; it may raise."""

    def __init__(self, stream: httpcore2.NetworkStream, left: TimeLeft) -> None:
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> DeadlinedStream:
        return DeadlinedStream(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
