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
<aside class="advert">Advert</aside><footer>© Example</footer></body></html>"""


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


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            "<p>Dose 10<sup>6</sup>, 5 m<sup>2</sup>, 10<sup>-3</sup>, x<sup>n+1</sup></p>",
            "Dose 10^6, 5 m^2, 10^-3, x^(n+1)",
        ),
        ("<p>the 1<sup>st</sup> of May, CO<sub>2</sub>, pump<sup>TM</sup></p>", "the 1st of May, CO2, pumpTM"),
        (
            '<p>as said<sup><a href="#n">3</a></sup> before<sup class="reference"><a href="#m">[4]</a></sup></p>',
            "as said[3] before[4]",
        ),
        (
            "<p>E: <math><mfrac><mn>1</mn><mi>n</mi></mfrac><mo>+</mo><msqrt><mi>x</mi></msqrt></math>.</p>",
            "E: 1/n+√(x) .",
        ),
        ('<p>If <math alttext="a^2"><mi>a</mi></math> is</p>', "If a^2 is"),
        ("<p>go <i>\ue001</i>on <span class='material-icons'>home</span></p>", "go on"),
        (
            "<ul><li><input type=checkbox checked> Ship it</li><li><input type=checkbox> Test it</li></ul>",
            "- [x] Ship it\n- [ ] Test it",
        ),
        ('<ol start="5"><li>five</li><li value="9">nine</li><li>ten</li></ol>', "5. five\n9. nine\n10. ten"),
        ('<ol type="a"><li>one</li></ol><ol type="I" start="4"><li>four</li></ol>', "a. one\nIV. four"),
        ("<ol reversed><li>two</li><li>one</li></ol>", "2. two\n1. one"),
        (
            '<p>A <img src="x" alt="The pump seen from the left"> b <img alt="photo_12.jpg">.</p>',
            "A [Picture: The pump seen from the left] b .",
        ),
        (
            '<p>Ask <a href="mailto:desk@example.org">the desk</a> or <a href="/x">here</a>.</p>',
            "Ask the desk (desk@example.org) or here.",
        ),
        ('<ul><li><a href="https://example.org/a">Pumps</a></li></ul>', "- Pumps (https://example.org/a)"),
        (
            "<table><tr><th colspan=2>Crane</th></tr><tr><td>Height:</td><td>40 m</td></tr>"
            "<tr><td>Owner:</td><td>Board</td></tr></table>",
            "Crane\nHeight: 40 m\nOwner: Board",
        ),
        (
            "<table><tr><th>Height</th><td>40</td></tr><tr><th>Owner</th><td>Board</td></tr></table>",
            "Height: 40\nOwner: Board",
        ),
    ],
)  # fmt: skip
def test_what_a_page_shows_by_other_means_than_text_is_written_as_text(tmp_path: Path, page: str, text: str) -> None:
    assert read_bytes(tmp_path, "a.html", page.encode()).text == text


def test_hidden_parts_that_a_reader_can_open_are_read_and_others_told(tmp_path: Path) -> None:
    page = "<h1>A</h1><div role=tabpanel hidden>Panel</div><p hidden=until-found>Found</p><p hidden>Away for good</p>"
    page += "<dialog open>Shown at once</dialog><dialog>Shown by a script</dialog>"
    document = read_bytes(tmp_path, "a.html", page.encode())
    assert document.text == "A\n\nPanel\n\nFound\n\nShown at once"
    assert document.notes == ("Parts of the page that are hidden were left out.",)


def test_frames_and_shadow_trees_are_read_where_they_stand_and_what_scripts_replace_is_told(tmp_path: Path) -> None:
    page = "<h1>A</h1><iframe srcdoc='&lt;p&gt;Framed &amp;amp; read&lt;/p&gt;'></iframe><template>Never</template>"
    page += "<my-card><template shadowrootmode=open><h2>Card</h2><slot></slot></template><p>Slotted</p></my-card>"
    page += "<noscript><p>Only without scripts</p></noscript>"
    page += "<article><p>Said</p><footer>By Jo Doe, for the board</footer></article>"
    page += "<article><p>Again</p><footer><a href=1>Share</a> <a href=2>Print</a></footer></article>"
    document = read_bytes(tmp_path, "a.html", page.encode())
    assert document.text == "A\n\nFramed & read\n\nCard\n\nSlotted\n\nSaid\n\nBy Jo Doe, for the board\n\nAgain"
    assert document.notes == ("Parts of the page that are hidden were left out.",)


def test_a_file_name_is_no_title(tmp_path: Path) -> None:
    page = b"<title>report_2021.htm</title><h1>Annual report</h1>"
    assert read_bytes(tmp_path, "page.html", page).title == "Annual report"


def test_what_opens_a_menu_and_leads_to_other_languages_is_left_out(tmp_path: Path) -> None:
    page = (
        "<input type=checkbox role=button id=t><ul><li><a hreflang=de href='https://de.example'>Deutsch</a></ul>"
        "<h1>Crane</h1><p>A crane lifts loads from ships to the quay and back, all year round.</p>"
        "<ul><li><input type=checkbox checked> Greased<li><input type=checkbox> Tested</ul>"
    )
    text = read_bytes(tmp_path, "a.html", page.encode()).text
    assert text.startswith("Crane")
    assert "Deutsch" not in text
    assert ["[x] Greased" in text, "[ ] Tested" in text] == [True, True]


def test_what_does_something_with_the_page_is_left_out(tmp_path: Path) -> None:
    prose = "A pump moves water, and this is what the page is about. " * 20
    page = f"""<body><a href="#main">Skip to content</a><ol><li><a href="https://x.org/">Home</a></li>
    <li><a href="https://x.org/p">Parts</a></li></ol><h1>Pumps</h1><p>{prose}</p><ul>
    <li><a href="https://www.facebook.com/sharer/sharer.php?u=x">Pass on</a></li>
    <li><a href="https://x.org/seal">Seals</a></li></ul><a href="?replytocom=3">Reply</a></body>"""
    text = read_bytes(tmp_path, "page.html", page.encode()).text
    assert text.startswith("Pumps\n\nA pump")
    assert text.endswith("- Seals (https://x.org/seal)")
    assert not any(word in text for word in ("Skip", "Home", "Parts", "Pass on", "Reply"))


def test_formulas_keep_their_factors_and_binomials_apart(tmp_path: Path) -> None:
    over = '<mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac>'
    power = "<msup><mi>p</mi><mi>k</mi></msup><mi>q</mi>"
    page = f"<p>Odds: <math><mo>(</mo>{over}<mo>)</mo>{power}</math></p>"
    assert read_bytes(tmp_path, "page.html", page.encode()).text == "Odds: (n choose k)p^k q"
