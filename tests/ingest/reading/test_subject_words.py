"""Years and names as documents write them, one by one; whole documents are in test_subject.py."""

from __future__ import annotations

import pytest

from ingest.reading.subject import years
from ingest.reading.subject.spelling import name_from_path, run_together, spelled


@pytest.mark.parametrize(
    ("page", "text", "year"),
    [
        ("For the fiscal year ended December 31, 2022", "", 2022),
        ("Geschäftsjahr zum 30. September 2021", "", 2021),
        ("exercice clos le 31 décembre 2020", "", 2020),
        ("ejercicio cerrado el 31 de diciembre de 2019", "", 2019),
        ("For the fiscal year ended January 2, 2021", "", 2020),  # The last week of the year before.
        ("For the fiscal year ended January 28, 2023", "fiscal 2022, fiscal 2022, fiscal 2023", 2022),
        ("For the fiscal year ended January 28, 2023", "fiscal 2023", 2023),
        ("For the quarter ended October 29, 2022", "fiscal 2023 " * 6, 2023),
        ("For the quarter ended October 29, 2022", "fiscal 2022", 2022),
        ("For the year ended sometime", "", None),
        ("Nothing of a period, 2022", "", None),
    ],
)
def test_a_period_is_of_the_year_by_which_the_document_counts(page: str, text: str, year: int | None) -> None:
    assert years.period_year(page, text) == year


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("Annual report 2022", 2022),
        ("Fiscal 2022/23 results", 2023),
        ("Bericht 2022/23", 2023),
        ("Compared: 2021 and 2022", None),
        ("© 2022 Example", None),
        ("Part 2022-A", None),
        ("2022/25 plan", 2022),
    ],
)
def test_a_title_tells_one_year_or_none(title: str, year: int | None) -> None:
    assert years.year_in_title(title) == year


def test_the_year_of_a_report_stands_beside_its_name_or_on_the_line_after() -> None:
    assert years.year_in_lines(["Example AG", "Annual report", "2022"]) == 2022
    assert years.year_in_lines(["Annual report 2021"]) == 2021
    assert (
        years.year_in_lines(
            ["Copyright 2020", "Example AG", "A line of more than ten words that tells of 2019 somewhere"]
        )
        is None
    )


@pytest.mark.parametrize(
    ("page", "since", "first", "shown"),
    [
        ("Gültig ab 1. März 2023", 2023, 2023, "1. März 2023"),
        ("Effective date: 2022-05-01", 2022, 2022, "2022-05-01"),
        ("Stand: 2021", 2021, None, ""),
        ("© 3 May 2020\nPrinted on May 4, 2019", None, 2019, "3 May 2020"),
        ("No date at all", None, None, ""),
    ],
)
def test_dates_on_a_page_tell_since_when_and_from_when(
    page: str, since: int | None, first: int | None, shown: str
) -> None:
    assert years.year_of_validity(page) == since
    assert years.year_of_date(page) == first
    assert years.first_date(page) == shown


def test_results_names_and_folders_tell_a_year() -> None:
    assert years.year_of_results("Results of the third quarter of fiscal year 2023") == 2023
    assert years.year_of_results("Results") is None
    assert years.year_in_name("report-20220131") == 2022
    assert years.year_in_name("Example_FY23") == 2023
    assert years.year_in_name("2021-and-2022") is None
    assert years.year_in_name("AX2000 manual") is None
    assert years.year_of_folder(["2020", "reports", "2021", "q1"]) == 2021
    assert years.year_of_folder(["reports"]) is None


@pytest.mark.parametrize(
    ("name", "text", "written"),
    [
        ("Example AG", "EXAMPLE AG", "Example AG"),
        ("BEST BUY CO", "At Best Buy Co we sell. Best Buy Co is large.", "Best Buy Co"),
        ("B EST B UY", "Best Buy sells. BEST BUY.", "Best Buy"),
        ("BANK OF THE WEST", "nothing of it", "Bank of the West"),
        ("NVIDIA", "NVIDIA makes chips. NVIDIA sells them.", "NVIDIA"),
        ("COCA-COLA", "nothing of it", "Coca-Cola"),
        ("BMW GROUP", "nothing of it", "BMW Group"),
        ("X", "x", "X"),
    ],
)
def test_a_name_in_capitals_is_written_as_the_text_writes_it(name: str, text: str, written: str) -> None:
    assert spelled(name, text) == written


def test_a_files_name_is_split_as_the_text_writes_it_if_that_is_a_name_there() -> None:
    text = "Best Buy sells. We at Best Buy care. Best Buy is large."
    assert name_from_path(["archive", "BESTBUY_2023_10K"], text) == "Best Buy"
    assert name_from_path(["pump_2023"], "The pump hums. A pump is loud. Stop the pump.") is None
    assert name_from_path(["x1"], text) is None
    assert run_together("Coca-Cola & Co_1") == "cocacolaco1"
