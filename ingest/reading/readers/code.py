"""Source code and configuration files: the text as it is, in blocks that begin at the left margin."""

from __future__ import annotations

import re

from ingest.reading.document import Block, Document
from ingest.reading.readers.composer import clean
from ingest.reading.readers.encoding import decode

# A block ends before a line at the margin that follows an empty line and is more than a closing bracket.
_STRETCH = re.compile(r"\S.*?(?=\n[^\S\n]*\n+(?=[^\s)}\]])|\Z)", re.DOTALL)


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    text = clean(decode(data))
    blocks = tuple(Block("code", match.start(), match.end()) for match in _STRETCH.finditer(text.rstrip()))
    return [Document(text=text, blocks=blocks)]
