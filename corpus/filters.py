"""Which chunks may answer, expressed without Chroma's syntax. Pure: no I/O."""

from __future__ import annotations

import math
import operator
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from corpus.records import MetadataValue, composed
from corpus.stored import ACCESS, UPDATED, USER_PREFIX, seconds_of
from corpus.subject import ORGANISATION, spellings_of

Where = Mapping[str, Any]  # Chroma's own filter operators, and those of ours that it does not know.
# Ours: a folder; a range of numbers or days, both ends included; a negated condition; and the caller's principals.
BELOW, FROM, TO, NOT, SEEN_BY = "$below", "$from", "$to", "$not", "$seen_by"
_OURS = frozenset([BELOW, FROM, TO, NOT, SEEN_BY])
_COMPARISONS = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """All conditions hold; what is None or empty asks nothing.

    `tags`, `source_any` and `document_id_any` ask for at least one of them; `source_folder` for what lies below it;
    `updated_after` is inclusive, `updated_before` is not. `metadata` are the user's own fields, which must equal, or
    contain the value where they hold a list (an organisation's name in any case, with its legal form or without);
    `metadata_any` asks for one of several values, `metadata_from` and `metadata_to` for numbers, or days as
    "2026-01-31", of which both ends pass. No condition of `without` may hold; what does not have a field passes there,
    and nowhere else. `visible_to` are the principals that somebody is, of which a document's access must name one; an
    empty set sees nothing, None everything.
    """

    source: str | None = None
    source_any: tuple[str, ...] = ()
    source_folder: str | None = None
    document_id: str | None = None
    document_id_any: tuple[str, ...] = ()
    title: str | None = None
    tags: tuple[str, ...] = ()
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    metadata_any: Mapping[str, Sequence[MetadataValue]] = field(default_factory=dict)
    metadata_from: Mapping[str, float | str] = field(default_factory=dict)
    metadata_to: Mapping[str, float | str] = field(default_factory=dict)
    without: Filter | None = None
    visible_to: frozenset[str] | None = None

    def to_where(self) -> Where | None:
        """The filter in Chroma's syntax, with operators of ours where it has none; None if there are no conditions."""
        return _joined("$and", list(self._conditions()))

    def _conditions(self) -> Iterator[Where]:
        for name in ("source", "document_id", "title"):
            if (value := getattr(self, name)) is not None:
                yield _any_of([{name: form} for form in forms_of(value)])
        for name, values in (("source", self.source_any), ("document_id", self.document_id_any)):
            if values:
                yield _any_of([{name: form} for value in values for form in forms_of(value)])
        if self.source_folder is not None:
            yield _any_of([{"source": {BELOW: form}} for form in forms_of(self.source_folder)])
        if self.tags:
            tags = [form for tag in self.tags for form in forms_of(tag)]
            yield _any_of([{USER_PREFIX + "tags": {"$contains": tag}} for tag in tags])
        if self.updated_after is not None:
            yield {UPDATED: {"$gte": seconds_of(self.updated_after)}}
        if self.updated_before is not None:
            yield {UPDATED: {"$lt": seconds_of(self.updated_before)}}
        for name, value in self.metadata.items():
            yield _equal_or_contains(USER_PREFIX + name, value)
        for name, several in self.metadata_any.items():
            yield _any_of([_equal_or_contains(USER_PREFIX + name, value) for value in several])
        for operator_name, ends in ((FROM, self.metadata_from), (TO, self.metadata_to)):
            for name, end in ends.items():
                yield {USER_PREFIX + name: {operator_name: end}}
        for each in self.without._conditions() if self.without else ():
            yield {NOT: each}
        if self.visible_to is not None:
            yield {ACCESS: {SEEN_BY: sorted(map(composed, self.visible_to))}}


def parted(where: Where) -> tuple[Where | None, frozenset[str] | None]:
    """The conditions on documents, and the principals of which their access must name one; None if unrestricted."""
    conditions = list(where["$and"]) if where.keys() == {"$and"} else [where]
    rest = [each for each in conditions if not _asks_who(each)]
    asked = [each[ACCESS][SEEN_BY] for each in conditions if _asks_who(each)]
    return _joined("$and", rest), frozenset(asked[0]) if len(asked) == 1 else None


