"""What is painted over text, so that nobody sees it: white boxes, black bars, pictures. That text is not read.

Text drawn invisibly is: it is what a program has recognised on a picture. So is text below a picture of the whole page.
"""

from __future__ import annotations

import bisect
import operator
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pypdfium2 import raw

from ingest.reading.readers.pdf.boxes import Box, Boxes
from ingest.reading.readers.pdf.bulk import Buffers, kinds_of, matrix_of, objects_on, objects_within, owners_of
from ingest.reading.readers.pdf.calls import Thing
from ingest.reading.readers.pdf.opacity import EVERYWHERE, clip_of, is_opaque_box, is_opaque_picture, shared
from ingest.reading.readers.pdf.paint import is_invisible, take_out
from ingest.reading.readers.pdf.placing import combined, placed

_MAX_OBJECTS = 20_000
_MAX_PAINTED = 3_000  # Things that are no text; on a page of more they are a drawing.
_DEEPEST = 3  # Drawings within drawings.
_LEAST = 4.0  # Points that a cover is wide and high.
_NEAR = 1.0  # Points.
_COVERED = 0.92  # Of a text's height, that nothing of it is seen.
_LEAST_SHARE = 0.3  # Of its height, that a cover reaches over a text's end.
_MOST_BELOW_PICTURES = 0.5  # Of a page's texts: where more of them are, it is a scan.
_MAX_PICTURES = 8
_MAX_COMPARED = 300_000  # Texts of a page with areas; beyond, texts count as seen.
_LEAST_MARK, _LARGEST_MARK, _ROUND = 1.5, 9.0, 1.8  # Points; one side is so many times the other, at most.
_MAX_MARKS = 200


class Cover(NamedTuple):
    """A box over parts of texts, these given by their addresses."""

    box: Box
    texts: set[int | None]


class Painted(NamedTuple):
    """What covers texts in part, and small things painted, as bullets are."""

    covers: list[Cover]
    marks: list[Box]


class _Items(NamedTuple):
    """The things on a page in the order in which they are painted, side by side with what kind of thing each is;
    `outer` places the drawings that some of them stand in, by their numbers, and `clips` is what these show."""

    things: list[Thing]
    kinds: list[int]
    outer: dict[int, raw.FS_MATRIX]
    clips: dict[int, Box]

    def boxes(self, numbers: Sequence[int], room: Buffers) -> Boxes:
        """Where some of them stand on the page."""
        boxes = room.bounds([self.things[number] for number in numbers])
        if not self.outer or not numbers:
            return boxes
        return Boxes.of(placed(box, self.outer.get(number)) for number, box in zip(numbers, boxes.each(), strict=True))


NOTHING_PAINTED = Painted([], [])


def painted_on(page: object, document: object, room: Buffers) -> Painted:
    """What is painted on a page whose text was not read yet. Texts that are covered whole are taken out."""
    things = objects_on(page, _MAX_OBJECTS)
    kinds = kinds_of(things)
    if not 0 < len(kinds) - kinds.count(raw.FPDF_PAGEOBJ_TEXT) <= _MAX_PAINTED:
        return NOTHING_PAINTED
    items = _Items(things, kinds, {}, {})
    if raw.FPDF_PAGEOBJ_FORM in kinds:
        items = _Items([], [], {}, {})
        _add(items, things, kinds, None, EVERYWHERE, 0)
    areas = [at for at, kind in enumerate(items.kinds) if kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE)]
    if not areas or len(areas) > _MAX_PAINTED or raw.FPDF_PAGEOBJ_TEXT not in items.kinds:
        return NOTHING_PAINTED
    boxes = items.boxes(areas, room)
    covers = list(_opaque(items, areas, boxes, room))
    return Painted(_Covering(items, covers, page, document, room).covers() if covers else [], _marks(boxes))


def _add(
    items: _Items,
    things: Sequence[Thing],
    kinds: Sequence[int],
    outer: raw.FS_MATRIX | None,
    clip: Box,
    depth: int,
) -> None:
    """Add the things, and those of drawings in their place."""
    for thing, kind in zip(things, kinds, strict=True):
        if kind != raw.FPDF_PAGEOBJ_FORM:
            if outer is not None:
                items.outer[len(items.things)], items.clips[len(items.things)] = outer, clip
            items.things.append(thing)
            items.kinds.append(kind)
        elif depth < _DEEPEST:
            inside, matrix, shown = objects_within(thing, _MAX_OBJECTS), matrix_of(thing), clip_of(thing, outer)
            whole = combined(matrix, outer) if outer else matrix
            _add(items, inside, kinds_of(inside), whole, shared(shown, clip), depth + 1)


def _opaque(items: _Items, areas: Sequence[int], boxes: Boxes, room: Buffers) -> Iterator[tuple[int, Box]]:
    """Those of the areas that hide what is below them, pictures perhaps, as far as they are not cut off."""
    first = items.kinds.index(raw.FPDF_PAGEOBJ_TEXT)
    for number, left, right, bottom, top in zip(areas, *boxes, strict=True):
        if number < first or right - left < _LEAST or top - bottom < _LEAST:
            continue
        thing, outer = items.things[number], items.outer.get(number)
        if items.kinds[number] == raw.FPDF_PAGEOBJ_IMAGE or is_opaque_box(thing, outer, room):
            shown = shared(clip_of(thing, outer), items.clips.get(number, EVERYWHERE))
            box = shared(Box(left, right, bottom, top), shown)
            if box.right > box.left and box.top > box.bottom:
                yield number, box


