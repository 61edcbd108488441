"""Structure says where a section is cut: paragraphs, items, tables, code, sentences; each chunk as promised."""

from __future__ import annotations

from corpus.tokens import Cl100kTokenizer
from ingest.reading.document import Document
from ingest.splitting.splitter import split
from tests.ingest.documents import Part, code, document_of, heading, item, paragraph, table

TOKENIZER = Cl100kTokenizer()


def sentence(number: int) -> str:
    """12 tokens, with the space before it or without."""
    return f"This is the sentence with the number {number} in it."


def prose(first: int, last: int) -> str:
    return " ".join(sentence(number) for number in range(first, last + 1))


def cut(*parts: Part, max_tokens: int, overlap_tokens: int = 0) -> list[str]:
    return texts(document_of(parts), max_tokens=max_tokens, overlap_tokens=overlap_tokens)


def texts(document: Document, *, max_tokens: int, overlap_tokens: int = 0) -> list[str]:
    passages = split(document, tokenizer=TOKENIZER, max_tokens=max_tokens, overlap_tokens=overlap_tokens)
    return [document.text[passage.start : passage.end] for passage in passages]


def test_paragraphs_that_fit_together_stay_together() -> None:
    assert cut(paragraph(prose(1, 2)), paragraph(prose(3, 4)), max_tokens=60) == [f"{prose(1, 2)}\n\n{prose(3, 4)}"]


def test_the_end_of_a_paragraph_is_better_than_the_end_of_a_sentence() -> None:
    paragraphs = [prose(1, 4), prose(5, 8), prose(9, 12)]
    assert cut(*map(paragraph, paragraphs), max_tokens=80) == paragraphs


def test_what_is_too_long_is_cut_at_sentences_into_pieces_of_one_size() -> None:
    assert cut(paragraph(prose(1, 10)), max_tokens=115) == [prose(1, 5), prose(6, 10)]


def test_a_heading_stays_with_the_text_that_follows() -> None:
    found = cut(heading("Title"), paragraph(prose(1, 5)), max_tokens=60)
    assert found == [f"# Title\n\n{prose(1, 2)}", prose(3, 5)]


def test_code_that_fits_is_kept_whole_even_if_the_chunk_before_stays_small() -> None:
    block = code("\n".join(f"value_{number} = function({number})" for number in range(7)))
    found = cut(paragraph(sentence(1)), block, paragraph(prose(2, 5)), max_tokens=64)
    assert found == [sentence(1), block.text, prose(2, 5)]


def test_code_that_does_not_fit_is_cut_between_lines() -> None:
    lines = [f"value_{number} = function({number})" for number in range(40)]
    found = cut(code("\n".join(lines)), max_tokens=80)
    assert len(found) > 2
    assert [line for text in found for line in text.split("\n")] == ["```", *lines, "```"]


def test_a_table_is_cut_between_rows_and_only_where_it_does_not_fit() -> None:
    rows = [f"| row {number} | its value. And more |" for number in range(30)]
    found = cut(paragraph(sentence(1)), table(*rows[:5]), max_tokens=64)
    assert found == [sentence(1), "\n".join(rows[:5])]
    found = cut(table(*rows), max_tokens=64)
    assert [row for text in found for row in text.split("\n")] == rows


def test_a_list_is_cut_between_items_and_rather_before_it_than_in_it() -> None:
    items = [item(prose(number, number + 1)) for number in range(5, 14, 2)]
    found = cut(*items, max_tokens=70)
    assert all(text.startswith("- ") for text in found)
    found = cut(paragraph(prose(1, 2)), paragraph(prose(3, 4)), *items[:2], max_tokens=90)
    assert found == [f"{prose(1, 2)}\n\n{prose(3, 4)}", f"{items[0].text}\n{items[1].text}"]


def test_a_line_that_introduces_a_list_goes_with_it() -> None:
    found = cut(
        paragraph(prose(1, 3)),
        paragraph("These are the things that you need for it:"),
        item(prose(4, 6)),
        max_tokens=70,
    )
    assert found[1].startswith("These are the things")


def test_chunks_overlap_by_whole_sentences_under_one_heading() -> None:
    found = cut(
        heading("A"),
        paragraph(prose(1, 10)),
        heading("B"),
        paragraph(prose(11, 20)),
        max_tokens=80,
        overlap_tokens=20,
    )
    assert [text.startswith("#") for text in found] == [True, False, True, False]
    last_sentences = [text.rpartition(". ")[2] for text in found]
    first_sentences = [text.partition(". ")[0] + "." for text in found]
    repeated = [last == first for last, first in zip(last_sentences, first_sentences[1:], strict=False)]
    assert repeated == [True, False, True]


def test_nothing_of_code_or_of_a_table_is_repeated() -> None:
    rows = [f"| row {number} | its value |" for number in range(30)]
    found = cut(table(*rows), max_tokens=64, overlap_tokens=30)
    assert [row for text in found for row in text.split("\n")] == rows


def test_an_overlap_gives_way_to_what_fits_only_without_it() -> None:
    block = code("\n".join(f"value_{number} = function({number})" for number in range(7)))
    found = cut(paragraph(prose(1, 3)), block, max_tokens=64, overlap_tokens=30)
    assert found == [prose(1, 3), block.text]


def test_markup_between_blocks_is_in_no_chunk_that_ends_before_it() -> None:
    first = Part("paragraph", prose(1, 3), between="\n\n<!-- a remark that nobody needs -->\n\n")
    assert cut(first, paragraph(prose(4, 6)), max_tokens=60) == [prose(1, 3), prose(4, 6)]
