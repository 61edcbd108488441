from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentUnreadable
from tests.ingest.reading.readers.files import outline, read_bytes

RTF = rb"""{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset128 MS Mincho;}}
{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s2 Title;}}{\info{\title Terms}{\author Ann}}
{\header Page head\par}{\*\generator X;}
\pard\s1 Warranty\par
\pard Gr\'fc\'dfe \u8364?\emdash 10\~years{\footnote \pard With a receipt.\par}.\par
\pard\ls1{\listtext\'b7\tab}Seals\par
\pard\ls1{\listtext 2.\tab}Bolts\par
\pard{\f1 \'93\'8c\'8b\'9e}\par
\trowd\intbl Part\cell Years\cell\row\trowd\intbl Seal\cell 2\cell\row\pard
{\pict\pngblip 89504e47}{\field{\*\fldinst HYPERLINK "x"}{\fldrslt a link}}\par
\pard\outlinelevel1 Parts\par}"""


def test_structure_and_characters_are_kept(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.rtf", RTF)
    assert document.title == "Terms"
    assert document.metadata == {"author": "Ann"}
    assert outline(document) == [
        ("heading1", "Warranty"),
        ("paragraph", "Grüße €—10 years[1]."),
        ("paragraph", "Footnote 1: With a receipt."),
        ("list_item", "- Seals"),
        ("list_item", "2. Bolts"),
        ("paragraph", "東京"),
        ("table", "Part: Seal; Years: 2"),
        ("paragraph", "a link"),
        ("heading2", "Parts"),
    ]


def test_a_file_of_another_kind_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="Rich Text"):
        read_bytes(tmp_path, "a.rtf", b"plain text")


def test_unbalanced_groups_are_read(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "a.rtf", rb"{\rtf1 {{{ text\par}}}}}} more").text.startswith("text")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (rb"{\rtf1\ansi {\v hidden }shown\v  not\v0  again\plain\par}", "shown again"),
        (rb"{\rtf1\ansi {\deleted gone\tab }kept{\v \u8364? {\b as well}}\par}", "kept"),
        (rb"{\rtf1\mac caf\'8e\par}", "café"),
        (rb"{\rtf1\pc caf\'82\par}", "café"),
        (rb"{\rtf1\pca \'9b\par}", "ø"),
        (rb"{\rtf1{\stylesheet{\s1\v heading 1;}}\pard\s1 Seen\par}", "Seen"),
        (
            rb"{\rtf1 Ten days{\*\atnid A}{\*\atnauthor Ann}{\*\annotation{\*\atnref 1}\pard From May?\par}.\par}",
            "Ten days.\n\nComment by Ann: From May?",
        ),
    ],
)
def test_what_is_shown_is_read_in_the_characters_it_is_shown_in(tmp_path: Path, source: bytes, text: str) -> None:
    assert read_bytes(tmp_path, "a.rtf", source).text == text


@pytest.mark.parametrize("number", ["1", "7.", "a)", "(iv)", "1.1", "1.1.1.", "Article I.", "§ 3"])
def test_the_numbers_of_lists_and_headings_are_kept(tmp_path: Path, number: str) -> None:
    listed = rb"{\listtext\pard %b\tab}" % number.encode("cp1252").replace(b"\xa7", b"\\'a7")
    source = rb"{\rtf1{\stylesheet{\s1 heading 1;}}\pard\s1%b Scope\par\pard\ls1%b Parts\par}" % (listed, listed)
    assert outline(read_bytes(tmp_path, "a.rtf", source)) == [
        ("heading1", f"{number} Scope"),
        ("list_item", f"{number} Parts"),
    ]


@pytest.mark.parametrize("bullet", ["\\'b7", "o", "\\u9679?", "-"])
def test_a_bullet_is_no_number(tmp_path: Path, bullet: str) -> None:
    source = rb"{\rtf1\pard\ls1{\listtext %b\tab}Parts\par}" % bullet.encode()
    assert outline(read_bytes(tmp_path, "a.rtf", source)) == [("list_item", "- Parts")]
