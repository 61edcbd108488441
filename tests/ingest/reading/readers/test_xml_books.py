"""XML whose elements have meanings: books, and records of any kind."""

# ruff: noqa: E501 - markup is written in one line.

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading.readers.files import outline, read_bytes

BOOK = """<book xmlns="http://docbook.org/ns/docbook"><info><title>Guide</title>
<author><personname>Ann</personname></author>
</info><chapter xml:id="1"><title>Install</title><para>Use <command>apt</command>.
<footnote><para>Or dnf.</para></footnote></para>
<note><para>Reboot after it.</para></note><orderedlist><listitem><para>One
<itemizedlist><listitem><para>deep</para></listitem>
</itemizedlist></para></listitem><listitem><para>Two</para></listitem></orderedlist><programlisting>apt install x
  now</programlisting><variablelist>
<varlistentry><term>Bar</term><listitem><para>a pressure</para></listitem></varlistentry>
</variablelist><table><title>Parts</title><tgroup cols="2">
<thead><row><entry>Part</entry><entry>Years</entry></row></thead>
<tbody><row><entry>Seal</entry><entry>2</entry></row></tbody></tgroup></table><section><title>On Linux</title>
<para>Later.</para></section></chapter></book>"""


def test_a_docbook_keeps_headings_lists_code_notes_and_tables(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.xml", BOOK.encode())
    assert (document.title, document.metadata) == ("Guide", {"author": "Ann"})
    assert outline(document) == [
        ("heading1", "Guide"),
        ("heading2", "Install"),
        ("paragraph", "Use apt. [1]"),
        ("paragraph", "Footnote 1: Or dnf."),
        ("paragraph", "Note: Reboot after it."),
        ("list_item", "1. One"),
        ("list_item", "- deep"),
        ("list_item", "2. Two"),
        ("code", "apt install x\n  now"),
        ("list_item", "- Bar: a pressure"),
        ("paragraph", "Parts"),
        ("table", "Part: Seal; Years: 2"),
        ("heading3", "On Linux"),
        ("paragraph", "Later."),
    ]


def test_tei_is_read_as_a_document(tmp_path: Path) -> None:
    text = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Letters</title>
    <author>Ann</author></titleStmt></fileDesc></teiHeader><text><body><div><head>First</head><p>Dear <hi>Bo</hi>.</p>
    <list><item>one</item></list><lg><l>a line</l></lg></div></body></text></TEI>"""
    document = read_bytes(tmp_path, "a.tei", text.encode())
    assert (document.title, document.metadata) == ("Letters", {"author": "Ann"})
    assert [shown for _, shown in outline(document)] == ["Letters", "First", "Dear Bo.", "- one", "a line"]


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        (
            "<Invoice><ID>7</ID><Party><City>Harbour</City></Party>"
            '<Line n="1"><Total currency="USD">279.84</Total></Line></Invoice>',
            ["ID: 7", "Party: City: Harbour", "Line: n: 1; Total (currency USD): 279.84"],
        ),
        ('<r><p a="1" b="2"/><p a="3" b="4"/></r>', ["p (a 1, b 2); p (a 3, b 4)"]),
        (
            '<m><string name="go">Go</string><string name="stop">Stop</string></m>',
            ["string (name go): Go; string (name stop): Stop"],
        ),
    ],
)
def test_values_keep_the_names_of_their_elements_and_attributes(tmp_path: Path, source: str, rows: list[str]) -> None:
    assert read_bytes(tmp_path, "a.xml", source.encode()).text.split("\n") == rows


def test_a_book_writes_down_references_keys_steps_and_numbers(tmp_path: Path) -> None:
    book = (
        "<article xmlns='http://docbook.org/ns/docbook' xml:id='1'><title>Guide</title><para>See <xref linkend='t'/>, press "
        "<keycombo><keycap>Ctrl</keycap><keycap>C</keycap></keycombo>.</para><procedure><step><para>Open</para><screen>go\n"
        "on</screen></step><step><para>Close</para></step></procedure><orderedlist startingnumber='5'><listitem><para>five"
        "</para></listitem></orderedlist><warning><title>Mind</title><para>Hot.</para></warning><section xml:id='t'><title>"
        "Terms</title><glossentry><glossterm>Quay</glossterm><glossdef><para>A wall.</para></glossdef></glossentry>"
        "</section></article>"
    )
    assert outline(read_bytes(tmp_path, "a.xml", book.encode())) == [
        ("heading1", "Guide"),
        ("paragraph", "See Terms, press Ctrl+C."),
        ("list_item", "1. Open"),
        ("code", "go\non"),
        ("list_item", "2. Close"),
        ("list_item", "5. five"),
        ("paragraph", "Warning: Mind: Hot."),
        ("heading2", "Terms"),
        ("list_item", "- Quay: A wall."),
    ]


def test_an_edition_shows_what_was_corrected_and_numbers_its_notes(tmp_path: Path) -> None:
    edition = (
        "<TEI xmlns='http://www.tei-c.org/ns/1.0'><text><body><div><head>Letter</head><opener><dateline>Kiel</dateline>"
        "<salute>Dear Ann,</salute></opener><p>To <choice><sic>teh</sic><corr>the</corr></choice> "
        "<choice><abbr>Dr</abbr><expan>Doctor</expan></choice><note place='foot'>Hers.</note>.</p><list type='gloss'>"
        "<label>Boom</label><item>arm</item></list></div></body></text></TEI>"
    )
    assert outline(read_bytes(tmp_path, "a.xml", edition.encode())) == [
        ("heading2", "Letter"),
        ("paragraph", "Kiel"),
        ("paragraph", "Dear Ann,"),
        ("paragraph", "To the Dr (Doctor) [1]."),
        ("paragraph", "Footnote 1: Hers."),
        ("list_item", "- Boom: arm"),
    ]
