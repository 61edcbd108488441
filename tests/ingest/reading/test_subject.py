"""Whose document it is, of which year and kind: told where it stands there for sure, and otherwise not told."""

from __future__ import annotations

from typing import Any

import pytest

from corpus.subject import aliases_of, plain, subject_of
from ingest.reading.document import Block, Document
from ingest.reading.subject.derivation import described
from ingest.reading.subject.names import title_from, words_in

ANNUAL = """UNITED STATES SECURITIES AND EXCHANGE COMMISSION
Washington, D.C. 20549

FORM 10-K

(Mark One) ☒ ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934

For the fiscal year ended {day}

FELLWATT PUMPS CO., INC.

(Exact name of registrant as specified in its charter)

© 2031 A printer of filings. In {fiscal} Fellwatt Pumps sold more pumps.
"""


def told(text: str, source: str = "file.pdf", *, title: str | None = None, **metadata: Any) -> Document:
    block = Block("paragraph", 0, len(text))
    document = Document(text=text, blocks=(block,), title=title, metadata=metadata)
    return described(document, source, is_titled=False)


def fields(document: Document) -> tuple[Any, ...]:
    return tuple(document.metadata.get(name) for name in ("organisation", "year", "kind"))


def test_a_filing_is_called_after_who_filed_it_its_fiscal_year_and_its_form() -> None:
    found = told(ANNUAL.format(day="September 28, 2024", fiscal="fiscal 2024"), title="0000764478-24-000006")
    assert fields(found) == ("Fellwatt Pumps", 2024, "annual report")
    assert found.title == "Fellwatt Pumps 2024 annual report (10-K)"


@pytest.mark.parametrize(
    ("day", "fiscal", "year"),
    [
        ("January 28, 2023", "fiscal 2022, as in fiscal 2022, unlike fiscal 2023,", 2022),
        ("January 28, 2023", "fiscal 2023, as in fiscal 2023, unlike fiscal 2022,", 2023),
        ("January 2, 2022", "the year", 2021),
        ("June 30, 2023", "fiscal 2022, fiscal 2022, fiscal 2022,", 2023),
    ],
)
def test_a_year_that_ends_in_january_is_called_as_the_document_calls_it(day: str, fiscal: str, year: int) -> None:
    assert told(ANNUAL.format(day=day, fiscal=fiscal)).metadata["year"] == year


@pytest.mark.parametrize(
    ("text", "source", "title", "expected"),
    [
        (
            "Fellwatt Pumpen GmbH\n\nGeschäftsbericht 2022/23\n\nDas Jahr war gut.",
            "gb.pdf",
            None,
            ("Fellwatt Pumpen", 2023, "annual report"),
        ),
        (
            "Rapport annuel\n\nPompes Lumière S.A.\n\nExercice clos le 31 décembre 2021\n\n© 2022",
            "ra.pdf",
            None,
            ("Pompes Lumière", 2021, "annual report"),
        ),
        (
            "Bombas del Sur, S.A.\n\nInforme anual\n\nEjercicio cerrado el 30 de junio de 2020\n\nTexto.",
            "ia.pdf",
            None,
            ("Bombas del Sur", 2020, "annual report"),
        ),
        (
            "Fellwatt Ltd\n1 Pump Lane, Leeds\n\nInvoice No. 4711\n\nBill to: Brook & Sons Ltd\n\n3 May 2024\n"
            "\nPay Fellwatt Ltd within 30 days.",
            "inv.pdf",
            None,
            ("Fellwatt", 2024, "invoice"),
        ),
        (
            "Rechnung Nr. 12\n\nAn:\nBrook GmbH\n\n3. Mai 2024\n\nBitte zahlen Sie.",
            "inv.pdf",
            None,
            (None, 2024, "invoice"),
        ),
        ("Protokoll der Sitzung vom 5. März 2024\n\nAnwesend: alle.", "p.docx", None, (None, 2024, "minutes")),
        ("Gültig ab 1. Januar 2025\n\nWer reist, bucht.", "r.pdf", "Reiserichtlinie", (None, 2025, "policy")),
        (
            "LEEDS, England, May 3, 2023 (GLOBE NEWSWIRE) -- Fellwatt Pumps, Inc. (NYSE: FLW) sold pumps.",
            "n.pdf",
            "Fellwatt sells pumps",
            ("Fellwatt Pumps", 2023, "press release"),
        ),
        ("Wie melde ich mich an?\n\nSo.", "faq.md", "Häufig gestellte Fragen", (None, None, "FAQ")),
        ("Lire avant usage.", "x.pdf", "X200 – Mode d'emploi", (None, None, "manual")),
        ("Las partes acuerdan.", "c.pdf", "Contrato de arrendamiento 2019", (None, 2019, "contract")),
        ("Text.", "manuals/2021/x200.pdf", "X200", (None, 2021, "manual")),
    ],
)
def test_it_is_told_in_four_languages(text: str, source: str, title: str | None, expected: tuple[Any, ...]) -> None:
    assert fields(told(text, source, title=title)) == expected


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Between Fellwatt Pumps Ltd\nand Brook & Sons Ltd\n\nThe parties agree.", "Supply agreement"),
        ("To: Brook & Sons Ltd\n\nDear Sirs,\n\nPlease pay.", None),
        ("Brook & Sons Ltd\n1 Lane, Leeds\n\nDear Sirs,\n\nPlease pay.", None),
        ("Our Company\n\nThis Company\n\nTotal Company\n\nSales | 5", None),
        ("The world bought pumps. They came from Fellwatt Pumps Ltd and others.", "Pumps of the world"),
        ("Acme Corp\n\nBrook Ltd\n\nCobalt AG\n\nOur customers.", "References"),
    ],
)
def test_an_organisation_that_is_not_sure_is_not_told(text: str, title: str | None) -> None:
    assert "organisation" not in told(text, title=title).metadata


