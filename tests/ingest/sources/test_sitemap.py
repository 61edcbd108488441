"""A sitemap is a stranger's file that is read in this process: what is none is refused, and none can swell."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentUnreadable
from ingest.sources.sitemap import INDEX, MAX_DEPTH, PAGES, entries_of, kind_of

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "sitemap.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def locations(path: Path) -> list[str]:
    return [entry.location for entry in entries_of(path)]


def test_entries_come_in_order_with_when_they_changed(tmp_path: Path) -> None:
    image = '<image:image xmlns:image="http://i"><image:loc>http://h/picture.png</image:loc></image:image>'
    path = written(
        tmp_path,
        f"<?xml version='1.0'?><!-- of ours --><urlset {SPACE}><url><loc> http://h/a?x=1&amp;y=2 </loc>{image}"
        "<lastmod>2026-01-02</lastmod></url><url><priority>1</priority><loc><![CDATA[http://h/b]]></loc></url></urlset>",
    )
    assert kind_of(path) == PAGES
    first, second = entries_of(path)
    assert (first.location, first.modified_ns) == ("http://h/a?x=1&y=2", 1_767_312_000 * 10**9)
    assert (second.location, second.modified_ns) == ("http://h/b", 0)


def test_an_index_and_other_encodings_are_known(tmp_path: Path) -> None:
    text = "<?xml version='1.0' encoding='{}'?><sitemapindex><sitemap><loc>http://h/ü</loc></sitemap></sitemapindex>"
    for encoding in ("utf-8", "iso-8859-1", "utf-16"):
        path = written(tmp_path, text.format(encoding).encode(encoding))
        assert (kind_of(path) == INDEX) == (encoding != "utf-16")
        assert locations(path) == ["http://h/ü"]


@pytest.mark.parametrize("text", ["", "no xml", "<!DOCTYPE html><html></html>", "<rss></rss>", "<", "<a", "\0"])
def test_what_is_no_sitemap_is_none(tmp_path: Path, text: str) -> None:
    assert kind_of(written(tmp_path, text)) is None


def test_what_comes_before_a_fault_counts(tmp_path: Path) -> None:
    path = written(tmp_path, "<urlset><url><loc>http://h/a</loc></url><url><loc>http://h/b</loc></urlset>")
    entries = entries_of(path)
    assert next(entries).location == "http://h/a"
    with pytest.raises(DocumentUnreadable, match="Nothing is pruned by it"):
        next(entries)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<urlset>" + "<url>" * MAX_DEPTH + "</url>" * MAX_DEPTH + "</urlset>", "nested more than 20 deep"),
        ('<!DOCTYPE a [<!ENTITY e "x">]><urlset><url><loc>&e;</loc></url></urlset>', "declares entities"),
    ],
)
def test_what_could_swell_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DocumentUnreadable, match=said):
        locations(written(tmp_path, text))


def test_a_location_without_end_is_not_kept_whole(tmp_path: Path) -> None:
    path = written(tmp_path, f"<urlset><url><loc>http://h/{'a' * 500_000}</loc></url></urlset>")
    (location,) = locations(path)
    assert len(location) < 200_000
