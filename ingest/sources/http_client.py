"""Fetch over HTTP from untrusted servers: every hop is checked, everything has a limit.

A proxy is used only if the settings name one (see ingest.sources.proxies).
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpcore2

from corpus import __version__
from corpus.errors import DocumentError, DocumentMissing, DocumentUnreadable
from corpus.retry_after import hints_in
from ingest.sources.checked_addresses import CheckedBackend
from ingest.sources.inflate import Writer
from ingest.sources.page_urls import host_of, joined
from ingest.sources.proxies import ProxiedPools, Proxies, refused_by
from ingest.sources.retry_after_gate import RetryAfterGate

USER_AGENT = f"retrieval-action/{__version__} (ingest)"
MAX_REDIRECTS = 5
ATTEMPTS = 3
RETRY_SECONDS = 0.5
# A server that asks us to wait longer is asked again in the next run.
MAX_WAIT_SECONDS = 60.0
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0

NO_PROXIES = Proxies()
_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one fetch. `max_bytes` is uncompressed."""

    allow_private: bool
    timeout_seconds: float
    max_bytes: int
    proxies: Proxies = NO_PROXIES


@dataclass(frozen=True, slots=True)
class Response:
    """`status` is 200 or 304; `url` is where the redirects led; the names of headers are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]


class _TryAgain(Exception):
    """`error` is the message if no retry helps; `seconds` is what the server asked for."""

    def __init__(self, error: DocumentError, seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.seconds = seconds


class Client:
    """Keeps connections open between fetches. For one thread at a time, except `abort`."""

    def __init__(self, limits: Limits, patience: RetryAfterGate, tls: ssl.SSLContext) -> None:
        self._limits = limits
        self._patience = patience
        self._backend = CheckedBackend(allow_private=limits.allow_private)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls, network_backend=self._backend, max_connections=4, keepalive_expiry=30
        )
        self._proxied = ProxiedPools(limits.proxies, self._backend, tls, allow_private=limits.allow_private)

    def get(self, url: str, into: Path, *, asking: Mapping[str, str], accept: Callable[[Response], None]) -> Response:
        """Write what a normalised URL holds to a file; with status 304 there is none. `asking` are further headers.

        `accept` may raise before the content is read. Raises DocumentError.
        """
        attempt = 0
        host = host_of(url)
        left = self._limits.timeout_seconds
        while True:
            attempt += 1
            self._patience.wait(host)
            started = time.monotonic()
            self._backend.deadline = self._proxied.backend.deadline = started + left
            try:
                return self._follow(url, into, asking, accept)
            except _TryAgain as again:
                left -= time.monotonic() - started
                seconds = RETRY_SECONDS * 2 ** (attempt - 1) if again.seconds is None else again.seconds
                if attempt == ATTEMPTS or seconds > MAX_WAIT_SECONDS:
                    raise again.error from None
                if again.seconds is None:
                    self._patience.stop.wait(seconds)
                elif not self._patience.ask_for(host, seconds):
                    raise again.error from None

    def abort(self) -> None:
        """Interrupt what another thread is waiting for."""
        self._backend.abort()
        self._proxied.backend.abort()

    def close(self) -> None:
        self._pool.close()
        self._proxied.close()

    def _follow(self, url: str, into: Path, asking: Mapping[str, str], accept: Callable[[Response], None]) -> Response:
        current = url
        for _ in range(MAX_REDIRECTS + 1):
            through = self._proxied.pool_for(current)
            try:
                got = self._ask(through or self._pool, current, into, asking, accept)
            except httpcore2.TimeoutException:
                raise too_slow(self._limits) from None
            except httpcore2.ConnectError as error:
                raise _TryAgain(_unconnected(error, is_proxied=through is not None)) from None
            except httpcore2.ProxyError as error:
                raise refused_by(str(error)) from None
            except (httpcore2.NetworkError, httpcore2.ProtocolError):
                broken = "The connection broke, or the server speaks no HTTP. Try again later."
                raise _TryAgain(DocumentUnreadable(broken)) from None
            if got.status not in _REDIRECTS:
                return got
            current = _next(current, got.headers)
        raise DocumentUnreadable(f"It redirects more than {MAX_REDIRECTS} times. Name the page that it leads to.")

    def _ask(
        self,
        pool: httpcore2.ConnectionPool,
        url: str,
        into: Path,
        asking: Mapping[str, str],
        accept: Callable[[Response], None],
    ) -> Response:
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip", **asking}
        timeouts = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS, "pool": CONNECT_SECONDS}
        with pool.stream("GET", url, headers=_in_bytes(headers), extensions={"timeout": timeouts}) as answer:
            got = Response(url, answer.status, _in_text(answer.headers))
            if got.status in _REDIRECTS or (got.status == 304 and asking):
                return got
            if got.status != 200:
                raise _refusal(got)
            accept(got)
            encoding = got.headers.get("content-encoding", "identity").strip().lower()
            if encoding not in {"identity", "gzip", "x-gzip", ""}:
                raise DocumentUnreadable(f"The server packs its answer as {encoding[:40]!r}. Save it as a file.")
            is_packed, max_bytes = "gzip" in encoding, self._limits.max_bytes
            with Writer(into, packed=is_packed, max_bytes=max_bytes, keep_on=self.keep_on) as target:
                for block in answer.iter_stream():
                    target.write(block)
                target.finish()
            return got

    def keep_on(self) -> None:
        """Raises DocumentUnreadable if the time for the current or last fetch is up."""
        try:
            self._backend.left(None)
        except httpcore2.ReadTimeout:
            raise too_slow(self._limits) from None


def too_slow(limits: Limits) -> DocumentUnreadable:
    """The error for a page that takes too long."""
    return DocumentUnreadable(
        f"The server takes longer than {limits.timeout_seconds:g} s, or says nothing. Try later, or raise "
        "FETCH_TIMEOUT_SECONDS."
    )


def _next(url: str, headers: Mapping[str, str]) -> str:
    target = headers.get("location")
    if not target:
        raise DocumentUnreadable("It redirects without saying where to. Name the page itself.")
    led = joined(url, target)
    if url.startswith("https:") and not led.startswith("https:"):
        raise DocumentUnreadable("It redirects from https to http, where anybody could change it: refused.")
    return led


def _unconnected(error: Exception, *, is_proxied: bool) -> DocumentError:
    if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
        return DocumentUnreadable("Its certificate is not trusted, or it speaks no TLS. Check the URL.")
    if is_proxied:
        return DocumentUnreadable("The proxy of HTTP_PROXY or HTTPS_PROXY does not answer. Check it, or try later.")
    return DocumentUnreadable("Nothing answers there. Check the URL, or try later.")


def _refusal(got: Response) -> Exception:
    status = got.status
    if status in {404, 410}:
        return DocumentMissing(f"There is no such page (HTTP {status}). Check the URL, or the sitemap that lists it.")
    if status == 407:
        return refused_by("HTTP 407")
    if status in {401, 403}:
        return DocumentUnreadable(f"The server shows it to nobody unknown (HTTP {status}). Save it as a file.")
    error = DocumentUnreadable(f"The server failed (HTTP {status}). Try again later.")
    if status not in _PASSING:
        return error
    hints = hints_in(got.headers)
    if hints.again is False:
        return error
    seconds = hints.seconds
    if seconds is not None and seconds > MAX_WAIT_SECONDS:
        reason = f"The server asks to come back in {seconds:.0f} s (HTTP {status}). Run it again then."
        error = DocumentUnreadable(reason)
    return _TryAgain(error, seconds)


def _in_bytes(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers.items()]


def _in_text(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