def _asks_who(where: Where) -> bool:
    return where.keys() == {ACCESS}


def is_chromas(where: Where) -> bool:
    """Whether Chroma understands every operator in it."""
    if _OURS & where.keys():
        return False
    parts = [part for value in where.values() for part in (value if isinstance(value, list) else [value])]
    return all(is_chromas(part) for part in parts if isinstance(part, Mapping))


def forms_of(text: str) -> list[str]:
    """The text in NFC, as it is stored, then the forms in which older versions stored it."""
    if text.isascii():
        return [text]
    return list(dict.fromkeys([composed(text), text, unicodedata.normalize("NFD", text)]))


def passes(where: Where, metadata: Mapping[str, Any]) -> bool:
    """Whether the filter lets these metadata through; understands the operators that `Filter.to_where` produces."""
    return all(_holds(name, asked, metadata) for name, asked in where.items())


def _holds(name: str, asked: Any, metadata: Mapping[str, Any]) -> bool:
    if name == "$and":
        return all(passes(each, metadata) for each in asked)
    if name == "$or":
        return any(passes(each, metadata) for each in asked)
    if name == NOT:
        return not passes(asked, metadata)
    value = metadata.get(name)
    if not isinstance(asked, Mapping):
        return _same(value, asked)
    ((operator_name, other),) = asked.items()
    if operator_name == "$in":
        return any(_same(value, each) for each in other)
    if operator_name == "$contains":
        return isinstance(value, list) and any(_same(each, other) for each in value)
    if operator_name == SEEN_BY:
        return isinstance(value, list) and not set(value).isdisjoint(other)
    if operator_name == BELOW:
        return isinstance(value, str) and _lies_below(value, other)
    if operator_name in (FROM, TO):
        return _lies_within(value, operator_name, other)
    return value is not None and _is_number(value) and bool(_COMPARISONS[operator_name](value, other))


def _lies_below(source: str, folder: str) -> bool:
    """A file of records is a folder of them: `#` separates it from a record's name."""
    folder = folder.removeprefix("./").rstrip("/")
    return folder in ("", ".", source) or source.startswith((f"{folder}/", f"{folder}#"))


def _lies_within(value: Any, end: str, other: float | str) -> bool:
    """Numbers are compared with numbers, and days or moments with each other; a day ends when the next one begins."""
    if not isinstance(other, str):
        return _is_number(value) and bool(value >= other if end == FROM else value <= other)
    try:
        moment, limit = seconds_of(datetime.fromisoformat(value)), datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return False
    if end == FROM:
        return moment >= seconds_of(limit)
    return moment < seconds_of(limit + timedelta(days=1)) if _is_day(other) else moment <= seconds_of(limit)


def _is_day(text: str) -> bool:
    return len(text) == len(date.min.isoformat())


def _same(value: Any, asked: Any) -> bool:
    if _is_number(value) and _is_number(asked):
        return bool(value == asked)
    return type(value) is type(asked) and bool(value == asked)


def _is_number(value: Any) -> bool:
    # To Python True is an int; to Chroma it is not.
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _equal_or_contains(name: str, value: MetadataValue) -> Where:
    if isinstance(value, list):
        return _any_of([{name: {"$contains": form}} for item in value for form in forms_of(item)])
    if isinstance(value, float):
        return _equal_number(name, value)
    if isinstance(value, str):
        texts = spellings_of(value) if name == USER_PREFIX + ORGANISATION else [value]
        forms = [form for text in texts for form in forms_of(text)]
        # A list holds several texts.
        return _any_of([each for form in dict.fromkeys(forms) for each in ({name: form}, {name: {"$contains": form}})])
    return {name: value}


def _equal_number(name: str, value: float) -> Where:
    if value.is_integer():
        return {name: int(value)}
    # Chroma cuts the fraction off before it compares with whole numbers: 2.5 would find 2 as well.
    between = [{name: {"$gt": math.floor(value)}}, {name: {"$lt": math.ceil(value)}}]
    return {"$and": [{name: value}, *between]}


def _any_of(conditions: Sequence[Where]) -> Where:
    return _joined("$or", conditions) or {}


def _joined(operator: str, conditions: Sequence[Where]) -> Where | None:
    # Chroma refuses $and and $or of one.
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return {operator: list(conditions)}
