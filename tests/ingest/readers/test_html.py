from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty
from tests.ingest.readers.files import outline, read_bytes

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
    page = "<div>" * 20_000 + "deep" + "</div>" * 20_000
    assert read_bytes(tmp_path, "page.html", page.encode()).text == "deep"
