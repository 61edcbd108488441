"""Calendars, property lists and tables of text: what people see of them."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from ingest.reading.readers.recurrence import in_words
from tests.ingest.reading.readers.files import outline, read_bytes


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20241231T000000Z",
            "every 2 weeks on Monday, Wednesday until 2024-12-31",
        ),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=3", "every year on the last Monday in May 3 times"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on day 1, 15"),
        ("FREQ=SOMETIMES", "FREQ=SOMETIMES"),
    ],
)
def test_a_rule_of_recurrence_is_said_in_words(rule: str, words: str) -> None:
    assert in_words(rule) == words


def test_a_day_s_entry_ends_on_its_last_day_and_says_when_it_is_left_out(tmp_path: Path) -> None:
    calendar = "BEGIN:VCALENDAR\nX-WR-CALNAME:Team\n" + "".join(
        f"BEGIN:VEVENT\nSUMMARY:{name}\nDTSTART;VALUE=DATE:20240501\nDTEND;VALUE=DATE:20240503\nEXDATE:20240510,20240511\n"
        "END:VEVENT\n"
        for name in ("Trip", "Fair")
    )
    document = read_bytes(tmp_path, "a.ics", calendar.encode())
    assert document.title == "Team"
    assert outline(document)[1] == ("table", "Start: 2024-05-01\nEnd: 2024-05-02\nNot on: 2024-05-10, 2024-05-11")


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_property_lists_give_keys_with_their_values(tmp_path: Path, form: plistlib.PlistFormat) -> None:
    data = plistlib.dumps({"Name": "App", "Versions": ["1", "2"], "Icon": b"\x00"}, fmt=form)
    assert outline(read_bytes(tmp_path, "a.plist", data)) == [("table", "Name: App; Versions: 1, 2")]


def test_lines_above_a_table_of_text_are_no_names_of_columns(tmp_path: Path) -> None:
    table = b"Sensor log\nExported by Ann\n\nTime,Temp\n10:00,21.5\n10:05,21.6\n"
    expected = "Sensor log\nExported by Ann\nTime: 10:00; Temp: 21.5\nTime: 10:05; Temp: 21.6"
    assert outline(read_bytes(tmp_path, "a.csv", table)) == [("table", expected)]
    assert outline(read_bytes(tmp_path, "b.csv", b"sep=;\nName;Qty\nBolt;3\n")) == [("table", "Name: Bolt; Qty: 3")]
