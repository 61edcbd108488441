"""What no filter finds is told where the keeper reads: a value of another kind than is asked for."""

from __future__ import annotations

from dataclasses import replace

from corpus.filterable import parse_filterable, passed_over
from corpus.records import DocumentRecord, MetadataValue
from tests.handler.corpora import RETURNS, chunked

RECORD, _ = chunked(RETURNS)


def documents(*values: MetadataValue) -> list[DocumentRecord]:
    return [replace(RECORD, source=f"{place}.md", metadata={"year": value}) for place, value in enumerate(values)]


def test_a_text_is_told_where_a_filter_asks_for_a_whole_number() -> None:
    (found,) = passed_over(documents(2024, "2024", 2023, "2022"), parse_filterable("year:int"))
    assert found.sources == ("1.md", "3.md")
    assert found.why.startswith("The field 'year' is a text here, and FILTERABLE has year:int")


def test_where_all_documents_have_another_kind_than_is_asked_for_all_are_told() -> None:
    (found,) = passed_over(documents(2024, 2023), parse_filterable("year"))
    assert found.sources == ("0.md", "1.md")


def test_what_a_filter_finds_is_not_told() -> None:
    assert passed_over(documents(2024, 2024.5), parse_filterable("year:float")) == []
    assert passed_over(documents("2024-01-31", "2024"), parse_filterable("year:date")) == []
    assert passed_over(documents("a", ["a", "b"]), ()) == []


def test_a_field_that_is_not_filtered_by_yet_is_told_where_it_is_of_two_kinds() -> None:
    (found,) = passed_over(documents(2024, "2024", 2023), ())
    assert found.sources == ("1.md",)
    assert (
        found.why == "The field 'year' is a text here, and a number in 2 others: a filter by it finds one kind alone."
    )
