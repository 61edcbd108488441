"""Details of light markup that decide whether a passage can be understood: numbers, terms, notes, what is not shown."""

# ruff: noqa: E501 - a line is what a format writes in one.

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading.readers.files import outline, read_bytes


@pytest.mark.parametrize(
    ("name", "source", "blocks"),
    [
        (
            "a.adoc",
            "= Guide\n\n. one\n. two\n\n[start=5]\n. five\n\nBar:: a pressure\nBoom::\n  the arm\n\n[quote, Jo, Book]\n____\nSaid.\n____\n"
            "\nifdef::x[]\nShown.\nendif::[]\n",
            [
                ("heading1", "Guide"), ("list_item", "1. one"), ("list_item", "2. two"), ("list_item", "5. five"),
                ("list_item", "Bar: a pressure"), ("list_item", "Boom: the arm"), ("paragraph", "Said."),
                ("paragraph", "— Jo, Book"), ("paragraph", "Shown."),
            ],
        ),
        (
            "a.org",
            "Text [fn:1]\n[[file:a.png]]\n[fn:1] Note.\n* COMMENT Away\nnot shown\n** nor this\n* Shown\n#+BEGIN_EXPORT html\n<b>\n#+END_EXPORT\nEnd\n",
            [("paragraph", "Text [1]"), ("paragraph", "[1] Note."), ("heading1", "Shown"), ("paragraph", "End")],
        ),
        (
            "a.rst",
            "Text `a <a>`_\n\n.. only:: html\n\n   Shown.\n\n.. seealso:: That\n\n.. seealso::\n\n   * This\n",
            [
                ("paragraph", "Text a"), ("paragraph", "Shown."), ("paragraph", "See also: That"),
                ("paragraph", "See also"), ("list_item", "- This"),
            ],
        ),
        (
            "a.tex",
            "\\begin{document}\\begin{enumerate}[start=5]\\item five\\end{enumerate}\\begin{figure}\\caption{A crane}\\end{figure} It is "
            "\\verb|x_y| at 10\\,\\%.\n\\begin{theorem}All is well.\\end{theorem}\\begin{thebibliography}{9}\\bibitem{doe} Ropes."
            "\\end{thebibliography}\\end{document}",
            [
                ("list_item", "5. five"), ("paragraph", "A crane"), ("paragraph", "It is x_y at 10 %."),
                ("paragraph", "Theorem. All is well."), ("list_item", "- [doe] Ropes."),
            ],
        ),
        (
            "a.textile",
            "table(x).\n|a|b|\n|1|2|\n\n- boom := arm\n\nH~2~O, x^2^, ABC(Always)\n",
            [("table", "a: 1; b: 2"), ("list_item", "boom: arm"), ("paragraph", "H2O, x^2, ABC (Always)")],
        ),
        (
            "a.wiki",
            "; boom : arm\n<gallery>\nFile:a.png|A red crane\n</gallery>\n",
            [("list_item", "boom: arm"), ("paragraph", "[Picture: A red crane]")],
        ),
    ],
    ids=["asciidoc", "org", "restructuredtext", "latex", "textile", "wiki"],
)  # fmt: skip
def test_numbers_terms_and_notes_are_kept_and_what_is_not_shown_is_left_out(
    tmp_path: Path, name: str, source: str, blocks: list[tuple[str, str]]
) -> None:
    assert outline(read_bytes(tmp_path, name, source.encode())) == blocks


def test_authors_and_revision_below_a_title_say_who_and_when(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.adoc", b"= Guide\nJo Doe <jo@x.org>\nv1.2, 2024-05-06\n:toc:\n\nText.\n")
    assert (document.metadata, document.updated_at) == (
        {"author": "Jo Doe", "revnumber": "1.2"},
        "2024-05-06T00:00:00+00:00",
    )
    assert outline(document) == [("heading1", "Guide"), ("paragraph", "Text.")]
