"""Pages through a proxy, if the settings name one. Host names are resolved and checked here all the same.

A proxy resolves names itself. That it may reach another address than we did matters only for http:, where nothing
proves who answers: for https: the certificate does.
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import httpcore2

from corpus.errors import DocumentUnreadable, SettingsError
from ingest.sources.checked_addresses import CheckedBackend, HostUnknown, UncheckedBackend

SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxy for URLs of either scheme, and the hosts for which there is none, as in NO_PROXY."""

    http: str | None = None
    https: str | None = None
    no_proxy: str = ""

    def of(self, url: httpcore2.URL) -> str | None:
        """The proxy for a normalised URL; None if its server is contacted directly."""
        proxy = self.https if url.scheme == b"https" else self.http
        if not proxy or is_without(self.no_proxy, url.host.decode("ascii"), url.origin.port):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"


def is_without(no_proxy: str, host: str, port: int) -> bool:
    """Whether NO_PROXY names the host, a domain above it or its network, with or without a port; `*` names all."""
    host = host.strip("[]").lower()
    for entry in filter(None, (each.strip().lower() for each in no_proxy.split(","))):
        if entry == "*" or _is_in_network(host, entry):
            return True
        name, _, number = entry.partition(":")
        name = name.removeprefix("*").lstrip(".")
        if (not number or number == str(port)) and name and (host == name or host.endswith(f".{name}")):
            return True
    return False


def _is_in_network(host: str, entry: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False


class ProxiedPools:
    """Connections to the proxies, for one thread at a time. `checks` decides what may be requested."""

    def __init__(self, proxies: Proxies, checks: CheckedBackend, tls: ssl.SSLContext, *, allow_private: bool) -> None:
        self._proxies = proxies
        self._checks = checks
        self._tls = tls
        self._allow_private = allow_private
        self._pools: dict[str, httpcore2.HTTPProxy] = {}
        self.backend = UncheckedBackend()

    def pool_for(self, url: str) -> httpcore2.HTTPProxy | None:
        """The connections to a URL's proxy; None if there is none. Raises DocumentUnreadable, SettingsError."""
        parsed = httpcore2.URL(url)
        proxy = self._proxies.of(parsed)
        if proxy is None:
            return None
        try:
            self._checks.check(parsed.host.decode("ascii"), parsed.origin.port)
        except HostUnknown:
            if not self._allow_private:
                raise DocumentUnreadable(
                    "Its host cannot be found from here, so that where the proxy would lead cannot be checked. Set "
                    "ALLOW_PRIVATE_ADDRESSES=true to leave that to the proxy."
                ) from None
        if proxy not in self._pools:
            self._pools[proxy] = self._opened(proxy)
        return self._pools[proxy]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _opened(self, proxy: str) -> httpcore2.HTTPProxy:
        address, login = _parted(proxy)
        return httpcore2.HTTPProxy(
            address,
            proxy_auth=login,
            ssl_context=self._tls,
            network_backend=self.backend,
            max_connections=4,
            keepalive_expiry=30,
        )


def _parted(proxy: str) -> tuple[str, tuple[str, str] | None]:
    """Address and login of a proxy's URL."""
    try:
        parts = urlsplit(proxy)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in SCHEMES or not host:
        raise SettingsError("HTTP_PROXY and HTTPS_PROXY must look like http://host:port; others are not spoken.")
    shown = f"[{host}]" if ":" in host else host
    login = (unquote(parts.username or ""), unquote(parts.password or "")) if parts.username else None
    return f"{parts.scheme}://{shown}:{port or (443 if parts.scheme == 'https' else 80)}", login


def refused_by(proxy_said: str) -> DocumentUnreadable:
    """The error for a proxy that does not let us through."""
    return DocumentUnreadable(
        f"The proxy does not let it pass ({proxy_said[:60]}). Check HTTP_PROXY and HTTPS_PROXY, with the password that "
        "it wants, or name the host in NO_PROXY."
    )
