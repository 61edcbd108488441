"""Signed links to a cited passage: who was given one may open it until it ends, without a key.

The signature is HMAC-SHA256 over the passage's place and the link's end. Pure, but for the clock.
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
PATH = "/cite/"


@dataclass(frozen=True, slots=True)
class Signer:
    """`secret` is None where everybody may read without a key: a link then needs no signature."""

    secret: bytes | None
    days: float

    def link(self, base_url: str, place: str) -> str:
        """A URL of ours that shows the place."""
        if self.secret is None:
            return f"{base_url}{PATH}{place}"
        # To the full hour, so that one place has one link for a while.
        until = math.ceil((time.time() + self.days * SECONDS_A_DAY) / SECONDS_AN_HOUR) * SECONDS_AN_HOUR
        return f"{base_url}{PATH}{place}?until={until}&signature={self._signature(place, until)}"

    def signed(self, place: str, until: str, signature: str) -> bool:
        """Whether the link to the place is ours; its end may have passed."""
        if self.secret is None or not (until.isascii() and until.isdecimal() and len(until) < 12):
            return False
        return hmac.compare_digest(signature.encode(), self._signature(place, int(until)).encode())

    def _signature(self, place: str, until: int) -> str:
        message = f"{place}\n{until}".encode()
        return hmac.new(self.secret or b"", message, hashlib.sha256).hexdigest()[:SIGNATURE_CHARS]
