"""Connections to checked addresses: what a host name resolves to is checked, and that address is connected to.

So a name that resolves differently a moment later (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterable
from typing import Any

import httpcore2

from corpus.errors import DocumentUnreadable

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_TRANSLATED = ipaddress.ip_network("::ffff:0:0:0/96")  # RFC 2765's, for SIIT.
# https://www.iana.org/assignments/iana-ipv6-special-registry and the one of IPv4: what Python's list lacks.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "::/96", "::ffff:0:0:0/96", "100:0:0:1::/64", "3fff::/20", "5f00::/16", "192.0.0.0/24",
        "192.88.99.0/24",
    )
)  # fmt: skip
# Where clouds keep their machines' credentials, beside the link-local 169.254.169.254: Azure, Oracle, Alibaba, AWS,
# Google. A local NAT64 can lead to any of them.
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32", "192.0.0.192/32", "100.100.100.200/32", "fd00:ec2::/32", "fd20:ce::254/128",
        "64:ff9b:1::/48",
    )
)  # fmt: skip


def is_public(address: str) -> bool:
    """True if anybody on the internet would reach the same machine."""
    ip = _unwrapped(address)
    if any(each in network for each in (ip, _parsed(address)) for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not _is_never_allowed(ip) and not getattr(ip, "is_site_local", False)


def is_callable(address: str, *, allow_private: bool) -> bool:
    """True if we may connect. Never where clouds keep their machines' credentials, as at link-local addresses."""
    if allow_private:
        return not _is_never_allowed(_unwrapped(address))
    return is_public(address)


def _is_never_allowed(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return ip.is_link_local or ip.is_multicast or any(ip in network for network in _NEVER)


def _unwrapped(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An IPv6 address that maps to an IPv4 one counts as that."""
    ip = _parsed(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64 or ip in _TRANSLATED:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip in _COMPATIBLE and int(ip) > 1:  # :: and ::1 are not mapped.
        return ipaddress.IPv4Address(int(ip))
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(address.partition("%")[0])


class HostUnknown(DocumentUnreadable):
    """It is unknown what a name resolves to."""


class CheckedBackend(httpcore2.SyncBackend):
    """Connects for httpcore2, and lets nothing last beyond `deadline` (time.monotonic).

    For one thread, except `abort`.
    """

    def __init__(self, *, allow_private: bool) -> None:
        super().__init__()
        self._allow_private = allow_private
        self.deadline = 0.0
        self._sockets: list[socket.socket] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Raises DocumentUnreadable if the host is invalid or not allowed, else httpcore2's errors."""
        failure: Exception = httpcore2.ConnectError("no address")
        for address in self.check(host, port):
            try:
                stream = super().connect_tcp(address, port, self.left(timeout), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                self._sockets = [*self._sockets[-8:], stream.get_extra_info("socket")]
                return _Stream(stream, self)
        raise failure

    def left(self, timeout: float | None) -> float:
        """The time left, at most `timeout`. Raises httpcore2.ReadTimeout if there is none."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore2.ReadTimeout("the time is up")
        return seconds if timeout is None else min(seconds, timeout)

    def abort(self) -> None:
        """Interrupt what another thread is waiting for."""
        self.deadline = 0.0
        for each in self._sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:  # Closed already.
                continue

    def check(self, host: str, port: int) -> list[str]:
        """What the host's name resolves to. Raises HostUnknown, and DocumentUnreadable if that is not allowed."""
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise HostUnknown("Its host cannot be found. Check the URL and this machine's connection.") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not all(is_callable(address, allow_private=self._allow_private) for address in addresses):
            raise DocumentUnreadable(
                "Its host is in no network that may be asked: a private, local or reserved address. "
                + (
                    "Link-local ones never are."
                    if self._allow_private
                    else "Set ALLOW_PRIVATE_ADDRESSES=true if it is yours."
                )
            )
        return addresses


class UncheckedBackend(CheckedBackend):
    """The same for a proxy, which only the settings name."""

    def __init__(self) -> None:
        super().__init__(allow_private=True)

    def check(self, host: str, port: int) -> list[str]:
        """Everything is allowed. The name is resolved when it is connected to."""
        del port
        return [host.strip("[]")]


class _Stream(httpcore2.NetworkStream):
    """A connection whose every step takes at most as long as the backend's deadline leaves."""

    def __init__(self, stream: httpcore2.NetworkStream, backend: CheckedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        safe = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _Stream(safe, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
