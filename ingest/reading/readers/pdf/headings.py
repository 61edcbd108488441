"""Find the headings of a PDF from its outline, or else from its type. Pure functions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from ingest.reading.readers.pdf.layout import Group, Marks
from ingest.reading.readers.pdf.lines import BULLETS, CELL, Line
from ingest.reading.readers.pdf.pdfium import OutlineEntry

_MAX_CHARACTERS = 160
_MAX_LINES, _MAX_LINES_OF_TITLE = 3, 5
_MAX_PREFIX = 14  # Characters before the title, on the page or in the outline only: "Chapter 12:".
_MAX_MARGIN = 24
_TAIL = 8  # Characters of a line, with a letter or digit among them.
_MIN_LETTERS = 3
_LETTERS, _LETTERS_OF_TITLE = 0.5, 0.25  # Share of letters; a title may be "Invoice (380) No. 471102 of 05.03.2018".
_SHORT = 45  # Characters of what follows a name, such as whom it works for.
_NEXT = 1.4  # Heights from one line to the next.
_LARGE = 1.3  # Times the height of body text.
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s")
# A number far to the left of its heading: "SECTION 2    Diesel engines".
_NUMBERED = re.compile(rf"(?:[^\W\d]{{3,10}}\s?[\dIVX.]+|\d+(?:\.\d+)+\.?|\d+\.){CELL}[^{CELL}]+$")
# The page may say "CHAPTER ONE" where the outline says "Chapter 1".
_ENUMERATION = re.compile(
    r"^(?:chapter|part|section|appendix|kapitel|chapitre)?\s*[\divxlc.]+\s*[:.–—-]?\s+", re.IGNORECASE
)
_SENTENCE_ENDS = (".", ",", ";", ":", "。", "、", "：", "；")


def body_height(pages: Sequence[Sequence[Line]]) -> float:
    """The height of most of the text, in points."""
    lengths: defaultdict[float, int] = defaultdict(int)
    for lines in pages:
        for text, _, _, _, height, *_ in lines:
            lengths[height] += len(text)
    heights: Counter[float] = Counter()
    for height, length in lengths.items():
        heights[round(height, 1)] += length
    return heights.most_common(1)[0][0] if heights else 1.0


def by_outline(pages: Sequence[Sequence[Line]], outline: Iterable[OutlineEntry]) -> tuple[dict[int, Marks], float]:
    """For each page the lines that match an outline entry, and the share of the entries that were found."""
    wanted: defaultdict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for number, entry in enumerate(outline):
        key = _key(_ENUMERATION.sub("", entry.title)) or _key(entry.title)
        if entry.page is not None and 0 <= entry.page < len(pages) and key:
            wanted[entry.page].setdefault(key, (entry.level, number))
    marks = {page: _matches(pages[page], titles) for page, titles in wanted.items()}
    found = sum(len(set(page.values())) for page in marks.values())
    total = sum(len(titles) for titles in wanted.values())
    return marks, found / total if total else 0.0


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _matches(lines: Sequence[Line], titles: dict[str, tuple[int, int]]) -> Marks:
    """Find each title first in single lines, then in two and three lines together."""
    longest = 2 * max(map(len, titles)) + _MAX_PREFIX
    keys: dict[int, str] = {}
    last_signs = {title[-1] for title in titles}
    may_end = [_last_sign(line.text) in last_signs for line in lines]
    marks: dict[int, tuple[int, int]] = {}
    open_titles = dict(titles)
    for count in range(1, _MAX_LINES + 1):
        for first in range(len(lines) - count + 1 if open_titles else 0):
            run = range(first, first + count)
            is_bold = lines[first].is_bold
            # One ends as the other, if it is not bold; most lines need no more than this look.
            if not is_bold and not may_end[run[-1]]:
                continue
            for index in run:
                if index not in keys:
                    keys[index] = _key(lines[index].text) if len(lines[index].text) <= longest else ""
            if not all(keys[index] and index not in marks for index in run):
                continue
            shown = "".join(keys[index] for index in run)
            title = next((key for key in open_titles if _agree(shown, key, is_bold=is_bold)), None)
            if title is not None:
                mark = open_titles.pop(title)
                marks.update((index, mark) for index in run)
    return marks


def _last_sign(text: str) -> str:
    """The last letter or digit, as `_key` has it."""
    return (_key(text[-_TAIL:]) or _key(text))[-1:]


def _agree(shown: str, title: str, *, is_bold: bool) -> bool:
    """Whether one text is the other after a short prefix, or the line is bold and has more in the right margin."""
    if is_bold and len(title) > _MIN_LETTERS and shown.startswith(title) and len(shown) <= len(title) + _MAX_MARGIN:
        return True
    spare = len(shown) - len(title)
    if not -_MAX_PREFIX <= spare <= _MAX_PREFIX:
        return False
    return shown.endswith(title) if spare >= 0 else len(shown) > _MIN_LETTERS and title.endswith(shown)


def by_type(groups: Sequence[Group], *, body_height: float) -> None:
    """Mark groups in larger type, or in bold on a line of their own, as headings. Larger type gets a higher level."""
    large = [group for group in groups if _height(group) > 1.15 * body_height and _may_be_heading(group)]
    large += [group for group in groups if is_large(group, body_height) and group not in large]
    sizes = sorted({_height(group) for group in large}, reverse=True)
    levels = {size: min(level, 5) for level, size in enumerate(sizes, 1)}
    for group in large:
        group.kind, group.level = "heading", levels[_height(group)]
    below = min(max(levels.values(), default=0) + 1, 6)
    for before, group, following in zip([None, *groups], groups, groups[1:], strict=False):
        is_bold = all(line.is_bold for line in group.lines) and _height(group) > 0.95 * body_height
        if is_bold and not group.level and _may_be_heading(group) and not following.lines[0].is_bold:
            if before is not None and _is_name_of_list(before, group, following):
                continue
            group.kind, group.level = "heading", below
    _by_number([group for group in groups if group.level])


def _is_name_of_list(before: Group, group: Group, following: Group) -> bool:
    """Whether a line in bold goes on what stands close above it: the next of several names, or behind "To:"."""
    last, line = before.lines[-1], group.lines[0]
    is_close = 0 < last.bottom - line.bottom < _NEXT * line.height and abs(last.left - line.left) < line.height
    if following.kind != "paragraph" or sum(len(line.text) for line in following.lines) > _SHORT:
        return False
    return is_close and (last.text.endswith(":") or (last.is_bold and not before.level and len(before.lines) == 1))


def _by_number(headings: Sequence[Group]) -> None:
    """Put "2.1 Parts" one level below "2 Pumps", even if both are set in the same type."""
    depths = [(group, match.group(1).count(".")) for group in headings if (match := _NUMBER.match(group.lines[0].text))]
    if depths:
        least = min(depth for _, depth in depths)
        top = min(group.level for group, depth in depths if depth == least)
        for group, depth in depths:
            group.level = min(top + depth - least, 6)


def _height(group: Group) -> float:
    """The group's height, rounded to half points: fonts of one size differ a little."""
    return round(max(line.height for line in group.lines) * 2) / 2


def is_large(group: Group, body_height: float) -> bool:
    """Whether this is a short text in type much larger than body text, whether or not it is a heading."""
    is_bold = all(line.is_bold for line in group.lines)
    share = _LETTERS_OF_TITLE if is_bold else _LETTERS
    return _height(group) > _LARGE * body_height and _may_be_heading(group, share)


def _may_be_heading(group: Group, share: float = _LETTERS) -> bool:
    if group.kind not in ("paragraph", "list_item") or len(group.lines) > _MAX_LINES_OF_TITLE:
        return False
    text = " ".join(line.text for line in group.lines)
    return (
        len(text) <= _MAX_CHARACTERS
        and (CELL not in text or _NUMBERED.match(text) is not None)
        and sum(map(str.isalpha, text)) >= max(_MIN_LETTERS, share * len(text))
        and not text.endswith(_SENTENCE_ENDS)
        and not text[0].islower()
        and not (text[0] in BULLETS and text[1:2].isspace())
    )
