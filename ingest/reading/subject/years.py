"""Find the year that a document is about, by its reporting period, name or date, not its copyright. No I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.reading.subject import kinds
from ingest.reading.subject.names import words_in

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero", "february feb februar février fevrier febrero",
            "march mar märz maerz mars marzo", "april apr avril abril", "may mai mayo", "june jun juni juin junio",
            "july jul juli juillet julio", "august aug août aout agosto",
            "september sept sep septembre septiembre", "october oct oktober okt octobre octubre",
            "november nov novembre noviembre", "december dec dezember dez décembre decembre diciembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
# The groups are: month and year, twice; year and month; month and year in digits.
_DATE = (
    rf"(?:({_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\s*,?\s+({_YEAR})"
    rf"|(?:\d{{1,2}}(?:er|º|\.|st|nd|rd|th)?\s+)?(?:de\s+)?({_MONTH})\.?,?\s+(?:de[l]?\s+)?({_YEAR})"
    rf"|({_YEAR})-(\d\d)-\d\d|\d{{1,2}}[./]\s?(\d{{1,2}})[./]\s?({_YEAR}))(?!\d)"
)
_ANY_DATE = re.compile(rf"(?<!\w){_DATE}", re.IGNORECASE)
_PERIOD = re.compile(
    r"(?:(?:fiscal|financial)?\s*(?:year|quarter|months|weeks|period)\s*,?\s+(?:ended|ending)|"
    r"(?:geschäftsjahr\w*|geschäftsjahres|jahres(?:abschluss|bericht)|konzernabschluss)\s+(?:zum|bis zum|endete? am)|"
    r"exercice\s+(?:clos|terminé|achevé)\s+(?:le|au)|ejercicio\s+(?:anual\s+)?(?:cerrado|terminado|finalizado)\s+"
    rf"(?:el|a|al))\s*:?\s+(?:the\s+)?{_DATE}",
    re.IGNORECASE,
)
_FISCAL = re.compile(
    rf"(?<!\w)(?:(?:fiscal|financial)(?:\s+year)?|FY|geschäftsjahr(?:es)?|exercice|ejercicio)\s*'?({_YEAR})"
    rf"(?:\s?[/–-]\s?((?:20)?\d\d))?(?!\d)",
    re.IGNORECASE,
)
_SPAN = re.compile(rf"(?<!\d)({_YEAR})\s?/\s?((?:{_YEAR})|\d\d)(?!\d)")
_ALONE = re.compile(rf"(?<![\w.,$€£/-])({_YEAR})(?![\w/%]|[.,-]\d|-[^\W\d_])")
_AS_OF = re.compile(
    r"(?:effective(?: date| from| as of)?|last (?:updated|revised|reviewed)|revised|adopted|valid from|gültig ab|"
    r"in kraft (?:ab|seit)|stand|en vigueur (?:le|depuis le|à compter du)|vigente desde(?: el)?|"
    rf"en vigor desde(?: el)?)\s*:?\s+(?:on\s+|am\s+|vom\s+)?(?:{_DATE}|({_YEAR})(?!\d))",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"©|\(c\)\s*\d|copyright|all rights reserved|alle rechte|tous droits|todos los derechos", re.IGNORECASE
)
_RESULTS_OF = re.compile(
    r"(?:quarter|(?:full|fiscal)[- ]year)\s+(?:and\s+full[- ]year\s+)?(?:of\s+)?(?:fiscal\s+)?(?:year\s+)?"
    rf"({_YEAR})(?!\d)",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"([A-Za-z]*)(?<!\d)({_YEAR})(?!\d)")
# AX2000 is a product name, but Report2000 contains a year, and so do names with these prefixes.
_MODEL = re.compile(r"(?!FY|CY|HY|GB|AR|JA)[A-Z]{1,3}")
_QUARTERS = re.compile(r"quarter|quartal|trimest", re.IGNORECASE)


def period_year(page: str, text: str) -> int | None:
    """The year of the period that ends on the date of the first page, counted as the document counts fiscal years."""
    found = _PERIOD.search(page)
    if found is None:
        return None
    month, year = _of_date(found.groups())
    if year is None:
        return None
    days = re.findall(r"(?<!\d)\d{1,2}(?!\d)", found[0])
    if month == 1 and days and int(days[-1]) <= 7 and not _QUARTERS.search(found[0]):
        return year - 1  # The last week of the previous year.
    if month != 1 and month != 2 and not _QUARTERS.search(found[0]):
        return year
    return _as_counted(text, month or 12, year, quarterly=bool(_QUARTERS.search(page[:2000])))


def _as_counted(text: str, month: int, year: int, *, quarterly: bool) -> int:
    """Decide by the text's own references: a fiscal year that ends in January may be named after either year."""
    said = [int(match[1]) for match in _FISCAL.finditer(text[:400_000])]
    counts = {each: said.count(each) for each in (year - 1, year, year + 1)}
    if quarterly:
        return year + 1 if counts[year + 1] >= 5 and 2 * counts[year + 1] >= counts[year] else year
    return year - 1 if month <= 2 and counts[year - 1] > counts[year] else year


