"""Derive a document's organisation, year, kind and title. Values that somebody has stated are never changed. No I/O.

If these rules give other results, change SUBJECTS in corpus/collection.py, so that stored files are read again once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.records import MetadataValue, composed
from corpus.subject import KIND, ORGANISATION, YEAR, plain
from ingest.reading.document import Document
from ingest.reading.subject import kinds, organisations, years
from ingest.reading.subject.names import is_uninformative, place_of, title_from, words_in
from ingest.reading.subject.spelling import spelled

_MAX_PAGE_CHARS = 6_000
_MAX_LINE_CHARS = 400
_MAX_HEAD_LINES = 12
_MAX_LABEL_WORDS = 10
_CODE = re.compile(r"(?=(?:\D*\d){4})\S+|[\W\d_]*")
_NO_TITLE = re.compile(
    r"\W*(?:(?:united states\s+)?securities and exchange commission.*|united states|table of contents|contents|"
    r"inhalt(?:sverzeichnis)?|sommaire|table des matières|índice|form\s+\S+|washington,? d\.?c\.?.*)\W*",
    re.IGNORECASE,
)
_FORM_TITLE = re.compile(r"\b(?:10-?[KQ]|20-?F|40-?F|[68]-?K)\b", re.IGNORECASE)
_MIN_HEADLINE_WORDS, _MAX_HEADLINE_WORDS = 4, 20
_NO_HEADLINE = re.compile(r"[\d:@|;]|[.,]$|https?|www|\w\.\w", re.IGNORECASE)
_STATED = ("author", "subject", "keywords", "publisher", "creator")
_OTHER_NAMES = ("organization", "company")


@dataclass(frozen=True, slots=True)
class _Start:
    """The start of a document: its first page and the lines of that page; its folders and its file name."""

    page: str
    lines: Sequence[str]
    folders: Sequence[str]
    stem: str


def described(document: Document, source: str, *, is_titled: bool) -> Document:
    """The document with what its text and its path (`source`) tell. `is_titled`: its title was set by the user."""
    begin = _begin_of(document, source)
    metadata = dict(document.metadata)
    title = document.title
    is_poor = not is_titled and (title is None or _is_poor(title, begin.stem))
    stated = "" if title is None or is_poor else title
    form = kinds.form_stated(begin.page) or kinds.form_named(begin.stem)
    kind = _text(metadata, KIND) or _kind(begin, stated, form)
    if kind:
        metadata.setdefault(KIND, kind)
    if year := _year(begin, document.text, stated, kind):
        metadata.setdefault(YEAR, year)
    if name := _organisation(begin, document, kind):
        metadata.setdefault(ORGANISATION, composed(name))
    if not is_titled and (is_poor or (form and _says_less(stated, name))):
        title = _title(begin, metadata, form) or title
    return replace(document, title=title, metadata=metadata)


def _begin_of(document: Document, source: str) -> _Start:
    end = min(document.page_starts[1] if len(document.page_starts) > 1 else _MAX_PAGE_CHARS, _MAX_PAGE_CHARS)
    page = document.text[: max(end, 0)]
    lines = [bare for line in page.splitlines() if (bare := line.strip(" \t#*_>|").strip()[:_MAX_LINE_CHARS])]
    if document.name is None:
        folders, stem = place_of(source)
    else:  # A record's name counts as a file name only if it has a suffix.
        folders, stem = place_of(document.name) if re.search(r"\.\w{2,5}$", document.name) else ([], "")
    return _Start(page, lines, folders, stem)


def _is_poor(title: str, stem: str) -> bool:
    """Whether the title is only a file name or a code."""
    return bool(title.casefold() == stem.casefold() or _CODE.fullmatch(title) or _NO_TITLE.fullmatch(title))


def _says_less(title: str, organisation: str | None) -> bool:
    """Whether a form's title says less than its form, year and organisation together."""
    if _FORM_TITLE.search(title) or organisation is None:
        return bool(_FORM_TITLE.search(title))
    name = organisation.casefold()
    return plain(title).casefold() == name or name.split()[0] not in title.casefold()


