"""pypdf, for what pdfium cannot do: files and pages it cannot read, links in outlines, letter-spaced text.

pypdf is slow, so it is used only when needed. On damaged files it raises errors of many types besides its own.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator

import pypdf
from pypdf.generic import Destination

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.pdf.layerstates import with_marked_layers
from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.pdfium import OutlineEntry, PasswordNeeded

# Made-up positions for text that has none; the layout code compares positions.
_HEIGHT, _PITCH, _WIDTH = 10.0, 12.0, 5.0
_MAX_DEPTH = 32


class Fallback:
    """A PDF opened by pypdf. Raises DocumentUnreadable if that fails, PasswordNeeded if a password is missing."""

    def __init__(self, data: bytes, password: str | None) -> None:
        with _isolated():
            self._reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
            is_locked = self._reader.is_encrypted and not any(map(self._reader.decrypt, ("", password or "")))
            self._count = 0 if is_locked else len(self._reader.pages)
        if is_locked:
            raise PasswordNeeded("The PDF is locked with a password. Give the right one with --password.")
        if self._count == 0:
            raise DocumentUnreadable("pypdf finds no page")

    def __len__(self) -> int:
        return self._count

    def page_lines(self, number: int) -> list[Line]:
        """The lines of a page from top to bottom. Raises DocumentUnreadable if the page is damaged."""
        with _isolated():
            text = self._reader.pages[number].extract_text()
        lines = [stripped for line in text.splitlines() if (stripped := line.strip())]
        return [
            Line(line, 0.0, _WIDTH * len(line), -_PITCH * position, _HEIGHT, is_bold=False, is_fixed=False)
            for position, line in enumerate(lines)
        ]

    def outline(self) -> list[OutlineEntry]:
        """The outline's entries in order. Raises DocumentUnreadable if the outline is damaged."""
        with _isolated():
            return list(self._entries(self._reader.outline, 1))

    def with_marked_layers(self) -> bytes | None:
        """The file with its layers that are off marked; None where none is. Raises DocumentUnreadable where
        damaged."""
        with _isolated():
            return with_marked_layers(self._reader)

    def _entries(self, nodes: object, level: int) -> Iterator[OutlineEntry]:
        for node in nodes if isinstance(nodes, list) and level < _MAX_DEPTH else ():
            if isinstance(node, list):
                yield from self._entries(node, level + 1)
            elif isinstance(node, Destination):
                yield OutlineEntry(one_line(node.title or ""), level, self._reader.get_destination_page_number(node))


@contextlib.contextmanager
def _isolated() -> Iterator[None]:
    """Turn whatever pypdf raises, a MemoryError too, into DocumentUnreadable for the page, outline or file at hand."""
    try:
        yield
    except Exception as error:
        raise DocumentUnreadable(f"pypdf: {one_line(str(error))[:120] or type(error).__name__}") from error
