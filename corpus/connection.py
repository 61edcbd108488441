"""One connection to a service, straight or by a proxy, whose every read and write ends at a deadline."""

from __future__ import annotations

import base64
import http.client
import io
import json
import selectors
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, quote, unquote

MAX_IDLE_SECONDS = 5.0  # The server may keep a connection open longer; proxies between us and it do not always.
BLOCK_BYTES = 65_536
# Limits on a reply as it arrives, heads and chunk framing included: a fixed allowance, and so many bytes for each byte
# that it may hold.
HEAD_BYTES = 1 << 20
BYTES_EACH = 8
# What may stand unquoted in a path or a query; % is allowed because what needs quoting is quoted already.
_SAFE = "/%:@!$&'()*+,;=~-._?"
# One call of the system in place of four; Windows has it not.
_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.DefaultSelector)


class Reply(NamedTuple):
    """The reply, whatever its status; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """The content as JSON; None if it is not JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


class _FinalResponse(http.client.HTTPResponse):
    """http.client skips `100 Continue` alone; other interim replies may come too (RFC 9110, 15.2)."""

    def begin(self) -> None:
        """See HTTPResponse."""
        super().begin()
        while self.status < 200:
            if self.status == http.client.SWITCHING_PROTOCOLS:
                raise http.client.HTTPException("the server speaks another protocol")
            self.headers = None  # type: ignore[assignment]  # So that it reads on.
            super().begin()


class Connection(http.client.HTTPConnection):
    """A connection to one host, direct or through the proxy. Reads and writes end at `deadline`, by time.monotonic."""

    response_class = _FinalResponse

    def __init__(
        self, parts: SplitResult, deadline: float, *, context: ssl.SSLContext | None, proxy: SplitResult | None
    ) -> None:
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the address is none of HTTP")
        self.default_port = 443 if context else 80
        super().__init__(parts.hostname, parts.port or self.default_port)
        self.deadline = deadline
        # Limits what is read: http.client limits neither heads nor a chunk whose length is given as -1.
        self.bytes_left = HEAD_BYTES
        self._context = context
        self._proxy = proxy
        self._used = 0.0

    def left(self) -> float:
        """Seconds left. Raises TimeoutError if there are none."""
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
        """Send a request and read the reply. Raises OSError, HTTPException, ValueError."""
        target = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_SAFE)
        if self._proxy and not self._context:
            host = parts.netloc.rpartition("@")[2]
            target = f"http://{host}{target}"
            headers = {**headers, **authorization(self._proxy, "Proxy-Authorization")}
        self.bytes_left = HEAD_BYTES + BYTES_EACH * max_bytes
        self.request(method, target, content, dict(headers))
        with self.getresponse() as response:
            # The size of compressed content would say nothing; the request said that none is wanted.
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
        if headers.get("Connection") == "close":
            self.close()
        return Reply(response.status, named, bytes(received))

    def is_usable(self) -> bool:
        """Whether the connection is still open: the server has sent nothing since its last reply, not even an end."""
        if self.sock is None or time.monotonic() - self._used > MAX_IDLE_SECONDS:
            return False
        with _Selector() as waiting:
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
        lines += [f"{name}: {value}" for name, value in authorization(proxy, "Proxy-Authorization").items()]
        timed = _Timed(stream, self)
        timed.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        answer = _FinalResponse(timed, method="CONNECT")  # type: ignore[arg-type]  # As much as it uses.
        answer.begin()
        if answer.status != http.client.OK:
            raise OSError(f"the proxy answered {answer.status}")


class _Timed:
    """The part of a socket that http.client uses, with reads and writes that end at the connection's deadline."""

    def __init__(self, stream: socket.socket, connection: Connection) -> None:
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
    """What arrives. The socket stays open until this is closed too, as http.client expects."""

    def __init__(self, stream: socket.socket, connection: Connection) -> None:
        self._stream = stream
        self._connection = connection
        self._raw = stream.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._stream.settimeout(self._connection.left())
        count = self._raw.readinto(buffer)
        self._connection.bytes_left -= count or 0
        if self._connection.bytes_left < 0:
            raise ValueError("the reply is longer than any that was asked for")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def authorization(parts: SplitResult, name: str) -> dict[str, str]:
    """The header for a user and password in an address; empty if there are none."""
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {name: f"Basic {base64.b64encode(pair.encode()).decode()}"}
