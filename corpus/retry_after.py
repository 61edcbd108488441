"""What a server says about asking again; read alike for embeddings, reranking and pages. Pure: nothing waits here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SAID = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Hints:
    """`seconds` is how long to wait at least, `again` whether a retry makes sense; None if the server does not say."""

    seconds: float | None = None
    again: bool | None = None


def hints_in(headers: Mapping[str, str], *, now: datetime | None = None) -> Hints:
    """The hints in a reply's headers, whose names are in lower case. Values that make no sense are ignored.

    `retry-after-ms` and `x-should-retry` are OpenAI's; Retry-After, in seconds or as a date, is RFC 9110, 10.2.3.
    """
    seconds = _number(headers.get("retry-after-ms"))
    seconds = seconds / 1000 if seconds is not None else _retry_after(headers.get("retry-after"), now)
    return Hints(seconds, _SAID.get(headers.get("x-should-retry", "").strip().lower()))


def _retry_after(value: str | None, now: datetime | None) -> float | None:
    seconds = _number(value)
    if seconds is not None or not value:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - (now or datetime.now(UTC))).total_seconds(), 0.0)


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) and number >= 0 else None