def _kind(begin: _Start, stated: str, form: str | None) -> str | None:
    if form:
        return kinds.FORMS.get(form)
    if kinds.is_from_a_wire(begin.page, stated):
        return kinds.PRESS
    return (
        kinds.kind_in(stated)
        or kinds.kind_of_lines(begin.lines[:_MAX_HEAD_LINES])
        or kinds.kind_in(" ".join(words_in(begin.stem)))
        or kinds.kind_of_folder(begin.folders)
    )


def _year(begin: _Start, text: str, stated: str, kind: str | None) -> int | None:
    page = begin.page
    reported = years.period_year(page, text) if kind in kinds.PERIODICAL else None
    return (
        reported
        or years.year_in_title(stated)
        or (years.year_of_results(page) if kind == kinds.PRESS else None)
        or years.year_in_lines(begin.lines[:_MAX_HEAD_LINES])
        or (years.year_of_validity(page) if kind else None)
        or (years.year_of_date(page) if kind in kinds.DATED else None)
        or years.year_in_name(begin.stem)
        or years.year_of_folder(begin.folders)
    )


def _organisation(begin: _Start, document: Document, kind: str | None) -> str | None:
    for name in _OTHER_NAMES:
        if said := _text(document.metadata, name):
            return spelled(plain(said), document.text)
    stated = [said for name in _STATED if (said := _text(document.metadata, name))]
    return organisations.organisation_of(
        begin.lines,
        text=document.text,
        stated=[*stated, document.title or ""],
        place=[*begin.folders, begin.stem],
        is_letter=kind == kinds.INVOICE or organisations.is_letter(begin.page),
        is_contract=kind == kinds.CONTRACT,
        is_press=kind == kinds.PRESS,
        is_periodical=kind in {*kinds.PERIODICAL, kinds.PRESS, kinds.CURRENT},
    )


def _title(begin: _Start, metadata: Mapping[str, MetadataValue], form: str | None) -> str | None:
    """A title made of what is known, such as "Best Buy 2023 annual report (10-K)"."""
    said = [str(value) for name in (ORGANISATION, YEAR, KIND) if (value := metadata.get(name))]
    if form:
        if ORGANISATION not in metadata:
            said = [*_others_in(begin.stem, said), *said]
        named = [*said, f"({form})"] if said else []
        day = _day_of(begin) if kinds.FORMS.get(form) in {kinds.QUARTERLY, kinds.CURRENT} else ""
        return " ".join(named) + (f", {day}" if named and day else "") or None
    label = next(
        (
            line
            for line in begin.lines[:_MAX_HEAD_LINES]
            if len(line.split()) <= _MAX_LABEL_WORDS and kinds.kind_in(line)
        ),
        None,
    )
    if metadata.get(KIND) == kinds.PRESS and (headline := _headline(begin.lines[:_MAX_HEAD_LINES])):
        return headline
    return label or title_from(begin.stem) or (" ".join(said) if len(said) > 1 else None)


def _headline(lines: Sequence[str]) -> str | None:
    """The headline of a press release: the first line after the one that announces it, as long as a headline, without
    a date or an address and not a sentence; None if there is none.
    """
    place = next((number for number, line in enumerate(lines) if kinds.is_press_alone(line)), len(lines))
    below = [line for line in lines[place + 1 :] if not _NO_HEADLINE.search(line)]
    return next((line for line in below if _MIN_HEADLINE_WORDS <= len(line.split()) <= _MAX_HEADLINE_WORDS), None)


def _others_in(stem: str, said: Sequence[str]) -> list[str]:
    """The words of a file name that are not in `said`: JnJ for JnJ-2022-10K."""
    known = {"fy", *" ".join(said).casefold().split()}
    words = words_in(kinds.without_form(stem))
    return [word for word in words if word.isalpha() and word.casefold() not in known and not is_uninformative(word)]


def _day_of(begin: _Start) -> str:
    """The first date in a form: the end of its quarter, or the date of the event reported."""
    return years.first_date(begin.page)


def _text(metadata: Mapping[str, MetadataValue], name: str) -> str | None:
    value = metadata.get(name)
    return value.strip() or None if isinstance(value, str) else None
