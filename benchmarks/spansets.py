"""Test collections whose questions name the very spans that answer them, and the ways of cutting to compare."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.spanmeasures import Stretch
from corpus.collection import CollectionRecord
from corpus.records import indexed_text_of
from corpus.tokens import Cl100kTokenizer, Tokenizer
from ingest.reading.document import Document
from ingest.reading.readers import jsonlines, markdown
from ingest.sources.found import Item
from ingest.splitting.preparation import prepare


@dataclass(frozen=True, slots=True)
class Question:
    """`answers` are stretches of the documents of those names."""

    text: str
    answers: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk: where it lies, what the model reads of it and what the lexical index does."""

    at: Stretch
    embedded: str
    indexed: str


Splitter = Callable[[Document], Iterator[Piece]]


def chroma_chunking(folder: Path) -> tuple[list[Document], list[Question]]:
    """Five long texts without titles; an answer is one to five excerpts."""
    files = sorted((folder / "corpora").glob("*.md"))
    documents = [replace(markdown.read(file.read_bytes())[0], name=file.stem) for file in files]
    questions = [
        Question(
            each["text"],
            tuple(Stretch(each["corpus_id"], part["start_index"], part["end_index"]) for part in each["references"]),
        )
        for each in _lines(folder / "questions.jsonl")
    ]
    return documents, questions


def covidqa_docs(folder: Path) -> tuple[list[Document], list[Question]]:
    """98 papers with titles; an answer is a phrase or a sentence."""
    questions = [
        Question(each["text"], tuple(_answer(each["doc"], **part) for part in each["answers"]))
        for each in _lines(folder / "questions_spans.jsonl")
    ]
    return jsonlines.read((folder / "corpus.jsonl").read_bytes()), questions


COLLECTIONS = {"chroma_chunking": chroma_chunking, "covidqa_docs": covidqa_docs}


def _answer(document: str, *, text: str, answer_start: int) -> Stretch:
    return Stretch(document, answer_start, answer_start + len(text))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def cut_by(tokenizer: Tokenizer, *, tokens: int, overlap: int) -> CollectionRecord:
    """A collection whose documents are only cut, and by no model embedded."""
    return CollectionRecord(
        embedding_model="",
        dimensions=0,
        shortened=False,
        tokenizer=tokenizer.name,
        chunk_tokens=tokens,
        chunk_overlap=overlap,
    )


def ours(tokenizer: Tokenizer, *, tokens: int, overlap: int, context: bool) -> Splitter:
    """The product's splitter; without `context` neither title nor headings go before the text."""
    collection = cut_by(tokenizer, tokens=tokens, overlap=overlap)

    def cut(document: Document) -> Iterator[Piece]:
        known = document if context else _without_context(document)
        item = Item(source="", place="")
        prepared = prepare(known, item, digest="", stamp="", tokenizer=tokenizer, collection=collection)
        for chunk, embedded in zip(prepared.chunks, prepared.texts, strict=True):
            yield Piece(Stretch(str(document.name), chunk.start, chunk.end), embedded, indexed_text_of(chunk))

    return cut


def _without_context(document: Document) -> Document:
    return replace(document, title=None, blocks=tuple(block._replace(name="") for block in document.blocks))


def langchain(*, tokens: int, overlap: int) -> Splitter:
    """LangChain's recursive splitter, sizes in tokens of cl100k_base as its users give them."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=tokens, chunk_overlap=overlap, length_function=Cl100kTokenizer().count, add_start_index=True
    )

    def cut(document: Document) -> Iterator[Piece]:
        for part in splitter.create_documents([document.text]):
            start, text = part.metadata["start_index"], part.page_content
            yield Piece(Stretch(str(document.name), start, start + len(text)), text, text)

    return cut


def as_read(splitter: Splitter, tokenizer: Tokenizer, window: int) -> Splitter:
    """The model reads the first `window` tokens of a longer chunk, the lexical index all."""

    def cut(document: Document) -> Iterator[Piece]:
        for piece in splitter(document):
            yield replace(piece, embedded=fitting(piece.embedded, tokenizer, window))

    return cut


def fitting(text: str, tokenizer: Tokenizer, window: int) -> str:
    """The text's beginning that the model reads."""
    ends = tokenizer.ends(text)
    return text[: ends[window - 1]] if len(ends) > window else text


def cut_all(documents: Iterable[Document], splitter: Splitter) -> list[Piece]:
    """The chunks of all documents."""
    return [piece for document in documents for piece in splitter(document)]
