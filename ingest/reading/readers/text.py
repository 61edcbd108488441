"""Plain text as it is; an empty line ends a paragraph."""

from __future__ import annotations

import re

from ingest.reading.document import Block, Document
from ingest.reading.readers.composer import clean
from ingest.reading.readers.encoding import decode

# A paragraph: the lines up to the next empty one.
_PARAGRAPH = re.compile(r"\S.*(?:\n[^\S\n]*\S.*)*")


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    text = clean(decode(data))
    return [Document(text=text, blocks=paragraphs(text))]


def paragraphs(text: str) -> tuple[Block, ...]:
    """The text's paragraphs as blocks."""
    blocks = []
    for match in _PARAGRAPH.finditer(text):
        stretch = match.group()
        blocks.append(Block("paragraph", match.start(), match.start() + len(stretch.rstrip())))
    return tuple(blocks)
