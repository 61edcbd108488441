"""URLs as they may be shown, and which hosts are this machine.

Whatever prints a URL, or words of others that may hold one, prints it through here.
"""

from __future__ import annotations

import ipaddress
import re

# A password may hold what ends a host, for people write it so: then a colon or another @ before it tells.
_USERINFO = re.compile(r"(?<=://)(?:[^\s/?#@]*[:@]\S*@|[^\s/?#]*@)")


def without_passwords(text: str) -> str:
    """The text, with what stands before the host in each of its URLs left out."""
    return _USERINFO.sub("…@", text)


def is_loopback(host: str) -> bool:
    """Whether only this machine can be meant by a URL's host, or an address to listen at: loopback, written as such."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
