from __future__ import annotations

import pytest

from ingest.reading.readers.numberformats import shown_number, shown_text


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        ("0.075", "0.0%", "7.5%"),
        ("1234567.5", '"$"#,##0.00', "$1,234,567.50"),
        ("0.30000000000000004", "General", "0.3"),
        ("1234.5", "#,##0.00 [$€-407]", "1,234.50 €"),
        ("-30", "#,##0;(#,##0)", "(30)"),
        ("-5.5", "0.00", "-5.50"),
        ("0", '0;-0;"–"', "–"),
        ("7", "00000", "00007"),
        ("1234567", '#,##0,"k"', "1,235k"),
        ("12", '0" kg"', "12 kg"),
        ("12.5", "0.##", "12.5"),
        ("123456", "0.00E+00", "1.23E+05"),
        ("5", "[Red]0.0;[Blue]-0.0", "5.0"),
        ("3", "_($* #,##0.00_);_($* (#,##0.00)", "$3.00"),
        ("5551234", "###\\-####", "555-1234"),
        ("0.5", "# ?/?", "1/2"),
        ("2.75", "# ??/??", "2 3/4"),
        ("1.5", "# ?/8", "1 4/8"),
        ("3", "# ?/?", "3"),
        ("2500", '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0', "2.5K"),
        ("7", '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0', "7"),
        ("5", '[=1]0" day";0" days"', "5 days"),
        ("0", "#,##0;(#,##0);-", "-"),
        ("45413", "m/d/yyyy", "2024-05-01"),
        ("45413.39583", "d.m.yy h:mm", "2024-05-01 09:30"),
        ("45413", "mmm-yy", "2024-05"),
        ("0.39583333", "h:mm AM/PM", "09:30"),
        ("1.25", "[h]:mm", "30:00"),
        ("1.25", "[mm]:ss", "1800:00"),
        ("text", "0.00", "text"),
        ("42", ";;;", ""),
        ("1500.5", "Standard", "1500.5"),
        ("-5", "Основной", "-5"),
        ("7", ";-0;0", ""),
        ("0", "#,##0;-#,##0;", ""),
        ("1e999", "0", "1e999"),
        ("-5", "yyyy", "-5"),
        ("3000000", "yyyy-mm-dd", "3000000"),
        ("1500", 'General" m"', "1500 m"),
        ("8.2", "@", "8.2"),
    ],
)
def test_a_number_is_shown_as_in_the_sheet(number: str, code: str, shown: str) -> None:
    assert shown_number(number, code) == shown


@pytest.mark.parametrize(
    ("code", "shown"), [("General", "Lee"), ("0.0;-0.0", "Lee"), (";;;", ""), ('0;0;0;"Mr "@_)', "Mr Lee")]
)
def test_a_text_is_shown_as_the_last_part_of_its_format_says(code: str, shown: str) -> None:
    assert shown_text("Lee", code) == shown


def test_sheets_that_count_from_1904_are_four_years_later() -> None:
    assert shown_number("0", "yyyy-mm-dd", is_1904=True) == "1904-01-01"
