"""URLs as they may be shown. Whatever prints a URL, or words of others that may hold one, prints it through here."""

from __future__ import annotations

import re

# A password may hold what ends a host, for people write it so: then a colon or another @ before it tells.
_USERINFO = re.compile(r"(?<=://)(?:[^\s/?#@]*[:@]\S*@|[^\s/?#]*@)")


def without_passwords(text: str) -> str:
    """The text, with what stands before the host in each of its URLs left out."""
    return _USERINFO.sub("…@", text)
