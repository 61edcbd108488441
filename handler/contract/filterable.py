"""Metadata fields that callers may filter by: FILTERABLE="department,year:int". Each becomes a request field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
Kind = Literal["str", "int", "float", "bool", "list"]
KINDS: dict[str, Kind] = {"str": "str", "int": "int", "float": "float", "bool": "bool", "list": "list"}


@dataclass(frozen=True, slots=True)
class FilterField:
    """A metadata field by which a caller may filter. A `list` holds several texts, of which one must be the value."""

    name: str
    kind: Kind


def parse_filterable(text: str) -> tuple[FilterField, ...]:
    """The fields of `name[:kind],…`. Raises ValueError that names the wrong entry."""
    fields: dict[str, FilterField] = {}
    for entry in (part.strip() for part in text.split(",")):
        if not entry:
            continue
        name, _, kind = entry.partition(":")
        name, kind = name.strip(), kind.strip() or "str"
        if not NAME.fullmatch(name):
            raise ValueError(f"{entry!r} is not a field's name, or name:kind")
        if kind not in KINDS:
            raise ValueError(f"{entry!r} has an unknown kind; known are {', '.join(KINDS)}")
        if name in fields:
            raise ValueError(f"{name!r} stands twice")
        fields[name] = FilterField(name, KINDS[kind])
    return tuple(fields.values())
