"""Sitemaps: what they list is found, and what is wrong with them is told."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import pytest

from ingest.sources.found import Found
from ingest.sources.pages import PageSource
from ingest.sources.patterns import Selection
from ingest.sources.spool import Spool
from ingest.sources.web import Web
from tests.ingest.sources.conftest import Connect
from tests.web_server import Reply, WebServer


@dataclass(frozen=True)
class Look:
    """Looks at a URL as `ingest add` does."""

    web: Web
    spool: Spool

    def at(self, url: str, *, max_pages: int = 100, selection: Selection | None = None) -> Found:
        found = Found()
        chosen = selection or Selection()
        source = PageSource(self.web, self.spool, selection=chosen, max_pages=max_pages, known=lambda _: "")
        source.look(url, found)
        return found


@pytest.fixture
def look(connect: Connect, spool: Spool) -> Look:
    return Look(connect(), spool)


def paths(found: Found, site: WebServer) -> list[str]:
    return [item.source.removeprefix(site.url) for item in found.items]


def test_a_sitemap_lists_pages_with_their_dates(site: WebServer, look: Look) -> None:
    pages = (site.url + "/a", site.url + "/b#part", site.url + "/a")
    found = look.at(site.sitemap("/map", *pages, lastmod="2024-05-01T10:00:00+02:00"))
    assert paths(found, site) == ["/a", "/b"]
    assert {item.modified_ns for item in found.items} == {1_714_550_400_000_000_000}
    assert found.origins == [found.items[0].origin]


def test_an_index_leads_to_packed_sitemaps_and_robots_to_both(site: WebServer, look: Look) -> None:
    site.sitemap("/one.xml", site.url + "/a")
    packed = site.pages["/one.xml"]
    assert isinstance(packed, Reply)
    site.pages["/one.xml.gz"] = Reply(gzip.compress(packed.body), headers={"Content-Type": "application/x-gzip"})
    site.sitemap("/two.xml", site.url + "/b")
    index = site.sitemap("/index.xml", site.url + "/one.xml.gz", site.url + "/two.xml", kind="sitemapindex")
    assert paths(look.at(index), site) == ["/a", "/b"]
    site.pages["/robots.txt"] = Reply(
        f"User-agent: *\nSitemap: {index}\n".encode(), headers={"Content-Type": "text/plain"}
    )
    assert paths(look.at(site.url + "/robots.txt"), site) == ["/a", "/b"]


def test_pages_of_other_hosts_are_told_and_left(site: WebServer, look: Look) -> None:
    found = look.at(site.sitemap("/map.xml", site.url + "/a", "https://elsewhere.example/b", "http://u:secret@h/c"))
    assert paths(found, site) == ["/a"]
    assert [source for source, _ in found.skipped] == ["https://elsewhere.example/b", "http://…@h/c"]


def test_include_and_exclude_match_the_path(site: WebServer, look: Look) -> None:
    url = site.sitemap("/map.xml", *(site.url + path for path in ("/docs/a", "/docs/old/b", "/blog/c")))
    chosen = look.at(url, selection=Selection(include=["/docs/"], exclude=["old/"]))
    assert paths(chosen, site) == ["/docs/a"]
    assert len(chosen.kept_from_prune) == 2


@pytest.mark.parametrize("damage", ["empty", "cut short", "part missing", "too many", "loop"])
def test_a_listing_that_failed_prunes_nothing(site: WebServer, look: Look, damage: str) -> None:
    pages = [f"{site.url}/{number}" for number in range(5)]
    url = site.sitemap("/map.xml", *([] if damage == "empty" else pages))
    whole = site.pages["/map.xml"]
    assert isinstance(whole, Reply)
    if damage == "cut short":
        site.pages["/map.xml"] = Reply(whole.body[:-40], headers=whole.headers)
    if damage == "part missing":
        url = site.sitemap("/index.xml", url, site.url + "/nowhere.xml", kind="sitemapindex")
    if damage == "loop":
        url = site.sitemap("/loop.xml", site.url + "/loop.xml", kind="sitemapindex")
    found = look.at(url, max_pages=3 if damage == "too many" else 100)
    assert len(found.failed) == 1
    assert found.origins == []
    assert len(found.items) == {"empty": 0, "loop": 0, "too many": 3}.get(damage, len(found.items))


def test_entities_cost_and_tell_nothing(site: WebServer, look: Look) -> None:
    lol = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a0 "x">{lol}]>'
    body = f"{dtd}<urlset><url><loc>{site.url}/&a9;</loc></url><url><loc>&f;</loc></url></urlset>"
    site.pages["/map.xml"] = Reply(body.encode(), headers={"Content-Type": "text/xml"})
    found = look.at(site.url + "/map.xml")
    assert all("root" not in source for source, _ in found.skipped)
    assert all(len(item.source) < 100 for item in found.items)


def test_xml_that_is_no_sitemap_is_a_page(site: WebServer, look: Look) -> None:
    site.pages["/a.xml"] = Reply(b"<article><p>Text.</p></article>", headers={"Content-Type": "text/xml"})
    (item,) = look.at(site.url + "/a.xml").items
    assert item.path is not None
    assert item.path.suffix == ".xml"
