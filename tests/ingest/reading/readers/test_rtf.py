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


def test_rows_keep_their_columns_where_cells_are_merged_and_tables_within_stand_apart(tmp_path: Path) -> None:
    text = read_bytes(
        tmp_path,
        "a.rtf",
        rb"""{\rtf1\trowd\trhdr\cellx2000\cellx4000\pard\intbl Part\cell Years\cell\row
\trowd\clvmgf\cellx2000\cellx4000\pard\intbl Seal\cell 2\cell\row
\trowd\clvmrg\cellx2000\cellx4000\pard\intbl\cell{\listtext 1.\tab}three\par
{\listtext 2.\tab}four{\footnote New.}\cell\row
\trowd\cellx4000\pard\intbl Not covered\cell\row
\trowd\cellx2000\cellx4000\pard\intbl\itap2 M8\nestcell M9\nestcell{\*\nesttableprops\trowd\cellx1000\cellx2000\nestrow}
{\nonesttables\par}\pard\intbl\itap1 Bolt\cell 5\cell\row\pard After\par}""",
    ).text
    assert text.split("\n\n") == [
        "Part: Seal; Years: 2\nPart: Seal; Years: 1. three 2. four[1]\nNot covered\nPart: Bolt; Years: 5",
        "M8 | M9", "Footnote 1: New.", "After",
    ]  # fmt: skip


def test_hidden_text_is_told_numbers_are_kept_and_signs_and_comments_read(tmp_path: Path) -> None:
    document = read_bytes(
        tmp_path,
        "a.rtf",
        rb"""{\rtf1{\fonttbl{\f0 Arial;}{\f1\fcharset2 Wingdings;}{\f2\fcharset2 Symbol;}}
{\info{\revtim\yr2021\mo6\dy18\hr9\min30}}
\pard{\listtext Article I.\tab}\s1\outlinelevel0 Terms\par
\pard{\listtext 1.1\tab}\ls1 First{\v secret} {\deleted old }one
{\*\atnid L}{\*\atnauthor Lea}\chatn{\*\annotation{\*\atndate 1}Why?}\par
\pard{\listtext\f2\'b7\tab}\ls2 Dot\par\pard{\f1\'fe} Yes, {\f2 a}\par
{\shp{\*\shpinst{\shptxt Boxed\par}}{\shprslt Boxed}}\par}""",
    )
    assert outline(document) == [
        ("heading1", "Article I. Terms"), ("list_item", "1.1 First one"), ("paragraph", "Comment by Lea: Why?"),
        ("list_item", "- Dot"), ("paragraph", "☑ Yes, α"), ("paragraph", "Boxed"),
    ]  # fmt: skip
    assert (document.updated_at, document.notes) == ("2021-06-18T09:30:00+00:00", ("Hidden text was left out.",))


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
