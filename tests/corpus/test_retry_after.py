"""What a server's headers say about asking again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from corpus.retry_after import Hints, hints_in

NOW = datetime(2026, 11, 28, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Hints()),
        ({"retry-after": "7"}, Hints(7.0)),
        ({"retry-after": "0.7"}, Hints(0.7)),
        ({"retry-after-ms": "250", "retry-after": "7"}, Hints(0.25)),
        ({"retry-after-ms": "soon", "retry-after": "7"}, Hints(7.0)),
        ({"retry-after": "Sat, 28 Nov 2026 12:00:30 GMT"}, Hints(30.0)),
        ({"retry-after": "Sat, 28 Nov 2026 13:00:30 +0100"}, Hints(30.0)),
        ({"retry-after": "Sat, 28 Nov 2026 11:00:00 GMT"}, Hints(0.0)),
        ({"retry-after": "-5"}, Hints()),
        ({"retry-after": "inf"}, Hints()),
        ({"retry-after": "nan"}, Hints()),
        ({"retry-after": "tomorrow"}, Hints()),
        ({"retry-after": "Sat, 99 Nov 99999 12:00:30 GMT"}, Hints()),
        ({"x-should-retry": "false"}, Hints(None, again=False)),
        ({"x-should-retry": " True "}, Hints(None, again=True)),
        ({"x-should-retry": "perhaps"}, Hints()),
    ],
)
def test_hints_are_read_as_seconds_and_what_makes_no_sense_is_not_said(
    headers: dict[str, str], expected: Hints
) -> None:
    assert hints_in(headers, now=NOW) == expected
