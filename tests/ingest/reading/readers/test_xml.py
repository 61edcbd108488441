# ruff: noqa: E501 - markup is written in one line.

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty, DocumentError, DocumentUnreadable
from tests.ingest.reading.readers.files import outline, read_bytes

ARTICLE = """<!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.2//EN" "JATS-archivearticle1.dtd">
<article><front><journal-meta><journal-title-group><journal-title>Cows</journal-title></journal-title-group>
</journal-meta><article-meta><article-id pub-id-type="doi">10.1/x</article-id><title-group>
<article-title>On <italic>milk</italic></article-title></title-group><contrib-group><contrib contrib-type="author">
<name><surname>Example</surname><given-names>Ann</given-names></name></contrib></contrib-group>
<pub-date><day>8</day><month>6</month><year>2020</year></pub-date><abstract><p>Short.</p></abstract>
</article-meta></front><body><sec><title>Methods</title><p>We looked [<xref>1</xref>].<table-wrap><label>Table 1</label>
<caption><p>Herd.</p></caption><table><thead><tr><th>Item</th><th>Average</th></tr></thead><tbody><tr><td>Fat</td>
<td>4.0</td></tr></tbody></table></table-wrap></p><sec><title>Feed</title><list><list-item><p>Corn</p></list-item></list>
</sec></sec></body><back><ref-list><title>References</title><ref><label>1</label><mixed-citation><name>
<surname>Lal</surname><given-names>R</given-names></name>. Soil. 2004</mixed-citation></ref></ref-list></back>
</article>"""


