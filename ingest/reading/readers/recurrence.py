"""Recurrence rules of calendar entries in words (RFC 5545, 3.3.10). Pure functions."""

from __future__ import annotations

import re

_UNITS = {
    "SECONDLY": "second", "MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day", "WEEKLY": "week", "MONTHLY": "month",
    "YEARLY": "year",
}  # fmt: skip
_DAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_PLACES = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second last"}
_DAY = re.compile(r"([+-]?\d+)?([A-Z]{2})$")
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


def in_words(rule: str) -> str:
    """For example "every 2 weeks on Monday until 2024-12-31". A rule with unknown parts is returned as it is."""
    parts = dict(part.upper().partition("=")[::2] for part in rule.strip().split(";") if part)
    unit = _UNITS.get(parts.pop("FREQ", ""))
    if unit is None:
        return rule
    interval = parts.pop("INTERVAL", "1")
    said = [f"every {unit}" if interval == "1" else f"every {interval} {unit}s"]
    parts.pop("WKST", None)
    month, days, number = parts.pop("BYMONTH", ""), parts.pop("BYDAY", ""), parts.pop("BYMONTHDAY", "")
    if number:
        said.append(f"on day {number.replace(',', ', ')}")
    if days:
        said.append(f"on {', '.join(map(_day, days.split(',')))}")
    if month:
        said.append(f"in {', '.join(map(_month, month.split(',')))}")
    if count := parts.pop("COUNT", ""):
        said.append(f"{count} times")
    if until := _DATE.match(parts.pop("UNTIL", "")):
        said.append(f"until {'-'.join(until.groups())}")
    said += [f"{key.lower()} {value}" for key, value in parts.items()]
    return " ".join(said)


def _day(text: str) -> str:
    match = _DAY.match(text)
    if match is None or match.group(2) not in _DAYS:
        return text
    place = int(match.group(1) or 0)
    name = _DAYS[match.group(2)]
    return f"the {_PLACES.get(place, f'{place}.')} {name}" if place else name


def _month(text: str) -> str:
    return _MONTHS[int(text) - 1] if text.isdecimal() and 1 <= int(text) <= len(_MONTHS) else text
