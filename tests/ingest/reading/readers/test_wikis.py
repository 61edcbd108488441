"""MediaWiki, Textile and outlines: structure is kept, the signs of the markup go."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentEmpty
from tests.ingest.reading.readers.files import outline, read_all, read_bytes

WIKI = """{{Infobox ship
| name = ''Ada''
| owner = [[Harbour Board|the board]]
| tonnage = {{convert|120|t|lb}}
}}
'''Ada''' is<ref name="log">Log, {{cite book |title=Tugs |year=1911}}</ref> of [[Quay (port)|Quay]].<ref name="log"/>
[[File:Ada.jpg|thumb|The tug in 1907]]

== History ==
<!-- not shown -->
# Built
## Launched
# Sold
* one
** two

{| class="wikitable"
|+ Crew
! Name !! Years
|-
! colspan="2" | Deck
|-
| Ann || 3
|-
| rowspan="2" | Bea || style="color:red" | 4
|-
| 5
|}

<syntaxhighlight lang="py">
print([[1]])
</syntaxhighlight>
See [https://ada.example the museum], H<sub>2</sub>O, 10<sup>6</sup> and {{lang|fr|''un mot''}}.
<ol><li>by tag</li></ol>
[[Category:Tugs]]
"""


def test_a_wiki_page_keeps_its_facts_notes_lists_and_tables(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.mediawiki", WIKI.encode())
    assert document.title == "History"
    assert document.metadata == {"categories": "Tugs"}
    assert outline(document) == [
        ("table", "name: Ada\nowner: the board\ntonnage: 120 t"),
        ("paragraph", "Ada is [1] of Quay. [1] [Picture: The tug in 1907]"),
        ("heading2", "History"),
        ("list_item", "1. Built"),
        ("list_item", "1. Launched"),
        ("list_item", "2. Sold"),
        ("list_item", "- one"),
        ("list_item", "- two"),
        ("paragraph", "Crew"),
        ("table", "Deck\nName: Ann; Years: 3\nName: Bea; Years: 4\nName: Bea; Years: 5"),
        ("code", "print([[1]])"),
        ("paragraph", "See the museum (https://ada.example), H2O, 10^6 and un mot."),
        ("list_item", "1. by tag"),
        ("paragraph", "Footnote 1: Log, Tugs, 1911"),
    ]


def test_each_page_of_an_export_is_a_document_as_it_was_last_written(tmp_path: Path) -> None:
    page = "<page><title>{}</title>{}<revision><timestamp>{}</timestamp><text>{}</text></revision></page>".format
    export = (
        "<mediawiki xmlns='http://www.mediawiki.org/xml/export-0.11/'><siteinfo><sitename>W</sitename></siteinfo>"
        + page("Quay", "", "2026-03-01T10:00:00Z", "A '''quay'''.")
        + page("Kai", "<redirect title='Quay'/>", "2026-03-01T10:00:00Z", "#REDIRECT [[Quay]]")
        + page("Lock", "", "2026-03-02T10:00:00Z", "== Gates ==")
        + "</mediawiki>"
    )
    documents = read_all(tmp_path, "a.xml", export.encode())
    assert [(each.name, each.title, each.updated_at) for each in documents] == [
        ("Quay", "Quay", "2026-03-01T10:00:00+00:00"),
        ("Lock", "Lock", "2026-03-02T10:00:00+00:00"),
    ]
    assert outline(documents[0]) == [("heading1", "Quay"), ("paragraph", "A quay.")]
    with pytest.raises(DocumentEmpty, match="no page"):
        read_all(tmp_path, "b.xml", b"<mediawiki><page><title>A</title></page></mediawiki>")


def test_textile_keeps_headings_lists_tables_code_and_notes(tmp_path: Path) -> None:
    text = (
        'h1. Guide\n\nSee "the page":https://x.org[1], *bold* and @<b>@.\n\n# one\n## deep\n# two\n\n|_. Part|_. '
        "Years|\n|Seal|2|\n|Bolt|3|\n\nbc. print(1)\n\n<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td>"
        "</tr></table>\n\nfn1. The note.\n"
    )
    assert outline(read_bytes(tmp_path, "a.textile", text.encode())) == [
        ("heading1", "Guide"),
        ("paragraph", "See the page (https://x.org) [1], bold and <b>."),
        ("list_item", "1. one"),
        ("list_item", "1. deep"),
        ("list_item", "2. two"),
        ("table", "Part: Seal; Years: 2\nPart: Bolt; Years: 3"),
        ("code", "print(1)"),
        ("table", "A: 1; B: 2"),
        ("paragraph", "Footnote 1: The note."),
    ]


def test_an_outline_is_a_list_and_lines_with_notes_are_headings(tmp_path: Path) -> None:
    outlined = "<opml><head><title>Plan</title><ownerName>Ann</ownerName></head><body>{}</body></opml>".format
    plain = outlined("<outline text='One'><outline text='Deep' xmlUrl='https://x.org/feed'/></outline>")
    document = read_bytes(tmp_path, "a.opml", plain.encode())
    assert (document.title, document.metadata) == ("Plan", {"author": "Ann"})
    assert outline(document) == [
        ("heading1", "Plan"),
        ("list_item", "- One"),
        ("list_item", "- Deep (https://x.org/feed)"),
    ]
    noted = outlined("<outline text='One' _note='First.&#10;&#10;Second.'/><outline text='Two'/>")
    assert outline(read_bytes(tmp_path, "b.opml", noted.encode()))[1:] == [
        ("heading2", "One"),
        ("paragraph", "First."),
        ("paragraph", "Second."),
        ("list_item", "- Two"),
    ]
    with pytest.raises(DocumentEmpty, match="outline"):
        read_bytes(tmp_path, "c.opml", b"<opml><body><outline/></body></opml>")
