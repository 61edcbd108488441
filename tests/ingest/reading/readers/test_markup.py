"""Line-based markup, subtitles, calendars and contacts: structure is kept, the signs of the markup go."""

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
    assert outline(document)[2:] == [
        ("paragraph", "Intro with bold, code and the page (https://x.org)."),
        ("heading2", "Install"),
        ("paragraph", "NOTE: Reboot after it."),
        ("code", "apt install"),
        ("list_item", "- One"),
        ("list_item", "- deep"),
        ("list_item", "- First"),
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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.srt",
            "1\n00:12:30,000 --> 00:12:34,000\n<i>Hello there,</i>\nold lamp.\n\n2\n00:12:35,0 --> 00:12:38,0\nWell?\n",
        ),
        (
            "a.vtt",
            "WEBVTT\n\nNOTE x\n\n12:30.0 --> 12:34.0 x:0\nHello there,\nold <b>lamp</b>.\n\n12:35.0 --> 12:38.0\nWell?",
        ),
        ("a.sbv", "0:12:30.000,0:12:34.000\nHello there,\nold lamp.\n\n0:12:35.000,0:12:38.000\nWell?\n"),
        ("a.lrc", "[ti:x]\n[12:30.00]Hello there, old lamp.\n[12:35.00]Well?\n"),
        (
            "a.ass",
            "[Events]\nDialogue: 0,0:12:30.00,0:12:34.00,D,,0,0,0,,{\\i1}Hello there,\\Nold lamp.\n"
            "Dialogue: 0,0:12:35.00,0:12:38.00,D,,0,0,0,,Well?\n",
        ),
        ("a.ttml", '<tt><p begin="00:12:30.0">Hello there,<br/> old lamp.</p><p begin="00:12:35">Well?</p></tt>'),
    ],
)  # fmt: skip
def test_subtitles_are_running_text_with_the_time(tmp_path: Path, name: str, content: str) -> None:
    assert read_bytes(tmp_path, name, content.encode()).text == "[at 12:30] Hello there, old lamp. Well?"


def test_a_new_part_of_subtitles_begins_after_a_minute_at_a_sentence_s_end(tmp_path: Path) -> None:
    cues = "".join(f"00:{n // 60:02}:{n % 60:02},000 --> 00:59:00,000\nSentence {n}.\n\n" for n in range(0, 130, 10))
    paragraphs = [text for _, text in outline(read_bytes(tmp_path, "a.srt", cues.encode()))]
    assert [text.split("]")[0] for text in paragraphs] == ["[at 0:00", "[at 1:00", "[at 2:00"]


def test_calendars_and_contacts_are_records(tmp_path: Path) -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Pump\r\n  test\r\nDTSTART:20260301T100000Z\r\n"
        "LOCATION:Hall\\, east\r\n"
        "ATTENDEE;CN=Bo:mailto:bo@x.org\r\nBEGIN:VALARM\r\nDESCRIPTION:no\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert read_bytes(tmp_path, "a.ics", calendar.encode()).text == (
        "Pump test\n\nStart: 2026-03-01 10:00 UTC\nPlace: Hall, east\nWith: Bo <bo@x.org>"
    )
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Example\nORG:Works;Hall 2\nitem1.TEL;TYPE=WORK:+1 2\nEND:VCARD\n"
    document = read_bytes(tmp_path, "a.vcf", card.encode())
    assert document.title == "Ann Example"
    assert document.text == "Ann Example\n\nOrganization: Works, Hall 2\nPhone: +1 2"


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


def test_where_latex_may_break_a_word_it_is_one(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "a.tex", rb"\begin{document}Donau\-dampf\\-5\end{document}").text == "Donaudampf -5"
