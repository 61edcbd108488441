"""Which requests a new version is served to first. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)%")
_NAMES = re.compile(r"[\w.@-]+(?:,[\w.@-]+)*")


@dataclass(frozen=True, slots=True)
class CanaryChoice:
    """A share of all requests, 0 to 1, or those of named callers."""

    share: float = 0.0
    names: frozenset[str] = frozenset()

    def takes(self, name: str | None, request_id: str) -> bool:
        """Whether the request gets the new version: always the same for the same request."""
        if self.names:
            return name in self.names
        place = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:4], "big")
        return place < self.share * 2**32


def canary_choice(said: str) -> CanaryChoice:
    """What SNAPSHOT_CANARY says: `10%`, or names with commas between. Raises ValueError."""
    text = said.replace(" ", "")
    if (found := _SHARE.fullmatch(text)) and 0 < float(found[1]) <= 100:
        return CanaryChoice(share=float(found[1]) / 100)
    if found or not _NAMES.fullmatch(text):
        raise ValueError("must be a share of the requests, such as 10%, or names of keys, such as anna,ben")
    return CanaryChoice(names=frozenset(text.split(",")))


def checked_canary(said: str) -> str:
    """What SNAPSHOT_CANARY says, as it is. Raises ValueError where `canary_choice` does."""
    canary_choice(said)
    return said
