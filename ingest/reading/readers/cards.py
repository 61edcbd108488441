"""Calendars (ICS, RFC 5545) and contacts (VCF, RFC 6350): a record per entry, with everyday names for its fields."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Iterator

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.recurrence import in_words

_PARTS = "Name in parts"
_NAMES = {
    "SUMMARY": "Title", "DTSTART": "Start", "DTEND": "End", "DUE": "Due", "LOCATION": "Place", "DESCRIPTION": "Text",
    "ORGANIZER": "Organizer", "ATTENDEE": "With", "STATUS": "Status", "RRULE": "Repeats", "URL": "URL",
    "CATEGORIES": "Categories", "COMMENT": "Comment", "FN": "Name", "ORG": "Organization", "TITLE": "Position",
    "TEL": "Phone", "EMAIL": "E-mail", "ADR": "Address", "NOTE": "Note", "BDAY": "Birthday", "NICKNAME": "Nickname",
    "ROLE": "Role", "CONFERENCE": "Conference", "DURATION": "Duration", "EXDATE": "Not on", "RDATE": "Also on",
    "PERCENT-COMPLETE": "Per cent done", "COMPLETED": "Completed", "PRIORITY": "Priority", "ANNIVERSARY": "Anniversary",
    "ATTACH": "Attachment", "N": _PARTS,
}  # fmt: skip
_ENTRIES = ("VEVENT", "VTODO", "VJOURNAL", "VCARD")
_LINE = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;(?:[^:\"]++|\"[^\"]*+\")*+)?):(.*)$", re.DOTALL)
_ZONE = re.compile(r';TZID="?([^";:]+)')
_COMMON_NAME = re.compile(r';CN="?([^";:]+)')
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(Z?))?$")
_CALENDAR = re.compile(r"^X-WR-CALNAME[^:\n]*:(.+)$", re.MULTILINE)
_ALL_DAY = re.compile(r"\d{8}")
_QUOTED = re.compile("ENCODING=QUOTED-PRINTABLE", re.IGNORECASE)


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    composer = Composer()
    title = ""
    text = clean(decode(data))
    for entry in _entries(text):
        heading = next((value for name, value in entry if name in ("Title", "Name")), "")
        title = title or heading
        composer.heading(heading, 1)
        composer.table(f"{name}: {value}" for name, value in entry if value != heading)
    if not composer.blocks:
        raise DocumentEmpty("The file holds no entry.")
    is_one = sum(block.kind == "heading" for block in composer.blocks) == 1
    calendar = _CALENDAR.search(text)
    return [composer.finish(title=title if is_one else one_line(calendar.group(1)) if calendar else None)]


def _entries(text: str) -> Iterator[list[tuple[str, str]]]:
    """The fields of each entry, without alarms and time zones inside it."""
    entry: list[tuple[str, str]] = []
    inside: list[str] = []
    for line in _unfolded(text):
        match = _LINE.match(line)
        if match is None:
            continue
        name, about, value = match.group(1).upper(), match.group(2), match.group(3)
        if name == "BEGIN":
            inside.append(value.strip().upper())
            entry = [] if inside[-1] in _ENTRIES else entry
        elif name == "END":
            if inside and inside.pop() in _ENTRIES and entry:
                yield _named_once(entry)
        elif inside and inside[-1] in _ENTRIES and name in _NAMES and (shown := _shown(name, about, value)):
            entry.append((_NAMES[name], shown))


def _named_once(entry: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields with the name as it is written out, if it is, and not in its parts too."""
    return (
        [field for field in entry if field[0] != _PARTS]
        if any(name == "Name" for name, _ in entry)
        else [("Name" if name == _PARTS else name, value) for name, value in entry]
    )


def _unfolded(text: str) -> list[str]:
    """The lines, with folded lines (continued by a blank, or by = in quoted-printable) joined."""
    return re.sub(r"=\n(?=[^\n]*)(?![A-Z-]+[;:])", "", re.sub(r"\n[ \t]", "", text)).split("\n")


def _shown(name: str, about: str, value: str) -> str:
    if _QUOTED.search(about):
        import quopri

        value = decode(quopri.decodestring(value.encode()))
    common = _COMMON_NAME.search(about)
    if name in ("ORGANIZER", "ATTENDEE"):
        address = value.partition(":")[2] if value.lower().startswith("mailto:") else value
        return one_line(f"{common.group(1)} <{address}>" if common and address else address)
    if name == "N":  # Family name, given name, further names, titles before and behind.
        family, given, *more = [*value.split(";"), "", ""][:5]
        return one_line(" ".join((*more[1:2], given, *more[:1], family)))
    if name == "ATTACH" and not value.startswith("http"):
        return ""
    if name == "RRULE":
        return in_words(value)
    if name == "DTEND" and _ALL_DAY.fullmatch(value.strip()):  # DTEND is the day after the last one.
        with contextlib.suppress(ValueError, OverflowError):
            last = datetime.date.fromisoformat(value.strip()) - datetime.timedelta(days=1)
            return last.isoformat()
    if name in ("EXDATE", "RDATE") and "," in value:
        return ", ".join(_shown(name, about, part) for part in value.split(","))
    date = _DATE.match(value.strip())
    if date:
        year, month, day, hour, minute, zone = date.groups()
        named = _ZONE.search(about)
        place = " UTC" if zone else f" ({named.group(1)})" if named else ""
        return f"{year}-{month}-{day}" + (f" {hour}:{minute}{place}" if hour else "")
    parts = [part for part in re.split(r"(?<!\\);", value) if part.strip()] if name in ("ADR", "ORG") else [value]
    text = ", ".join(parts)
    return one_line(re.sub(r"\\([\\;,nN])", lambda match: " " if match.group(1) in "nN" else match.group(1), text))
