"""The text of a PDF's groups of lines: divided words made whole, unusual characters corrected. Pure functions."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

from ingest.reading.readers.pdf.layout import Group
from ingest.reading.readers.pdf.lines import CELL, HYPHEN, Line, are_unspaced
from ingest.reading.readers.pdf.naming import named_lines
from ingest.reading.readers.tables import lines as table_lines

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_LIGATURE_TABLE = str.maketrans({**_LIGATURES, "\x02": None, "\xad": None})
_ODD = re.compile(f"[{''.join(_LIGATURES)}\x02\xad¸¨ˆ˜ˇ˘˚´`{HYPHEN}]")
_LEADERS = re.compile(r"\s*(?:(?:\.\s?){5,}|…{2,})\s*")
# TeX puts an accent before its letter.
_ACCENTED = re.compile("([¨ˆ˜ˇ˘˚])([A-Za-zıȷ])|([´`])([aeiouAEIOUı])")
# Other programs put it after the letter, so an accent may also end a word.
_ACCENT_BEHIND = re.compile("[A-Za-z][´`¨ˆ˜](?![A-Za-zıȷ])")
_ACCENT_BEFORE = re.compile("(?<![A-Za-z])[´`¨ˆ˜](?=[A-Za-zıȷ])|[´`¨ˆ˜][ıȷ]")
_LETTER_ACCENTED = re.compile("([A-Za-zı])([´`¨ˆ˜])")
_CEDILLA = re.compile("([cCsS])¸")
_MARK_BEFORE = re.compile(" ([\u064b-\u0652\u0670])([\u0621-\u064a])")  # An Arabic vowel mark inside a word.
_ARABIC = b"\x06"  # In UTF-16, of characters from U+0600 to U+06FF.
_COMBINING = dict(zip("¨ˆ˜ˇ˘˚´`", "\u0308\u0302\u0303\u030c\u0306\u030a\u0301\u0300", strict=True))
_LAST_SPACED = "\u0e00"  # Up to here, blanks stand between the words of all scripts.
_SAMPLE = 1_000  # Characters examined per page.
_SPARE = 100
_MIN_SAMPLE = 60
_PART, _TAIL = 160, 2  # Characters checked together; lines checked again with the last ones.
_LEFT = 0.3
_LEAST_FILLED = 4
_FILLED = re.compile(r"([^\w\s]|_)\1{3,}")  # Blank lines to fill in, and leaders.
_COMMON = frozenset("eariotns")
_COMMON_CODES = [ord(sign) for letter in sorted(_COMMON) for sign in (letter, letter.upper())]
_LETTERS = re.compile("[A-Za-z]")
_FOREIGN = re.compile("[\x80-\xff]")  # Latin-1 where another code page is meant.
_COPTIC, _MUCH_COPTIC = re.compile("[\u03e2-\u03ef]"), 0.05  # Behind Greek, where a font means another script.
_COMMON_SHARE, _MOSTLY_COMMON, _FAR_MORE = 0.42, 0.5, 0.15
_FARTHEST = 40
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")


def is_garbage(text: str) -> bool:
    """Whether the font maps to wrong characters: controls, private use, the wrong code page, or shifted letters."""
    whole = text.replace("\n", "")
    if not (whole.replace(HYPHEN, "") if HYPHEN in whole else whole).isprintable() or "\ufffd" in text:
        visible = len(text) - text.count(" ") - text.count("\n")
        if len(_NOT_TEXT.findall(text.replace("\x02", ""))) > 0.2 * visible:
            return True
    if _begins_as_language(text):
        return False
    sample = "".join(_sample_of(text).split())
    if len(sample) < _MIN_SAMPLE:
        return False
    if not sample.isascii() and (
        len(_FOREIGN.findall(sample)) > 0.5 * len(sample) or len(_COPTIC.findall(sample)) > _MUCH_COPTIC * len(sample)
    ):
        return True
    return _is_shifted(sample)


def _begins_as_language(text: str) -> bool:
    """A quick test, which most pages pass: the first characters have a language's letters, hardly any of them of the
    upper half of Latin-1."""
    begin = text[:_SAMPLE].lower()
    common = sum(map(begin.count, _COMMON))
    return common > _COMMON_SHARE * _SAMPLE and begin.encode("latin-1", "replace").isascii()


def _sample_of(text: str) -> str:
    """The first characters, without leaders and blank lines to fill in."""
    begin = _FILLED.sub("", text[: _SAMPLE + _SPARE])
    if len(begin) < _SAMPLE + _LEAST_FILLED and len(text) > _SAMPLE + _SPARE:
        begin = _FILLED.sub("", text)
    return begin[:_SAMPLE]


def without_noise(lines: Sequence[Line]) -> list[Line]:
    """The readable lines of a page with garbage: a figure may use such a font and the text another. Empty if little of
    the page is readable."""
    kept: list[Line] = []
    part: list[Line] = []
    for line in lines:
        part.append(line)
        if sum(len(other.text) for other in part) >= _PART:
            kept.extend([] if is_garbage("\n".join(other.text for other in part)) else part)
            part = []
    if kept and part and not is_garbage("\n".join(other.text for other in [*kept[-_TAIL:], *part])):
        kept.extend(part)
    left = sum(len(line.text) for line in kept)
    return kept if left >= _LEFT * sum(len(line.text) for line in lines) else []


def is_noise(lines: Sequence[Line]) -> bool:
    """Whether nothing would be left of a page without its garbage."""
    return is_garbage("\n".join([line.text for line in lines])) and not without_noise(lines)


def _is_shifted(sample: str) -> bool:
    """Whether the letters are far less typical of a language than those at a fixed distance in the code."""
    small = sample.lower()
    common = sum(map(small.count, _COMMON))
    if common > _COMMON_SHARE * len(sample) or len(_LETTERS.findall(sample)) < 0.5 * len(sample):
        return False
    counts = Counter(sample)
    best = max(_share_of_common(counts, len(sample), shift) for shift in range(-_FARTHEST, _FARTHEST + 1))
    return best > max(_MOSTLY_COMMON, common / len(sample) + _FAR_MORE)


def _share_of_common(counts: Counter[str], length: int, shift: int) -> float:
    """The share of common letters, were all moved by `shift`: the blank may be moved too, and is none of them then."""
    blanks = counts[chr(max(ord(" ") - shift, 0))]
    return _common(counts, shift) / max(length - blanks, 1)


def _common(counts: Counter[str], shift: int) -> int:
    """How many characters, moved by `shift`, are among the most common letters of European languages."""
    return sum(counts[chr(code - shift)] for code in _COMMON_CODES if code >= shift)


def text_of(group: Group, words: Collection[str]) -> str:
    """The group's text: code and table rows line by line, other kinds as one line. `words` decides about hyphens."""
    lines = [line.text for line in group.lines]
    if group.table is not None:
        text = "\n".join(named_lines(group.table.rows, group.table.header_rows))
    elif group.kind == "code":
        text = "\n".join(_indented(group))
    elif group.kind == "table":
        text = "\n".join(table_lines([line.split(CELL) for line in lines], header_rows=0))
    else:
        text = joined(lines, words).replace(CELL, " ")
    return polished(text)


