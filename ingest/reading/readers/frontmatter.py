"""The front matter of a Markdown or text file: YAML between --- lines or TOML between +++ lines. Pure functions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

import yaml

from corpus.principals import access_of
from corpus.records import MetadataValue

_FENCED = re.compile(r"(---|\+\+\+)[ \t]*\n(.*?)(?:^|\n)\1[ \t]*(?:\n|\Z)", re.DOTALL)
_URL_KEYS = ("url", "canonical_url", "canonical", "permalink", "link")
_KEY = re.compile(r"[\w.-]+(?: [\w.-]+){0,2}")
_ACCESS = re.compile(r"^\s*[\"']?access[\"']?\s*[:=]", re.IGNORECASE | re.MULTILINE)
_WORDS_OF_PROSE = 4
_UPDATED_KEYS = ("updated_at", "updated", "last_updated", "lastmod", "last_modified", "modified", "date")
# Keys used by site builders, note apps and our own sidecars.
_KNOWN_KEYS = frozenset((
    *_URL_KEYS, *_UPDATED_KEYS, "access", "aliases", "author", "authors", "categories", "category", "created",
    "description", "draft", "id", "keywords", "lang", "language", "layout", "name", "order", "parent", "position",
    "published", "sidebar", "sidebar_label", "sidebar_position", "slug", "source", "status", "subtitle", "summary",
    "tag", "tags", "template", "title", "toc", "type", "version", "visibility", "weight",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """`notes` are about fields that were left out; `access` and `access_fault` are those of a Document."""

    title: str | None = None
    url: str | None = None
    updated_at: str | None = None
    metadata: dict[str, MetadataValue] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    access: tuple[str, ...] | None = None
    access_fault: str = ""


def split(text: str) -> tuple[FrontMatter, str, str | None]:
    """The front matter, the body, and a note if there is front matter that cannot be read (else None)."""
    match = _FENCED.match(text)
    if match is None:
        return FrontMatter(), text, None
    fence, source = match.groups()
    try:
        values: object = tomllib.loads(source) if fence == "+++" else yaml.load(source, yaml.CSafeLoader)
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError) as error:
        reason = str(error).splitlines()[0]
        # Its access field is lost too, so nobody may see the document: it may have been meant for few.
        fault = f"its front matter cannot be read: {reason}" if _ACCESS.search(source) else ""
        return FrontMatter(access_fault=fault), text, f"The front matter was taken as text: {reason}."
    if values is None:
        return FrontMatter(), text[match.end() :], None
    if not isinstance(values, Mapping) or (fence == "---" and _is_prose(source, values)):
        return FrontMatter(), text, None
    return interpret({str(key): value for key, value in values.items()}), text[match.end() :], None


def _is_prose(source: str, values: Mapping[object, object]) -> bool:
    """Whether text between two rules only looks like YAML fields to the parser, such as "Note: Wear gloves."

    Front matter begins at its first line and has a known field, or only short values.
    """
    if any(_named(str(key)) in _KNOWN_KEYS for key in values):
        return False
    if not source or source[0].isspace():
        return True
    return any(not _KEY.fullmatch(str(key)) for key in values) or any(
        isinstance(value, str)
        and len(value.split()) >= _WORDS_OF_PROSE
        and value.rstrip().endswith((".", "!", "?", ":"))
        for value in values.values()
    )


def _named(key: str) -> str:
    return key.strip().lower().replace("-", "_").replace(" ", "_")


def interpret(values: Mapping[str, object]) -> FrontMatter:
    """Turn well-known keys into fields, other plain values into metadata, and the rest into notes."""
    known: dict[str, str] = {}
    metadata: dict[str, MetadataValue] = {}
    notes: list[str] = []
    access, access_fault = access_in(values.items())
    for key, value in values.items():
        lowered = _named(key)
        moment = as_moment(value) if lowered in _UPDATED_KEYS else None
        if is_access(key):
            continue
        if lowered == "title" and (text := as_text(value)) is not None:
            known["title"] = text
        elif lowered in _URL_KEYS and isinstance(value, str) and value.startswith(("http://", "https://")):
            known.setdefault("url", value)
        elif moment is not None and (lowered != "date" or "updated_at" not in known):
            known["updated_at"] = moment
        elif lowered == "tags" and isinstance(value, str):
            metadata["tags"] = [tag.strip() for tag in value.split(",") if tag.strip()]
        elif (plain := as_plain(value)) is not None:
            metadata[lowered] = plain
        elif value not in (None, [], {}):
            notes.append(left_out(lowered))
    return FrontMatter(
        known.get("title"), known.get("url"), known.get("updated_at"), metadata, tuple(notes), access, access_fault
    )


def is_access(key: str) -> bool:
    """Whether the field states who may see the document."""
    return _named(key) == "access"


def access_in(fields: Iterable[tuple[str, object]]) -> tuple[tuple[str, ...] | None, str]:
    """The names in the access field (None if there is no such field), and what is wrong with it, if anything."""
    said = [value for key, value in fields if is_access(key)]
    if not said:
        return None, ""
    if len(said) > 1:
        return None, "access is given twice"
    try:
        return access_of(said[0]), ""
    except ValueError as error:
        return None, str(error)


def left_out(key: str) -> str:
    """A note on a field whose value cannot be used."""
    return f"The field {key!r} was left out: it is neither text, number, date, true or false, nor a list of those."


def as_plain(value: object) -> MetadataValue | None:
    """The value in a form that can be stored, where list items become text; None if there is none."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list) and value:
        texts = [text for item in value if (text := as_text(item)) is not None]
        return texts if len(texts) == len(value) else None
    return None


def as_text(value: object) -> str | None:
    """A single value as text; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return str(value) if isinstance(value, int | float) else None
    except ValueError:  # An integer with more digits than Python converts.
        return None


def mail_moment(value: str) -> str | None:
    """A date as mail writes it (RFC 5322, 3.3) as ISO 8601 in UTC; None for anything else."""
    try:
        return as_moment(parsedate_to_datetime(value))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def as_moment(value: object) -> str | None:
    """A date or time as ISO 8601 in UTC; a time without zone counts as UTC. None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        try:
            moment = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:  # In UTC it is before year 1 or after 9999.
            return None
        return moment.isoformat(timespec="seconds")
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).isoformat(timespec="seconds")
    return None