def _marks(boxes: Boxes) -> list[Box]:
    """The small things, about as wide as high."""
    small = [
        Box(left, right, bottom, top)
        for left, right, bottom, top in zip(*boxes, strict=True)
        if _LEAST_MARK <= right - left <= _LARGEST_MARK
        and _LEAST_MARK <= top - bottom <= _LARGEST_MARK
        and 1 / _ROUND <= (right - left) / (top - bottom) <= _ROUND
    ]
    return small if len(small) <= _MAX_MARKS else []


def uncovered(text_page: object, units: str, indexes: Sequence[int], covers: Sequence[Cover], room: Buffers) -> str:
    """The code units of a page's text, given their characters, with blanks in place of those that are covered."""
    signs = list(units)
    owners = owners_of(text_page, indexes)
    for cover in covers:
        below = [at for at, owner in enumerate(owners) if owner in cover.texts and not signs[at].isspace()]
        boxes = room.boxes(text_page, [indexes[at] for at in below])
        for at, left, right in zip(below, boxes.lefts, boxes.rights, strict=True):
            if cover.box.left < (left + right) / 2 < cover.box.right:
                signs[at] = " "
    return "".join(signs)


class _Covering:
    """Looks for the texts of a page below what was painted after them."""

    def __init__(
        self, items: _Items, areas: Sequence[tuple[int, Box]], page: object, document: object, room: Buffers
    ) -> None:
        self._items, self._areas = items, areas
        self._page, self._document, self._room = page, document, room
        texts = [at for at, kind in enumerate(items.kinds[: areas[-1][0]]) if kind == raw.FPDF_PAGEOBJ_TEXT]
        boxes = items.boxes(texts, room)
        middles = map(operator.add, boxes.bottoms, boxes.tops)  # Twice as high.
        self._texts = sorted(zip(middles, texts, *boxes, strict=True))
        self._middles = [text[0] for text in self._texts]
        self._pictures = self._compared = 0

    def covers(self) -> list[Cover]:
        """What covers texts in part; those that are covered whole are taken out."""
        whole: set[int] = set()
        below_pictures: set[int] = set()
        partly: list[tuple[int, Box, list[tuple[int, Box]]]] = []
        for number, box in self._areas:
            below = self._below(number, box)
            inside = {at for at, text in below if box.left - _NEAR < text.left and text.right < box.right + _NEAR}
            if self._items.kinds[number] != raw.FPDF_PAGEOBJ_IMAGE:
                whole |= inside
                partly.append((number, box, [text for text in below if text[0] not in inside]))
            elif inside and self._is_opaque_picture(number):
                below_pictures |= inside
        if len(below_pictures) <= _MOST_BELOW_PICTURES * self._items.kinds.count(raw.FPDF_PAGEOBJ_TEXT):
            whole |= below_pictures
        for number in whole:
            take_out(self._items.things[number])
        return list(self._partly([cover for cover in partly if cover[2]], whole))

    def _partly(self, covers: Sequence[tuple[int, Box, list[tuple[int, Box]]]], whole: set[int]) -> Iterator[Cover]:
        """The covers over parts of texts, but for texts that are painted anew after them: pages come in tiles."""
        texts = [at for at, kind in enumerate(self._items.kinds) if kind == raw.FPDF_PAGEOBJ_TEXT] if covers else []
        places = {at: tuple(map(round, box)) for at, box in zip(texts, self._boxes_of(texts), strict=True)}
        for number, box, below in covers:
            later = {place for at, place in places.items() if at > number}
            found = {self._items.things[at].value for at, _ in below if at not in whole and places[at] not in later}
            if found:
                yield Cover(box, found)

    def _boxes_of(self, texts: Sequence[int]) -> list[Box]:
        return self._items.boxes(texts, self._room).each() if texts else []

    def _below(self, number: int, area: Box) -> list[tuple[int, Box]]:
        """The visible texts that were painted before and that the area covers, at least in part."""
        first, last = (
            bisect.bisect_left(self._middles, 2 * area.bottom),
            bisect.bisect_right(self._middles, 2 * area.top),
        )
        self._compared += last - first
        if self._compared > _MAX_COMPARED:
            return []
        found = []
        for _, text, left, right, bottom, top in self._texts[first:last]:
            height = top - bottom
            if (
                text < number
                and min(area.right, right) - max(area.left, left) > _LEAST_SHARE * height
                and min(area.top, top) - max(area.bottom, bottom) >= _COVERED * height
                and not is_invisible(self._items.things[text])
            ):
                found.append((text, Box(left, right, bottom, top)))
        return found

    def _is_opaque_picture(self, number: int) -> bool:
        self._pictures += 1
        return self._pictures <= _MAX_PICTURES and is_opaque_picture(
            self._items.things[number], self._page, self._document
        )
