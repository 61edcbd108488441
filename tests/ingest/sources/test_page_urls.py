from __future__ import annotations

import pytest

from corpus.errors import DocumentUnreadable
from corpus.urls import without_passwords
from ingest.sources.page_urls import normalised


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Example.COM:443/a?b=c#part", "https://example.com/a?b=c"),
        ("http://example.com", "http://example.com/"),
        ("http://example.com:8080/a/../b", "http://example.com:8080/b"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        (" https://example.com/a b ", "https://example.com/a%20b"),
    ],
)
def test_one_page_has_one_url(url: str, expected: str) -> None:
    assert normalised(url) == expected


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "http:///a", "http://h:99999/", "http://[::1", "http://a\x00b/", "https://" + "a" * 3000],
)
def test_what_cannot_be_fetched_is_refused(url: str) -> None:
    with pytest.raises(DocumentUnreadable):
        normalised(url)


def test_a_password_is_neither_taken_nor_shown() -> None:
    url = "https://me:se/cr@et@example.com/a"
    with pytest.raises(DocumentUnreadable) as refused:
        normalised("https://me:secret@example.com/a")
    assert "secret" not in str(refused.value)
    assert without_passwords(url) == "https://…@example.com/a"
