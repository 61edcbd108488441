"""What there is to read, wherever it lies, and the result of looking for it. Plain data and one Protocol: no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from corpus.errors import DocumentError, DocumentMissing
from corpus.records import composed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Content that was brought here: `path` has a folder of its own, which goes once it is read.

    `validator` is what the next run asks with; `charset` is what was said beside the content; `led_to` is where the
    redirects led.
    """

    path: Path
    validator: str
    modified_ns: int
    charset: str | None = None
    sidecar: Path | None = None
    led_to: str = ""


class Remote(Protocol):
    """Content that is elsewhere."""

    def fetch(self, known: str) -> Fetched | None:
        """Bring it here; None where it is still what the validator `known` stands for. Raises DocumentError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something to read. `source` is how it is cited and known, `place` where it lies: an absolute path or a URL.

    `path` is the content, None where `remote` has it to be fetched first. What is read again is told by `validator`: it
    stays the same as long as the content does, and is empty where only a look at the content tells.
    `modified_ns` is since the epoch; `sidecar` is a file that describes it; `url` is its citation link, `title` its
    title where it is known already; `origin` is short for the sitemap that lists it; `access` is whom its folders name,
    None where they do not say. `source` and `title` are in NFC.
    """

    source: str
    place: str
    path: Path | None = None
    remote: Remote | None = None
    validator: str = ""
    modified_ns: int = 0
    sidecar: Path | None = None
    charset: str | None = None
    url: str | None = None
    title: str | None = None
    origin: str = ""
    access: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", composed(self.source))
        if self.title is not None:
            object.__setattr__(self, "title", composed(self.title))


@dataclass(slots=True, kw_only=True)
class Found:
    """`scopes` are the sources of the paths that were named, `origins` the sitemaps that were read whole: what lies
    below or came from them may be pruned.

    But not what is in `kept_from_prune`: what is there, and was left out or could not be looked at.
    """

    items: list[Item] = field(default_factory=list)
    failed: list[tuple[str, DocumentError]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    kept_from_prune: list[str] = field(default_factory=list)

    @property
    def absent(self) -> list[tuple[str, str]]:
        """The paths that lead nowhere, with the reason; a page may be there again tomorrow."""
        missing = [(source, error) for source, error in self.failed if isinstance(error, DocumentMissing)]
        return [(source, str(error)) for source, error in missing if "://" not in source]
