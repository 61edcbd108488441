"""Turn the lines of a page into paragraphs, list items, table rows and code. Pure functions; no PDF library."""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.reading.document import BlockKind
from ingest.reading.readers.pdf.enumeration import counted_items
from ingest.reading.readers.pdf.lines import (
    CELL,
    HYPHEN,
    SENTENCE_ENDS,
    Line,
    follows_in_list,
    is_right_to_left,
    kinds_of,
)
from ingest.reading.readers.pdf.tables import Table

# Marks a line of a known heading: its level, and a number unique to that heading.
Marks = Mapping[int, tuple[int, int]]

_SIGNS = "•▪‣◦●○■□☐☑☒▶▸►➢➤❖✓✔–∙·᠆⁃◆◇▹▷➔➜⁌‒"
_BULLET = re.compile(rf"[{_SIGNS}]\s*\S|[*→-]\s+\S")
_HOLLOW = ("o ", "o" + CELL)
_BULLET_SIGNS = frozenset(_SIGNS + "*→-")
_NUMBER_SIGNS = frozenset("(0123456789")
_ENUMERATED = re.compile(r"(?:\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,4}\))\s+\S")
_HEADING_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.?\s+[^\W\d_]")
_WINDOW = 6
_NEAR, _MIN_LIST, _MAX_LIST_LINE = 3, 5, 40  # Lines checked on each side; lines needed; characters of a line.
_STEP = 0.9  # Heights that an indented line is set in or out, at least.
_LARGE_TITLE = 1.6
_TITLE = 1.3  # Times the usual height.
_CLOSE, _LINES_OF_TITLE = 1.3, 2.8  # Heights between lines of a title.


@dataclass(slots=True)
class Group:
    """Lines that belong together. `level` is above 0 for headings; `table` is set for the lines of a table."""

    kind: BlockKind
    lines: list[Line] = field(default_factory=list)
    level: int = 0
    table: Table | None = None


def grouped(lines: Sequence[Line], marks: Marks) -> list[Group]:
    """The groups of a page's merged lines, in order."""
    if is_right_to_left(lines):
        lines = [line._replace(left=-line.right, right=-line.left) for line in lines]
    return _Grouping(lines, marks).groups()


