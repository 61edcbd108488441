"""Line-based markup: structure is kept, the signs of the markup go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading.readers.files import outline, read_bytes

RST = """
=====
Guide
=====

:Author: Ann
:Date: 2026-03-01

Install
-------

Use ``apt``, *always* **so**, see `the page <https://x.org>`_ and :ref:`this <that>`. Like so::

    apt install x
      now

.. note:: Reboot
   after it.

.. code-block:: python
   :linenos:

   print(1)

.. _target: https://y.org
.. a comment

- One

  - deep
- Two
  goes on

1. First

Bar
   a pressure

=====  =====
Part   Years
=====  =====
Seal   2
=====  =====

+------+-------+
| Part | Years |
+======+=======+
| Bolt | 3     |
+------+-------+

.. list-table:: Prices
   :header-rows: 1

   * - Part
     - Price
   * - Nut
     - 4
"""

ADOC = """= Guide
Ann <ann@x.org>
:url-x: https://x.org

Intro with *bold*, `code` and {url-x}[the page].

== Install

NOTE: Reboot after it.

[source,sh]
----
apt install
----

* One
** deep
. First

Bar:: a pressure

.Prices
[cols="1,1",options="header"]
|===
|Part |Price
|Nut |4
|===

// a comment
[WARNING]
====
Hot.
====
"""

TEX = r"""\documentclass{article}
\title{On Pumps}\author{Ann M\"uller}
\begin{document}
\section{Use}\label{s} % a comment
The pump\footnote{With care.} gives $x^2$ \textbf{always}, 50\% of it \cite{lal}.
\begin{itemize}\item One \begin{enumerate}\item deep\end{enumerate}\end{itemize}
\begin{verbatim}
a_b
\end{verbatim}
\begin{tabular}{lr}\hline Part & Years \\ \hline Seal & 2 \\ Bolt & 3\end{tabular}
\end{document}
"""

ORG = """#+TITLE: Guide
* Install :tag:
:PROPERTIES:
:ID: 1
:END:
Use *bold* and =code=, see [[https://x.org][the page]].
- one
  - two
| Part | Years |
|------+-------|
| Seal | 2     |
#+BEGIN_SRC sh
apt install
#+END_SRC
"""


def test_restructured_text(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.rst", RST.encode())
    assert (document.title, document.updated_at) == ("Guide", "2026-03-01T00:00:00+00:00")
    assert document.metadata == {"author": "Ann"}
    assert outline(document) == [
        ("heading1", "Guide"),
        ("heading2", "Install"),
        ("paragraph", "Use apt, always so, see the page (https://x.org) and this. Like so:"),
        ("code", "apt install x\n  now"),
        ("paragraph", "Note: Reboot after it."),
        ("code", "print(1)"),
        ("list_item", "- One"),
        ("list_item", "- deep"),
        ("list_item", "- Two goes on"),
        ("list_item", "1. First"),
        ("list_item", "Bar: a pressure"),
        ("table", "Part: Seal; Years: 2"),
        ("table", "Part: Bolt; Years: 3"),
        ("paragraph", "Prices"),
        ("table", "Part: Nut; Price: 4"),
    ]


def test_asciidoc(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.adoc", ADOC.encode())
    assert document.title == "Guide"
    assert outline(document)[1:] == [
        ("paragraph", "Intro with bold, code and the page (https://x.org)."),
        ("heading2", "Install"),
        ("paragraph", "NOTE: Reboot after it."),
        ("code", "apt install"),
        ("list_item", "- One"),
        ("list_item", "- deep"),
        ("list_item", "1. First"),
        ("list_item", "Bar: a pressure"),
        ("paragraph", "Prices"),
        ("table", "Part: Nut; Price: 4"),
        ("paragraph", "Warning: Hot."),
    ]


def test_latex(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.tex", TEX.encode())
    assert (document.title, document.metadata) == ("On Pumps", {"author": "Ann Müller"})
    assert outline(document) == [
        ("heading2", "Use"),
        ("paragraph", "The pump [With care.] gives x^2 always, 50% of it [lal]."),
        ("list_item", "- One"),
        ("list_item", "1. deep"),
        ("code", "a_b"),
        ("table", "Part: Seal; Years: 2\nPart: Bolt; Years: 3"),
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"Set \verb|a_b| and \verb*!{x}\y! first.", r"Set a_b and {x}\y first."),
        (r"Type \verb|\item 50% & $HOME| here.", r"Type \item 50% & $HOME here."),
        (
            r"Call \lstinline[language=C]!*p++ = 0! twice and \mintinline{py}|x[0] # y| once.",
            "Call *p++ = 0 twice and x[0] # y once.",
        ),
        (r"An open \verb|end.", "An open |end."),
    ],
)
def test_code_within_a_line_of_latex_stays_as_it_is(tmp_path: Path, source: str, text: str) -> None:
    assert read_bytes(tmp_path, "a.tex", source.encode()).text == text


def test_org(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.org", ORG.encode())
    assert document.title == "Guide"
    assert outline(document) == [
        ("heading1", "Install"),
        ("paragraph", "Use bold and code, see the page (https://x.org)."),
        ("list_item", "- one"),
        ("list_item", "- two"),
        ("table", "Part: Seal; Years: 2"),
        ("code", "apt install"),
    ]


@pytest.mark.parametrize("name", ["a.rst", "a.adoc", "a.org"])
def test_markup_nested_without_end_is_read(tmp_path: Path, name: str) -> None:
    text = "".join(f"{' ' * depth}deep{depth}\n\n" for depth in range(0, 600, 3))
    assert "deep597" in read_bytes(tmp_path, name, text.encode()).text


def test_latex_commands_that_begin_like_an_accent_are_none(tmp_path: Path) -> None:
    source = (
        r"\begin{document}\begin{abstract}Short.\end{abstract} See \ref{a}, \url{https://x.org}. \begin{figure}"
        r"\includegraphics[width=1cm]{pump.png}\caption{A pump}\end{figure} \begin{center}\bf Gar\c{c}on, \v s, \u{g}, "
        r"na\"{\i}ve, \H{o}\end{center}\end{document}"
    )
    text = read_bytes(tmp_path, "a.tex", source.encode()).text
    for words in ("Short.", "A pump", "Garçon", "š", "ğ", "naïve", "ő", "https://x.org"):
        assert words in text
    assert "egin" not in text
    assert "graphics" not in text
    assert "aption" not in text


def test_what_another_program_writes_of_markup_is_read(tmp_path: Path) -> None:
    """Notes below their mark, quotations after an empty comment, numbered lists within lists, code in commands."""
    restructured = (
        "Kept well. [1]_ It holds 10\\ :sup:`6` bolts on 45 m\\ :sup:`2`.\n\n.. math:: a + b\n\n"
        "..\n\n   Quoted words.\n\n"
        ".. [1]\n   See the book.\n"
    )
    assert [text for _, text in outline(read_bytes(tmp_path, "a.rst", restructured.encode()))] == [
        "Kept well. [1] It holds 10^6 bolts on 45 m^2.", "a + b", "Quoted words.", "[1] See the book.",
    ]  # fmt: skip
    asciidoc = "10^6^ bolts, H~2~O\n\n. one\n[loweralpha]\n.. deep\n. two\n\n[stem]\n++++\na + b\n++++\n"
    assert [text for _, text in outline(read_bytes(tmp_path, "a.adoc", asciidoc.encode()))] == [
        "10^6 bolts, H2O", "1. one", "a. deep", "2. two", "a + b",
    ]  # fmt: skip
    latex = (
        r"\hypertarget{a}{%\section{Use}\label{a}} 10\textsuperscript{6} bolts \begin{enumerate}"
        r"\def\labelenumi{\arabic{enumi}.}\item one \begin{enumerate}\item deep\end{enumerate}\end{enumerate}"
        r"\begin{Highlighting}[]\KeywordTok{def}\NormalTok{ f\_a()}\end{Highlighting}"
        r"\begin{longtable}{ll}\caption{Ports}\\"
        r" Port & Depth \\ \midrule \endfirsthead Port & Depth \\ \midrule \endhead Kiel & deep \\ \end{longtable}"
    )
    assert [text for _, text in outline(read_bytes(tmp_path, "a.tex", latex.replace("%", "%\n").encode()))] == [
        "Use", "10^6 bolts", "1. one", "a. deep", "def f_a()", "Ports", "Port: Kiel; Depth: deep",
    ]  # fmt: skip


def test_where_latex_may_break_a_word_it_is_one(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "a.tex", rb"\begin{document}Donau\-dampf\\-5\end{document}").text == "Donaudampf -5"


def test_what_latex_documents_define_for_themselves_is_put_in(tmp_path: Path) -> None:
    source = r"""\newcommand{\product}{Widget Pro}\newcommand{\pair}[2][x]{(#1, #2)}\def\both#1#2{#2 and #1}
\newcommand{\boxed}[1]{\hbox to 2cm{#1}}\title{About \product}\author{Ann\thanks{Bonn} \and Bob}
\begin{document}\section{One}\product{} is \pair{3}, \both{a}{b}, \boxed{kept}. \textcolor{red}{Red}
\rule{1cm}{2pt}words. \begin{tikzpicture}\node{drawn};\end{tikzpicture}
\begin{tabular}{lcc}Model & \multicolumn{2}{c}{BLEU} \\ & DE & FR \\ \midrule A & 23 & 39 \\ B & 24 & 41 \\\end{tabular}
\end{document}"""
    document = read_bytes(tmp_path, "a.tex", source.encode())
    assert (document.title, document.metadata) == ("About Widget Pro", {"author": "Ann, Bob"})
    assert outline(document) == [
        ("heading2", "One"),
        ("paragraph", "Widget Pro is (x, 3), b and a, kept. Red words."),
        ("table", "Model: A; BLEU DE: 23; BLEU FR: 39\nModel: B; BLEU DE: 24; BLEU FR: 41"),
    ]
    bomb = r"\newcommand{\a}{\b\b\b\b}\newcommand{\b}{\e\e\e\e}\newcommand{\e}{lol\a}\begin{document}\a\a\section{End}"
    assert outline(read_bytes(tmp_path, "b.tex", bomb.encode()))[-1] == ("heading2", "End")


def test_asciidoc_shows_names_links_and_cells_as_a_processor_does(tmp_path: Path) -> None:
    source = """= T

[[first]]
== The first

See https://a.b[^], <<first>>, <<b#_second_part>>,
{nbsp}&auml; and image:x.png[alt=Sunset]. C{plus}{plus}, wild**card**s. A `{plus}`, or two `{plus}` signs.

|===
|A 2+|B

.2+|x |1 |2
|3 |4
|===
"""
    assert outline(read_bytes(tmp_path, "a.adoc", source.encode()))[2:] == [
        ("paragraph", "See https://a.b, The first, second part, ä and Sunset. C++, wildcards. A +, or two + signs."),
        ("table", "A: x; B: 1; B: 2\nA: x; B: 3; B: 4"),
    ]


def test_org_keeps_addresses_and_drops_drawers(tmp_path: Path) -> None:
    source = """#+MACRO: hi Hello $1
* Head
:LOGBOOK:
x
:END:
See [[https://a.b/c][the page]], H_{2}O, \\\\alpha and {{{hi(Bob)}}}.
: fixed
#+CAPTION: Sales
| A | B |
|---+---|
| 1 | 2 |
""".replace("\\\\", "\\")
    assert outline(read_bytes(tmp_path, "a.org", source.encode())) == [
        ("heading1", "Head"),
        ("paragraph", "See the page (https://a.b/c), H2O, α and Hello Bob."),
        ("code", "fixed"),
        ("paragraph", "Sales"),
        ("table", "A: 1; B: 2"),
    ]