def test_of_several_names_the_one_that_the_path_confirms_is_told() -> None:
    found = told("Acme Corp\n\nBrook Ltd\n\nCobalt AG\n\nOur customers.", "brook/references.pdf")
    assert found.metadata["organisation"] == "Brook"


@pytest.mark.parametrize(
    "title", ["How to read an annual report", "Policy makers and pumps", "Manual testing of pumps", "Paying an invoice"]
)
def test_a_title_that_speaks_of_a_kind_is_not_of_it(title: str) -> None:
    assert "kind" not in told("Text.", title=title).metadata


@pytest.mark.parametrize("title", ["Trends of the 1990s", "The UCL2077 pump", "2019-nCoV and pumps", "Sales 2019–2023"])
def test_a_number_that_is_no_one_year_is_not_told(title: str) -> None:
    assert "year" not in told("Text.", title=title).metadata


@pytest.mark.parametrize("text", ["© 2019 Fellwatt. All rights reserved.", "In 2019 we sold pumps.", "Copyright 2019"])
def test_a_year_of_copyright_or_in_the_text_is_not_told(text: str) -> None:
    assert "year" not in told(text, title="Pumps").metadata


def test_what_somebody_said_stands() -> None:
    text = ANNUAL.format(day="May 31, 2024", fiscal="fiscal 2024")
    given: dict[str, Any] = {"organisation": "Given", "year": 1999, "kind": "draft"}
    assert told(text, **given).metadata == given


def test_a_good_title_stands_and_a_files_name_becomes_one() -> None:
    assert told("Text.", "travel_policy_2024.docx", title="Trips").title == "Trips"
    assert told("Text.", "travel_policy_2024.docx").title == "Travel policy 2024"
    assert [told("Text.", name).title for name in ("scan001.pdf", "3f2a9c1e77.pdf", "notes.txt")] == [None] * 3


def test_names_are_split_where_their_words_meet() -> None:
    assert words_in("BESTBUY_2023_10K") == ["BESTBUY", "2023", "10K"]
    assert words_in("BestBuy2024Q2-EarningsRelease") == ["Best", "Buy", "2024", "Q2", "Earnings", "Release"]
    assert title_from("quarterlyReport_FY2023") == "Quarterly Report FY 2023"


def test_the_subject_says_what_the_title_does_not() -> None:
    metadata = {"organisation": "Best Buy", "year": 2023, "kind": "annual report"}
    assert subject_of("Travel", metadata) == "Best Buy 2023 annual report"
    assert subject_of("Best Buy 2023 annual report (10-K)", metadata) == ""
    assert subject_of("BEST-BUY annual report", metadata) == "2023"


def test_other_writings_are_for_the_index_of_words() -> None:
    metadata = {"organisation": "Johnson & Johnson", "year": 2023, "kind": "annual report"}
    words = aliases_of("filings/JNJ_2023_10K.pdf", metadata).split()
    assert words == ["johnsonjohnson", "J&J", "JnJ", "JJ", "FY2023", "FY23", "JNJ_2023_10K"]
    assert aliases_of("notes.txt", {}) == ""


