"""HTTP to the services that settings name. An exchange has a deadline, and its reply a limit.

A server that sends a byte now and then keeps every read within its time, so the deadline is for all reads together.
Nothing of the environment counts: no proxy but OUTBOUND_PROXY, no `.netrc`; and no redirect is followed, which would
take texts and key elsewhere. Over http.client, which FastAPI imports anyway: an HTTP library would be a tenth of a
cold start (docs/decisions/0053-outbound.md).
"""

from __future__ import annotations

import base64
import http.client
import io
import selectors
import socket
import ssl
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

MAX_IDLE_SECONDS = 5.0  # Those who answer keep a connection longer, those between them not always.
BLOCK_BYTES = 65_536
# What may stand in a path or a query unquoted; % because it is quoted already where it has to be.
_SAFE = "/%:@!$&'()*+,;=~-._?"
# Where systems keep whom they trust, when Python was built for another.
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
    """The time for the exchange was up."""


class Reply(NamedTuple):
    """What came, whatever its status; the names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Exchanges:
    """Makes exchanges, any number at a time, each in a thread of its own, over connections that are kept. Close it."""

    def __init__(self, *, proxy: str | None = None) -> None:
        self._proxy = urlsplit(proxy) if proxy else None
        self._lock = threading.Lock()
        self._idle: dict[tuple[str, str], list[_Connection]] = defaultdict(list)
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
        connection: _Connection | None = None
        try:
            parts = urlsplit(url)
            sent = {"User-Agent": "retrieval-action", **(headers or {}), **_authorization(parts, "Authorization")}
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

    def prepare(self) -> None:
        """Read whom the system trusts, and connect to nothing."""
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

    def _connection(self, parts: SplitResult, deadline: float) -> _Connection:
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
        return _Connection(parts, deadline, context=context, proxy=self._proxy)

    def _keep(self, parts: SplitResult, connection: _Connection) -> None:
        with self._lock:
            self._idle[parts.scheme, parts.netloc].append(connection)

    def _context(self) -> ssl.SSLContext:
        with self._lock:
            if self._trusted is None:
                self._trusted = _system_trust()
            return self._trusted


class _Connection(http.client.HTTPConnection):
    """To one host, straight or by the proxy. What is read and written ends at `deadline`, by time.monotonic."""

    def __init__(
        self, parts: SplitResult, deadline: float, *, context: ssl.SSLContext | None, proxy: SplitResult | None
    ) -> None:
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the address is none of HTTP")
        self.default_port = 443 if context else 80
        super().__init__(parts.hostname, parts.port or self.default_port)
        self.deadline = deadline
        self._context = context
        self._proxy = proxy
        self._used = 0.0

    def left(self) -> float:
        """Seconds. Raises TimeoutError when there are none."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def connect(self) -> None:
        """See HTTPConnection."""
        proxy = self._proxy
        if proxy:
            stream = self._stream_to(proxy.hostname or "", proxy.port or 80)
        else:
            stream = self._stream_to(self.host, self.port)
        try:
            if self._context:
                if proxy:
                    self._tunnelled(stream, proxy)
                stream.settimeout(self.left())
                stream = self._context.wrap_socket(stream, server_hostname=self.host)
        except BaseException:
            stream.close()
            raise
        self.sock = _Timed(stream, self)

    def exchange(
        self, method: str, parts: SplitResult, content: bytes | None, headers: Mapping[str, str], max_bytes: int
    ) -> Reply:
        """Ask, and read the reply. Raises OSError, HTTPException, ValueError."""
        target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_SAFE)
        if self._proxy and not self._context:
            host = parts.netloc.rpartition("@")[2]
            target = f"http://{host}{target}"
            headers = {**headers, **_authorization(self._proxy, "Proxy-Authorization")}
        self.request(method, target, content, dict(headers))
        with self.getresponse() as response:
            # Packed, its size would say nothing. It was told that nobody wants it so.
            if response.getheader("content-encoding", "identity").lower() != "identity":
                raise ValueError("the reply is compressed, which was not asked for")
            received = bytearray()
            while block := response.read(BLOCK_BYTES):
                received += block
                if len(received) > max_bytes:
                    raise ValueError("the reply is longer than any that was asked for")
            if response.length:
                raise http.client.IncompleteRead(b"", response.length)
            self._used = time.monotonic()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, named, bytes(received))

    def is_usable(self) -> bool:
        """Whether it is still open: nothing was sent to it since its last reply, not even an end."""
        if self.sock is None or time.monotonic() - self._used > MAX_IDLE_SECONDS:
            return False
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.sock, selectors.EVENT_READ)
            return not waiting.select(0)

    def _stream_to(self, host: str, port: int) -> socket.socket:
        failure = OSError("the name has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            stream = socket.socket(family, kind, protocol)
            try:
                stream.settimeout(self.left())
                stream.connect(address)
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                stream.close()
                failure = error
            else:
                return stream
        raise failure

    def _tunnelled(self, stream: socket.socket, proxy: SplitResult) -> None:
        where = f"[{self.host}]" if ":" in self.host else self.host
        lines = [f"CONNECT {where}:{self.port} HTTP/1.1", f"Host: {where}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in _authorization(proxy, "Proxy-Authorization").items()]
        timed = _Timed(stream, self)
        timed.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        answer = http.client.HTTPResponse(timed, method="CONNECT")  # type: ignore[arg-type]  # As much as it uses.
        answer.begin()
        if answer.status != http.client.OK:
            raise OSError(f"the proxy answered {answer.status}")


class _Timed:
    """A socket, as far as http.client uses it, whose reads and writes end at the connection's deadline."""

    def __init__(self, stream: socket.socket, connection: _Connection) -> None:
        self._stream = stream
        self._connection = connection

    def sendall(self, content: bytes) -> None:
        self._stream.settimeout(self._connection.left())
        self._stream.sendall(content)

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(_Reads(self._stream, self._connection))

    def fileno(self) -> int:
        return self._stream.fileno()

    def close(self) -> None:
        self._stream.close()


class _Reads(io.RawIOBase):
    """What comes in. The socket stays open until this is closed too, as http.client expects."""

    def __init__(self, stream: socket.socket, connection: _Connection) -> None:
        self._stream = stream
        self._connection = connection
        self._raw = stream.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._stream.settimeout(self._connection.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _authorization(parts: SplitResult, name: str) -> dict[str, str]:
    """A header for the user and the password that stand in an address, none where they do not."""
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {name: f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _system_trust() -> ssl.SSLContext:
    if sys.platform in {"darwin", "win32"}:
        import truststore  # Asks the system itself, which keeps its certificates in no file.

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    paths = ssl.get_default_verify_paths()
    file = next((each for each in (paths.openssl_cafile, *_TRUSTED) if Path(each).is_file()), None)
    # By these paths, because SSL_CERT_FILE and SSL_CERT_DIR are not ours.
    return ssl.create_default_context(cafile=file, capath=None if file else paths.openssl_capath)
