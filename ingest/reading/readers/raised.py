"""Signs set higher than their text, in one line with it: powers and marks of notes. Pure functions."""

from __future__ import annotations

import re

_UNITS = re.compile(r"(?:10|(?<![A-Za-z])[A-Za-zµΩ]{1,3}|[)\]])$")
_RAISED_NUMBER = re.compile(r"[-−–+]?\d+")
_NOTES = re.compile(r"\d{1,3}(?:\s?[,–-]\s?\d{1,3})*")
_REACH = 40  # Characters before a mark that tell what it is.
# A note's mark may stand behind the sign that ends a sentence; behind the point of a price stand its cents.
_NOTED = re.compile(r"[^\W_][”\"’')]*[.,;:!?]?[”\"’')]*\s?$")
_PRICE = re.compile(r"[$€£¥]\s?\d[\d,]*[.,]$")


def with_raised(before: str, mark: str) -> str:
    """The text and what is raised behind it: 10^6 and m^2, but 24.91 [2] and "as said. [2]" for a note's mark."""
    mark = mark.strip()
    if _RAISED_NUMBER.fullmatch(mark) and _UNITS.search(before):
        return f"{before}^{mark}"
    if _NOTES.fullmatch(mark) and _NOTED.search(before) and not _PRICE.search(before):
        return f"{before}{'' if before[-1].isspace() else ' '}[{mark}]"
    return before + mark


def behind(before: str, mark: str) -> str:
    """How the mark is written behind the text, which may be long."""
    end = before[-_REACH:]
    return with_raised(end, mark)[len(end) :]


def spelled(marks: re.Pattern[str], text: str) -> str:
    """The text with its raised signs as `with_raised` writes them: what the pattern finds, by its first group."""

    return marks.sub(lambda match: behind(text[max(match.start() - _REACH, 0) : match.start()], match.group(1)), text)