class _Grouping:
    """One pass over the lines of a page, comparing each with the one before it."""

    def __init__(self, lines: Sequence[Line], marks: Marks) -> None:
        self._lines = lines
        self._marks = marks
        self._pitch = _pitch(lines)
        self._kinds = kinds_of(lines)
        self._items = _hollow_bullets(lines) | counted_items(lines)
        self._usual = statistics.median([line.height for line in lines]) if lines else 1.0
        self._margin = max([line.right for line in lines], default=0.0)

    def groups(self) -> list[Group]:
        found: list[Group] = []
        goes_on = [] if self._marks else self._going_on()
        for index, line in enumerate(self._lines):
            if goes_on and goes_on[index]:
                found[-1].lines.append(line)
                continue
            mark = self._marks.get(index)
            if mark is not None and mark != self._marks.get(index - 1):
                found.append(Group("heading", [line], mark[0]))
            elif mark is None and (not found or found[-1].level or self._breaks(found[-1], index)):
                found.append(Group(self._kind(index), [line]))
            else:
                found[-1].lines.append(line)
        return found

    def _going_on(self) -> list[bool]:
        """Whether each line certainly continues the one before it; most lines do, and this is a quick test."""
        if not self._lines:
            return []
        texts, lefts, _, bottoms, heights, are_bold, *_ = zip(*self._lines, strict=True)
        farthest = self._pitch * 1.25
        before = zip(lefts, bottoms, heights, are_bold, strict=True)
        found = [False]
        found += [
            text[0].islower()
            and abs(height - other) <= 0.15 * height
            and is_bold == was_bold
            and -0.5 * height <= above - bottom <= farthest * height
            and abs(left - last) <= _STEP * height
            for text, left, bottom, height, is_bold, (last, above, other, was_bold) in zip(
                texts[1:], lefts[1:], bottoms[1:], heights[1:], are_bold[1:], before, strict=False
            )
        ]
        if self._items or self._kinds.count("paragraph") < len(self._kinds):
            pairs = itertools.pairwise(self._kinds)
            plain = [False, *(kind == last == "paragraph" for last, kind in pairs)]
            found = [each and plain[at] and at not in self._items for at, each in enumerate(found)]
        return found

    def _kind(self, index: int) -> BlockKind:
        text = self._lines[index].text
        is_item = _BULLET.match(text) or _ENUMERATED.match(text) or index in self._items
        return "list_item" if is_item and self._kinds[index] == "paragraph" else self._kinds[index]

    def _breaks(self, group: Group, index: int) -> bool:
        """Whether a new group begins with the line."""
        before, line = self._lines[index - 1], self._lines[index]
        if before.text.endswith(HYPHEN):
            return False
        kind = self._kinds[index]
        if kind != self._kinds[index - 1]:
            return True
        fall = before.bottom - line.bottom
        height = before.height if before.height > line.height else line.height
        if kind != "paragraph":
            return kind == "list_item" or fall < 0 or fall > 3 * height
        if before.is_bold and not line.is_bold and before.height > 1.15 * line.height and before.text.isupper():
            return True
        if abs(before.height - line.height) > 0.15 * height or before.is_bold != line.is_bold:
            return not continues(before, line) or abs(before.height - line.height) > 0.4 * height
        if fall < -0.5 * height:  # The next column begins.
            return not continues(before, line)
        is_set_off = (
            fall > self._pitch * 1.25 * height
            or (line.text[0] in _BULLET_SIGNS and _BULLET.match(line.text) is not None)
            or index in self._items
            or (abs(line.left - before.left) > _STEP * line.height and self._is_indented(group, index))
            or (not line.text[0].islower() and self._ends_early(before, index))
            or (line.text[0] in _NUMBER_SIGNS and follows_in_list(group.lines[0], line))
        )
        if not is_set_off:
            return False
        return not (self._is_title(before, line, fall) or self._is_numbered_heading(group, before, line))

    def _is_title(self, before: Line, line: Line, fall: float) -> bool:
        """Whether two lines of a large title belong together: centred however far apart, else close below."""
        if line.height <= _TITLE * self._usual or abs(before.height - line.height) >= 0.02 * line.height or fall <= 0:
            return False
        if abs(before.left - line.left) <= line.height:
            is_large = line.height > _LARGE_TITLE * self._usual or (line.is_bold and before.is_bold)
            return is_large and fall < _CLOSE * line.height and not before.text.endswith((".", "!", "?"))
        centre = (line.left + line.right) - (before.left + before.right)
        return abs(centre) < line.height and fall < _LINES_OF_TITLE * line.height

    def _is_numbered_heading(self, group: Group, before: Line, line: Line) -> bool:
        """Whether a bold heading continues below its text and not below its number."""
        if not (before.is_bold and line.is_bold and len(group.lines) == 1):
            return False
        step = line.left - before.left
        return 0 < step < 4 * line.height and _HEADING_NUMBER.match(before.text) is not None

    def _is_indented(self, group: Group, index: int) -> bool:
        """Whether the line's left edge sets it off from the lines before it."""
        before, line = self._lines[index - 1], self._lines[index]
        step = line.left - before.left
        centre = (line.left + line.right) - (before.left + before.right)
        if abs(centre) < line.height and before.left != line.left:
            return False
        if self._is_set_right(index):
            return False
        is_first = len(group.lines) == 1
        if group.kind == "list_item":
            return step < 0 or not is_first or _ENUMERATED.match(line.text) is not None
        return step > 0 or not is_first

    def _is_set_right(self, index: int) -> bool:
        """Whether the text is flush right: at least three lines end at one margin and begin at different places."""
        near = 0.3 * self._lines[index].height
        right = self._lines[index].right
        around = [self._lines[at] for at in range(max(index - 2, 0), min(index + 2, len(self._lines)))]
        even = [line for line in around if abs(line.right - right) < near]
        return len(even) > 2 and len({round(line.left / near) for line in even}) == len(even)

    def _ends_early(self, before: Line, index: int) -> bool:
        """Whether the line before was broken on purpose: the next word would have fitted."""
        line = self._lines[index]
        if _ENUMERATED.match(line.text) and before.text.endswith(SENTENCE_ENDS):
            return True
        if not before.is_bold and self._is_line_of_list(index):
            return True
        word = len(line.text.split(" ", 1)[0]) if line.text[0] < "\u2e80" else 1
        width = (line.right - line.left) / len(line.text) * (word + 1)
        room = before.right + width + 0.3 * before.height
        if self._margin <= room:
            return False
        for other in self._lines[max(index - _WINDOW, 0) : index + _WINDOW]:
            is_same_column = other.left < before.right and before.left < other.right
            if is_same_column and other.right > room and abs(other.height - before.height) < 0.1 * before.height:
                return True
        return False

    def _is_line_of_list(self, index: int) -> bool:
        """Whether the line is one of several short lines without a full stop, as in a list or an address."""
        text, left, right, _, height, *_ = self._lines[index]
        if len(text) > _MAX_LIST_LINE:
            return False
        near = self._lines[max(index - _NEAR, 0) : index + _NEAR]
        alike = (other for other in near if abs(other.height - height) < 0.1 * height)
        around = [other for other in alike if other.left < right and left < other.right]
        if len(around) < _MIN_LIST or max(len(other.text) for other in around) > _MAX_LIST_LINE:
            return False
        words = [other.text for other in around if sum(map(str.isalpha, other.text)) > 2]
        begun = sum(text[0].isupper() or text[0].isdigit() for text in words)
        stopped = sum(other.text.endswith((*SENTENCE_ENDS, ",", HYPHEN)) for other in around)
        return begun >= len(around) - 1 and stopped <= 1


def _hollow_bullets(lines: Sequence[Line]) -> set[int]:
    """The lines that begin with the letter o as a bullet, as Word sets it: at least two, indented."""
    marked = [number for number, line in enumerate(lines) if line.text[:2] in _HOLLOW]
    if len(marked) < 2:
        return set()
    margin = min(line.left for line in lines)
    return {number for number in marked if lines[number].left > margin + 0.5 * lines[number].height}


def continues(before: Line, line: Line) -> bool:
    """Whether a sentence continues across a change of column, page or font."""
    if before.text.endswith(HYPHEN):
        return True
    return line.text[0].islower() and not before.text.endswith(SENTENCE_ENDS)


def fills_its_line(group: Group) -> bool:
    """Whether the group's last line is as long as the others, so that only the end of the page broke it."""
    last = group.lines[-1]
    margin = max(line.right for line in group.lines)
    return len(group.lines) > 1 and last.right > margin - 0.5 * last.height


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance between baselines, in line heights."""
    heights, bottoms = [line.height for line in lines], [line.bottom for line in lines]
    distances = [
        distance
        for height, other, bottom, below in zip(heights, heights[1:], bottoms, bottoms[1:], strict=False)
        if height and abs(height - other) < 0.1 * height and 0.7 < (distance := (bottom - below) / height) < 2.6
    ]
    return statistics.median(distances) if len(distances) > 2 else 1.4
