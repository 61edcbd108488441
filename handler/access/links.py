"""Signed links to a cited passage: whoever was given one may open it until it expires, without a key.

The signature is HMAC-SHA256 over the passage's place, the link's expiry and, if documents have access lists, a tag of
the principal through which the recipient saw the passage: once the document no longer names that principal, the link
opens nothing. Pure, except for the clock.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from dataclasses import dataclass

SECONDS_A_DAY = 86_400
SECONDS_AN_HOUR = 3_600
SIGNATURE_CHARS = 32
TAG_CHARS = 16
PATH = "/cite/"


@dataclass(frozen=True, slots=True)
class Signer:
    """`secret` is None if everybody may read without a key: a link then needs no signature."""

    secret: bytes | None
    days: float

    def link(self, base_url: str, place: str, *, via: str | None = None) -> str:
        """A URL of ours that shows the place, with the access of the principal `via` if that matters."""
        if self.secret is None:
            return f"{base_url}{PATH}{place}"
        # Rounded to the full hour, so that a place keeps the same link for a while.
        until = math.ceil((time.time() + self.days * SECONDS_A_DAY) / SECONDS_AN_HOUR) * SECONDS_AN_HOUR
        tag = self.tag(via) if via is not None else ""
        through = f"&via={tag}" if tag else ""
        return f"{base_url}{PATH}{place}?until={until}{through}&signature={self._signature(place, until, tag)}"

    def tag(self, principal: str) -> str:
        """Stands for a principal in a link; nobody can tell which one."""
        return self._hmac(f"via\n{principal}")[:TAG_CHARS]

    def signed(self, place: str, until: str, via: str, signature: str) -> bool:
        """Whether the link to the place is ours; it may have expired."""
        if self.secret is None or not (until.isascii() and until.isdecimal() and len(until) < 12):
            return False
        return hmac.compare_digest(signature.encode(), self._signature(place, int(until), via).encode())

    def _signature(self, place: str, until: int, via: str) -> str:
        return self._hmac("\n".join([place, str(until), *([via] if via else [])]))[:SIGNATURE_CHARS]

    def _hmac(self, message: str) -> str:
        return hmac.new(self.secret or b"", message.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
