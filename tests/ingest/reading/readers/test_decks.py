"""Slides in Markdown and HTML: what makes a deck, and that no chunk of it reaches over a slide's edge."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.tokens import Cl100kTokenizer
from ingest.reading.document import Document
from ingest.splitting.splitter import split
from tests.ingest.reading.readers.files import read_bytes

SLIDES = (
    "# Goals\n\nShip the blue valve.",
    "# Budget\n\n41,000 euros.",
    "# Risks\n\nA strike.",
    "# Thanks\n\nRoom 12.",
)
DECK = "\n\n---\n\n".join(SLIDES) + "\n"
UNTITLED = DECK.replace("# ", "")
STACK = '<section class="stack future" hidden aria-hidden="true">{}</section>'


def cut(document: Document) -> list[tuple[int | None, str]]:
    """The page of each chunk, and its first word but for signs."""
    tokenizer = Cl100kTokenizer()
    chunks = split(document, tokenizer=tokenizer, max_tokens=400, overlap_tokens=40, title=document.title)
    return [(chunk.page, document.text[chunk.start : chunk.end].lstrip("# ").split()[0]) for chunk in chunks]


def markdown(folder: Path, text: str) -> list[tuple[int | None, str]]:
    return cut(read_bytes(folder, "deck.md", text.encode()))


@pytest.mark.parametrize(
    ("front", "body"),
    [
        ("---\nmarp: true\n---\n", DECK),
        ("---\nmarp: true\n---\n", DECK.replace("---", "***")),
        ("---\ntype: slide\n---\n", DECK),
        ("---\ntheme: seriph\n---\n", DECK.replace("---\n", "---\nlayout: center\nclass: text-center\n---\n")),
        ("---\nformat:\n  revealjs:\n    theme: dark\n---\n", DECK.replace("---\n\n", "")),
        ("---\noutput: beamer_presentation\n---\n", DECK.replace("---\n\n", "")),
        ("---\nmarp: true\nheadingDivider: 1\n---\n", DECK.replace("---\n\n", "")),
    ],
)
def test_what_says_that_it_is_a_deck_has_a_page_and_a_chunk_for_each_slide(
    tmp_path: Path, front: str, body: str
) -> None:
    assert markdown(tmp_path, front + body) == [(1, "Goals"), (2, "Budget"), (3, "Risks"), (4, "Thanks")]


@pytest.mark.parametrize("deck", [DECK, UNTITLED])
def test_what_looks_like_a_deck_is_cut_as_one_and_numbered_as_none(tmp_path: Path, deck: str) -> None:
    begins = [slide.removeprefix("# ") for slide in SLIDES] if deck == UNTITLED else SLIDES
    assert markdown(tmp_path, deck) == [(None, slide.lstrip("# ").split()[0]) for slide in begins]


@pytest.mark.parametrize(
    "text",
    [
        "# Essay\n\nOne thought.\n\n---\n\nAnother.\n\n---\n\nA third.\n",
        "# Tool\n\nIt works.\n\n---\n\n## Licence\n\nMIT.\n",
        "# Guide\n\n" + "\n\n---\n\n".join(f"## Part {n}\n\n" + "word " * 200 for n in range(5)),
        "# Table\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\n---\n\n---\n\n---\n```\n",
    ],
)
def test_a_text_with_rules_is_no_deck(tmp_path: Path, text: str) -> None:
    document = read_bytes(tmp_path, "text.md", text.encode())
    assert (document.page_starts, document.slide_starts) == ((), ())


def test_fields_between_two_rules_that_are_no_slide_s_stay(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.md", b"# Gloves\n\n---\nNote: Wear gloves.\n---\n\nAlways.\n")
    assert "Note: Wear gloves." in document.text


@pytest.mark.parametrize(
    "page",
    [
        '<div class="reveal"><div class="slides">{0}{1}{2}</div></div>',
        '<div class="reveal"><div class="slides">{0}' + STACK.format("{1}{2}") + "</div></div>",
        '<div class="bespoke-marp-parent"><svg data-marpit-svg=""><foreignObject>{0}</foreignObject></svg>'
        '<svg data-marpit-svg=""><foreignObject>{1}{2}</foreignObject></svg></div>',
        '<div id="impress"><div class="step">{0}</div><div class="step">{1}</div><div class="step">{2}</div></div>',
        '<div class="slide">{0}</div><div class="slide" style="display: none">{1}</div><div class="slide">{2}</div>',
    ],
)
def test_a_show_that_is_a_web_page_has_a_page_for_each_slide(tmp_path: Path, page: str) -> None:
    slides = [
        f"<section><h2>{title}</h2><p>{text}</p></section>"
        for title, text in (("Goals", "Ship it."), ("Budget", "41,000 euros."), ("Thanks", "Room 12."))
    ]
    html = f"<html><head><title>Deck</title></head><body>{page.format(*slides)}</body></html>"
    document = read_bytes(tmp_path, "deck.html", html.encode())
    assert cut(document) == [(1, "Goals"), (2, "Budget"), (3, "Thanks")]
    assert all(text in document.text for text in ("Ship it.", "41,000 euros.", "Room 12."))


def test_sections_of_a_page_are_no_slides(tmp_path: Path) -> None:
    page = "<main class='slides'>" + "".join(f"<section><h2>P{n}</h2><p>Text.</p></section>" for n in range(4))
    assert read_bytes(tmp_path, "page.html", page.encode()).slide_starts == ()


def test_a_frame_of_beamer_is_a_slide(tmp_path: Path) -> None:
    source = r"""\documentclass{beamer}\title{Plans}\begin{document}
\frame{\titlepage}
\section{Money}
\begin{frame}[fragile]{Budget \& more}
The tooling budget.
\end{frame}
\begin{frame}<1->
\frametitle{Risks}
\begin{itemize}\item A strike.\end{itemize}
\end{frame}
\frame{Room 12.}
\end{document}"""
    document = read_bytes(tmp_path, "talk.tex", source.encode())
    assert cut(document) == [(2, "Money"), (3, "Risks"), (4, "Room")]
    names = [block.name for block in document.blocks if block.kind == "heading"]
    assert names == ["Money", "Budget & more", "Risks"]
