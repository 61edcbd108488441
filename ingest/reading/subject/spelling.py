"""Spellings of a name: in running text, as one word, in capitals. No I/O."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ingest.reading.subject import kinds
from ingest.reading.subject.names import words_in

SMALL = frozenset(re.findall(r"\w+", "a an and at by de del der des di du e et for in la le of on the und van von y"))
CAPITAL = re.compile(r"(?:[^\W\d_a-zß-ÿ]|\d)")
_MAX_CHARS = 300_000  # Characters searched for a name.
_MIN_CAPITALS = 0.8  # Share of letters.
_MIN_TIMES = 3
_MIN_LETTERS = 4
_MIN_PROPER = 0.9  # Share of a name's occurrences that are capitalised.


def spelled(name: str, text: str) -> str:
    """The spelling of a name in running text, if the letterhead has it in capitals."""
    if not _is_in_capitals(name) or len(name) < 2:
        return name
    if (whole := re.sub(r"\b([A-Z]) (?=[A-Z]{2,}\b)", r"\1", name)) != name and whole.casefold() in text.casefold():
        name = whole  # The first letter of each word was larger and set apart.
    pattern = r"[\s-]+".join(re.escape(word) for word in re.split(r"[\s-]+", name))
    found = re.finditer(rf"(?<!\w){pattern}(?!\w)", text[:_MAX_CHARS], re.IGNORECASE)
    written = Counter(re.sub(r"\s+", " ", match[0]) for match in found)
    usual = [(count, each) for each, count in written.items() if not each.islower()]
    # Headings may be in capitals too, so for names of several words such spellings do not count.
    if mixed := [pair for pair in usual if not pair[1].isupper() or " " not in name]:
        count, most = max(mixed)
        if count > 1 or not most.isupper():
            return most
    return " ".join(_in_title_case(word) for word in name.split()) if " " in name or len(name) > 5 else name


def _is_in_capitals(name: str) -> bool:
    """Whether almost all letters are capitals, as in McDONALD'S."""
    letters = [letter for letter in name if letter.isalpha()]
    return sum(letter.isupper() for letter in letters) >= _MIN_CAPITALS * len(letters) > 0


def _in_title_case(word: str) -> str:
    if word.casefold() in SMALL:
        return word.lower()
    if (len(word) <= 3 and not re.search("[AEIOUY]", word)) or not word.isalpha():
        return "-".join(part.capitalize() for part in word.split("-")) if "-" in word or "." in word else word
    return word.capitalize()


def name_from_path(place: Iterable[str], text: str) -> str | None:
    """The beginning of a file or folder name that the text uses as a proper noun: BESTBUY is Best Buy."""
    for each in reversed(list(place)):
        for begun in _beginnings(each):
            pattern = r"[\s.&’'-]{0,3}".join(map(re.escape, begun))
            found = re.findall(rf"(?<!\w){pattern}(?!\w)", text[:_MAX_CHARS], re.IGNORECASE)
            written = Counter(re.sub(r"\s+", " ", match) for match in found)
            as_names = Counter({way: count for way, count in written.items() if _is_proper(way)})
            is_noun = as_names.total() >= _MIN_TIMES and as_names.total() >= _MIN_PROPER * written.total()
            if is_noun and not kinds.kind_in(way := max(as_names, key=lambda one: (not one.isupper(), as_names[one]))):
                return way
    return None


def _is_proper(way: str) -> bool:
    return all(word == "&" or CAPITAL.match(word) for word in way.split())


def _beginnings(name: str) -> list[str]:
    """The letters of the first words, longest first: for best_buy_2023, bestbuy and best."""
    first = re.match(r"[^\W\d_]+(?:[\s_.&-]{1,3}[^\W\d_]+){0,3}", name)
    words = re.findall(r"[^\W\d_]+", first[0]) if first else []
    parts = ["".join(words[:count]) for count in range(len(words), 0, -1)]
    return [part for part in parts if len(part) >= _MIN_LETTERS and not kinds.kind_in(" ".join(words_in(part)))]


def run_together(text: str) -> str:
    """The letters and digits only, in lower case."""
    return re.sub(r"[\W_]+", "", text).casefold()