@pytest.mark.parametrize("company", ["Fellwatt Pumps Co., Inc.", "FELLWATT PUMPS", "The Fellwatt Pumps Company"])
def test_a_property_gives_the_name_as_other_documents_have_it(company: str) -> None:
    assert told("Fellwatt Pumps sold more. At Fellwatt Pumps it hums.", company=company).metadata["organisation"] == (
        "Fellwatt Pumps"
    )


@pytest.mark.parametrize(
    ("source", "said", "title"),
    [
        ("BestBuy_2023_10K.pdf", ("Best Buy", 2023, "annual report"), "Best Buy 2023 annual report (10-K)"),
        ("best_buy-10-K-2023.pdf", ("Best Buy", 2023, "annual report"), "Best Buy 2023 annual report (10-K)"),
        ("johnson_johnson_2022_10k.pdf", ("Johnson & Johnson", 2022, "annual report"), None),
        ("finance/JnJ-2022-10K.pdf", (None, 2022, "annual report"), "JnJ 2022 annual report (10-K)"),
        ("FY2022-annual-report-10-K.pdf", (None, 2022, "annual report"), "2022 annual report (10-K)"),
        ("2023-Q3_AMD_10-Q.pdf", (None, 2023, "quarterly report"), "AMD 2023 quarterly report (10-Q)"),
        ("Geschaeftsbericht_2020.pdf", (None, 2020, "annual report"), "Geschaeftsbericht 2020"),
        ("hr/Employee-Handbook-v3.pdf", (None, None, "manual"), "Employee Handbook"),
        # The name of a product is not a year.
        ("AX2000_user_manual.pdf", (None, None, "manual"), "AX 2000 user manual"),
        ("FY2022_user_manual.pdf", (None, 2022, "manual"), "FY 2022 user manual"),
    ],
)
def test_path_and_name_tell_what_no_page_says(source: str, said: tuple[Any, ...], title: str | None) -> None:
    found = told("Best Buy grows, Best Buy sells. Best Buy and Johnson & Johnson. " * 3, source)
    assert fields(found) == said
    assert title in (found.title, None)


def test_a_form_without_the_commissions_name_above_it_is_one() -> None:
    page = "FORM 10-K\nFor the fiscal year ended September 24, 2022\nFellwatt Inc.\n(Exact name of registrant)\n"
    assert fields(told(page)) == ("Fellwatt", 2022, "annual report")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Turnverein Eichenau 1921 e.V.", "Turnverein Eichenau 1921"),
        ("Turbine S.p.A.", "Turbine"),
        ("Molen N.V.", "Molen"),
        ("Wieża Sp. z o.o.", "Wieża"),
        ("Energieversorgung Harz eG", "Energieversorgung Harz"),
        ("J. Crew Group, Inc.", "J. Crew Group"),
        ("Dr. Oetker", "Dr. Oetker"),
        ("U.S. Bancorp", "U.S. Bancorp"),
    ],
)
def test_a_legal_form_goes_with_its_full_stop_and_others_stay(name: str, said: str) -> None:
    assert plain(name) == said


def test_a_name_of_the_file_in_one_piece_or_in_initials_confirms_an_organisation() -> None:
    letter = "Annual Report 2022\n\nPepsiCo, Inc.\n\nDear fellow shareholders"
    assert fields(told(letter, "PepsiCo_AR22.txt"))[0] == "PepsiCo"
    assert fields(told(letter, "AR22.txt"))[0] is None
    assert fields(told("2022 Annual Report\nJohnson & Johnson\nTo all", "JnJ-2022-AR.txt"))[0] == "Johnson & Johnson"
    assert fields(told("2022 Annual Report\nJohnson & Johnson\nTo all", "BnB-2022-AR.txt"))[0] is None


def test_a_press_release_is_called_by_its_headline_and_a_reminder_is_no_invoice() -> None:
    release = "PRESSEMITTEILUNG\n\nLindau, 3. Mai 2024\n\nSeewerke AG eröffnet ein Forschungszentrum\n\nLindau – Heute."
    assert told(release, "pm-17.txt").title == "Seewerke AG eröffnet ein Forschungszentrum"
    assert told("PRESS RELEASE\n\nBoise, May 3, 2024\n\nToday we say:", "pm-17.txt").title == "PRESS RELEASE"
    assert told("Seewerke AG\n\n2. Mahnung zu Rechnung 2023-991\n\nBitte zahlen Sie.").metadata.get("kind") is None
    minutes = told("Gemeinde Seedorf\nNiederschrift über die Sitzung des Gemeinderats\nam 23. Januar 2024")
    assert fields(minutes)[1:] == (2024, "minutes")
