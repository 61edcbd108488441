"""PowerPoint files from before 2007 (PPT, [MS-PPT]): slides in order, with titles, texts, tables and notes."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import olefile

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers import legacy
from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.ppt.records import Record, children, first, persisted, record_at
from ingest.reading.readers.properties import compound_properties
from ingest.reading.readers.tables import SPANNED, lines

_STREAM, _USER = "PowerPoint Document", "Current User"
_ENCRYPTED = 0xF3D1C4DF
_LIST_OF_SLIDES, _PERSIST_ATOM = 0x0FF0, 0x03F3
_SLIDE_ATOM, _SHOW_INFO, _DRAWING = 0x03EF, 0x03F9, 0x040C
_TEXT_HEADER, _TEXT_CHARS, _TEXT_BYTES, _OUTLINE_TEXT = 0x0F9F, 0x0FA0, 0x0FA8, 0x0F9E
_GROUP, _SHAPE, _TEXT_BOX, _CLIENT_DATA = 0xF003, 0xF004, 0xF00D, 0xF011
_CHILD_ANCHOR, _MORE_PROPERTIES, _PLACEHOLDER = 0xF00F, 0xF122, 0x0BC3
_TABLE_PROPERTIES = 0x039F
_TITLES, _BODIES, _NOTES = (0, 6), (1, 7, 8), 2
_FURNITURE = frozenset((0x07, 0x08, 0x09, 0x0A))  # Date, number, footer and header.
_BY_PLACE = {0x0D: 0, 0x0F: 6, 0x0E: 1, 0x0C: 2}  # Placeholder type: text type.
_NEWER_FURNITURE = 0x0420  # As PowerPoint 2007 and later say it.
_HIDDEN = 0x0004
_SLIDES, _NOTES_PAGES = 0, 2  # Instance numbers of the lists of slides and of notes pages.


_OTHER = 4  # The type of a text outside placeholders.
_MAX_DEPTH = 30

_MAX_CELLS = 10_000

_Place = tuple[int, ...]  # The left, top, right and bottom edges of a cell.
_Table = list[list[str]]
_Piece = tuple[int, str | _Table]  # A text type with the text or table.


@dataclass(slots=True)
class _Entry:
    """A slide or notes page in its list: its part number, its own number, and its outline texts with their types."""

    part: int
    number: int
    texts: list[tuple[int, str]] = field(default_factory=list)


def read(data: bytes, *, password: str | None = None) -> list[Document]:
    composer = Composer()
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if not ole.exists(_STREAM):  # Older than PowerPoint 97.
                return legacy.read(data, password=password)
            user, stream = ole.openstream(_USER).read(), ole.openstream(_STREAM).read()
            about = compound_properties(ole)
        token, edit = struct.unpack_from("<II", user, 12)
        if token == _ENCRYPTED:
            raise DocumentUnreadable("The presentation has a password. Save it without one.")
        _Deck(stream, edit).write(composer)
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise DocumentUnreadable(f"The presentation is damaged: {one_line(str(error))}. Save it as PPTX.") from error
    if not composer.blocks:
        raise DocumentEmpty("The presentation holds no text. If its slides are pictures, run OCR over them first.")
    title = about.title or composer.first_heading
    return [composer.finish(title=title, updated_at=about.updated_at, metadata=about.metadata, has_slides=True)]


class _Deck:
    def __init__(self, data: bytes, edit: int) -> None:
        self._data = data
        self._places, number = persisted(data, edit)
        self._document = record_at(data, self._places.get(number, 0))

    def write(self, composer: Composer) -> None:
        notes = {entry.number: entry.part for entry in self._entries(_NOTES_PAGES)}
        hidden = 0
        for entry in self._entries(_SLIDES):
            slide = record_at(self._data, self._places[entry.part]) if entry.part in self._places else None
            if slide is not None and self._is_hidden(slide):
                hidden += 1
                continue
            composer.start_page()
            _write_texts(composer, [*(self._boxes(slide, entry) if slide is not None else ()), *entry.texts])
            page = self._places.get(notes.get(self._notes_of(slide), -1))
            if page is not None:
                texts = self._boxes(record_at(self._data, page), _Entry(0, 0))
                said = "\n".join(text for kind, text in texts if kind == _NOTES and isinstance(text, str))
                composer.paragraph(f"Notes: {squeeze(said)}" if said.strip() else "")
        if hidden:
            composer.note(f"Hidden slides were left out: {hidden}.")

    def _entries(self, instance: int) -> Iterator[_Entry]:
        found = children(self._data, self._document)
        listed = next((it for it in found if it.kind == _LIST_OF_SLIDES and it.instance == instance), None)
        entry: _Entry | None = None
        kind = 0
        for record in children(self._data, listed) if listed else ():
            if record.kind == _PERSIST_ATOM:
                if entry:
                    yield entry
                part, _, _, number = struct.unpack_from("<IIII", self._data, record.start)
                entry = _Entry(part, number)
            elif record.kind == _TEXT_HEADER:
                (kind,) = struct.unpack_from("<I", self._data, record.start)
                if entry:
                    entry.texts.append((kind, ""))
            elif entry and entry.texts and (text := self._text(record)):
                entry.texts[-1] = (kind, text)
        if entry:
            yield entry

    def _text(self, record: Record) -> str:
        body = self._data[record.start : record.end]
        if record.kind == _TEXT_CHARS:
            return body.decode("utf-16-le", "replace")
        return body.decode("latin-1") if record.kind == _TEXT_BYTES else ""

    def _is_hidden(self, slide: Record) -> bool:
        info = first(self._data, slide, _SHOW_INFO)
        return info is not None and bool(struct.unpack_from("<H", self._data, info.start + 10)[0] & _HIDDEN)

    def _notes_of(self, slide: Record | None) -> int:
        atom = first(self._data, slide, _SLIDE_ATOM) if slide else None
        return int(struct.unpack_from("<I", self._data, atom.start + 16)[0]) if atom else 0

    def _boxes(self, slide: Record, entry: _Entry) -> list[_Piece]:
        """What the slide shows, in order. `entry.texts` keeps only the outline texts that it does not show."""
        drawing = first(self._data, slide, _DRAWING)
        if drawing is None:
            return []
        outline = list(entry.texts)
        shown = [*self._group(drawing, outline, 0)]
        seen = {text for _, text in shown if isinstance(text, str)}
        entry.texts = [text for text in outline if text[1].strip() and text[1] not in seen]
        return shown

    def _group(self, record: Record, outline: Sequence[tuple[int, str]], depth: int) -> Iterator[_Piece]:
        for below in children(self._data, record):
            if below.kind == _SHAPE:
                if found := self._box(below, outline):
                    yield found
            elif below.kind == _GROUP and self._is_table(below):
                yield _OTHER, self._table(below, outline)
            elif below.is_container and depth < _MAX_DEPTH:
                yield from self._group(below, outline, depth + 1)

    def _box(self, shape: Record, outline: Sequence[tuple[int, str]]) -> tuple[int, str] | None:
        """The type and text of a shape; None for furniture and shapes without text."""
        about = first(self._data, shape, _CLIENT_DATA)
        holder = first(self._data, about, _PLACEHOLDER) if about else None
        newer = first(self._data, about, _NEWER_FURNITURE) if about else None
        if holder is not None and self._data[holder.start + 4] in _FURNITURE:
            return None
        if newer is not None and self._data[newer.start] in _FURNITURE:
            return None
        box = first(self._data, shape, _TEXT_BOX)
        kind, text = (_BY_PLACE.get(self._data[holder.start + 4], _OTHER) if holder else _OTHER), ""
        placed = kind
        for record in children(self._data, box) if box else ():
            if record.kind == _TEXT_HEADER:
                (kind,) = struct.unpack_from("<I", self._data, record.start)
            elif record.kind == _OUTLINE_TEXT:
                (index,) = struct.unpack_from("<I", self._data, record.start)
                kind, text = outline[index] if index < len(outline) else (kind, text)
            else:
                text = self._text(record) or text
        return (placed if placed != _OTHER else kind, text) if text.strip() else None

    def _is_table(self, group: Record) -> bool:
        """Whether the properties of the group's own shape mark it as a table."""
        head = first(self._data, group, _SHAPE)
        more = first(self._data, head, _MORE_PROPERTIES) if head else None
        if more is None:
            return False
        wanted = (_TABLE_PROPERTIES,)
        starts = range(more.start, more.start + 6 * more.instance, 6)
        return any(struct.unpack_from("<H", self._data, place)[0] & 0x3FFF in wanted for place in starts)

    def _table(self, group: Record, outline: Sequence[tuple[int, str]]) -> list[list[str]]:
        """The table's rows. Each cell is a shape in the group, located by its edges."""
        cells: dict[_Place, str] = {}
        for shape in [below for below in children(self._data, group) if below.kind == _SHAPE][1:]:
            anchor = first(self._data, shape, _CHILD_ANCHOR)
            if anchor is not None and first(self._data, shape, _TEXT_BOX) is not None:
                found = self._box(shape, outline)
                cells[struct.unpack_from("<iiii", self._data, anchor.start)] = one_line(found[1]) if found else ""
        return _grid(cells)


