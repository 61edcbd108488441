"""Build a document from a PDF's pages: find headings, join sentences across pages, record page starts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from corpus.records import MetadataValue
from ingest.reading.document import BlockKind, Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.pdf import headings as pdfheadings
from ingest.reading.readers.pdf.furniture import furniture
from ingest.reading.readers.pdf.layout import Group, Marks, continues, fills_its_line, grouped
from ingest.reading.readers.pdf.lines import HYPHEN, SENTENCE_ENDS, Line, merged
from ingest.reading.readers.pdf.order import Part, arranged
from ingest.reading.readers.pdf.pdfium import OutlineEntry
from ingest.reading.readers.pdf.rules import Drawn
from ingest.reading.readers.pdf.tables import Table
from ingest.reading.readers.pdf.tagged import arranged_by_tags, headings_by_tags, is_tagged
from ingest.reading.readers.pdf.tags import Tag
from ingest.reading.readers.pdf.text import joined, text_of
from ingest.reading.readers.titles import usable_printed_title, usable_text

_MAX_WORD_LINES = 5000  # Lines searched for the document's hyphenated words.
_ENOUGH_BY_OUTLINE = 0.5
_NEARLY_LARGEST = 0.85
_MUCH_TEXT = 400  # Characters.
_CODE = re.compile(r"\b[A-Z]{2,}-?\d{2,}[A-Z\d]*\b")
_SAME_COLUMN = 12.0  # Points: the left edges of one column on two pages differ by less.
_DATE = re.compile(r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-])(\d\d)'?(\d\d)?)?")
_METADATA = {"Author": "author", "Subject": "subject", "Keywords": "keywords"}


@dataclass(slots=True)
class Content:
    """The content of a PDF, page by page, and its properties. `damaged` and `scans` hold page numbers from 0."""

    pages: list[list[Line]] = field(default_factory=list)
    fields: list[list[tuple[str, str]]] = field(default_factory=list)
    drawn: list[Drawn] = field(default_factory=list)
    tags: list[list[Tag]] = field(default_factory=list)
    outline: list[OutlineEntry] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    scans: list[int] = field(default_factory=list)
    is_dynamic_form: bool = False


@dataclass(slots=True)
class _Piece:
    """A block in the making. `pages` holds (page, offset in the text) for each page that starts inside it."""

    kind: BlockKind
    text: str
    level: int
    group: Group | None
    pages: list[tuple[int, int]]


def assemble(content: Content) -> Document:
    """Build the document. Some page must have text, or some form field a value."""
    size = pdfheadings.body_height(content.pages)
    junk = furniture(content.pages, body_height=size)
    tags = [
        blocks if is_tagged(lines, blocks) else [] for lines, blocks in zip(content.pages, content.tags, strict=True)
    ]
    in_part = {number for number, _ in junk}
    kept = [
        [line for index, line in enumerate(lines) if (number, index) not in junk] if number in in_part else lines
        for number, lines in enumerate(content.pages)
    ]
    parts = list(map(_arranged, kept, content.drawn, tags))
    pages = [[line for part in page for line in lines_of(part)] for page in parts]
    marks, found = pdfheadings.by_outline(pages, content.outline)
    by_tags = headings_by_tags(pages, tags)
    if sum(map(len, by_tags.values())) > sum(map(len, marks.values())):
        marks, found = by_tags, 1.0
    layout = [_grouped(page, marks.get(number, {})) for number, page in enumerate(parts)]
    name_columns(layout)
    if found < _ENOUGH_BY_OUTLINE:
        pdfheadings.by_type([group for groups in layout for group in groups], body_height=size)
    composer = Composer()
    composer.notes.extend(content.notes)
    _compose(composer, _pieces(layout, content.fields, _words(pages)), len(pages))
    return composer.finish(
        title=_title(content.properties, layout[0], size),
        updated_at=_moment(content.properties.get("ModDate", "")),
        page_labels=content.labels,
        metadata=_metadata(content.properties),
    )


def _arranged(lines: Sequence[Line], drawn: Drawn, tags: Sequence[Tag]) -> list[Part]:
    parts = arranged_by_tags(lines, tags, drawn) if tags else arranged(lines, drawn)
    return [part if isinstance(part, Table) else merged(part) for part in parts]


def lines_of(part: Part) -> Sequence[Line]:
    return part.lines if isinstance(part, Table) else part


def _grouped(page: Sequence[Part], marks: Marks) -> list[Group]:
    """Group the lines of a page. `marks` maps line numbers on the page to heading levels."""
    groups: list[Group] = []
    start = 0
    for part in page:
        lines = lines_of(part)
        if isinstance(part, Table):
            groups.append(Group("table", part.lines, table=part))
        elif lines:
            inside = {index - start: mark for index, mark in marks.items() if 0 <= index - start < len(lines)}
            groups.extend(grouped(lines, inside))
        start += len(lines)
    return groups


def name_columns(layout: Sequence[Sequence[Group]]) -> None:
    """Copy column names to tables that continue on the next page."""
    last: Table | None = None
    for groups in layout:
        for group in groups[:1]:
            if group.table is not None and last is not None and _continues(last, group.table):
                group.table.names_from(last)
        last = groups[-1].table if groups else last


def _continues(before: Table, table: Table) -> bool:
    return len(before.lefts) == len(table.lefts) and all(
        abs(one - other) < _SAME_COLUMN for one, other in zip(before.lefts, table.lefts, strict=True)
    )


def _words(pages: Sequence[Sequence[Line]]) -> Collection[str]:
    """The document's words in lower case; empty if no line ends in a hyphen, because nothing else needs them."""
    texts = [line.text for lines in pages for line in lines]
    if not any(text.endswith(HYPHEN) for text in texts):
        return ()
    return set(" ".join(texts[:_MAX_WORD_LINES]).lower().split())


