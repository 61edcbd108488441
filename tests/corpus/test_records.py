from __future__ import annotations

import pytest

from corpus.records import cited_url


@pytest.mark.parametrize(
    ("url", "source", "page", "cited"),
    [
        ("https://example.com/a.pdf", "a.pdf", 12, "https://example.com/a.pdf#page=12"),
        ("https://example.com/view?id=3", "folder/A.PDF", 2, "https://example.com/view?id=3#page=2"),
        ("https://example.com/a.pdf?x=1", "https://example.com/a.pdf?x=1", 2, "https://example.com/a.pdf?x=1#page=2"),
        ("https://example.com/deck.pptx", "deck.pptx", 2, "https://example.com/deck.pptx"),
        ("https://example.com/a.pdf#annex", "a.pdf", 2, "https://example.com/a.pdf#annex"),
        ("https://example.com/a.pdf", "a.pdf", None, "https://example.com/a.pdf"),
        (None, "a.pdf", 2, None),
    ],
)
def test_a_link_into_a_pdf_leads_to_the_page(url: str | None, source: str, page: int | None, cited: str | None) -> None:
    assert cited_url(url, source, page) == cited