def polished(text: str) -> str:
    """Replace ligatures by letters, join accents to letters, remove soft hyphens, shorten leaders to an ellipsis."""
    if ". . ." in text or "...." in text or "……" in text:
        text = _LEADERS.sub(" … ", text)
    if text.isascii():
        return text
    if _ARABIC in text.encode("utf-16-le", "surrogatepass"):
        text = _MARK_BEFORE.sub(r"\2\1", text)
    if _ODD.search(text) is None:
        return text
    if len(_ACCENT_BEHIND.findall(text)) > len(_ACCENT_BEFORE.findall(text)):
        text = _LETTER_ACCENTED.sub(_with_accent_behind, text)
    text = _CEDILLA.sub(lambda match: match.group(1) + "\u0327", text) if "¸" in text else text
    text = unicodedata.normalize("NFC", text) if "\u0327" in text else text
    return _ACCENTED.sub(_with_accent, text.translate(_LIGATURE_TABLE)).replace(HYPHEN, "-")


def joined(lines: Sequence[str], words: Collection[str]) -> str:
    """The lines joined to one, with words divided at line ends made whole."""
    if len(lines) == 1:
        return lines[0]
    ends = [line[-1] for line in lines[:-1]]
    if "-" not in ends and max(ends) <= _LAST_SPACED:
        return " ".join(lines)
    parts: list[str] = []
    for before, line in itertools.pairwise(lines):
        if before[-1] <= _LAST_SPACED and before[-1] != "-":
            parts += (before, " ")
        else:
            parts += _with_joint(before, line, words)
    parts.append(lines[-1])
    return "".join(parts)


def _with_joint(before: str, line: str, words: Collection[str]) -> tuple[str, str]:
    """The line before, without the hyphen at its end, and the text to put between it and the next."""
    last = before[-1]
    if last == HYPHEN:
        head = before[:-1].rpartition(" ")[2]
        tail = line.partition(" ")[0]
        return before[:-1], "-" if _keeps_hyphen(head, tail, words) else ""
    if last == "-" or are_unspaced(last, line):
        return before, ""
    return before, " "


def _keeps_hyphen(head: str, tail: str, words: Collection[str]) -> bool:
    """Whether the document has this compound elsewhere, or the parts do not make one word."""
    if not head or not tail or not head[-1].isalpha() or not tail[0].islower():
        return True
    bare = tail.rstrip(".,;:!?)”\"'").lower()
    return f"{head.lower()}-{bare}" in words and f"{head.lower()}{bare}" not in words


def _indented(group: Group) -> list[str]:
    """The lines of code, indented by their horizontal positions."""
    left = min(line.left for line in group.lines)
    widths = sorted((line.right - line.left) / len(line.text) for line in group.lines)
    width = max(widths[len(widths) // 2], 1.0)
    return [" " * min(round((line.left - left) / width), 80) + line.text.replace(CELL, "  ") for line in group.lines]


def _with_accent_behind(match: re.Match[str]) -> str:
    composed = unicodedata.normalize("NFC", {"ı": "i"}.get(match.group(1), match.group(1)) + _COMBINING[match.group(2)])
    return composed if len(composed) == 1 else match.group()


def _with_accent(match: re.Match[str]) -> str:
    accent, letter = (match.group(1) or match.group(3)), (match.group(2) or match.group(4))
    letter = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    composed = unicodedata.normalize("NFC", letter + _COMBINING[accent])
    return composed if len(composed) == 1 else match.group()
