"""The address that a request comes from, for counting, and the names under which this server answers. Pure.

A forwarding header is believed only from a proxy that a setting names: anybody can send one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UNKNOWN = "unknown"
# What one household or machine has of IPv6; it may change the rest at will.
SITE_BITS = 64
# Entries farther to the left may have been sent by the client itself.
MAX_HOPS = 20


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks of `127.0.0.1, 10.0.0.0/8`. Raises ValueError."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be addresses or networks, such as 127.0.0.1 or 10.0.0.0/8") from None


def counted_address(peer: str | None, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """What stands for the caller: an IPv4 address, an IPv6 /64, or `unknown`.

    `peer` is the connected address; `forwarded_for` are the values of X-Forwarded-For, of which the last hop that is
    not one of our proxies counts.
    """
    address = _parsed(peer or "")
    if address is not None and _is_among(address, trusted):
        hops = [hop for value in forwarded_for for hop in value.rsplit(",", MAX_HOPS)][-MAX_HOPS:]
        for hop in reversed(hops):
            address = _parsed(hop.strip())
            if address is None or not _is_among(address, trusted):
                break
    if address is None:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address) >> SITE_BITS << SITE_BITS, SITE_BITS)))
    return str(address)


def is_own_name(host: str, names: Sequence[str]) -> bool:
    """Whether a Host header names this machine's loopback, or one of the names. The port does not matter."""
    name = host.strip().lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    if name in {"localhost", *(each.lower() for each in names)}:
        return True
    address = _parsed(name)
    return address is not None and address.is_loopback


def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
