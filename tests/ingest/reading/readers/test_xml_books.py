"""XML whose elements have meanings: books, and records of any kind."""

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
        ("paragraph", "Use apt."),
        ("paragraph", "Or dnf."),
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
