"""A line of a page, and what it looks like by itself and next to its neighbours: code, table row or plain text. Pure
functions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from ingest.reading.document import BlockKind
from ingest.reading.readers.pdf.signs import Signs
from ingest.reading.readers.superscripts import with_superscript

HYPHEN = "\ufffe"  # pdfium's character for a hyphen at the end of a line.
CELL = "\t"  # Between cells that are on one line but far apart.
SENTENCE_ENDS = (".", "!", "?", ":", ";", "”", '"', "。", "！", "？", "：", "؟", "…")

LEADERS = re.compile(r"(?:\.\s?){5,}|…{2,}")
# A bullet or a number alone before its text.
BULLETS = "•▪‣◦●○■□▶➢➤❖✓–—∙·᠆⁃◆◇►▸▹▷✔➔➜⁌‒*-"
MARKER = re.compile(
    "[" + BULLETS + r"]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxlIVXL]{1,5})[.)]|\[\d{1,3}\]|\d{1,2}(?:\.\d{1,2})+\.?"
)
_NUMBERED = re.compile(r"(\(?)(\d{1,3})([.)])\s+\S")
_MAX_MARK_CHARS = 4
_BELOW = 0.5  # Heights from one line to the next on a page with nothing side by side.
# Scripts without blanks between words, so none is added where a line is broken.
_UNSPACED = re.compile(
    "[\u2e80-\u303f\u3040-\u30ff\u31f0-\u9fff\uf900-\ufaff\uff00-\uffef\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_DIGIT = re.compile(r"\d")
_DIGITS = Signs.of("0123456789")
_BESIDE = re.compile(r" [-+($€£\d](?<=[\d.,%) ].{2})")
_FIGURE = re.compile(r"(?<!\S)[-+(]?[$€£]?\d[\d.,%]*\)?(?!\S)")


class Line(NamedTuple):
    """A line of text and its position, in points from the page's lower left corner.

    `bottom` is the same for all characters of one font on a line; `height` is close to the font size.
    """

    text: str
    left: float
    right: float
    bottom: float
    height: float
    is_bold: bool
    is_fixed: bool  # Monospaced, as code is.
    block: int = -1  # The page's tagged block that it belongs to, if known.
    is_apart: bool = False  # A separate cell, however close the one before it is.


def follows_in_list(first: Line, line: Line) -> bool:
    """Whether the line is the next item after one that begins with `first`: "2." after "1.", set in as far."""
    before, after = _NUMBERED.match(first.text), _NUMBERED.match(line.text)
    if before is None or after is None or abs(first.left - line.left) > line.height:
        return False
    return int(after.group(2)) == int(before.group(2)) + 1 and before.groups()[::2] == after.groups()[::2]


def joined_beside(left: Line, right: Line, between: str) -> Line:
    """Both lines as one; a bullet takes the size and weight of its text."""
    # Without a blank between them the hyphen stands for a missing character, not for a line's end.
    text = (left.text if between else left.text.removesuffix(HYPHEN)) + between + right.text
    if MARKER.fullmatch(left.text):
        return right._replace(text=text, left=left.left)
    return left._replace(text=text, right=max(left.right, right.right), is_bold=left.is_bold and right.is_bold)


def merged(lines: Sequence[Line]) -> list[Line]:
    """The lines, with those on one baseline joined: raised marks directly, cells with CELL between them."""
    whole: list[Line] = []
    for line in lines:
        previous = whole[-1] if whole else None
        if previous is None or not _beside(previous, line):
            whole.append(line)
            continue
        if is_raised(previous, line):
            whole[-1] = previous._replace(text=with_superscript(previous.text, line.text), right=line.right)
            continue
        gap = line.left - previous.right
        between = CELL if gap > 2 * previous.height else " " if gap > 0.12 * previous.height else ""
        whole[-1] = joined_beside(previous, line, between)
    return whole


def _beside(left: Line, right: Line) -> bool:
    return (
        abs(left.bottom - right.bottom) < 0.5 * max(left.height, right.height)
        and right.left > left.right - 0.5 * left.height
        and not left.text.endswith(HYPHEN)
    )


def are_unspaced(last: str, line: str) -> bool:
    """Whether no blank belongs between a line that ends in `last` and the next one."""
    return last > "\u0e00" and _UNSPACED.match(last) is not None and _UNSPACED.match(line) is not None


def has_neighbours(lines: Sequence[Line], least: int = 1) -> bool:
    """Whether at least `least` lines are beside the one before them, not below it: the running head alone is not
    a table."""
    beside = (line.bottom + _BELOW * line.height >= before.bottom for before, line in itertools.pairwise(lines))
    return next(itertools.islice(filter(None, beside), least - 1, None), False)


def is_raised(before: Line, line: Line) -> bool:
    """Whether the line is a small raised character beside the one before: an exponent or a note mark."""
    return (
        len(line.text) <= _MAX_MARK_CHARS
        and line.height < 0.85 * before.height
        and line.bottom > before.bottom + 0.2 * before.height
    )


def kinds_of(lines: Sequence[Line]) -> list[BlockKind]:
    """The kind of each line, judged by itself and its neighbours: code, table row or plain text."""
    fixed = [line.is_fixed for line in lines].count(True)
    has_code = 0 < fixed < 0.9 * len(lines)
    texts = [line.text for line in lines]
    rows = _rows_in(texts)
    has_rows = any(rows)
    has_leaders = _may_have_leaders("\n".join(texts))
    if not (has_code or has_rows or has_leaders):
        return ["paragraph"] * len(lines)
    if has_rows:
        _add_captions(rows, lines)
    kinds: list[BlockKind] = []
    for index, line in enumerate(lines):
        if has_leaders and _may_have_leaders(line.text) and LEADERS.search(line.text):
            kinds.append("list_item")
        elif has_code and (line.is_fixed or (len(line.text) <= _MAX_MARK_CHARS and _is_code_between(lines, index))):
            kinds.append("code")
        else:
            kinds.append(
                "table" if rows[index] and any(rows[index - 1 : index] + rows[index + 1 : index + 2]) else "paragraph"
            )
    return kinds


def _is_code_between(lines: Sequence[Line], index: int) -> bool:
    """Whether this is a short line, such as a single bracket, of unknown font between lines of code."""
    text = lines[index].text
    if text.isalnum():
        return False
    around = [line for line in lines[max(index - 2, 0) : index + 3] if len(line.text) > _MAX_MARK_CHARS]
    return bool(around) and all(line.is_fixed for line in around)


def _add_captions(rows: list[bool], lines: Sequence[Line]) -> None:
    """Count the line of column names above two table rows as a row too."""
    for index in range(len(rows) - 3, -1, -1):
        line, below = lines[index], lines[index + 1]
        if rows[index] or not (rows[index + 1] and rows[index + 2]):
            continue
        names = line.text.split()
        rows[index] = (
            2 <= len(names) <= 12
            and 0 < line.bottom - below.bottom < 2.5 * below.height
            and line.right < below.right + 2 * below.height
            and sum(not name[0].islower() for name in names) > 0.6 * len(names)
            and not line.text.endswith(SENTENCE_ENDS)
        )


def _may_have_leaders(text: str) -> bool:
    return ".." in text or ". ." in text or "…" in text


def _rows_in(texts: Sequence[str]) -> list[bool]:
    """Whether each line looks like a table row by itself."""
    rows = [CELL in text for text in texts]
    for number in _DIGITS.dense_in(texts, 2):
        rows[number] = rows[number] or _is_row(texts[number])
    return rows


def _is_row(text: str) -> bool:
    """Whether at least two figures make up most of the line; running text may contain dates and sums."""
    if text.isascii() and text[:1].isalpha() and _BESIDE.search(text) is None:
        return False  # More than half of the words must be figures, or two adjacent ones, or the first.
    if _DIGIT.search(text) is None:
        return False
    figures = len(_FIGURE.findall(text))
    return figures >= 2 and figures * 2 > text.count(" ") + 1 and _UNSPACED.search(text) is None


def has_right_to_left(text: str) -> bool:
    """Whether the text has letters of Arabic, Hebrew or another right-to-left script."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def is_right_to_left(lines: Sequence[Line]) -> bool:
    sample = [line.text for line in lines[:40]]
    odd = "".join([text for text in sample if not text.isascii()])
    half = sum(map(len, sample)) / 2
    return len(odd) > half and len(_RIGHT_TO_LEFT.findall(odd)) > half
