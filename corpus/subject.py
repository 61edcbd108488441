"""Whose document it is, of which year and kind: the fields that say so, and how they are put before a chunk. Pure.

They are ordinary metadata: what somebody gave stays, what is missing ingest derives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ORGANISATION, YEAR, KIND = "organisation", "year", "kind"
_MAX_CHARS = 100
_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset(["and", "of", "the", "for", "de", "der", "des", "du", "et", "la", "le", "und", "y"])
_MIN_INITIALS = 3
# Legal forms at the end of a name, the longer ones first.
FORMS = (
    r"GmbH\s*&\s*Co\.?\s*(?:KGaA|KG|OHG)|AG\s*&\s*Co\.?\s*(?:KGaA|KG)|SE\s*&\s*Co\.?\s*(?:KGaA|KG)|gGmbH|GmbH|mbH|"
    r"UG\s*\(haftungsbeschränkt\)|KGaA|OHG|e\.\s?V\.|e\.\s?G\.|eG|e\.\s?K\.|Aktiengesellschaft|AG|SE|"
    r"Incorporated|Inc\.?|Corporation|Corp\.?|Company|Limited|Ltd\.?|L\.?L\.?C\.?|L\.?L\.?P\.?|PLC|P\.?L\.?C\.?|plc|"
    r"S\.A\.S\.?|S\.A\.R\.L\.?|S\.à\.?\s?r\.l\.|SARL|SAS|S\.A\.U\.?|S\.L\.U\.?|S\.A\.?|S\.L\.?|S\.p\.A\.|S\.r\.l\.|"
    r"Société anonyme|Sociedad Anónima|N\.V\.|B\.V\.|ASA|A/S|ApS|Oyj|Oy|Sp\.\s?z\s?o\.\s?o\.|d\.o\.o\.|a\.s\.|"
    r"Kft\.|Zrt\.|K\.K\.|Pty\.?\s+Ltd\.?|& Co(?:mpany|\.)?|Co\.?"
)
FORM_END = re.compile(rf"(?:\s*,\s*|\s+)(?:{FORMS})\s*$", re.IGNORECASE)


def plain(name: str) -> str:
    """The name without its legal form and article: "The Coca-Cola Company" is Coca-Cola."""
    name = re.sub(r"\s+", " ", re.sub(r"\s*/[A-Z]{2,3}/?$", "", name)).strip(" ,;:*–—-")
    begun = re.sub(r"^(?:the|die|der|das|les|la société)\s+", "", name, flags=re.IGNORECASE)
    before = ""
    short = begun
    while short != before:
        before, short = short, FORM_END.sub("", short).strip(" ,&")
    # A full stop at the end belonged to the legal form, which is gone now, or is not part of the name.
    return (short or name).strip(" .")


def spellings_of(organisation: str) -> list[str]:
    """The ways in which documents may have the name that somebody asks for: with its legal form and without, in
    capitals, and with capitals at the head of each word."""
    name = plain(organisation)
    return list(dict.fromkeys([organisation, name, name.upper(), " ".join(map(_capitalised, name.split()))]))


def subject_of(title: str | None, metadata: Mapping[str, object]) -> str:
    """What the fields say of a document that its title does not: "Best Buy 2023 annual report"; may be empty."""
    said = " ".join(_WORD.findall(title.casefold())) if title else ""
    values = [_value(metadata.get(name)) for name in (ORGANISATION, YEAR, KIND)]
    return " ".join(each for each in values if each and f" {_plain(each)} " not in f" {said} ")


def aliases_of(source: str, metadata: Mapping[str, object]) -> str:
    """Other spellings of the same, for the lexical index alone: bestbuy, JnJ, FY2023, the file's name."""
    organisation, year = _value(metadata.get(ORGANISATION)), _value(metadata.get(YEAR))
    if not organisation and not (year and _value(metadata.get(KIND))):
        return ""
    file = source.partition("#")[0].rstrip("/").rpartition("/")[2]
    fiscal = [f"FY{year}", f"FY{year[2:]}"] if len(year) == len("2026") and year.isdecimal() else []
    return " ".join([*_writings(organisation), *fiscal, file.rpartition(".")[0] or file])


def _writings(organisation: str) -> list[str]:
    """The name as one word, and its initials: "Johnson & Johnson" gives johnsonjohnson, J&J and JnJ."""
    words = _WORD.findall(organisation)
    if len(words) < 2:
        return []
    initials = [word[0].upper() for word in words if word.casefold() not in _SMALL]
    joined = ["".join(words).casefold()]
    if "&" in organisation and len(initials) == 2:
        return [*joined, "&".join(initials), "n".join(initials), "".join(initials)]
    return [*joined, "".join(initials)] if len(initials) >= _MIN_INITIALS else joined


def _capitalised(word: str) -> str:
    small = word.casefold()
    return small if small in _SMALL else small[:1].upper() + small[1:]


def _value(value: object) -> str:
    """A field's value as it can stand in a line; empty if it is a list, or long."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = " ".join(str(value).split())
    return text if len(text) <= _MAX_CHARS else ""


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
