"""Records of JSON Lines and JSON lists, each a document.

Reads the fields id, text, title, url and metadata, and the format of chatgpt-retrieval-plugin:
{"id", "text", "metadata": {"source", "source_id", "url", "created_at", "author"}}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from corpus.records import MetadataValue
from ingest.reading.document import Document
from ingest.reading.readers import frontmatter
from ingest.reading.readers.composer import Composer, clean
from ingest.reading.readers.dataruns import MAX_NUMBERS
from ingest.reading.readers.frontmatter import as_moment, as_plain, left_out
from ingest.reading.readers.text import paragraphs

_TEXT_KEYS = ("text", "content", "body", "page_content")
_ID_KEYS = ("id", "_id", "doc_id", "document_id")
_UPDATED_KEYS = ("updated_at", "modified", "created_at", "date")
_MAX_DEPTH = 64
_NOT_READ = "numbers, left out"
_MAX_LIST_CHARACTERS = 300
_MAX_COORDINATES = 12  # Numbers in a position; a longer list is an outline.


def is_record(value: object) -> bool:
    """Whether the value is an object with a text."""
    return isinstance(value, dict) and any(isinstance(value.get(key), str) for key in _TEXT_KEYS)


def document_of(value: object, *, position: int) -> Document | None:
    """The record's document, named by its id or by its position (from 1); None if it holds no text."""
    if not isinstance(value, dict):
        return _of_fields(value, str(position))
    name = next((str(value[key]) for key in _ID_KEYS if isinstance(value.get(key), str | int)), str(position))
    text_key = next((key for key in _TEXT_KEYS if isinstance(value.get(key), str)), None)
    if text_key is None:
        return _of_fields(value, name)
    text = clean(value[text_key])
    if not text.strip():
        return None
    access, fault = _access_in(value)
    fields = {key: field for key, field in value.items() if key not in (text_key, *_ID_KEYS, "metadata")}
    fields.update(_metadata_in(value))
    fields = {key: field for key, field in fields.items() if not frontmatter.is_access(key)}
    return Document(
        text=text,
        blocks=paragraphs(text),
        name=name,
        title=_string(fields.pop("title", None)),
        url=_string(fields.pop("url", None)),
        updated_at=next((moment for key in _UPDATED_KEYS if (moment := as_moment(fields.get(key)))), None),
        metadata=_plain(fields),
        notes=tuple(
            left_out(key) for key, each in fields.items() if each not in (None, [], {}) and as_plain(each) is None
        ),
        access=access,
        access_fault=fault,
    )


def _metadata_in(record: Mapping[str, object]) -> dict[str, object]:
    metadata = record.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _access_in(record: Mapping[str, object]) -> tuple[tuple[str, ...] | None, str]:
    return frontmatter.access_in([*record.items(), *_metadata_in(record).items()])


def _of_fields(value: object, name: str) -> Document | None:
    """A record without a text field: its other fields become the text."""
    record = value if isinstance(value, dict) else {}
    access, fault = _access_in(record)
    composer = Composer()
    said = {key: field for key, field in record.items() if not frontmatter.is_access(key)}
    add_fields(said if record else value, composer)
    if not composer.blocks:
        return None
    title = _string(record.get("title") or record.get("name"))
    return replace(composer.finish(name=name, title=title), access=access, access_fault=fault)


def add_fields(value: object, composer: Composer) -> None:
    """Add a line for each leaf value."""
    lines = list(_flattened(value))
    composer.table(lines)
    if any(line.endswith(_NOT_READ) for line in lines):
        composer.note("Long lists of numbers, such as vectors and outlines, were left out.")


def _flattened(value: object, path: str = "", depth: int = 0) -> Iterator[str]:
    """The leaves as lines "path.to.field: value". An object that only holds leaves is one line."""
    count = _count_of_numbers(value)
    if count > (_MAX_COORDINATES if path.endswith("coordinates") else MAX_NUMBERS):
        yield f"{path or 'list'}: {count:,} {_NOT_READ}"
    elif isinstance(value, list) and path and (count or _is_short(value)):
        yield f"{path}: {_joined(value)}"
    elif isinstance(value, dict) and value and all(map(_is_short, value.values())):
        yield from _line(path, value)
    elif isinstance(value, dict) and 0 < depth < _MAX_DEPTH:  # It may be one of many, so its own values stay together.
        yield from _line(path, {key: item for key, item in value.items() if _is_short(item)})
        for key, item in value.items():
            if not _is_short(item):
                yield from _flattened(item, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, dict | list) and depth < _MAX_DEPTH:
        pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
        for key, item in pairs:
            below = path if key is None else f"{path}.{key}" if path else str(key)
            yield from _flattened(item, below, depth + 1)
    elif value not in (None, "", [], {}):
        yield f"{path}: {value}" if path else str(value)


def _line(path: str, fields: Mapping[str, object]) -> Iterator[str]:
    cells = "; ".join(f"{key}: {shown}" for key, item in fields.items() if (shown := _joined(item)))
    if cells:
        yield f"{path}: {cells}" if path else cells


def _count_of_numbers(value: object) -> int:
    """The number of numbers in a list and the lists in it; 0 if it holds anything else."""
    if not isinstance(value, list) or not value:
        return 0
    count = 0
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif type(item) in (int, float):
            count += 1
        else:
            return 0
    return count


def _is_short(value: object) -> bool:
    """Whether the value is a single one, or a list of a few: it fits on one line."""
    if isinstance(value, list):
        are_single = all(not isinstance(item, dict | list) for item in value)
        return are_single and sum(map(len, map(str, value))) <= _MAX_LIST_CHARACTERS
    return not isinstance(value, dict)


def _joined(value: object) -> str:
    """A value as text; list items are separated by commas, nested lists by semicolons."""
    items = value if isinstance(value, list) else [value]
    sign = "; " if any(isinstance(item, list) for item in items) else ", "
    return sign.join(_joined(item) if isinstance(item, list) else str(item) for item in items if item not in (None, ""))


def _plain(fields: Mapping[str, object]) -> dict[str, MetadataValue]:
    return {key: plain for key, value in fields.items() if (plain := as_plain(value)) is not None and plain != ""}


def _string(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


class Names:
    """Makes the names of a file's records distinct."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self.doubled: list[str] = []

    def distinct(self, document: Document, *, position: int) -> Document:
        """The document, renamed if its name is taken."""
        name = document.name or str(position)
        if name in self._seen:
            self.doubled.append(name)
            name = f"{name}-{position}"
        self._seen.add(name)
        return document if name == document.name else replace(document, name=name)
