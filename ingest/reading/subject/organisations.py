"""Find whose document it is: the name in its letterhead, with its legal form, or after words that introduce it. No I/O.

If a first page names several, only one that is confirmed elsewhere counts. The addressee never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from corpus.subject import FORM_END, FORMS, plain
from ingest.reading.subject.names import words_in
from ingest.reading.subject.spelling import CAPITAL, SMALL, name_from_path, run_together, spelled

# These endings are rarely part of a name if only one word comes before them.
_CASED_END = re.compile(rf"(?:\s*,\s*|\s+)(?:{FORMS})\s*$")
_WEAK = re.compile(r"(?:^|\s)(?:Company|Limited|Co\.?|SE|SAS|ASA|AG|Corporation)\s*$")
_SEPARATED = re.compile(r"\s*[|·•∙;]\s*|\s+[–—-]\s+|\t|\s{3,}|,\s+(?=\d|[^,]*\d)")
_REGISTRANT = re.compile(
    r"\(?\s*exact\s+name\s+of\s+(?:the\s+)?(?:registrant|company)s?\b|\(?\s*name\s+of\s+registrant\s+as\s+specified",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?<!\w)((?:[^\W\d_a-zß-ÿ]|e[A-Z])[\w.&’'+-]*(?:,?\s+(?:[^\W\d_a-zß-ÿ][\w.&’'+-]*|&|of|and|de|del|la|le|und)){0,5}?,?)\s+"
    r"\((?:the\s+)?(?:“[^”]{1,30}”[;,]?\s*)?(?:NYSE|NASDAQ|Nasdaq|NasdaqGS|LSE|TSX|ASX|FWB|XETRA|Xetra|Euronext|BME)\b[^)]{0,60}\)"
)
# Text on the first page of a form that is not a name.
_BOILERPLATE = re.compile(
    r"\b(?:form \S*\d|commission file|commission$|mark one|(?:fiscal|transition) (?:year|period)|pursuant|"
    r"securities (?:and|exchange|registered)|washington,? d|(?:annual|quarterly|current) report|file n|united states|"
    r"(?:year|quarter|period) ended|act of|registrant[’']s|telephone|"
    r"state of incorporation|of 19\d\d)\b|^\W*\(|^\W*(?:or|and|no)\W*$|[☐☒☑]",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"((?:[^\W\d_a-zß-ÿ]|\d|e[A-Z])[\w.&’'-]*(?:,?\s+(?:[^\W\d_a-zß-ÿ][\w.&’'-]*|&|of|and)){0,5}?),?\s+"
    r"(?:to\s+)?(?:reports?|announces?|declares?|completes?)\b",
    re.IGNORECASE,
)
_NO_NAMES = frozenset(
    re.findall(r"\w+", "total our your this the holding parent group other each public private company reports it")
)
_ADDRESSED = re.compile(
    r"^\W*(?:to|an|bill(?:ed)? to|ship to|sold to|customer|client|attn\.?|attention|kunde|auftraggeber|empfänger|"
    r"rechnungsempfänger|rechnung an|lieferanschrift|an die|à l[’']attention|destinataire|facturé à|cliente|"
    r"destinatario|a la atención)\b",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"^[^\w\n]*(?:dear |sehr geehrte|guten tag|liebe[rs]? |madame|monsieur|chère?s? |estimad[oa]s?|muy señor)",
    re.IGNORECASE | re.MULTILINE,
)
_PARTIES = re.compile(
    r"^\W*(?:between|by and between|zwischen|entre|and|und|et|y|by|signed|witness|subject|re|betreff)\b", re.IGNORECASE
)
_OF_TWO = re.compile(r"([^\W\d_a-zß-ÿ][^\W\d_]+) & ([^\W\d_a-zß-ÿ][^\W\d_]+)")
_MAX_WORDS = 8
_MAX_LINE_WORDS = 16
_MAX_HEAD_LINES = 40


def organisation_of(
    lines: Sequence[str],
    *,
    text: str,
    stated: Iterable[str],
    place: Iterable[str],
    is_letter: bool,
    is_contract: bool,
    is_press: bool,
    is_periodical: bool,
) -> str | None:
    """The name without its legal form; None if it is not certain.

    `lines` are those of the first page, `stated` the author and title in the properties, `place` the names of file and
    folders. The flags tell what kind of document it is: a letter has an addressee, a contract two parties.
    """
    if name := _registrant(lines) or _listed(lines) or (_announcing(stated) if is_press else None):
        return spelled(name, text)
    if is_periodical and (name := _initialled(lines, place) or name_from_path(place, text)):
        return name
    found = _in_letterhead(lines)
    names = list(dict.fromkeys(plain(each) for each in found))
    if not names:
        return None
    confirmed = [name for name in names if _confirms(name, stated, place)]
    if len(confirmed) == 1:
        return spelled(confirmed[0], text)
    if len(names) == 1 and not is_contract and (not is_letter or _comes_again(found[0], text)):
        return spelled(names[0], text)
    return None


def _registrant(lines: Sequence[str]) -> str | None:
    """The name above "(Exact name of registrant as specified in its charter)"."""
    for number, line in enumerate(lines):
        found = _REGISTRANT.search(line)
        if not found:
            continue
        before = [line[: found.start()].strip(" (:|;"), *reversed(lines[max(0, number - 3) : number])]
        above = next((each for each in before if each and _is_name(each)), "")
        above = re.split(r"\s*[|;]\s*", above)[0]
        above = next((each for part in reversed(re.split(r"[-_*=]{3,}", above)) if (each := part.strip(" _*|-"))), "")
        if ": " in above:  # A table row, where the column name precedes the cell.
            above = above.rpartition(": ")[2]
        return plain(above) if _is_name(above) else None
    return None


def _listed(lines: Sequence[str]) -> str | None:
    """The first name followed by its stock exchange in brackets, as in press releases."""
    for line in lines[:_MAX_HEAD_LINES]:
        if found := _LISTED.search(line):
            return plain(found[1])
    return None


def _announcing(stated: Iterable[str]) -> str | None:
    """Who reports or announces something, from the start of a press release's title."""
    found = [match for each in stated if (match := _ANNOUNCES.match(each))]
    return plain(found[-1][1]) if found and found[-1][1].split()[0].casefold() not in _NO_NAMES else None


