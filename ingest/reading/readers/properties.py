"""Document properties of office files: title, author, time of the last change. Covers OOXML, OpenDocument and the
compound files from before 2007."""

from __future__ import annotations

import codecs
import datetime
from dataclasses import dataclass, field
from typing import TypeGuard

import olefile

from corpus.records import MetadataValue
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.package import Package, local_name
from ingest.reading.readers.titles import usable_text, usable_title

_NO_YEAR = 1980
_OOXML = "docProps/core.xml"
_OPENDOCUMENT = "meta.xml"
# Elements of both formats (ECMA-376, part 2, 11; OpenDocument 1.3, 4.3), and their names here.
_METADATA = {
    "creator": "author",
    "initial-creator": "author",
    "subject": "subject",
    "keywords": "keywords",
    "keyword": "keywords",
    "category": "category",
    "language": "language",
}


@dataclass(frozen=True, slots=True)
class Properties:
    title: str | None = None
    updated_at: str | None = None
    metadata: dict[str, MetadataValue] = field(default_factory=dict)


def properties_of(package: Package) -> Properties:
    """The properties; empty if the package has none."""
    member = next((name for name in (_OOXML, _OPENDOCUMENT) if name in package), None)
    if member is None:
        return Properties()
    values: dict[str, str] = {}
    for element in package.xml(member).iter():
        text = one_line(element.text or "")
        if text:
            values.setdefault(local_name(element), text)
    metadata: dict[str, MetadataValue] = {}
    for key, name in _METADATA.items():
        if stated := usable_text(values.get(key)):
            metadata.setdefault(name, stated)
    # OpenDocument calls the last change "date"; OOXML's "modified" is more precise.
    changed = as_moment(values.get("modified")) or as_moment(values.get("date"))
    return Properties(usable_title(values.get("title")), changed, metadata)


def compound_properties(ole: olefile.OleFileIO) -> Properties:
    """The properties of a compound file ([MS-OLEPS], 2.25); empty if it has none or they cannot be read."""
    try:
        stated = ole.get_metadata()
    except (OSError, ValueError, IndexError, KeyError, TypeError):
        return Properties()
    codec = _codec_of(stated.codepage)
    texts = {
        name: one_line(value.decode(codec, "replace").partition("\0")[0] if isinstance(value, bytes) else "")
        for name in ("title", "author", "subject", "keywords", "category")
        for value in (getattr(stated, name, None),)
    }
    changed = stated.last_saved_time or stated.create_time
    moment = as_moment(changed.replace(tzinfo=datetime.UTC)) if _is_date(changed) else None
    about: dict[str, MetadataValue] = {
        name: usable for name in texts if name != "title" and (usable := usable_text(texts[name]))
    }
    return Properties(usable_title(texts["title"]), moment, about)


def _is_date(value: object) -> TypeGuard[datetime.datetime]:
    """False for the first day of the format, which programs write if they have no date."""
    return isinstance(value, datetime.datetime) and value.year > _NO_YEAR


def _codec_of(page: int | None) -> str:
    """The codec name of a code page, which files store as a signed number."""
    number = (page or 0) % 65_536
    name = "utf-8" if number == 65_001 else f"cp{number}"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
