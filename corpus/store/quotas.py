"""What Chroma Cloud accepts of a record, and how a record is made to fit. Pure: no I/O.

The numbers are those of docs.trychroma.com/cloud/quotas-limits as of November 2026. Fields that do not fit travel as
JSON in fields of their own; `unpacked` restores them, and Chroma's own filters do not see them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from corpus.errors import StoreRefused
from corpus.stored import ACCESS, USER_PREFIX

REQUEST_RECORDS = 300  # Records in a write, and in one answer.
DOCUMENT_BYTES = 16_384
FIELDS, NAME_BYTES, VALUE_BYTES = 32, 36, 4096
CONDITIONS = 8
READS = 10  # At the same time, of one collection.
COLLECTION_NAME_BYTES = 128
# The names of fields that hold others: "more.0", "more.1", …
MORE = "more."
PACKED = {"packed": True}  # Marks a record that has such fields.

Metadata = dict[str, Any]


def packed(metadata: Mapping[str, Any]) -> Metadata:
    """The fields as Chroma Cloud takes them. A None, which takes a field away, stays where its name may.

    Raises StoreRefused where they are too many even so, and for an access that is too long.
    """
    rest = {name: value for name, value in metadata.items() if value is not None and not _fits(name, value)}
    if ACCESS in rest:  # It is overwritten by itself, which a packed field cannot be.
        raise StoreRefused(
            f"Chroma Cloud takes {VALUE_BYTES:,} bytes of a document's access. Name a group in place of its members."
        )
    kept = {name: value for name, value in metadata.items() if name not in rest and len(name.encode()) <= NAME_BYTES}
    ours = [name for name, value in kept.items() if name.startswith(USER_PREFIX) and value is not None]
    while len(fields := _joined(kept, rest)) - _gone(fields) > FIELDS:
        if not ours:
            raise StoreRefused(
                f"Chroma Cloud takes {FIELDS} metadata fields of a record, of {VALUE_BYTES:,} bytes each (its quotas "
                "'Number of metadata dictionary keys' and 'Size of metadata dictionary value'): this one has more. "
                "Give it fewer or shorter fields."
            )
        name = ours.pop()
        rest[name] = kept.pop(name)
    return fields


def unpacked(metadata: Mapping[str, Any] | None) -> Metadata | None:
    """The fields as they were before `packed`; those that held others are there too."""
    if not metadata or f"{MORE}0" not in metadata:
        return None if metadata is None else dict(metadata)
    text = "".join(str(metadata[f"{MORE}{place}"]) for place in _places(metadata))
    try:
        return {**metadata, **json.loads(text)}
    except (ValueError, TypeError):  # Made by another program.
        return dict(metadata)


def in_two(fields: Mapping[str, Any]) -> tuple[list[Metadata], Metadata]:
    """What has to be deleted beforehand, in parts, and the rest: a None counts among a request's fields."""
    gone = [name for name, value in fields.items() if value is None]
    room = FIELDS - (len(fields) - len(gone))
    ahead = gone[max(0, room) :]
    portions = [dict.fromkeys(ahead[start : start + FIELDS]) for start in range(0, len(ahead), FIELDS)]
    return portions, {name: value for name, value in fields.items() if name not in ahead}


def conditions_in(where: Mapping[str, Any]) -> int:
    """How many conditions a filter in Chroma's syntax has."""
    parts = [part for name in ("$and", "$or") for part in where.get(name, ())]
    return sum(map(conditions_in, parts)) + sum(name not in ("$and", "$or") for name in where)


def names_users_fields(where: Mapping[str, Any]) -> bool:
    """Whether it filters by fields that may be packed."""
    parts = [part for name in ("$and", "$or") for part in where.get(name, ())]
    return any(name.startswith(USER_PREFIX) for name in where) or any(map(names_users_fields, parts))


def _fits(name: str, value: Any) -> bool:
    size = len(value.encode()) if isinstance(value, str) else len(json.dumps(value)) if isinstance(value, list) else 0
    return len(name.encode()) <= NAME_BYTES and size <= VALUE_BYTES


def _joined(kept: Mapping[str, Any], rest: Mapping[str, Any]) -> Metadata:
    text = json.dumps(rest, separators=(",", ":")) if rest else ""
    starts = range(0, len(text), VALUE_BYTES)
    more = {f"{MORE}{place}": text[start : start + VALUE_BYTES] for place, start in enumerate(starts)}
    return {**kept, **more, **PACKED} if more else dict(kept)


def _gone(fields: Mapping[str, Any]) -> int:
    return sum(value is None for value in fields.values())


def _places(metadata: Mapping[str, Any]) -> Iterator[int]:
    place = 0
    while f"{MORE}{place}" in metadata:
        yield place
        place += 1
