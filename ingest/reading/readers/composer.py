"""Build a document's text block by block, with exact offsets. Readers never count characters themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from corpus.records import MetadataValue
from ingest.reading.document import Block, BlockKind, Document

# Not text: controls except tab and newline, soft hyphens, word joiners, lone surrogates, non-characters.
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\xad\u2060\ud800-\udfff\ufeff\ufffe\uffff]")
_SOFT_BREAK = re.compile(r"\xad[^\S\n]*\n[^\S\n]*(?=\w)")  # A soft hyphen at a line break inside a word.
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")


def clean(text: str) -> str:
    """The text with all line breaks as \\n, without control characters and remains of broken encodings."""
    if text.isprintable():
        return text
    text = _BREAKS.sub("\n", text)
    return _NOT_TEXT.sub("", _SOFT_BREAK.sub("", text) if "\xad" in text else text)


def one_line(text: str) -> str:
    """The text with each run of white space replaced by one blank."""
    return " ".join(clean(text).split())


def squeeze(text: str) -> str:
    """The text with runs of blanks reduced to one, and without blanks around newlines, which stay."""
    lines = (_SPACES.sub(" ", line).strip() for line in clean(text).split("\n"))
    return "\n".join(lines).strip()


class Composer:
    """Collects blocks and joins them: consecutive list items by a newline, other blocks by an empty line."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0
        self._page_starts: list[int] = []
        self._opening_pages = 0
        self.notes: list[str] = []

    @property
    def length(self) -> int:
        return self._length

    @property
    def blocks(self) -> Sequence[Block]:
        return self._blocks

    @property
    def first_heading(self) -> str | None:
        """The text of the first heading; None if there is none."""
        return next((block.name for block in self._blocks if block.kind == "heading"), None)

    def start_page(self, offset: int | None = None) -> None:
        """Start a new page at the offset, or with the next block."""
        if offset is None:
            self._opening_pages += 1
        else:
            self._page_starts.append(offset)

    def add(self, kind: BlockKind, text: str, *, level: int = 0, name: str = "") -> int | None:
        """Add a block. Text without content adds nothing. Code and list items keep leading blanks, before the block.

        Returns the offset at which the block starts; None if nothing was added.
        """
        text = clean(text)
        return self.put(kind, text.strip("\n") if kind in ("code", "list_item") else text, level=level, name=name)

    def put(self, kind: BlockKind, text: str, *, level: int = 0, name: str = "") -> int | None:
        """Like `add`, for text that is already clean."""
        if kind not in ("code", "list_item"):
            text = text.strip()
        if not text or text.isspace():
            return None
        if self._parts:
            previous = self._blocks[-1].kind
            self._append("\n" if kind == previous == "list_item" else "\n\n")
        leading = len(text) - len(text.lstrip())
        start = self._length + leading
        self._open_pages(start)
        self._append(text)
        self._blocks.append(Block(kind, start, self._length - (len(text) - len(text.rstrip())), level, name))
        return start

    def embed(self, text: str, blocks: Iterable[Block]) -> None:
        """Add a text with known blocks, such as a Markdown cell of a notebook."""
        if not text.strip():
            return
        if self._parts:
            self._append("\n\n")
        offset = self._length
        self._append(text)
        self._blocks.extend(block._replace(start=block.start + offset, end=block.end + offset) for block in blocks)

    def heading(self, text: str, level: int) -> None:
        line = one_line(text)
        self.add("heading", line, level=min(max(level, 1), 6), name=line)

    def paragraph(self, text: str) -> None:
        self.add("paragraph", text)

    def list_item(self, text: str) -> None:
        self.add("list_item", text)

    def code(self, text: str) -> None:
        self.add("code", text)

    def table(self, rows: Iterable[str]) -> None:
        """Add a table with one line per row, as written by `ingest.reading.readers.tables`."""
        self.add("table", "\n".join(line for row in rows if (line := one_line(row))))

    def note(self, remark: str) -> None:
        self.notes.append(remark)

    def finish(
        self,
        *,
        title: str | None = None,
        url: str | None = None,
        updated_at: str | None = None,
        name: str | None = None,
        page_labels: Sequence[str] = (),
        has_slides: bool = False,
        metadata: Mapping[str, MetadataValue] | None = None,
    ) -> Document:
        """The document. An empty title becomes None. Pages started after the last block begin where the text ends."""
        self._open_pages(self._length)
        return Document(
            text="".join(self._parts),
            blocks=tuple(self._blocks),
            name=name,
            page_starts=tuple(self._page_starts),
            page_labels=tuple(page_labels),
            slide_starts=tuple(self._page_starts) if has_slides else (),
            title=one_line(title or "") or None,
            url=url or None,
            updated_at=updated_at,
            metadata=dict(metadata or {}),
            notes=tuple(self.notes),
        )

    def _open_pages(self, offset: int) -> None:
        self._page_starts.extend([offset] * self._opening_pages)
        self._opening_pages = 0

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
