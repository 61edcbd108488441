"""How far a run has come, by work done and not by files, and how long the rest will take. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Any earlier a forecast would be a guess.
MIN_SECONDS = 3.0
MIN_SHARE = 0.1
# Chunks that may wait to be written without writing being the bottleneck.
WRITTEN_TOGETHER = 500
ALMOST = 0.99


@dataclass(slots=True)
class Work:
    """What is to be read is known in bytes from the start; what is to be embedded is reckoned from what was cut so far.

    `bytes_all` are those of all items; `bytes_same` of those that turned out to be stored already; `bytes_read` of
    those that gave something new. `cut`, `embedded` and `written` count chunks; `reading` is the latest item.
    """

    bytes_all: int = 0
    bytes_same: int = 0
    bytes_read: int = 0
    cut: int = 0
    embedded: int = 0
    written: int = 0
    reading: str = ""

    @property
    def share(self) -> float:
        """From 0 to 1: the chunks that are done of those that all of it will give, by what was read gave so far.

        Reading runs ahead, and writing comes behind in groups: a chunk counts when it is embedded, unless more than a
        group waits to be written.
        """
        to_read = self.bytes_all - self.bytes_same
        read = min(1.0, self.bytes_read / to_read) if to_read > 0 else 1.0
        if not self.cut or not read:
            return read
        # A vector that the store had was not embedded, and needs not be.
        done = min(max(self.embedded, self.written), self.written + WRITTEN_TOGETHER)
        return min(1.0 if self.written >= self.cut else ALMOST, done * read / self.cut)

    def seconds_left(self, elapsed: float) -> float | None:
        """At the rate so far; None while that cannot be told."""
        if elapsed < MIN_SECONDS or self.share < MIN_SHARE:
            return None
        return elapsed * (1 - self.share) / self.share


def in_words(seconds: float) -> str:
    """Such as "about 40 s" or "about 3 min"."""
    if seconds < 90:
        return f"about {max(5, round(seconds / 5) * 5):.0f} s"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"
