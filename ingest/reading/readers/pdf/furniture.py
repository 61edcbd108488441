"""Find what pages repeat: running heads and feet, page numbers, line numbers. Pure functions."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ingest.reading.readers.pdf.lines import Line

Spot = tuple[int, int]  # Page number and line number on that page, both from 0.

_EDGE_LINES = 4
_GAP = 1.7  # Heights between a running head and the text, at least.
# A running head is on at least four of nine consecutive pages: left and right pages may differ.
_RUN = 4
_RUN_REACH = 8
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(r"\W*(?:page|seite|p\.)?\s*#(?:\s*(?:of|von|/|sur|de)\s*#)?\W*", re.IGNORECASE)
_BARE = re.compile(r"\W*#\W*")  # A number alone: of a page, of an item.
_LINE_NUMBER = re.compile(r"[A-Z]?(\d{1,2})[A-Z]?")
_MIN_LINE_NUMBERS = 10


def furniture(pages: Sequence[Sequence[Line]], *, body_height: float) -> set[Spot]:
    """The positions of lines that belong to the page and not to the text."""
    found = _line_numbers(pages)
    numbered: defaultdict[int, set[int]] = defaultdict(set)
    for number, index in found:
        numbered[number].add(index)
    places: defaultdict[str, list[Spot]] = defaultdict(list)
    for number, lines in enumerate(pages):
        for index in _edges(lines, numbered[number]):
            text = lines[index].text.lower()
            # Large type with a changing number is a heading such as "Chapter 3".
            is_large = lines[index].height > 1.3 * body_height
            places[text if is_large else _NUMBERS.sub("#", text)].append((number, index))
    # Bare numbers last: a number beside text belongs to a running head or to a table of contents.
    for pattern, spots in sorted(places.items(), key=lambda item: _BARE.fullmatch(item[0]) is not None):
        if _BARE.fullmatch(pattern):
            spots = [
                (number, index)
                for number, index in spots
                if all((number, beside) in found for beside in _beside_it(pages[number], index))
            ]
        found.update(_running(spots, len(pages)) if len(spots) > 1 else ())
        if len(pages) > 1 and _PAGE_NUMBER.fullmatch(pattern):
            found.update(
                (number, index) for number, index in spots if _is_own_page_number(pages[number], index, number)
            )
    return found if _is_small_share(found, pages) else set()


def _is_small_share(found: set[Spot], pages: Sequence[Sequence[Line]]) -> bool:
    """False if most of the text would go: the pages are alike in content, as in a batch of letters."""
    gone = sum(len(pages[number][index].text) for number, index in found)
    return gone < 0.4 * sum(len(line.text) for lines in pages for line in lines)


def _edges(lines: Sequence[Line], apart: set[int]) -> list[int]:
    """The top and bottom lines of a page, each up to the last gap before the text. Lines in `apart` are skipped."""
    bottoms = [line.bottom for line in lines]
    order = sorted(set(range(len(lines))) - apart if apart else range(len(lines)), key=bottoms.__getitem__)
    return [*_up_to_gap(lines, order), *_up_to_gap(lines, order[::-1])]


def _up_to_gap(lines: Sequence[Line], order: Sequence[int]) -> Sequence[int]:
    last = 0 if len(order) > 1 else len(order)
    nearest = order[: min(_EDGE_LINES, len(order) // 2) + 1]
    for count, (index, following) in enumerate(itertools.pairwise(nearest), 1):
        one, other = lines[index], lines[following]
        if abs(one.bottom - other.bottom) > _GAP * max(one.height, other.height):
            last = count
    return order[:last]


def _running(spots: Sequence[Spot], page_count: int) -> list[Spot]:
    """The positions, all with the same text, that have enough others on the pages around them."""
    numbers = sorted({number for number, _ in spots})
    if len(numbers) == page_count >= 3:
        return list(spots)
    dense: set[int] = set()
    for first, last in zip(numbers, numbers[_RUN - 1 :], strict=False):
        if last - first <= _RUN_REACH:
            dense.update(range(first, last + 1))
    return [(number, index) for number, index in spots if number in dense]


def _is_own_page_number(lines: Sequence[Line], index: int, number: int) -> bool:
    """Whether the line stands alone and holds the page's own number, counted from 1."""
    return not _beside_it(lines, index) and str(number + 1) in re.findall(r"\d+", lines[index].text)


def _beside_it(lines: Sequence[Line], index: int) -> list[int]:
    """The other lines at the same height."""
    line = lines[index]
    near = 0.3 * line.height
    return [at for at, other in enumerate(lines) if at != index and abs(other.bottom - line.bottom) <= near]


def _line_numbers(pages: Sequence[Sequence[Line]]) -> set[Spot]:
    """Line numbers in a margin: at least ten on each of three pages, at the same position."""
    columns: defaultdict[int, list[tuple[Spot, int]]] = defaultdict(list)
    for number, lines in enumerate(pages):
        for index, line in enumerate(lines):
            if len(line.text) <= 3 and (match := _LINE_NUMBER.fullmatch(line.text)):
                columns[round(line.left / 12)].append(((number, index), int(match.group(1))))
    found: set[Spot] = set()
    for entries in columns.values():
        if len(entries) < 3 * _MIN_LINE_NUMBERS:
            continue
        by_page: defaultdict[int, list[tuple[Spot, int]]] = defaultdict(list)
        for spot, value in entries:
            by_page[spot[0]].append((spot, value))
        counting = [
            page
            for page in by_page.values()
            if len(page) >= _MIN_LINE_NUMBERS and _counts(page) and _is_margin(pages, page)
        ]
        if len(counting) >= 3:
            for page in counting:
                found.update(_beside(pages, page[0][0]))
    return found


def _is_margin(pages: Sequence[Sequence[Line]], page: Sequence[tuple[Spot, int]]) -> bool:
    """Whether hardly any line is left of the numbers, or hardly any right of them, unlike the numbers of a list."""
    number = page[0][0][0]
    lines, left = pages[number], pages[number][page[0][0][1]].left
    others = [line for line in lines if abs(line.left - left) > 12]
    before = sum(line.left < left for line in others)
    return min(before, len(others) - before) <= 0.05 * len(others)


def _beside(pages: Sequence[Sequence[Line]], spot: Spot) -> Iterator[Spot]:
    """All line numbers in the same margin as the given one."""
    number, index = spot
    left = pages[number][index].left
    for position, line in enumerate(pages[number]):
        if len(line.text) <= 3 and abs(line.left - left) < 2.5 * line.height and _LINE_NUMBER.fullmatch(line.text):
            yield number, position


def _counts(entries: Sequence[tuple[Spot, int]]) -> bool:
    values = [value for _, value in entries]
    steps = [later - earlier for earlier, later in itertools.pairwise(values)]
    return steps.count(1) >= 0.8 * len(steps)
