"""Rare forms of reStructuredText, AsciiDoc and LaTeX: tables by directive, options, macros with arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.reading.readers.markup.asciidoctables import rows_of
from ingest.reading.readers.markup.texmacros import expanded, with_code_protected, without_protection
from tests.ingest.reading.readers.files import outline, read_bytes

RST = """\
Pumps
=====

.. [1] A note
   over two lines.

.. csv-table:: Parts
   :header: "Part", "Price"

   Seal, 2
   "Bolt, long", 3

.. list-table::
   :header-rows: 1

   * - Part
     - Kind
   * - Seal
     - made of
       rubber

.. math:: a = b

.. figure:: pump.png
   :alt: A pump with its seal out

   Seen from above.

.. versionadded:: 2.0 The seal

.. rubric:: Aside

..

   Quoted under an empty comment.

>>> 1 + 1
2

| One line
| and another

-v, --verbose  Say more.
--quiet
    Say nothing.

term
    What it means.

    And more of it.

#. one
#. two

(a) first
(b) second
"""


def test_directives_options_verses_and_terms_are_read_as_shown(tmp_path: Path) -> None:
    found = outline(read_bytes(tmp_path, "a.rst", RST.encode()))
    assert found[0] == ("heading1", "Pumps")
    for block in (
        ("paragraph", "[1] A note over two lines."),
        ("paragraph", "Parts"),
        ("table", "Part: Seal; Price: 2\nPart: Bolt, long; Price: 3"),
        ("table", "Part: Seal; Kind: made of rubber"),
        ("code", "a = b"),
        ("paragraph", "Picture: A pump with its seal out"),
        ("paragraph", "Seen from above."),
        ("paragraph", "Added in version 2.0: The seal"),
        ("paragraph", "Aside"),
        ("paragraph", "Quoted under an empty comment."),
        ("code", ">>> 1 + 1\n2"),
        ("paragraph", "One line\nand another"),
        ("list_item", "-v, --verbose: Say more."),
        ("list_item", "term: What it means."),
        ("paragraph", "And more of it."),
        ("list_item", "1. one"),
        ("list_item", "2. two"),
        ("list_item", "(a) first"),
    ):
        assert block in found, block


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"\newcommand{\kw}[2][red]{#1 #2}\kw{ball} \kw[blue]{ball}", "red ball blue ball"),
        (r"\def\pair#1#2{(#1, #2)}\pair{a}{b}", "(a, b)"),
        (r"\newcommand{\us}{we}\us{} and \us.", "we and we."),
        (r"\DeclareMathOperator{\rank}{rank}\rank A", r"\operatorname{rank} A"),
        (r"\newcommand{\a}{\b}\newcommand{\b}{deep}\a", "deep"),
        (r"\newcommand{\two}[2]{#1-#2}\two{x}", "x-"),
        (r"no macro at all \textbf{x}", r"no macro at all \textbf{x}"),
        (r"\newcommand{\open}{never closed", r"\newcommand{\open}{never closed"),
        (
            "\\newcommand{\\x}{y}\\x \\begin{verbatim}\\x\\end{verbatim} \\x",
            "y \\begin{verbatim}\\x\\end{verbatim} y",
        ),
    ],
)
def test_an_authors_own_macros_are_what_they_stand_for(source: str, shown: str) -> None:
    assert expanded(source) == shown


def test_macros_that_call_themselves_end() -> None:
    assert len(expanded(r"\newcommand{\a}{\a\a}\a")) < 10_000_000


def test_code_within_a_line_keeps_its_marks() -> None:
    source = r"Type \verb|a_b & {c}| here"
    protected = with_code_protected(source)
    assert "_" not in protected
    assert without_protection(protected) == "Type a_b & {c} here"


@pytest.mark.parametrize(
    ("inside", "sign", "options", "rows", "heads"),
    [
        (["A,B", "", '1,"2, or 3"'], ",", "", [["A", "B"], ["1", "2, or 3"]], 1),
        (["A:B", "1:2"], ":", "%header", [["A", "B"], ["1", "2"]], 1),
        (["A\tB"], "|", "format=tsv", [["A", "B"]], None),
        (["A;B"], "|", 'format="dsv",separator=";"', [["A", "B"]], None),
        (["!A !B", "", "!1 !2"], "|", 'separator="!",options="noheader"', [["A", "B"], ["1", "2"]], None),
        (["h|A h|B", "|1 |2"], "|", "", [["A", "B"], ["1", "2"]], 1),
        (["3*|x", "|a |b |c"], "|", 'cols="3*"', [["x", "x", "x"], ["a", "b", "c"]], None),
        ([], "|", "", [], None),
        (["no mark |B"], "|", "", [["no mark", "B"]], None),
    ],
)
def test_a_table_of_asciidoc_is_cut_as_its_options_say(
    inside: list[str], sign: str, options: str, rows: list[list[str]], heads: int | None
) -> None:
    assert rows_of(inside, sign, options) == (rows, heads)


@pytest.mark.parametrize(("table", "shown"), [("|===\n|===", ""), ("|===\nno mark\n|===", "no mark\n\n")])
def test_a_table_without_a_cell_costs_a_document_nothing(tmp_path: Path, table: str, shown: str) -> None:
    source = f"= Pumps\n\nBefore.\n\n{table}\n\nAfter.\n"
    assert read_bytes(tmp_path, "a.adoc", source.encode()).text == f"Pumps\n\nBefore.\n\n{shown}After."
