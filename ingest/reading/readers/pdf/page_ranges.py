"""Carry pages from the processes that each read a range of them to the one that builds the document."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from ingest.reading.readers.pdf.lines import Line
from ingest.reading.readers.pdf.pdfium import OutlineEntry
from ingest.reading.readers.pdf.rules import Drawn
from ingest.reading.readers.pdf.tags import Tag


class Page(NamedTuple):
    """One page. `fields` are (label, value) of form fields and notes, `tags` the tagged blocks."""

    lines: list[Line]
    fields: list[tuple[str, str]]
    drawn: Drawn
    tags: list[Tag]
    is_damaged: bool = False
    is_scan: bool = False


class Found(NamedTuple):
    """What all ranges contain together."""

    pages: list[Page]
    outline: list[OutlineEntry]


def packed(pages: Iterable[Page], outline: Sequence[OutlineEntry], data: bytes) -> bytes:
    """Pickle pages of the PDF `data`, with the outline in one of the shares. Lines go as columns, which takes a third
    of the time."""
    pages = list(pages)
    columns = list(zip(*(line for page in pages for line in page.lines), strict=True))
    rest = [(len(page.lines), page.fields, page.drawn, page.tags, page.is_damaged, page.is_scan) for page in pages]
    return pickle.dumps((zlib.crc32(data), columns, rest, outline), pickle.HIGHEST_PROTOCOL)


def unpacked(shares: Sequence[bytes], data: bytes) -> Found | None:
    """All pages and the outline; None if there are no shares, or if the file changed between them."""
    if not shares:
        return None
    mark = zlib.crc32(data)
    found = Found([], [])
    for share in shares:
        read_from, columns, rest, outline = pickle.loads(share)  # noqa: S301 - packed above, in a process of ours
        if read_from != mark:
            return None
        lines = map(Line._make, zip(*columns, strict=True))
        found.pages.extend(Page(list(islice(lines, count)), *about) for count, *about in rest)
        found.outline.extend(outline)
    return found
