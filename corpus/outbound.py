"""HTTP to the services that settings name. An exchange has a deadline, and its reply a limit.

A server that sends a byte now and then keeps every read within its time, so the deadline is for all reads together.
Nothing of the environment counts: no proxy but OUTBOUND_PROXY, no `.netrc`; and no redirect is followed, which would
take texts and key elsewhere. Over http.client, which FastAPI imports anyway: an HTTP library would be a tenth of a
cold start (docs/decisions/0053-outbound.md).
"""

from __future__ import annotations

import http.client
import ssl
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from corpus.connection import Connection, Reply, authorization

# Where systems keep their trusted certificates, if Python was built for another system.
_TRUSTED = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)


class OutboundError(Exception):
    """No reply came, or none that may be read: the message says why, without the address."""


class OutboundTimeout(OutboundError):
    """The time for the exchange ran out."""


class Exchanges:
    """Makes exchanges, any number at a time, each in a thread of its own, over connections that are kept. Close it."""

    def __init__(self, *, proxy: str | None = None) -> None:
        self._proxy = urlsplit(proxy) if proxy else None
        self._lock = threading.Lock()
        self._idle: dict[tuple[str, str], list[Connection]] = defaultdict(list)
        self._trusted: ssl.SSLContext | None = None

    def exchange(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        max_bytes: int,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask once. Raises OutboundTimeout when so many seconds have passed, OutboundError for every other failure."""
        deadline = time.monotonic() + seconds
        connection: Connection | None = None
        try:
            parts = urlsplit(url)
            sent = {"User-Agent": "retrieval-action", **(headers or {}), **authorization(parts, "Authorization")}
            connection = self._connection(parts, deadline)
            reply = connection.exchange(method, parts, content, sent, max_bytes)
            self._keep(parts, connection)
            connection = None
        except TimeoutError as error:
            raise OutboundTimeout("the time for the whole exchange is up") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise OutboundError(str(error) or type(error).__name__) from error
        finally:
            if connection:
                connection.close()
        return reply

    def prepare(self, url: str) -> None:
        """Load the system's trusted certificates if that address needs them; connect to nothing."""
        if urlsplit(url).scheme == "https":
            self._context()

    def close(self) -> None:
        """Let go of the connections; a later exchange makes new ones."""
        with self._lock:
            idle = [each for kept in self._idle.values() for each in kept]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        self.close()

    def _connection(self, parts: SplitResult, deadline: float) -> Connection:
        while True:
            with self._lock:
                kept = self._idle[parts.scheme, parts.netloc]
                connection = kept.pop() if kept else None
            if connection is None:
                break
            if connection.is_usable():
                connection.deadline = deadline
                return connection
            connection.close()
        context = self._context() if parts.scheme == "https" else None
        return Connection(parts, deadline, context=context, proxy=self._proxy)

    def _keep(self, parts: SplitResult, connection: Connection) -> None:
        with self._lock:
            self._idle[parts.scheme, parts.netloc].append(connection)

    def _context(self) -> ssl.SSLContext:
        with self._lock:
            if self._trusted is None:
                self._trusted = system_trust()
            return self._trusted


def system_trust() -> ssl.SSLContext:
    """An SSL context with the certificates that the system trusts, whatever the environment says."""
    if sys.platform in {"darwin", "win32"}:
        import truststore  # Asks the system itself, which keeps its certificates in no file.

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    paths = ssl.get_default_verify_paths()
    file = next((each for each in (paths.openssl_cafile, *_TRUSTED) if Path(each).is_file()), None)
    # By these paths and not by ssl.create_default_context: neither SSL_CERT_FILE nor SSLKEYLOGFILE is ours.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.version_info >= (3, 13):
        # As create_default_context sets them.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cafile=file, capath=None if file else paths.openssl_capath)
    return context
