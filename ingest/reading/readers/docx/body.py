"""Walk a Word document's body and write its blocks, in reading order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping

from lxml import etree

from ingest.reading.document import Block
from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.docx.numbering import Numbering
from ingest.reading.readers.docx.pieces import OFF, SKIPPED, Pieces, all_text, pieces_of
from ingest.reading.readers.docx.styles import Style, Styles, child, number_of, outline_level, value
from ingest.reading.readers.drawingml import Linked, write_drawing
from ingest.reading.readers.package import attribute, local_name
from ingest.reading.readers.tablegrid import in_one_line
from ingest.reading.readers.tables import SPANNED, lines

# A cell; None if the cell above it spans this row too, SPANNED if the cell before it spans this column too.
_Cell = etree._Element | str | None
_MAX_SPAN = 64
_SHOWN = ("{*}t", "{*}sym", "{*}checkBox", "{*}ddList")
_FEW = 3  # One nested table per so many cells is content; if there are more, the table is page layout.

Notes = Mapping[str, Mapping[str, etree._Element]]


class BodyWriter:
    """Writes blocks. `title` is the first paragraph with a title style, or else the first heading of level 1."""

    def __init__(
        self,
        composer: Composer,
        styles: Styles,
        numbering: Numbering,
        notes: Notes,
        linked: Linked,
        chunk: Callable[[str], Iterable[tuple[str, tuple[Block, ...]]]] = lambda _: (),
    ) -> None:
        """`chunk` returns the text and blocks of an embedded document (altChunk) by its relationship id."""
        self._chunk = chunk
        self._composer = composer
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._linked = linked
        self.has_hidden = False
        self._code: list[str] = []
        self._styled_title: str | None = None
        self._first_heading: str | None = None

    @property
    def title(self) -> str | None:
        return self._styled_title or self._first_heading

    def write(self, container: etree._Element) -> None:
        """Write the blocks of a body, cell or text box."""
        for element in container:
            name = local_name(element)
            if name == "p":
                self._paragraph(element)
            elif name == "tbl":
                self._end_code()
                self._table(element)
            elif name == "altChunk":
                self._end_code()
                for text, blocks in self._chunk(attribute(element, "id") or ""):
                    self._composer.embed(text, blocks)
            elif name not in SKIPPED and len(element):
                self.write(element)
        self._end_code()

    def _end_code(self) -> None:
        """Write the code paragraphs collected so far as one block, one per line."""
        self._composer.code("\n".join(self._code))
        self._code.clear()

    def _paragraph(self, paragraph: etree._Element) -> None:
        properties = child(paragraph, "pPr")
        style = self._styles.of(value(properties, "pStyle"))
        pieces = self._pieces(paragraph)
        text = squeeze("".join(pieces.text))
        if text and style.role == "code":
            self._code.append("".join(pieces.text).rstrip())
        else:
            self._end_code()
        if text and style.role not in ("toc", "code"):
            self._write_styled(text, style, properties)
        for box in pieces.boxes:
            self.write(box)
        self._write_rest(pieces)

    def _pieces(self, paragraph: etree._Element) -> Pieces:
        """The content of a paragraph; only the fact that it exists if its style hides it."""
        pieces = Pieces(self._styles.hiding)
        if value(child(paragraph, "pPr"), "pStyle") in self._styles.hiding:
            pieces.has_hidden = len(list(paragraph.iter("{*}t"))) > 0
        else:
            pieces.gather(paragraph)
        return pieces

    def _write_rest(self, pieces: Pieces) -> None:
        """Write what belongs to a paragraph but is not in its text: charts, diagrams, notes."""
        self.has_hidden = self.has_hidden or pieces.has_hidden
        for name, identifier in pieces.drawings:
            write_drawing(self._composer, name, self._linked(identifier))
        for kind, identifier in pieces.references:
            self._note(kind, identifier)

    def _write_styled(self, text: str, style: Style, properties: etree._Element | None) -> None:
        level = outline_level(properties) or style.level
        marker, depth = self._marker(properties, style)
        numbered = f"{marker} {text}" if marker else text
        if style.role == "title":
            self._styled_title = self._styled_title or one_line(text)
            self._composer.heading(text, 1)
        elif level:
            if level == 1:
                self._first_heading = self._first_heading or one_line(numbered)
            self._composer.heading(numbered, level)
        elif depth is not None:
            self._composer.list_item(f"{Numbering.indent(depth)}{numbered if marker else f'- {text}'}")
        else:
            self._composer.paragraph(text)

    def _marker(self, properties: etree._Element | None, style: Style) -> tuple[str, int | None]:
        """The number shown before a paragraph, and its list depth; None if it is not in a list."""
        numbering = number_of(properties) or style.numbering
        if numbering is not None and not numbering[0] and style.numbering is not None:
            numbering = style.numbering[0], numbering[1]  # The paragraph gives the level, its style the list.
        if numbering is None or numbering[0] in ("", "0"):
            return "", None
        identifier, depth = numbering
        if child(child(properties, "numPr"), "ilvl") is None:
            depth = self._numbering.depth_of(identifier, value(properties, "pStyle"), depth)
        return self._numbering.marker(identifier, depth), None if self._numbering.is_plain(identifier, depth) else depth

    def _note(self, kind: str, identifier: str) -> None:
        note = self._notes.get(kind, {}).get(identifier)
        if note is None:
            return
        text = one_line(" ".join(all_text(note)))
        if text:
            author = attribute(note, "author")
            label = f"Comment by {author}" if kind == "comment" and author else f"{kind.capitalize()} {identifier}"
            self._composer.paragraph(f"{label}: {text}")

    def _table(self, table: etree._Element) -> None:
        rows = list(_rows(table))
        cells = [[cell for cell in row if cell is not None and not isinstance(cell, str)] for row in rows]
        nested = _tables_within(itertools.chain.from_iterable(cells))
        filled = [cell for cell in itertools.chain.from_iterable(cells) if next(cell.iter(*_SHOWN), None) is not None]
        if len(filled) == 1 or all(len(row) < 2 for row in cells) or len(nested) > sum(map(len, cells)) // _FEW:
            for content in itertools.chain.from_iterable(cells):
                self.write(content)
            return
        above: list[str] = []
        grid = []
        for row in rows:
            texts: list[str] = []
            for column, cell in enumerate(row):
                if cell is None:
                    texts.append(above[column] if column < len(above) else "")
                else:
                    texts.append(cell if isinstance(cell, str) else in_one_line(self._paragraphs(cell)))
            grid.append(texts)
            above = texts
        look = child(child(table, "tblPr"), "tblLook")
        is_styled = look is not None and attribute(look, "firstRow") in ("1", "true")
        self._composer.table(lines(grid, header_rows=_declared_header(table), has_header_style=is_styled))
        for cell in itertools.chain.from_iterable(cells):
            for pieces in pieces_of(cell, self._styles.hiding):
                self._write_rest(pieces)
        for inner in nested:
            self._table(inner)

    def _paragraphs(self, container: etree._Element) -> Iterator[tuple[str | None, str]]:
        """The paragraphs of a cell, each with its list marker; nested tables are written after the table."""
        for element in container:
            name = local_name(element)
            if name == "p":
                pieces = self._pieces(element)
                properties = child(element, "pPr")
                style = self._styles.of(value(properties, "pStyle"))
                text = squeeze("".join(pieces.text))
                marker, depth = self._marker(properties, style) if text else ("", None)
                yield (marker if depth is not None or marker else None), text
                for box in pieces.boxes:
                    yield from self._paragraphs(box)
            elif name not in SKIPPED and name != "tbl" and len(element):
                yield from self._paragraphs(element)


def _rows(table: etree._Element) -> Iterator[list[_Cell]]:
    """The cells of each row, one per column."""
    for row in table.iterchildren():
        if local_name(row) == "sdt":
            content = child(row, "sdtContent")
            yield from _rows(content) if content is not None else ()
        elif local_name(row) == "tr" and child(child(row, "trPr"), "del") is None:
            before = value(child(row, "trPr"), "gridBefore") or "0"
            skipped: list[_Cell] = [""] * min(int(before) if before.isdecimal() else 0, _MAX_SPAN)
            yield [*skipped, *_cells(row)]


def _cells(row: etree._Element) -> Iterator[_Cell]:
    for node in row:
        if local_name(node) == "sdt":
            content = child(node, "sdtContent")
            yield from _cells(content) if content is not None else ()
        elif local_name(node) == "tc":
            properties = child(node, "tcPr")
            merge = child(properties, "vMerge")
            continues = merge is not None and attribute(merge, "val") in (None, "continue")
            cell = None if continues else node
            span = value(properties, "gridSpan") or "1"
            yield cell
            for _ in range(min(int(span), _MAX_SPAN) - 1 if span.isdecimal() else 0):
                yield None if continues else SPANNED


def _tables_within(cells: Iterable[etree._Element]) -> list[etree._Element]:
    """The tables inside the cells, without those nested deeper. If there are many, the table is page layout."""
    return [
        node
        for cell in cells
        for node in cell.iter("{*}tbl")
        if not any(local_name(above) == "tbl" and above is not node for above in _between(node, cell))
    ]


def _between(node: etree._Element, outer: etree._Element) -> Iterator[etree._Element]:
    for above in node.iterancestors():
        if above is outer:
            return
        yield above


def _declared_header(table: etree._Element) -> int | None:
    """The number of rows marked to be repeated on every page; None if there are none."""
    count = 0
    for row in table:
        if local_name(row) != "tr":
            continue
        mark = child(child(row, "trPr"), "tblHeader")
        if mark is None or attribute(mark, "val") in OFF:
            break
        count += 1
    return count or None
