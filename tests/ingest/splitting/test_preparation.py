from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Chunk
from corpus.searching.excerpts import pieces
from corpus.stored import chunk_from, metadata_of
from corpus.tokens import Cl100kTokenizer
from ingest.reading.document import Document
from ingest.sources.found import Item
from ingest.splitting.preparation import MAX_SPACE_CHARS, prepare
from tests.ingest.documents import COLLECTION, Part, document_of

SMALL = replace(COLLECTION, chunk_tokens=16, chunk_overlap=0)
ITEM = Item(source="a.md", place="a.md")
SPACES = ("", " ", "  ", "\n", "\n\n", "\r\n", "\n\n\n", "\n \t\n", "\u3000")


def stored(document: Document) -> list[Chunk]:
    """The document's chunks as a reader gets them back."""
    tokenizer = Cl100kTokenizer()
    prepared = prepare(document, ITEM, digest="d", stamp="", tokenizer=tokenizer, collection=SMALL)
    return [chunk_from(metadata_of(chunk, prepared.record), chunk.text) for chunk in prepared.chunks]


def joined(document: Document) -> str:
    return "".join(text for _, text in pieces(stored(document)))


SENTENCES = st.lists(st.sampled_from(SPACES), min_size=12, max_size=30).map(
    lambda spaces: [(f"This is sentence number {number} of them all.", space) for number, space in enumerate(spaces)]
)


@given(SENTENCES)
def test_joined_chunks_are_the_paragraph_to_the_last_space(sentences: list[tuple[str, str]]) -> None:
    text = "".join(sentence + space for sentence, space in sentences).strip()
    document = document_of([Part("paragraph", text)])
    assert len(stored(document)) > 3
    assert joined(document) == text


@given(SENTENCES)
def test_joined_chunks_are_the_document_to_the_last_space(sentences: list[tuple[str, str]]) -> None:
    document = document_of(Part("paragraph", sentence, between=space) for sentence, space in sentences)
    assert len(stored(document)) > 3
    assert joined(document) == document.text.strip()


@pytest.mark.parametrize("between", ["\n\n<!-- Ask Ada before you change this. -->\n\n", "\n\n---\n\n", "\n" * 1000])
def test_markup_without_text_and_endless_blanks_are_an_empty_line(between: str) -> None:
    assert len(between) > MAX_SPACE_CHARS or not between.isspace()
    sentence = "This is a sentence that has a passage of its own, since it fills one."
    document = document_of([Part("paragraph", sentence, between=between), Part("paragraph", sentence)])
    assert joined(document) == f"{sentence}\n\n{sentence}"
