"""What the sample corpus promises: enough of it, in every format, built to the same bytes, and questions it answers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import docx
import pytest
from pypdf import PdfReader

from examples.build import EXAMPLES, HANDBOOK, build
from ingest.reading.document import Document
from ingest.reading.readers import read

FORMATS = {".md", ".html", ".pdf", ".docx", ".txt"}
WORDS_A_PAGE = 450
INSTALLATION_MANUAL = HANDBOOK / "manuals" / "hearth-installation-manual.pdf"


class Question(NamedTuple):
    question: str
    source: str
    page: int | None
    answer: str


def documents() -> list[Path]:
    return sorted(path for path in HANDBOOK.rglob("*") if path.is_file())


@cache
def read_document(path: Path) -> Document:
    (document,) = read(path)
    return document


def questions() -> list[Question]:
    entries: list[dict[str, Any]] = json.loads((EXAMPLES / "questions.json").read_text("utf-8"))
    return [Question(**{"page": None, **entry}) for entry in entries]


def plain(text: str) -> str:
    """Without Markdown's emphasis, in single spaces."""
    return " ".join(text.replace("*", "").split())


def pages_of(path: Path) -> float:
    if path.suffix == ".pdf":
        return len(read_document(path).page_starts)
    return len(read_document(path).text.split()) / WORDS_A_PAGE


def text_of_page(document: Document, page: int) -> str:
    ends = [*document.page_starts[1:], len(document.text)]
    return document.text[document.page_starts[page - 1] : ends[page - 1]]


def test_there_are_at_least_fourteen_documents_and_two_of_every_format() -> None:
    formats = Counter(path.suffix for path in documents())
    assert formats.total() >= 14
    assert set(formats) == FORMATS
    assert min(formats.values()) >= 2


def test_they_fill_at_least_forty_five_pages() -> None:
    assert sum(map(pages_of, documents())) >= 45


def test_no_paragraph_is_repeated() -> None:
    paragraphs = Counter(
        plain(document.text[block.start : block.end])
        for document in map(read_document, documents())
        for block in document.blocks
        if block.kind in {"paragraph", "list_item"}
    )
    assert [text for text, count in paragraphs.items() if count > 1 and len(text) > 80] == []


def test_the_installation_manual_has_ten_pages_and_more_with_numbers_outline_and_tables() -> None:
    reader = PdfReader(INSTALLATION_MANUAL)
    assert len(reader.pages) >= 10
    for number, page in enumerate(reader.pages[1:], start=2):
        assert re.search(rf"\b{number}\s", page.extract_text()), f"page {number} has no number"
    titles = list(outline_titles(reader.outline))
    assert "7.4 Battery cables" in titles
    assert len(titles) > 40


def outline_titles(entries: Any) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, list):
            yield from outline_titles(entry)
        else:
            yield entry.title


@pytest.mark.parametrize("path", sorted(HANDBOOK.rglob("*.html")), ids=lambda path: path.name)
def test_every_html_page_has_what_a_reader_must_drop(path: Path) -> None:
    text = path.read_text("utf-8")
    assert all(f"<{tag}" in text for tag in ("nav", "footer", "script", "main"))


@pytest.mark.parametrize("path", sorted(HANDBOOK.rglob("*.docx")), ids=lambda path: path.name)
def test_every_word_document_has_headings_lists_and_tables(path: Path) -> None:
    document = docx.Document(str(path))
    styles = {paragraph.style.name for paragraph in document.paragraphs if paragraph.style}
    assert {"Title", "Heading 1", "Heading 2", "List Number"} <= styles
    assert document.tables


def test_building_again_gives_the_committed_bytes(tmp_path: Path) -> None:
    built = {path.relative_to(tmp_path): path.read_bytes() for path in build(tmp_path)}
    committed = {
        path.relative_to(HANDBOOK): path.read_bytes() for path in documents() if path.suffix in {".pdf", ".docx"}
    }
    assert built.keys() == committed.keys()
    assert [path for path in built if built[path] != committed[path]] == []


def test_there_are_twenty_five_questions_and_the_first_three_ask_different_formats() -> None:
    asked = questions()
    assert len({question.question for question in asked}) == 25
    assert len({Path(question.source).suffix for question in asked[:3]}) == 3
    assert {Path(question.source).suffix for question in asked} == FORMATS


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.question)
def test_a_question_is_answered_where_it_says_and_not_in_the_same_words(question: Question) -> None:
    path = EXAMPLES / question.source
    document = read_document(path)
    assert (question.page is not None) == (path.suffix == ".pdf")
    text = plain(text_of_page(document, question.page) if question.page else document.text)
    assert question.answer in text
    words = re.findall(r"\w+", question.question.lower())
    said = set(quadruples(re.findall(r"\w+", document.text.lower())))
    assert said.isdisjoint(quadruples(words))


def quadruples(words: list[str]) -> list[tuple[str, ...]]:
    """Every run of four words."""
    return [tuple(words[index : index + 4]) for index in range(len(words) - 3)]