def _is_name(line: str) -> bool:
    bare = line.strip(" _*|")
    is_short = len(bare.split()) <= 10 or bool(re.search(r"[-_*=]{3,}", bare))
    return bool(re.search(r"[^\W\d_]", bare)) and is_short and not _BOILERPLATE.search(bare[-80:])


def _in_letterhead(lines: Sequence[str]) -> list[str]:
    """The names with a legal form that are on a line of their own or followed by an address."""
    found: list[str] = []
    addressed = False
    for line in lines[:_MAX_HEAD_LINES]:
        if _ADDRESSED.match(line):
            addressed = len(line.split()) <= 4  # The name is on the next line.
            continue
        if not addressed and not _PARTIES.match(line) and len(line.split()) <= _MAX_LINE_WORDS:
            found += _parts(line)
        addressed = False
    return found


def _parts(line: str) -> list[str]:
    return [part for each in _SEPARATED.split(line) if (part := each.strip(" ,*_#()|")) and _has_legal_form(part)]


def _has_legal_form(part: str) -> bool:
    ending = _CASED_END.search(part) or (FORM_END.search(part) if part.isupper() else None)
    if ending is None or len(part.split()) > _MAX_WORDS or re.search(r"[:?!\"“„»]|\. \w", part):
        return False
    name = part[: ending.start()]
    words = [word for word in name.split() if word.casefold() not in SMALL and word != "&"]
    if not words or any(not CAPITAL.match(word) and not re.search(r"[A-Z]", word) for word in words):
        return False
    return not (_WEAK.search(part) and words[0].casefold() in _NO_NAMES)


def _confirms(name: str, stated: Iterable[str], place: Iterable[str]) -> bool:
    """Whether properties or path contain the name too, whatever its spelling."""
    short = run_together(name)
    first = run_together(name.split()[0])
    for each in stated:
        if short and short in run_together(each):
            return True
    names = {run_together(each) for each in place} | {run for each in place for run in _runs(words_in(each))}
    return len(short) >= 2 and (short in names or (len(first) >= 5 and first in names))


def _runs(words: Sequence[str]) -> Iterator[str]:
    """All runs of consecutive words, joined: PepsiCo_AR22 contains "pepsico"."""
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            yield run_together("".join(words[start:end]))


def _initialled(lines: Sequence[str], place: Iterable[str]) -> str | None:
    """A name with "&" on a line of its own whose initials are in the path: JnJ-2022 is Johnson & Johnson's."""
    names = {word.casefold() for each in place for word in re.split(r"[^\w&]+|_", each)}
    for line in lines[:_MAX_HEAD_LINES]:
        if found := _OF_TWO.fullmatch(plain(line)):
            first, second = (each[0].casefold() for each in found.groups())
            if not names.isdisjoint({f"{first}n{second}", f"{first}&{second}"}):
                return plain(line)
    return None


def _comes_again(name: str, text: str) -> bool:
    """Whether the name occurs again in the text, as a sender's does in the signature or footer of a letter."""
    return text.count(name) > 1


def is_letter(page: str) -> bool:
    """Whether the first page has a salutation."""
    return bool(_SALUTATION.search(page))
