"""Pages by their URL, and what sitemaps list. A sitemap is known by its content, whatever its URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from corpus.errors import DocumentError
from corpus.urls import without_passwords
from ingest.sources.found import Found, Item
from ingest.sources.page_urls import normalised, path_of
from ingest.sources.patterns import Selection
from ingest.sources.sitemap import kind_of, sitemaps_in_robots
from ingest.sources.sitemap_pages import Listing
from ingest.sources.spool import Spool
from ingest.sources.web import Page, Web


class PageSource:
    """See Source. `known` tells the validator under which a URL is stored, empty where it must be read anew."""

    def __init__(
        self, web: Web, spool: Spool, *, selection: Selection, max_pages: int, known: Callable[[str], str]
    ) -> None:
        self._web = web
        self._spool = spool
        self._selection = selection
        self._max_pages = max_pages
        self._known = known

    def look(self, named: str, found: Found) -> None:
        try:
            url = normalised(named)
            known = self._known(url)
            fetched = self._web.fetch(url, known)
        except DocumentError as error:
            found.failed.append((without_passwords(named), error))
            return
        page = Item(source=url, place=url, validator=known, url=url, remote=Page(self._web, url))
        if fetched is None:
            found.items.append(page)
            return
        kind = kind_of(fetched.path)
        if kind is None and path_of(url) != "robots.txt":
            brought = replace(page, path=fetched.path, validator=fetched.validator, modified_ns=fetched.modified_ns)
            found.items.append(replace(brought, charset=fetched.charset))
            return
        listing = Listing(self._web, self._spool, self._selection, max_pages=self._max_pages, url=url, found=found)
        if kind:
            listing.read(fetched, kind)
        else:
            for sitemap in sitemaps_in_robots(fetched.path):
                listing.follow(sitemap, base=url)
        self._spool.drop(fetched.path)
        listing.finish()
