from __future__ import annotations

from ingest.reading.readers.tablegrid import Cell, laid_out
from ingest.reading.readers.tables import SPANNED, lines


def test_every_row_names_its_columns() -> None:
    assert lines([["Part", "Years"], ["Seal", "2"], ["Bolt", "5"]]) == ["Part: Seal; Years: 2", "Part: Bolt; Years: 5"]


def test_empty_cells_are_left_out() -> None:
    assert lines([["Part", "Years"], ["Seal", ""], ["Bolt", "5"]]) == ["Part: Seal", "Part: Bolt; Years: 5"]


def test_names_over_several_rows_are_joined() -> None:
    rows = [["", "2021", SPANNED, "2020"], ["Quarter", "High", "Low", "High"], ["March", "3.02", "1.72", "1.95"]]
    assert lines(rows) == ["Quarter: March; 2021 High: 3.02; 2021 Low: 1.72; 2020 High: 1.95"]


def test_years_alone_may_be_names() -> None:
    assert lines([["Assets", "2021", "2020"], ["Cash", "16", "5"]]) == ["Assets: Cash; 2021: 16; 2020: 5"]


def test_column_names_are_found_where_the_first_figure_comes_late() -> None:
    rows = [["Title", "Status", "Note"], *([name, "Open", f"note {name}"] for name in "ABCDE"), ["F", "Done", "42"]]
    assert lines(rows)[-1] == "Title: F; Status: Done; Note: 42"
    assert lines([["A", "Open", "x"], ["B", "Open", "y"], ["C", "Done", "4"]])[0] == "A | Open | x"


def test_an_empty_cell_keeps_its_place_where_no_names_do() -> None:
    assert lines([["North", "", "5"], ["South", "4", ""], ["", "2", "7"]]) == ["North |  | 5", "South | 4", " | 2 | 7"]


def test_a_list_of_properties_has_no_header() -> None:
    assert lines([["Company", "ACME"], ["Founded", "1975"], ["Staff", "12"]]) == [
        "Company | ACME",
        "Founded | 1975",
        "Staff | 12",
    ]


def test_currency_brackets_and_percent_go_to_their_figure() -> None:
    rows = [["", "Net"], ["Sales", "$", "1,200", ""], ["Loss", "$", "(30", ")"], ["Share", "7", "%", ""]]
    assert lines(rows, header_rows=0)[1:] == ["Sales | $1,200", "Loss | $(30)", "Share | 7%"]


def test_a_title_above_the_names_stands_alone() -> None:
    rows = [["Prices", SPANNED], ["Pump", "Euro"], ["X200", "120"]]
    assert lines(rows) == ["Prices", "Pump: X200; Euro: 120"]


def test_names_without_values_are_not_lost() -> None:
    assert lines([["Part", "Years", "Note"], ["Seal", "2", ""], ["Bolt", "3", ""]])[0] == "Part | Years | Note"


def test_a_table_of_names_alone_is_kept() -> None:
    assert lines([["Part", "Years"]], header_rows=1) == ["Part | Years"]
    assert lines([]) == []
    assert lines([["", ""]]) == []


def test_cells_that_reach_down_and_across_keep_the_others_in_their_columns() -> None:
    grid = laid_out([[Cell("a", height=2), Cell("b", width=2)], [Cell("c"), Cell("d")]])
    assert grid == [["a", "b", SPANNED], ["a", "c", "d"]]


def test_a_span_beyond_reason_is_cut() -> None:
    assert len(laid_out([[Cell("a", width=10**9, height=10**9)]])[0]) <= 1000


def test_the_lowest_row_of_names_is_the_one_above_the_figures() -> None:
    contents = [["", "", "Page"], ["Part I", SPANNED, ""], ["1.", "Statements", ""], ["", "a) Income", "3"]]
    assert lines(contents)[-1] == "a) Income; Page: 3"
    wide = [["", SPANNED, "2025", SPANNED], ["Assets:", SPANNED, "", SPANNED], ["Cash", SPANNED, "$", "24,780"]]
    assert lines([*wide, ["Stock", SPANNED, "7", SPANNED]]) == ["Assets:", "Cash; 2025: $24,780", "Stock; 2025: 7"]


def test_names_that_go_on_below_are_joined() -> None:
    rows = [["Function", "Percent", "Number"], ["", "of Hires", "of Hires"], ["Consulting", "16 %", "89"]]
    assert lines(rows) == ["Function: Consulting; Percent of Hires: 16 %; Number of Hires: 89"]


def test_figures_above_named_rows_are_names_of_columns() -> None:
    assert (
        lines([["", "3.11", "3.12"], ["Linux", "yes", "no"], ["Mac", "yes", "yes"]])[0] == "Linux; 3.11: yes; 3.12: no"
    )
    assert lines([["", "1", "2"], ["", "3", "4"]]) == ["1 | 2", "3 | 4"]


def test_a_row_of_groups_and_the_row_of_their_columns_are_both_names() -> None:
    rows = [["", "First", SPANNED], ["", "A", "B"], ["R1", "yes", "no"]]
    assert lines(rows, header_rows=1) == ["R1; First A: yes; First B: no"]


def test_a_row_that_reaches_across_heads_those_below_it() -> None:
    assert lines([["Part", "Years"], ["Deck", SPANNED], ["Seal", "2"]], header_rows=1) == [
        "Deck",
        "Part: Seal; Years: 2",
    ]


def test_a_name_over_two_columns_of_words_goes_for_both() -> None:
    teams = [["", "New York", SPANNED, "Boston"], ["Baseball", "Mets", "Yankees", "Red Sox"]]
    teams.append(["Hockey", "Rangers", "Islanders", "Bruins"])
    assert lines(teams) == [
        "Baseball; New York: Mets; New York: Yankees; Boston: Red Sox",
        "Hockey; New York: Rangers; New York: Islanders; Boston: Bruins",
    ]
