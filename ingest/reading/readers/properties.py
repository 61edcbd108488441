"""What an office document says about itself: title, author, time of its last change. OOXML and OpenDocument."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus.records import MetadataValue
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.package import Package, local_name
from ingest.reading.readers.titles import usable_text, usable_title

_OOXML = "docProps/core.xml"
_OPENDOCUMENT = "meta.xml"
# Elements of both (ECMA-376 part 2, 11; OpenDocument 1.3, 4.3), and what they are called here.
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
    """The properties; empty where the package has none."""
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
    # "date" is OpenDocument's name for the last change, but OOXML's "modified" is more precise.
    changed = as_moment(values.get("modified")) or as_moment(values.get("date"))
    return Properties(usable_title(values.get("title")), changed, metadata)
