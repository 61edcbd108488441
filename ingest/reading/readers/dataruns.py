"""Remove data from a text: images in data: URIs, base64, and long runs that are not language. Pure functions."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from corpus.records import Metadata, MetadataValue
from ingest.reading.document import Block, Document

# RFC 2397, with base64 or percent-encoded data. Short ones, such as an empty image, may stay.
_DATA_URI = re.compile(
    r"data:[\w.+-]*/?[\w.+-]*(?:;[\w.=+-]+)*(?:;base64,[A-Za-z0-9+/=_%-]{64,}|,[\w.~!$&*+,;=:@/?%-]{64,})",
    re.IGNORECASE,
)
# At least sixteen lines of base64, as in certificates and mails.
_WRAPPED = re.compile(
    r"(?:^[^\S\n]*[A-Za-z0-9+/]{60,100}={0,2}[^\S\n]*\n?){15,}(?:^[^\S\n]*[A-Za-z0-9+/]+={0,2}[^\S\n]*$)?",
    re.MULTILINE,
)
_ONE_LINE = re.compile(r"[A-Za-z0-9+/]{60}")
_LONG_RUN = re.compile(r"\S{1001,}")
_NUMBER = re.compile(r"[0-9A-Fa-f]+")  # A decimal or hexadecimal number of any length.
# Many letters beyond ASCII belong to scripts without blanks between words.
_WORD = re.compile(r"[A-Z]?[a-z]{3,}|[^\W\d_\x00-\x7f]+")
_MIN_SHARE_OF_WORDS = 0.3
_SAMPLE_CHARACTERS = 20_000
# A longer list of numbers is a vector or a curve, which nobody reads.
MAX_NUMBERS = 200
_FIGURE = re.compile(r"[-+]?[\d.]+(?:e[-+]?\d+)?", re.IGNORECASE)


_SHORTEST = 60  # Characters without a blank in the shortest run that any pattern finds.
_MIN_LINES, _LONGEST = 15, 1000  # Fewer lines are not wrapped data; a run up to this many characters is not long.


class _Stretch(NamedTuple):
    start: int
    end: int


def without_data(document: Document) -> Document:
    """The document without data, and with a note if anything was removed."""
    size = len(document.text)
    between_blanks = [part for part in document.text.split(" ") if len(part) >= _SHORTEST]
    lengths = [length for part in between_blanks for length in map(len, part.split()) if length >= _SHORTEST]
    if not lengths:
        return document
    are_few = len(lengths) < _MIN_LINES and max(lengths) <= _LONGEST
    for find in (_uris,) if are_few else (_uris, _wrapped, _long):  # URIs first: a run may be long because of one.
        if runs := list(find(document.text)):
            document = _cut(document, runs)
    gone = size - len(document.text)
    if not gone:
        return document
    note = f"Left out {max(gone // 1000, 1)},000 characters that are data and no language, such as a picture in base64."
    return replace(document, notes=(*document.notes, note))


def without_data_fields(metadata: Metadata) -> tuple[dict[str, MetadataValue], tuple[str, ...]]:
    """The fields that are not data, and a note for each of the others. Every chunk would carry them."""
    fields = {name: value for name, value in metadata.items() if not _is_data(value)}
    return fields, tuple(
        f"The field {name!r} was left out: it is data, such as a picture in base64 or a vector."
        for name in metadata
        if name not in fields
    )


def _is_data(value: MetadataValue) -> bool:
    if isinstance(value, list):
        return len(value) > MAX_NUMBERS and all(map(_FIGURE.fullmatch, value))
    if not isinstance(value, str):
        return False
    # A run of one repeated character is not an image.
    runs = (match.group() for match in _LONG_RUN.finditer(value))
    return _DATA_URI.search(value) is not None or any(len(set(run)) > 2 and not _is_language(run) for run in runs)


def _uris(text: str) -> Iterator[_Stretch]:
    if "data:" in text.lower():
        yield from (_Stretch(*match.span()) for match in _DATA_URI.finditer(text))


def _wrapped(text: str) -> Iterator[_Stretch]:
    if _ONE_LINE.search(text) is None:
        return
    yield from (_Stretch(*m.span()) for m in _WRAPPED.finditer(text) if not _is_language(m.group()))


def _long(text: str) -> Iterator[_Stretch]:
    yield from (_Stretch(*m.span()) for m in _LONG_RUN.finditer(text) if not _is_language(m.group()))


def _is_language(run: str) -> bool:
    """Whether much of the run is letters in words: "e4fg9Ab" has few, code without blanks has many."""
    if _NUMBER.fullmatch(run):
        return False
    sample = run[:_SAMPLE_CHARACTERS]
    return sum(map(len, _WORD.findall(sample))) >= _MIN_SHARE_OF_WORDS * len(sample)


def _cut(document: Document, runs: Sequence[_Stretch]) -> Document:
    """The document without the runs; offsets of blocks and pages move with their text."""
    starts = [run.start for run in runs]
    gone = [0, *accumulate(run.end - run.start for run in runs)]

    def moved(offset: int) -> int:
        number = bisect.bisect_right(starts, offset)
        inside = max(runs[number - 1].end - offset, 0) if number else 0
        return offset + inside - gone[number]

    kept = [0, *(run.end for run in runs)]
    text = "".join(document.text[start:end] for start, end in zip(kept, [*starts, len(document.text)], strict=True))
    return replace(
        document,
        text=text,
        blocks=tuple(_moved(document.blocks, moved, text)),
        page_starts=tuple(map(moved, document.page_starts)),
    )


def _moved(blocks: Iterable[Block], moved: Callable[[int], int], text: str) -> Iterator[Block]:
    for block in blocks:
        start, end = moved(block.start), moved(block.end)
        stretch = text[start:end]
        start, end = start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())
        if start < end:
            yield block._replace(start=start, end=end, name=block.name if block.level else "")