def _pieces(
    layout: Sequence[Sequence[Group]], fields: Sequence[Sequence[tuple[str, str]]], words: Collection[str]
) -> list[_Piece]:
    pieces: list[_Piece] = []
    for number, groups in enumerate(layout):
        started = False
        for group in groups:
            text = clean(text_of(group, words)).strip("\n")
            if not text.strip():
                continue
            previous = pieces[-1] if pieces else None
            if not started and previous is not None and _goes_on(previous, group):
                whole = joined([previous.text, text], words)
                previous.pages.append((number, len(whole) - len(text)))
                previous.text, previous.group = whole, group
            else:
                pieces.append(_Piece(group.kind, text, group.level, group, [] if started else [(number, 0)]))
            started = True
        if fields[number]:
            filled = "\n".join(f"{label}: {value}" for label, value in fields[number])
            pieces.append(_Piece("table", clean(filled), 0, None, [] if started else [(number, 0)]))
    return pieces


def _goes_on(piece: _Piece, group: Group) -> bool:
    """Whether the first group of a page continues the last one of the page before."""
    if piece.group is None or piece.kind not in ("paragraph", "list_item") or group.kind != "paragraph":
        return False
    before, line = piece.group.lines[-1], group.lines[0]
    if group.level or abs(before.height - line.height) > 0.15 * line.height:
        return False
    return continues(before, line) or (fills_its_line(piece.group) and not before.text.endswith(SENTENCE_ENDS))


def _compose(composer: Composer, pieces: Sequence[_Piece], page_count: int) -> None:
    """Add the pieces. A page without text starts where the next page does."""
    starts: dict[int, int] = {}
    for piece in pieces:
        name = one_line(piece.text) if piece.level else ""
        start = composer.put(piece.kind, name or piece.text, level=min(piece.level, 6), name=name)
        for number, offset in piece.pages:
            starts[number] = composer.length if start is None else start + offset
    upcoming = composer.length
    resolved = []
    for number in range(page_count - 1, 0, -1):
        upcoming = starts.get(number, upcoming)
        resolved.append(upcoming)
    for offset in (0, *reversed(resolved)):
        composer.start_page(offset)


def _title(properties: dict[str, str], first_page: Sequence[Group], size: float) -> str | None:
    """The title property if it looks like a title, else the first of the largest headings or lines on page one."""
    stated = usable_printed_title(properties.get("Title"))
    headings = [
        group
        for group in first_page
        # An outline may leave out what stands on the title page.
        if (group.level and group.lines[0].height > 1.1 * size) or pdfheadings.is_large(group, size)
    ]
    if stated and not (headings and _names_another(stated, first_page)):
        return stated
    if not headings:
        return None
    largest = max(group.lines[0].height for group in headings)
    # "References" may be set larger than the title, but stands below it; and so does a section behind much text.
    first, title = headings[0], next(group for group in headings if group.lines[0].height > _NEARLY_LARGEST * largest)
    between = first_page[first_page.index(first) : first_page.index(title)]
    is_section = sum(len(line.text) for group in between if not group.level for line in group.lines) > _MUCH_TEXT
    return text_of(first if is_section else title, ())


def _names_another(title: str, page: Sequence[Group]) -> bool:
    """Whether the title speaks of a thing by a code that the first page does not know: a file made from another."""
    codes = _CODE.findall(title)
    text = "".join(line.text for group in page for line in group.lines).lower() if codes else ""
    return any(code.lower() not in text for code in codes)


def _metadata(properties: dict[str, str]) -> dict[str, MetadataValue]:
    return {name: text for key, name in _METADATA.items() if (text := usable_text(properties.get(key)))}


def _moment(date: str) -> str | None:
    """A PDF date (ISO 32000-1, 7.9.4) as ISO 8601 in UTC."""
    match = _DATE.match(date)
    if match is None:
        return None
    parts = [int(part or default) for part, default in zip(match.groups()[:6], "011000", strict=True)]
    offset = timedelta(hours=int(match.group(8) or 0), minutes=int(match.group(9) or 0))
    try:
        local = datetime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], tzinfo=UTC)
        return (local + offset if match.group(7) == "-" else local - offset).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return None
