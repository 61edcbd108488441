"""A stamp in a document's record tells whether its source must be read again. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from corpus.records import DocumentRecord
from ingest.sources.found import Item

PLACE_DIGITS = 12


def stamp_of(item: Item, options: str, documents: int) -> str:
    """What must agree for an item not to be read again: its place, the options, all its documents being there, where
    it was listed, and its validator."""
    return f"{made_of(item.place, options)}-{documents}-{item.origin}-{item.validator}"


def known_validator(stored: Sequence[DocumentRecord], place: str, options: str) -> str:
    """The validator under which everything stored of an item was read; empty if it must be read again anyway."""
    if not stored or len({record.stamp for record in stored}) > 1:
        return ""
    made, documents, _, validator = _parts(stored[0].stamp)
    return validator if made == made_of(place, options) and documents == str(len(stored)) else ""


def made_of(place: str, options: str) -> str:
    """Stands for a place and the options under which it was read; `place_of` comes first."""
    return place_of(place) + hashlib.sha256(options.encode()).hexdigest()[:8]


def place_of(place: str) -> str:
    """Stands for a place."""
    return hashlib.sha256(place.encode()).hexdigest()[:PLACE_DIGITS]


def place_in(stamp: str) -> str:
    """What `place_of` was when the item was stored."""
    return _parts(stamp)[0][:PLACE_DIGITS]


def origin_in(stamp: str) -> str:
    """Where the item was listed; empty if it was named itself."""
    return _parts(stamp)[2]


def origin_of(url: str) -> str:
    """Stands for the sitemap at a URL."""
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def _parts(stamp: str) -> tuple[str, str, str, str]:
    parts = stamp.split("-", 3)
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 4 else ("", "", "", "")
