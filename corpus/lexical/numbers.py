"""The terms of a number, however it is written: 1250, 1,250.00, 1.250,00, 1 250 and 1'250 have one in common.

Where a writing can be read in two ways ("1.250"), both are terms. A version keeps its figures: 3.10 is not 3.1.
"""

from __future__ import annotations

import re
import unicodedata

# Digits with a separator between them; a space only if it separates thousands. A currency sign marks money.
SIGNS = "$¢£¤¥₡₤₦₩₪₫€₱₴₸₹₺₽₿"
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:['’_ ]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}")
_INSIDE = re.compile(r"(?<![\d.,])\d+(?:[.,'’]\d+)+(?![.,'’]?\d)")
_VERSION = re.compile(r"v?(\d+(?:\.\d+)+)", re.IGNORECASE)
_MONEY = re.compile(rf"[{SIGNS}] ?(.+)|(.+?) ?[{SIGNS}]")
_PARTED = re.compile(r"(.*?)([.,'’_ ])(\d+)")
_NOT_DIGITS = re.compile(r"\D+")


def digits(number: str) -> str:
    """The number in the digits of ASCII."""
    return number if number.isascii() else "".join(_ascii(each) for each in number)


def number_terms(word: str) -> list[str]:
    """The terms of a number with separators, a currency sign or a leading `v`."""
    money = _MONEY.fullmatch(word)
    number = digits((money[1] or money[2]) if money else word)
    terms = _readings(number)
    if money:
        # Then the figures after the point do not distinguish versions.
        terms += [each.rstrip("0").rstrip(".") for each in terms if "." in each]
    if " " in number:
        # They may be two separate numbers side by side.
        terms += [each for each in _NOT_DIGITS.split(number) if each]
    return list(dict.fromkeys(terms))


def numbers_inside(word: str) -> list[str]:
    """The terms of numbers with separators inside a longer word: "1,250/month", "EUR1,250"."""
    return [term for number in _INSIDE.findall(word) for term in _readings(digits(number))]


def _readings(number: str) -> list[str]:
    if _GROUPED.fullmatch(number):
        whole = _joined(number)
        # "1.250" may be a decimal, and "1.250.000" a version.
        return [whole, *_versions(number)] if "." in number else [whole]
    if version := _VERSION.fullmatch(number):
        return _versions(version[1])
    before, separator, after = _parts(number)
    if (
        separator
        and separator in ",."
        and (before.isdecimal() or (_GROUPED.fullmatch(before) and separator not in before))
    ):
        return _decimal(_joined(before), after)
    return [each for each in _NOT_DIGITS.split(number) if each]


def _parts(number: str) -> tuple[str, str, str]:
    found = _PARTED.fullmatch(number)
    return (found[1], found[2], found[3]) if found else (number, "", "")


def _decimal(whole: str, fraction: str) -> list[str]:
    return [f"{whole}.{fraction}", *([] if fraction.strip("0") else [whole])]


def _versions(number: str) -> list[str]:
    """ "1.2.3" is itself and 1.2, so that the shorter version finds it; "2.0" is 2 too; "31.12.2026" has its year."""
    parts = number.split(".")
    if len(parts) == 2:
        return _decimal(*parts)
    years = [part for part in parts if len(part) == len("2026")]
    return [".".join(parts[:length]) for length in range(2, len(parts) + 1)] + years


def _joined(number: str) -> str:
    return _NOT_DIGITS.sub("", number)


def _ascii(character: str) -> str:
    return str(unicodedata.decimal(character, character))
