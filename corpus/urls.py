"""URLs as they may be shown, and which hosts are this machine.

Whatever prints a URL, or text of others that may contain one, prints it through here.
"""

from __future__ import annotations

import ipaddress
import re

# A password may contain what ends a host, because people write it so; then a colon or another @ before it shows it.
_USERINFO = re.compile(r"(?<=://)(?:[^\s/?#@]*[:@]\S*@|[^\s/?#]*@)")


def without_passwords(text: str) -> str:
    """The text, with everything before the host removed from each of its URLs."""
    # Most lines of a log have no URL, and a look for one is far quicker than the pattern.
    return _USERINFO.sub("…@", text) if "://" in text else text


def is_loopback(host: str) -> bool:
    """Whether a URL's host, or a listening address, can only mean this machine: loopback, written as such."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