def year_in_title(title: str) -> int | None:
    """The only year in a title; the later one of 2022/23."""
    if fiscal := _FISCAL.search(title):
        return _later(int(fiscal[1]), fiscal[2])
    if span := _SPAN.search(title):
        return _later(int(span[1]), span[2])
    years = {int(match[1]) for match in _ALONE.finditer(title)}
    return years.pop() if len(years) == 1 and not _RIGHTS.search(title) else None


def year_in_lines(lines: Sequence[str]) -> int | None:
    """The year in the first lines, beside the name of a report or on a line after it."""
    for number, line in enumerate(lines):
        if len(line.split()) > 10 or _RIGHTS.search(line):
            continue
        if year := year_in_title(line):
            near = " ".join(lines[max(0, number - 1) : number + 2])
            if kinds.names_report(line) or (kinds.names_report(near) and len(line.split()) <= 2):
                return year
    return None


def year_of_validity(page: str) -> int | None:
    """The year since which the document is valid, after words such as: effective, Stand, en vigueur."""
    for found in _AS_OF.finditer(page):
        *date, year = found.groups()
        if year or (year := _of_date(date)[1]):
            return int(year)
    return None


def year_of_date(page: str) -> int | None:
    """The year of the first date on a page that is not in a copyright notice."""
    for line in page.splitlines():
        if not _RIGHTS.search(line) and (found := _ANY_DATE.search(line)):
            return _of_date(found.groups())[1]
    return None


def year_of_results(page: str) -> int | None:
    """The year of the quarter or fiscal year whose results the first page reports."""
    found = _RESULTS_OF.search(page)
    return int(found[1]) if found else None


def first_date(page: str) -> str:
    """The first date on a page, as it is written; empty if there is none."""
    for found in _ANY_DATE.finditer(page):
        if _of_date(found.groups())[1] and re.search(r"(?<!\d)\d{1,2}(?!\d)", found[0]):
            return re.sub(r"\s+", " ", found[0]).title()
    return ""


def year_in_name(stem: str) -> int | None:
    """The only year in a file name, also as part of a date."""
    years = {int(match[2]) for match in _NAMED.finditer(stem) if not _MODEL.fullmatch(match[1])}
    years |= {
        int(match[1]) for match in re.finditer(rf"(?<!\d)({_YEAR})(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)", stem)
    }
    years |= {2000 + int(match[1]) for match in re.finditer(r"(?<![A-Za-z])FY[-_ ]?(\d\d)(?!\d)", stem)}
    return years.pop() if len(years) == 1 and words_in(stem) else None


def year_of_folder(folders: Sequence[str]) -> int | None:
    """The year that is the name of a folder."""
    return next((int(each) for each in reversed(folders) if re.fullmatch(_YEAR, each)), None)


def _later(year: int, end: str | None) -> int:
    if not end:
        return year
    later = int(end) if len(end) == 4 else year // 100 * 100 + int(end)
    return later if later == year + 1 else year


def _of_date(groups: Sequence[str | None]) -> tuple[int | None, int | None]:
    first, year_1, second, year_2, year_3, month_3, month_4, year_4 = groups[:8]
    name, year = first or second, year_1 or year_2 or year_3 or year_4
    month = _MONTHS[name.casefold()] if name else int(month_3 or month_4 or 0)
    return (month, int(year)) if year and 1 <= month <= 12 else (None, None)
