"""Documents to split, made by hand: each stretch of text is a block, blocks are a blank line apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from corpus.collection import CollectionRecord
from ingest.reading.document import Block, BlockKind, Document

COLLECTION = CollectionRecord(
    embedding_model="text-embedding-3-small",
    dimensions=1536,
    shortened=False,
    tokenizer="cl100k_base",
    chunk_tokens=100,
    chunk_overlap=10,
)


class Part(NamedTuple):
    kind: BlockKind
    text: str
    level: int = 0
    between: str = "\n\n"


def document_of(parts: Iterable[Part], *, page_starts: tuple[int, ...] = ()) -> Document:
    text, blocks = "", []
    for part in parts:
        start = len(text)
        name = part.text.lstrip("# ") if part.kind == "heading" else ""
        blocks.append(Block(part.kind, start, start + len(part.text), part.level, name))
        text += part.text + part.between
    return Document(text=text, blocks=tuple(blocks), page_starts=page_starts)


def heading(text: str, level: int = 1) -> Part:
    return Part("heading", "#" * level + " " + text, level)


def paragraph(text: str) -> Part:
    return Part("paragraph", text)


def item(text: str) -> Part:
    return Part("list_item", "- " + text, between="\n")


def code(text: str) -> Part:
    return Part("code", f"```\n{text}\n```")


def table(*rows: str) -> Part:
    return Part("table", "\n".join(rows))
