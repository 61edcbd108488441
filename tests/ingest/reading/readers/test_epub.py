from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentUnreadable
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import epub

XHTML = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
METADATA = (
    "<dc:title>A Book</dc:title><dc:creator>Ann</dc:creator><dc:language>ja</dc:language>"
    '<meta property="dcterms:modified">2026-03-01T10:00:00Z</meta>'
)


def test_chapters_come_in_the_order_of_the_spine(tmp_path: Path) -> None:
    chapters = {
        "b.xhtml": XHTML.format('<h1>One</h1><p>First.<a id="x"/></p>'),
        "a.xhtml": XHTML.format("<h1>Two</h1><p><ruby>東京<rt>とうきょう</rt></ruby>へ</p>"),
    }
    document = read_bytes(tmp_path, "a.epub", epub(chapters, metadata=METADATA))
    assert (document.title, document.updated_at) == ("A Book", "2026-03-01T10:00:00+00:00")
    assert document.metadata == {"author": "Ann", "language": "ja"}
    assert outline(document) == [
        ("heading1", "One"),
        ("paragraph", "First."),
        ("heading1", "Two"),
        ("paragraph", "東京へ"),
    ]


def test_a_missing_chapter_costs_only_itself(tmp_path: Path) -> None:
    data = epub({"a.xhtml": XHTML.format("<p>Here.</p>"), "b.xhtml": ""}, without=("b.xhtml",))
    document = read_bytes(tmp_path, "a.epub", data)
    assert document.text == "Here."
    assert "b.xhtml" in document.notes[0]


def test_a_protected_book_says_so_and_obfuscated_fonts_are_no_protection(tmp_path: Path) -> None:
    chapters = {"a.xhtml": XHTML.format("<p>Here.</p>")}
    template = '<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
    fonts = {"META-INF/encryption.xml": template.format("http://www.idpf.org/2008/embedding")}
    assert read_bytes(tmp_path, "a.epub", epub(chapters, extra=fonts)).text == "Here."
    locked = {"META-INF/encryption.xml": template.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}
    with pytest.raises(DocumentUnreadable, match="protected"):
        read_bytes(tmp_path, "b.epub", epub(chapters, extra=locked))


def test_a_list_of_contents_that_a_guide_names_is_left_out(tmp_path: Path) -> None:
    chapters = {"c1.xhtml": "<body><p>One.</p></body>", "toc.xhtml": "<body><p>Contents</p></body>"}
    guide = '<dc:date>2020-05-06</dc:date></metadata><guide><reference type="toc" href="toc.xhtml"/></guide><metadata>'
    document = read_bytes(tmp_path, "a.epub", epub(chapters, metadata=guide))
    assert (document.text, document.updated_at) == ("One.", "2020-05-06T00:00:00+00:00")