def _grid(cells: Mapping[_Place, str]) -> _Table:
    """The rows of cells that are located by their edges, with spans laid out."""
    lefts, tops = sorted({place[0] for place in cells}), sorted({place[1] for place in cells})
    if len(lefts) * len(tops) > _MAX_CELLS:
        return [[text] for text in cells.values() if text]
    columns, rows = ({edge: number for number, edge in enumerate(edges)} for edges in (lefts, tops))
    grid = [[""] * len(lefts) for _ in tops]
    for (left, top, right, bottom), text in cells.items():
        across = [columns[edge] for edge in lefts if left <= edge < right] or [columns[left]]
        for row in [rows[edge] for edge in tops if top <= edge < bottom] or [rows[top]]:
            for column in across:
                grid[row][column] = text if column == across[0] else SPANNED
    return grid


def _write_texts(composer: Composer, shown: Sequence[_Piece]) -> None:
    """Write the titles first, then the rest in its order."""
    for kind, text in shown:
        if kind in _TITLES and isinstance(text, str):
            composer.heading(text.replace("\x0b", " "), 1)
    for kind, text in shown:
        if not isinstance(text, str):
            composer.table(lines(text))
        elif kind not in _TITLES:
            for paragraph in filter(None, map(squeeze, text.split("\r"))):
                if kind in _BODIES:
                    composer.list_item(f"- {one_line(paragraph)}")
                else:
                    composer.paragraph(paragraph)
