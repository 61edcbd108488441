"""Walk an OpenDocument body and write its blocks (OpenDocument 1.3, part 3)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from lxml import etree

from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.odf.numbering import Numbering
from ingest.reading.readers.odf.pieces import MAX_REPEATED, SKIPPED, Pieces, comment_of, texts_of
from ingest.reading.readers.package import attribute, local_name
from ingest.reading.readers.tablegrid import Cell, in_one_line, laid_out, span_of
from ingest.reading.readers.tables import lines

_CODE = frozenset(("Preformatted_20_Text", "Source_20_Code", "Code"))
_FEW = 3  # One nested table per so many cells is content; if there are more, the table is page layout.


class BodyWriter:
    """Writes blocks. `title` is the first paragraph with a title style, or else the first heading of level 1."""

    def __init__(
        self, composer: Composer, parents: Mapping[str, str], numbering: Numbering, hidden: Container[str] = ()
    ) -> None:
        """`parents` maps automatic styles to the styles they are based on; `hidden` are styles of hidden content."""
        self._composer = composer
        self._parents = parents
        self._numbering = numbering
        self._hidden = hidden
        self._marker = ""  # The marker of the list item that begins.
        self._code: list[str] = []
        self.has_hidden = False
        self._styled_title: str | None = None
        self._first_heading: str | None = None

    @property
    def title(self) -> str | None:
        return self._styled_title or self._first_heading

    def write(self, container: etree._Element, depth: int = -1) -> None:
        """Write the blocks below an element. `depth` is that of the list around it, from 0; -1 outside lists."""
        for node in container:
            name = local_name(node)
            if name in ("h", "p", "section") and (attribute(node, "display") == "none" or self._is_hidden(node)):
                self.has_hidden = True
            elif name in ("h", "p"):
                self._paragraph(node, depth)
            elif name == "list":
                self._list(node, depth + 1)
            elif name == "table":
                self._end_code()
                self._table(node)
            elif name not in SKIPPED and len(node):
                self.write(node, depth)
        self._end_code()

    def _is_hidden(self, node: etree._Element) -> bool:
        return attribute(node, "style-name") in self._hidden

    def _list(self, node: etree._Element, depth: int, style: str = "") -> None:
        """Write a list and the lists in it, which inherit its style unless they have their own."""
        own = attribute(node, "style-name")
        style = own or style
        if depth == 0:
            goes_on = attribute(node, "continue-numbering") == "true" or attribute(node, "continue-list") is not None
            self._numbering.start_list(style, goes_on=goes_on)
        for item in node:
            is_counted = local_name(item) == "list-item" and any(local_name(part) in ("p", "h") for part in item)
            start = attribute(item, "start-value")
            self._marker = self._numbering.marker(style, depth, start) if is_counted else ""
            for part in item:
                if local_name(part) == "list":
                    self._list(part, depth + 1, style)
                else:
                    self._write_part(part, depth)

    def _write_part(self, part: etree._Element, depth: int) -> None:
        if local_name(part) in ("h", "p"):
            self._paragraph(part, depth)
        elif local_name(part) == "table":
            self._table(part)
        elif local_name(part) not in SKIPPED:
            self.write(part, depth)

    def write_slide(self, slide: etree._Element) -> None:
        """Write a slide: its title as heading, its frames, and the notes."""
        for frame in slide:
            kind = attribute(frame, "class")
            if local_name(frame) == "annotation":
                self._write_notes([comment_of(frame)])
            elif local_name(frame) == "notes":
                text = " ".join(texts_of(frame))
                self._composer.paragraph(f"Notes: {text}" if text else "")
            elif kind == "title":
                text = one_line(" ".join(texts_of(frame)))
                self._first_heading = self._first_heading or text or None
                self._composer.heading(text, 1)
            elif kind not in ("footer", "date-time", "page-number"):
                self.write(frame)

    def _paragraph(self, node: etree._Element, depth: int) -> None:
        pieces = Pieces(self._hidden)
        pieces.gather(node)
        self.has_hidden = self.has_hidden or pieces.has_hidden
        text = squeeze("".join(pieces.text))
        style = attribute(node, "style-name") or ""
        style = self._parents.get(style, style)
        if text and style in _CODE and depth < 0:
            self._code.append("".join(pieces.text).rstrip())
            return
        self._end_code()
        if local_name(node) == "h":
            level = attribute(node, "outline-level") or "1"
            marker, self._marker = self._marker, ""
            if not marker and text and level.isdecimal() and attribute(node, "is-list-header") != "true":
                marker = self._numbering.marker("", int(level) - 1, attribute(node, "start-value"))
            text = f"{marker} {text}" if marker and text else text
            if level == "1":
                self._first_heading = self._first_heading or one_line(text) or None
            self._composer.heading(text, int(level) if level.isdecimal() else 1)
        elif style == "Title" and text:
            self._styled_title = self._styled_title or one_line(text)
            self._composer.heading(text, 1)
        elif depth >= 0 and text:
            marker, self._marker = self._marker or "-", ""
            self._composer.list_item(f"{'  ' * min(depth, 8)}{marker} {text}")
        else:
            self._composer.paragraph(text)
        for frame in pieces.frames:
            self.write(frame)
        self._write_notes(pieces.notes)

    def _write_notes(self, notes: Iterable[tuple[str, str]]) -> None:
        for label, note in notes:
            self._composer.paragraph(f"{label}: {note}" if note else "")

    def _end_code(self) -> None:
        """Write the code paragraphs collected so far as one block, one per line."""
        self._composer.code("\n".join(self._code))
        self._code.clear()

    def _table(self, table: etree._Element) -> None:
        rows = list(_rows(table))
        nested = [node for row in rows for cell in row for node in _tables_within(cell)]
        if all(len(row) < 2 for row in rows) or len(nested) > sum(map(len, rows)) // _FEW:
            for row in rows:
                for cell in row:
                    self.write(cell)
            return
        header = child(table, "table-header-rows")
        is_first = attribute(table, "use-first-row-styles") == "true" and len(rows) > 1  # Tables on slides.
        count = len(header) if header is not None else 1 if is_first else None
        notes: list[tuple[str, str]] = []
        grid = laid_out([_laid(cell, in_one_line(self._paragraphs(cell, notes))) for cell in row] for row in rows)
        self._composer.table(lines(grid, header_rows=count))
        self._write_notes(notes)
        for inner in nested:
            self._table(inner)

    def _paragraphs(
        self, container: etree._Element, notes: list[tuple[str, str]], style: str = "", depth: int = -1
    ) -> Iterator[tuple[str | None, str]]:
        """The paragraphs of a cell, each with its list marker. Their notes are added to `notes`."""
        for node in container:
            name = local_name(node)
            if name in ("h", "p") and not self._is_hidden(node):
                pieces = Pieces(self._hidden)
                pieces.gather(node)
                mark, self._marker = (self._marker or "-" if depth >= 0 else None), ""
                yield mark, squeeze("".join(pieces.text))
                notes.extend(pieces.notes)
                for frame in pieces.frames:
                    yield from self._paragraphs(frame, notes)
            elif name == "list":
                own = attribute(node, "style-name") or style
                if depth < 0:
                    self._numbering.start_list(own, goes_on=attribute(node, "continue-numbering") == "true")
                for item in node:
                    start = attribute(item, "start-value")
                    self._marker = self._numbering.marker(own, depth + 1, start)
                    yield from self._paragraphs(item, notes, own, depth + 1)
            elif name not in SKIPPED and name != "table" and len(node):
                yield from self._paragraphs(node, notes, style, depth)


def _rows(table: etree._Element) -> Iterator[list[etree._Element]]:
    """The cells of each row, without covered cells."""
    for node in table:
        name = local_name(node)
        if name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(node)
        elif name == "table-row":
            yield list(_cells(node))


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for node in row:
        if local_name(node) == "table-cell":
            repeated = attribute(node, "number-columns-repeated") or "1"
            for _ in range(min(int(repeated) if repeated.isdecimal() else 1, MAX_REPEATED)):
                yield node


def _tables_within(cell: etree._Element) -> list[etree._Element]:
    """The tables in a cell, without those nested deeper."""
    found: list[etree._Element] = []
    for node in cell:
        found += [node] if local_name(node) == "table" else _tables_within(node) if len(node) else []
    return found


def _laid(cell: etree._Element, text: str) -> Cell:
    across, down = attribute(cell, "number-columns-spanned"), attribute(cell, "number-rows-spanned")
    return Cell(text, span_of(across), span_of(down))
