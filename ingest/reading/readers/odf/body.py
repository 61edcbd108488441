"""Walk an OpenDocument body and write its blocks (OpenDocument 1.3, part 3)."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from lxml import etree

from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.odf.numbering import Numbering
from ingest.reading.readers.package import attribute, local_name
from ingest.reading.readers.tablegrid import Cell, laid_out, span_of
from ingest.reading.readers.tables import lines

_SKIPPED = frozenset(
    {"tracked-changes", "annotation", "annotation-end", "table-of-content", "alphabetical-index", "forms", "ruby-text"}
)
_CODE = frozenset(("Preformatted_20_Text", "Source_20_Code", "Code"))
_MAX_REPEATED = 256


class BodyWriter:
    """Writes blocks; `title` is the first paragraph styled as title, or else the first heading of level 1."""

    def __init__(
        self, composer: Composer, parents: Mapping[str, str], numbering: Numbering, hidden: Container[str] = ()
    ) -> None:
        """`parents` gives the style that an automatic style is made from, `hidden` the styles of what is not shown."""
        self._composer = composer
        self._parents = parents
        self._numbering = numbering
        self._hidden = hidden
        self._marker = ""  # Of the list item that begins.
        self._code: list[str] = []
        self.has_hidden = False
        self._styled_title: str | None = None
        self._first_heading: str | None = None

    @property
    def title(self) -> str | None:
        return self._styled_title or self._first_heading

    def write(self, container: etree._Element, depth: int = -1) -> None:
        """The blocks below an element; `depth` counts the lists around it from 0."""
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
            elif name not in _SKIPPED and len(node):
                self.write(node, depth)
        self._end_code()

    def _is_hidden(self, node: etree._Element) -> bool:
        return attribute(node, "style-name") in self._hidden

    def _list(self, node: etree._Element, depth: int, style: str = "") -> None:
        """A list and those in it, which have its style unless they say otherwise."""
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
        elif local_name(part) not in _SKIPPED:
            self.write(part, depth)

    def write_slide(self, slide: etree._Element) -> None:
        """A slide: its title as heading, its frames, and the notes."""
        for frame in slide:
            kind = attribute(frame, "class")
            if local_name(frame) == "notes":
                text = " ".join(texts_of(frame))
                self._composer.paragraph(f"Notes: {text}" if text else "")
            elif kind == "title":
                text = one_line(" ".join(texts_of(frame)))
                self._first_heading = self._first_heading or text or None
                self._composer.heading(text, 1)
            elif kind not in ("footer", "date-time", "page-number"):
                self.write(frame)

    def _paragraph(self, node: etree._Element, depth: int) -> None:
        pieces = _Pieces(self._hidden)
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
        for label, note in pieces.notes:
            self._composer.paragraph(f"Footnote {label}: {note}")

    def _end_code(self) -> None:
        """Write the paragraphs of code so far as one block, each a line of it."""
        self._composer.code("\n".join(self._code))
        self._code.clear()

    def _table(self, table: etree._Element) -> None:
        rows = list(_rows(table))
        if all(len(row) < 2 for row in rows) or any(local_name(node) == "table" for node in table.iterdescendants()):
            for row in rows:
                for cell in row:
                    self.write(cell)
            return
        header = child(table, "table-header-rows")
        is_first = attribute(table, "use-first-row-styles") == "true" and len(rows) > 1  # Of tables on slides.
        count = len(header) if header is not None else 1 if is_first else None
        self._composer.table(lines(laid_out(map(_laid, row) for row in rows), header_rows=count))


class _Pieces:
    """What a paragraph holds: its text, frames anchored in it, notes as label and text."""

    def __init__(self, hidden: Container[str] = ()) -> None:
        self._hidden = hidden
        self.has_hidden = False
        self.text: list[str] = []
        self.frames: list[etree._Element] = []
        self.notes: list[tuple[str, str]] = []

    def gather(self, element: etree._Element) -> None:
        self.text.append(element.text or "")
        for node in element:
            name = local_name(node)
            if name == "s":
                self.text.append(" " * min(int(attribute(node, "c") or 1), _MAX_REPEATED))
            elif name == "tab":
                self.text.append(" ")
            elif name == "line-break":
                self.text.append("\n")
            elif name == "note":
                label = one_line("".join(texts_of(child(node, "note-citation"))))
                self.text.append(f"[{label}]")
                self.notes.append((label, one_line(" ".join(texts_of(child(node, "note-body"))))))
            elif name in ("frame", "text-box", "custom-shape"):
                self.frames.append(node)
            elif name in ("hidden-text", "hidden-paragraph") or attribute(node, "style-name") in self._hidden:
                self.has_hidden = True
            elif name not in _SKIPPED:
                self.gather(node)
            self.text.append(node.tail or "")


def _rows(table: etree._Element) -> Iterator[list[etree._Element]]:
    """The rows' cells, without those that others cover."""
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
            for _ in range(min(int(repeated) if repeated.isdecimal() else 1, _MAX_REPEATED)):
                yield node


def _laid(cell: etree._Element) -> Cell:
    across, down = attribute(cell, "number-columns-spanned"), attribute(cell, "number-rows-spanned")
    return Cell(one_line(" ".join(texts_of(cell))), span_of(across), span_of(down))


def texts_of(element: etree._Element | None) -> Iterator[str]:
    """The text of each paragraph below the element; the element's own where it has none."""
    if element is None:
        return
    found = False
    for node in element.iterdescendants():
        if local_name(node) in ("p", "h"):
            found = True
            pieces = _Pieces()
            pieces.gather(node)
            yield squeeze("".join(pieces.text))
    if not found:
        yield one_line("".join(str(text) for text in element.itertext()))