def test_an_article_keeps_its_sections_tables_and_references(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.nxml", ARTICLE.encode())
    assert (document.title, document.url) == ("On milk", "https://doi.org/10.1/x")
    assert document.updated_at == "2020-06-08T00:00:00+00:00"
    assert document.metadata == {"author": "Ann Example", "journal": "Cows", "doi": "10.1/x"}
    assert outline(document) == [
        ("heading1", "On milk"),
        ("paragraph", "Ann Example"),
        ("heading2", "Abstract"),
        ("paragraph", "Short."),
        ("heading2", "Methods"),
        ("paragraph", "We looked [1]."),
        ("paragraph", "Table 1 Herd."),
        ("table", "Item: Fat; Average: 4.0"),
        ("heading3", "Feed"),
        ("list_item", "- Corn"),
        ("heading2", "References"),
        ("list_item", "- 1 Lal R. Soil. 2004"),
    ]


def test_other_xml_is_read_by_its_look(tmp_path: Path) -> None:
    source = """<guide><title>Pumps</title><para>Quiet &amp; <em>strong</em>&nbsp;ones.</para>
    <parts><part><name>Seal</name><price>2</price></part><part><name>Bolt</name><price>1</price></part></parts></guide>"""
    assert outline(read_bytes(tmp_path, "a.xml", source.replace("&nbsp;", "&#160;").encode())) == [
        ("heading1", "Pumps"),
        ("paragraph", "Quiet & strong ones."),
        ("table", "parts: name: Seal; price: 2\nparts: name: Bolt; price: 1"),
    ]


def test_a_page_in_xml_is_read_as_html(tmp_path: Path) -> None:
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body><h1>One</h1></body></html>'
    assert outline(read_bytes(tmp_path, "a.xml", page.encode())) == [("heading1", "One")]


def test_broken_xml_says_where(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="line 1"):
        read_bytes(tmp_path, "a.xml", b"<a><b></a>")


def test_an_entity_bomb_does_not_go_off(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(10))
    source = f"<!DOCTYPE a [{entities}]><a>before &e9; after</a>"
    try:
        assert "boom" not in read_bytes(tmp_path, "a.xml", source.encode()).text
    except DocumentError as error:
        assert "not valid XML" in str(error)  # noqa: PT017 - either is right


@pytest.mark.parametrize("declaration", ['<!ENTITY x SYSTEM "{}">', '<!ENTITY % x SYSTEM "{}"> %x;'])
def test_nothing_outside_the_file_is_read(tmp_path: Path, declaration: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    source = f"<!DOCTYPE a [{declaration.format(secret.as_uri())}]><a>before &x; after</a>"
    try:
        assert "secret words" not in read_bytes(tmp_path, "a.xml", source.encode()).text
    except DocumentError as error:
        assert "secret words" not in str(error)  # noqa: PT017 - either is right


def test_a_drawing_is_its_title_description_and_texts(tmp_path: Path) -> None:
    drawing = (
        "<svg xmlns='http://www.w3.org/2000/svg'><title>The lock</title><desc>Two gates and a basin.</desc>"
        "<defs><text>unused</text></defs><g><text x='1'><tspan>Upper</tspan> <tspan>gate</tspan></text></g></svg>"
    )
    document = read_bytes(tmp_path, "a.svg", drawing.encode())
    assert document.title == "The lock"
    assert outline(document) == [
        ("heading1", "The lock"),
        ("paragraph", "Two gates and a basin."),
        ("paragraph", "Upper gate"),
    ]
    with pytest.raises(DocumentEmpty, match="OCR"):
        read_bytes(tmp_path, "b.svg", b"<svg><path d='M0 0'/></svg>")


def test_a_long_value_among_others_keeps_its_name(tmp_path: Path) -> None:
    reason = "The seals of the upper gate were worn, and the lower gate would not close. " * 2
    data = f"<order><number>7</number><reason>{reason}</reason><total currency='EUR'>12</total></order>"
    text = read_bytes(tmp_path, "a.xml", data.encode()).text
    assert text == f"number: 7\n\nreason: {reason.strip()}\n\ntotal (currency EUR): 12"


def test_one_word_set_apart_takes_no_names_from_the_rest(tmp_path: Path) -> None:
    strings = '<r><s name="a">Port</s><s name="b">Read <b>all</b> terms</s><unit id="1"><en>Hi <g>you</g></en><de>Du</de></unit></r>'
    assert read_bytes(tmp_path, "a.xml", strings.encode()).text == (
        "s (name a): Port; s (name b): Read all terms\nunit: en: Hi you; de: Du"
    )


@pytest.mark.parametrize(
    "feed",
    [
        "<rss><channel><title>News</title><link>https://x.org/</link><lastBuildDate>Mon, 06 May 2024 10:00:00 GMT</lastBuildDate>"
        "<item><title>Crane</title><link>https://x.org/1</link><category>Port</category><description>&lt;p&gt;It &lt;b&gt;lifts"
        "&lt;/b&gt; &amp;amp; turns.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;red&lt;/ul&gt;</description></item></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title><link href='https://x.org/'/><updated>2024-05-06T10:00:00Z"
        "</updated><entry><title>Crane</title><link href='https://x.org/1'/><category term='Port'/><content type='xhtml'><div "
        "xmlns='http://www.w3.org/1999/xhtml'><p>It <b>lifts</b> &amp; turns.</p><ul><li>red</li></ul></div></content></entry></feed>",
    ],
    ids=["rss", "atom"],
)
def test_a_feed_is_a_section_for_each_entry_with_its_content_as_a_page(tmp_path: Path, feed: str) -> None:
    document = read_bytes(tmp_path, "a.xml", feed.encode())
    assert (document.title, document.url) == ("News", "https://x.org/")
    assert document.updated_at == "2024-05-06T10:00:00+00:00"
    assert outline(document) == [
        ("heading1", "News"),
        ("heading2", "Crane"),
        ("table", "category: Port; link: https://x.org/1"),
        ("paragraph", "It lifts & turns."),
        ("list_item", "- red"),
    ]


def test_characters_that_html_alone_has_names_for_are_known(tmp_path: Path) -> None:
    page = b"<r><a>caf&eacute; &amp; bar</a><b>&nosuch;1</b></r>"
    assert read_bytes(tmp_path, "a.xml", page.replace(b"<b>&nosuch;1</b>", b"")).text == "a: café & bar"
    with pytest.raises(DocumentUnreadable, match="nosuch"):
        read_bytes(tmp_path, "b.xml", page)
