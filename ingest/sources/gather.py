"""Look for items at everything that was named, each kind of source by a module of its own."""

from __future__ import annotations

import contextlib
import functools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from corpus.errors import DocumentError, DocumentUnsupported, SettingsError
from corpus.urls import without_passwords
from ingest.settings import IngestSettings
from ingest.sources.bucket import BucketSource, S3Object
from ingest.sources.files import find
from ingest.sources.found import Found, Item, Remote
from ingest.sources.http_client import Limits
from ingest.sources.pages import PageSource
from ingest.sources.patterns import Selection
from ingest.sources.proxies import Proxies
from ingest.sources.retry_after_gate import RetryAfterGate
from ingest.sources.spool import Spool
from ingest.sources.stdin import STANDARD_INPUT, StandardInput
from ingest.sources.web import Page, Web

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


class Source(Protocol):
    """One kind of place that items come from."""

    def look(self, named: str, found: Found) -> None:
        """Add to `found` what there is at what was named, or why there is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What standard input is called."""

    name: str | None = None
    title: str | None = None


class Sources:
    """All kinds. Made by `sources`; `known` tells the validator under which a URL is stored."""

    def __init__(self, settings: IngestSettings, selection: Selection, spool: Spool, stdin: Input) -> None:
        self._settings = settings
        self._selection = selection
        self._spool = spool
        self._stdin = stdin
        self._patience = RetryAfterGate()
        self._stack = contextlib.ExitStack()
        self._web: Web | None = None

    def gather(self, named: Sequence[str], known: Callable[[str], str]) -> Found:
        """What is to read, by source, each once. Raises SettingsError for what must be named otherwise."""
        self._check_stdin(named)
        remote = [name for name in named if name == STANDARD_INPUT or _SCHEME.match(name)]
        paths = [Path(name) for name in named if name not in remote]
        found = find(paths, root=self._settings.source_root, selection=self._selection)
        kinds: dict[str, Source] = {}
        for name in dict.fromkeys(remote):
            match = _SCHEME.match(name)
            scheme = match.group(1).lower() if match else STANDARD_INPUT
            if scheme not in kinds and (source := self._source_for(scheme, known)) is not None:
                kinds[scheme] = source
            if scheme in kinds:
                kinds[scheme].look(name, found)
            else:
                found.failed.append((without_passwords(name), _unknown(scheme)))
        _keep_first(found)
        return found

    def bound(self, remote: S3Object | Page) -> Remote:
        """The same content, to be fetched over the connections of these sources."""
        if isinstance(remote, S3Object):
            return replace(remote, source=self._bucket)
        return replace(remote, web=self._open_web)

    def abort(self) -> None:
        """Interrupt what other threads are waiting for."""
        self._patience.stop.set()
        if self._web is not None:
            self._web.abort()

    def close(self) -> None:
        self._stack.close()

    def _source_for(self, scheme: str, known: Callable[[str], str]) -> Source | None:
        if scheme == STANDARD_INPUT:
            name = self._stdin.name or STANDARD_INPUT
            return StandardInput(sys.stdin.buffer, self._spool, name=name, title=self._stdin.title)
        if scheme == "s3":
            return self._bucket
        if scheme not in {"http", "https"}:
            return None
        return PageSource(
            self._open_web,
            self._spool,
            selection=self._selection,
            max_pages=self._settings.sitemap_max_pages,
            known=known,
        )

    @functools.cached_property
    def _bucket(self) -> BucketSource:
        seconds = self._settings.fetch_timeout_seconds
        bucket = BucketSource(self._spool, self._patience, selection=self._selection, timeout_seconds=seconds)
        return self._stack.enter_context(contextlib.closing(bucket))

    @property
    def _open_web(self) -> Web:
        if self._web is None:
            limits = Limits(
                allow_private=self._settings.allow_private_addresses,
                timeout_seconds=self._settings.fetch_timeout_seconds,
                max_bytes=self._settings.fetch_max_mb * 2**20,
                proxies=_proxies(self._settings),
            )
            self._web = self._stack.enter_context(contextlib.closing(Web(limits, self._patience, self._spool)))
        return self._web

    def _check_stdin(self, named: Sequence[str]) -> None:
        if STANDARD_INPUT in named and not self._stdin.name:
            raise SettingsError("Say what standard input is called and cited as, for example --name report.pdf.")
        if STANDARD_INPUT not in named and (self._stdin.name or self._stdin.title):
            raise SettingsError("--name and --title are for standard input. Add `-` to read it, or leave them out.")


@contextlib.contextmanager
def sources(settings: IngestSettings, selection: Selection, spool: Spool, stdin: Input) -> Iterator[Sources]:
    """All kinds of sources, for one run."""
    with contextlib.closing(Sources(settings, selection, spool, stdin)) as opened:
        yield opened


def _proxies(settings: IngestSettings) -> Proxies:
    http, https = (each.get_secret_value() if each else None for each in (settings.http_proxy, settings.https_proxy))
    return Proxies(http=http, https=https, no_proxy=settings.no_proxy)


def _unknown(scheme: str) -> DocumentError:
    if scheme == "file":
        return DocumentUnsupported("file:// is not read. Name the file or folder by its path.")
    return DocumentUnsupported(f"{scheme}:// is not read. Name a path, https://…, s3://bucket/prefix, or -.")


def _keep_first(found: Found) -> None:
    """One item for each source: a page that is both named and listed is read once."""
    first: dict[str, Item] = {}
    for item in found.items:
        taken = first.setdefault(item.source, item)
        if taken.place != item.place:
            reason = "Two of the sources named are known by this name. Choose another --name, or run them apart."
            found.failed.append((item.source, DocumentError(reason)))
    found.items = list(first.values())
