from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty
from tests.ingest.reading.readers.files import outline, read_bytes

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Pumps – Example</title>
<link rel="canonical" href="https://example.org/pumps"><meta name="author" content="A. Writer">
<meta property="article:modified_time" content="2026-02-03T04:05:06+01:00"><style>p{}</style></head>
<body><nav><a href="/">Home</a></nav><header><h1>Pumps</h1></header>
<script>var x = "secret";</script>
<p>All our <b>pumps</b>
   are tested.<br>Twice.</p>
<ol><li>Open</li><li>Close <ul><li>slowly</li></ul></li></ol>
<dl><dt>Bar</dt><dd>a pressure</dd></dl>
<h2>Prices</h2>
<table><caption>In 2026</caption><tr><th>Pump</th><th colspan="2">Price</th></tr>
<tr><td rowspan="2">X200</td><td>$</td><td>120</td></tr><tr><td>€</td><td>110</td></tr></table>
<pre>a = 1
  b = 2</pre>
<aside>Advert</aside><footer>© Example</footer></body></html>"""


def test_structure_is_kept_and_boilerplate_left_out(tmp_path: Path) -> None:
    assert outline(read_bytes(tmp_path, "page.html", PAGE.encode())) == [
        ("heading1", "Pumps"),
        ("paragraph", "All our pumps are tested.\nTwice."),
        ("list_item", "1. Open"),
        ("list_item", "2. Close"),
        ("list_item", "- slowly"),
        ("list_item", "Bar: a pressure"),
        ("heading2", "Prices"),
        ("paragraph", "In 2026"),
        ("table", "Pump: X200; Price: $120\nPump: X200; Price: €110"),
        ("code", "a = 1\n  b = 2"),
    ]


def test_the_head_tells_title_url_author_and_time(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "page.html", PAGE.encode())
    assert document.title == "Pumps – Example"
    assert document.url == "https://example.org/pumps"
    assert document.metadata == {"author": "A. Writer"}
    assert document.updated_at == "2026-02-03T03:05:06+00:00"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    assert "€110" in read_bytes(tmp_path, "page.html", PAGE.encode(encoding)).text


def test_declared_encoding_is_believed(tmp_path: Path) -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>Добрый день</p>'
    assert read_bytes(tmp_path, "page.html", page.encode("cp1251")).text == "Добрый день"


def test_a_page_drawn_by_script_is_empty_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match="script"):
        read_bytes(tmp_path, "page.html", b"<body><div id=root></div><script>draw()</script></body>")


def test_very_deep_nesting_is_read(tmp_path: Path) -> None:
    page = "<div>" * 5000 + "deep" + "</div>" * 5000
    assert read_bytes(tmp_path, "page.html", page.encode()).text == "deep"


def test_margins_go_by_their_name_and_walls_of_links_by_their_look(tmp_path: Path) -> None:
    wall = "".join(f'<li><a href="/{number}">Language {number}</a></li>' for number in range(30))
    prose = "<p>" + "A pump moves water, and this is what the page is about. " * 40 + "</p>"
    page = f"""<body><div class="cookie-consent">We use cookies. <button>Accept</button></div>
    <div class="sidebar"><a href="/a">Home</a> <a href="/b">Shop</a></div><ul>{wall}</ul><h1>Pumps</h1>{prose}
    <h2>See also</h2><ul><li><a href="/p">Pipes</a></li></ul><div style="display:none">hidden words</div>
    <div class="related-products-note"><p>{"Not a margin, for it is prose. " * 3}</p></div></body>"""
    text = read_bytes(tmp_path, "page.html", page.encode()).text
    assert text.startswith("Pumps\n\nA pump")
    assert "Pipes" in text
    assert "Not a margin" in text
    assert not any(word in text for word in ("cookies", "Home", "Language", "hidden"))


def test_a_page_that_is_a_list_of_links_keeps_them(tmp_path: Path) -> None:
    items = "".join(f'<li><a href="/{number}">Chapter {number}</a></li>' for number in range(30))
    text = read_bytes(tmp_path, "page.html", f"<h1>Contents</h1><ul>{items}</ul>".encode()).text
    assert text.count("Chapter") == 30


def test_layout_tables_are_blocks(tmp_path: Path) -> None:
    page = (
        "<table><tr><td><h1>One</h1><p>Text.</p></td><td><table><tr><td>a</td><td>1</td></tr></table></td></tr></table>"
    )
    assert outline(read_bytes(tmp_path, "page.html", page.encode()))[:2] == [
        ("heading1", "One"),
        ("paragraph", "Text."),
    ]


def test_pronunciation_beside_characters_is_left_out(tmp_path: Path) -> None:
    page = "<p><ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>です</p>"
    assert read_bytes(tmp_path, "page.html", page.encode()).text == "東京です"


def test_a_file_name_is_no_title(tmp_path: Path) -> None:
    page = b"<title>report_2021.htm</title><h1>Annual report</h1>"
    assert read_bytes(tmp_path, "page.html", page).title == "Annual report"
