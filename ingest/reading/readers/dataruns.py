"""Leave out what stands in a text and is none: pictures in data: URIs, base64, long runs that are no language. Pure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from corpus.records import Metadata, MetadataValue
from ingest.reading.document import Block, Document

# RFC 2397, in base64 or with signs escaped as in any address; short ones, such as an empty picture, may stay.
_DATA_URI = re.compile(
    r"data:[\w.+-]*/?[\w.+-]*(?:;[\w.=+-]+)*(?:;base64,[A-Za-z0-9+/=_%-]{64,}|,[\w.~!$&*+,;=:@/?%-]{64,})",
    re.IGNORECASE,
)
# Sixteen lines or more of base64 alone, as in certificates and mails.
_WRAPPED = re.compile(
    r"(?:^[^\S\n]*[A-Za-z0-9+/]{60,100}={0,2}[^\S\n]*\n?){15,}(?:^[^\S\n]*[A-Za-z0-9+/]+={0,2}[^\S\n]*$)?",
    re.MULTILINE,
)
_ONE_LINE = re.compile(r"[A-Za-z0-9+/]{60}")
_LONG_RUN = re.compile(r"\S{1001,}")
_NUMBER = re.compile(r"[0-9A-Fa-f]+")  # However long, to the base of ten or sixteen.
# Of letters beyond ASCII many belong to scripts that put no blank between words.
_WORD = re.compile(r"[A-Z]?[a-z]{3,}|[^\W\d_\x00-\x7f]+")
_MIN_SHARE_OF_WORDS = 0.3
_SAMPLE_CHARACTERS = 20_000
# More in one list are a vector, or a curve: no words, and for nobody to read.
MAX_NUMBERS = 200
_FIGURE = re.compile(r"[-+]?[\d.]+(?:e[-+]?\d+)?", re.IGNORECASE)


_SHORTEST = 60  # Of what any of these finds: characters without a blank among them.
_MIN_LINES, _LONGEST = 15, 1000  # So few lines are not wrapped, and up to so many characters no long run.


class _Stretch(NamedTuple):
    start: int
    end: int


def without_data(document: Document) -> Document:
    """The document without such runs, and with a remark where there were any."""
    size = len(document.text)
    between_blanks = [part for part in document.text.split(" ") if len(part) >= _SHORTEST]
    lengths = [length for part in between_blanks for length in map(len, part.split()) if length >= _SHORTEST]
    if not lengths:
        return document
    are_few = len(lengths) < _MIN_LINES and max(lengths) <= _LONGEST
    for find in (_uris,) if are_few else (_uris, _wrapped, _long):  # A long run may be long by the picture in it alone.
        if runs := list(find(document.text)):
            document = _cut(document, runs)
    gone = size - len(document.text)
    if not gone:
        return document
    note = f"Left out {max(gone // 1000, 1)},000 characters that are data and no language, such as a picture in base64."
    return replace(document, notes=(*document.notes, note))


def without_data_fields(metadata: Metadata) -> tuple[dict[str, MetadataValue], tuple[str, ...]]:
    """The fields that hold none, and a remark on each of the others: every chunk would carry it."""
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
    # A single character again and again is no picture.
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
    """True where much of the run are letters in words: "e4fg9Ab" has few, code without blanks has many."""
    if _NUMBER.fullmatch(run):
        return False
    sample = run[:_SAMPLE_CHARACTERS]
    return sum(map(len, _WORD.findall(sample))) >= _MIN_SHARE_OF_WORDS * len(sample)


def _cut(document: Document, runs: Sequence[_Stretch]) -> Document:
    """The document without the runs; blocks and pages move with their text."""
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
