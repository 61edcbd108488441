"""Metadata fields that callers may filter by: FILTERABLE="department,year:int". Each becomes some request fields."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.records import DocumentRecord, MetadataValue
from corpus.subject import KIND, ORGANISATION, YEAR

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
Kind = Literal["str", "int", "float", "bool", "list", "date"]
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
ANY, NOT, FROM, TO = "_any", "_not", "_from", "_to"
# The conditions that a field of each kind takes, beside its single value.
KINDS: dict[Kind, tuple[str, ...]] = {
    "str": (ANY, NOT),
    "int": (FROM, TO, ANY, NOT),
    "float": (FROM, TO, ANY, NOT),
    "bool": (),
    "list": (ANY, NOT),
    "date": (FROM, TO),
}
# What people call a value of each type; a list of texts is filtered like a text.
_KINDS_OF_VALUES = {str: "a text", list: "a text", bool: "true or false", int: "a number", float: "a number"}


@dataclass(frozen=True, slots=True)
class FilterField:
    """A metadata field by which a caller may filter.

    A `list` holds several texts, of which one must be the value; a `date` is stored as a text such as 2026-01-31.
    """

    name: str
    kind: Kind


# The fields that ingest derives for every document, as far as it can.
DERIVED = (FilterField(ORGANISATION, "str"), FilterField(YEAR, "int"), FilterField(KIND, "str"))


def with_derived(fields: tuple[FilterField, ...]) -> tuple[FilterField, ...]:
    """The declared fields, followed by those that ingest derives; a declared field of the same name wins."""
    declared = {field.name for field in fields}
    return (*fields, *(field for field in DERIVED if field.name not in declared))


def parse_filterable(text: str) -> tuple[FilterField, ...]:
    """The fields of `name[:kind],…`. Raises ValueError that names the wrong entry."""
    fields: dict[str, FilterField] = {}
    for entry in (part.strip() for part in text.split(",")):
        if not entry:
            continue
        name, _, kind = entry.partition(":")
        name, known = name.strip(), [each for each in KINDS if each == (kind.strip() or "str")]
        if not NAME.fullmatch(name):
            raise ValueError(f"{entry!r} is not a field's name, or name:kind")
        if not known:
            raise ValueError(f"{entry!r} has an unknown kind; known are {', '.join(KINDS)}")
        if name in fields:
            raise ValueError(f"{name!r} stands twice")
        fields[name] = FilterField(name, known[0])
    return tuple(fields.values())


def is_of_kind(value: MetadataValue, kind: Kind) -> bool:
    """Whether a filter by a field of that kind can find the value: "2024" is a text, and no whole number."""
    if kind in ("str", "list"):
        return isinstance(value, str | list)
    if kind == "date":
        return isinstance(value, str) and bool(DATE.match(value))
    if kind == "bool" or isinstance(value, bool):
        return kind == "bool" and isinstance(value, bool)
    return isinstance(value, int | float)


def names_of(field: FilterField) -> list[str]:
    """The request fields that it becomes."""
    return [field.name, *(field.name + ending for ending in KINDS[field.kind])]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Documents, by source, whose value in one of the fields no filter finds; `why` gives the reason."""

    sources: tuple[str, ...]
    why: str


def passed_over(documents: Iterable[DocumentRecord], fields: Sequence[FilterField]) -> list[PassedOver]:
    """Values that filters by the corpus's own fields do not find, because they are of another kind than `fields` say.

    For a field that is not among them: of another kind than in most documents.
    """
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    told = {field.name: field for field in fields}
    for record in documents:
        for name, value in record.metadata.items():
            is_found = name in told and is_of_kind(value, told[name].kind)
            found[name]["" if is_found else _KINDS_OF_VALUES[type(value)]].append(record.source)
    return [each for name in sorted(found) for each in _passed_over(name, found[name], told.get(name))]


def _passed_over(name: str, by_kind: Mapping[str, list[str]], field: FilterField | None) -> Iterator[PassedOver]:
    most = max(by_kind, key=lambda kind: len(by_kind[kind]))
    for kind, sources in by_kind.items():
        if field is not None and kind:
            because = f"FILTERABLE has {name}:{field.kind}, so that no filter by it finds this document"
        elif field is None and kind != most:
            because = f"{most} in {len(by_kind[most]):,} others: a filter by it finds one kind alone"
        else:
            continue
        yield PassedOver(tuple(sources), f"The field {name!r} is {kind} here, and {because}.")
