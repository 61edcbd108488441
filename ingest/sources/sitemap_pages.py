"""The pages of a sitemap, and of the sitemaps that it names in turn. Only pages of its own host are accepted."""

from __future__ import annotations

from corpus.errors import DocumentEmpty, DocumentError, DocumentUnreadable
from corpus.urls import without_passwords
from ingest.sources.fingerprints import origin_of
from ingest.sources.found import Fetched, Found, Item
from ingest.sources.page_urls import host_of, joined, path_of
from ingest.sources.patterns import Selection
from ingest.sources.sitemap import INDEX, Entry, entries_of, kind_of
from ingest.sources.spool import Spool
from ingest.sources.web import Page, Web

MAX_SITEMAPS = 1_000
MAX_DEPTH = 3


class Listing:
    """Adds to `found` what the sitemap at `url`, which was named, lists. Call `finish` at the end."""

    def __init__(self, web: Web, spool: Spool, selection: Selection, *, max_pages: int, url: str, found: Found) -> None:
        self._web = web
        self._spool = spool
        self._selection = selection
        self._max_pages = max_pages
        self._url = url
        self._found = found
        self._hosts = {host_of(url)}
        self._sitemaps = {url}
        self._pages: set[str] = set()
        self._listed = 0
        self._is_whole = True

    def read(self, sitemap: Fetched, kind: str, depth: int = 0) -> None:
        """Take what a sitemap lists; one that is damaged is taken as far as it can be read."""
        # A site may have moved to the host that it redirects to.
        self._hosts.add(host_of(sitemap.led_to))
        try:
            for entry in entries_of(sitemap.path):
                if kind == INDEX:
                    self.follow(entry.location, base=sitemap.led_to, depth=depth + 1)
                else:
                    self._page(entry, base=sitemap.led_to)
        except DocumentError as error:
            self._fail(sitemap.led_to, error)

    def follow(self, location: str, *, base: str, depth: int = 1) -> None:
        """Fetch and read a sitemap that another one names."""
        try:
            url = joined(base, location)
            if url in self._sitemaps:
                return
            self._sitemaps.add(url)
            if depth > MAX_DEPTH or len(self._sitemaps) > MAX_SITEMAPS:
                raise DocumentUnreadable(
                    f"Sitemaps are followed {MAX_DEPTH} deep, and {MAX_SITEMAPS:,} in all. Name those below it."
                )
            if host_of(url) not in self._hosts:
                raise DocumentUnreadable("The sitemap lies on another host than the one that names it. Name it itself.")
            fetched = self._web.fetch(url, "")
            if fetched is None or (kind := kind_of(fetched.path)) is None:
                raise DocumentUnreadable("It is named as a sitemap and is none. Check the sitemap that names it.")
        except DocumentError as error:
            self._fail(without_passwords(location), error)
            return
        self.read(fetched, kind, depth)
        self._spool.drop(fetched.path)

    def finish(self) -> None:
        """Pages that came from this sitemap and are no longer listed may be pruned, if all of it was read."""
        if not self._listed and self._is_whole:
            self._fail(self._url, DocumentEmpty("The sitemap lists no pages. Check its URL; nothing is pruned by it."))
        if self._is_whole:
            self._found.origins.append(origin_of(self._url))

    def _page(self, entry: Entry, *, base: str) -> None:
        self._listed += 1
        try:
            url = joined(base, entry.location)
        except DocumentError as error:
            self._found.skipped.append((without_passwords(entry.location), str(error)))
            return
        if url in self._pages:
            return
        if host_of(url) not in self._hosts:
            reason = "Lies on another host than the sitemap that lists it. Name it itself to take it."
            self._found.skipped.append((url, reason))
        elif not self._selection.takes(path_of(url)):
            self._found.kept_from_prune.append(url)
        elif len(self._pages) < self._max_pages:
            self._pages.add(url)
            self._found.items.append(
                Item(
                    source=url,
                    place=url,
                    remote=Page(self._web, url, entry.modified_ns),
                    modified_ns=entry.modified_ns,
                    url=url,
                    origin=origin_of(self._url),
                )
            )
        elif self._is_whole:
            reason = (
                f"The sitemap lists more than {self._max_pages:,} pages; the first are taken. Raise SITEMAP_MAX_PAGES."
            )
            self._fail(self._url, DocumentUnreadable(reason))

    def _fail(self, source: str, error: DocumentError) -> None:
        self._is_whole = False
        self._found.failed.append((source, error))
