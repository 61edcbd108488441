"""A table's chunk says in one line what its figures are, for model and index; its text stays the document's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.spansets import cut_by
from corpus.records import indexed_text_of
from corpus.stored import chunk_from, metadata_of, text_digest_of
from corpus.tokens import Cl100kTokenizer
from ingest.reading.readers import markdown
from ingest.sources.found import Item
from ingest.splitting.preparation import Prepared, digest_of, prepare

TOKENIZER = Cl100kTokenizer()
CAPTION = "Statements of earnings in millions"
TABLE = """| Item | Fiscal 2023 | Fiscal 2022 |
|---|---|---|
| Revenue | 46,298 | 51,761 |
| Cost of sales | 36,386 | 40,121 |
| Gross profit | 9,912 | 11,640 |
"""


def prepared(text: str, *, tokens: int = 200) -> Prepared:
    (document,) = markdown.read(text.encode())
    record = cut_by(TOKENIZER, tokens=tokens, overlap=0)
    item = Item(source="a.md", place="a.md")
    return prepare(document, item, digest=digest_of(document), stamp="", tokenizer=TOKENIZER, collection=record)


def test_caption_columns_and_rows_go_before_the_text() -> None:
    found = prepared(f"# Report\n\n{CAPTION}\n\n{TABLE}")
    (chunk,) = found.chunks
    assert chunk.table == f"Report, {CAPTION}: Fiscal 2023, Fiscal 2022: Revenue, Cost of sales, Gross profit"
    assert found.texts == [f"Report\n{chunk.table}\n{chunk.text}"]
    assert chunk.table in indexed_text_of(chunk)
    assert chunk.table not in chunk.text


def test_it_is_kept_with_the_chunk_and_part_of_what_was_embedded() -> None:
    found = prepared(f"# Report\n\n{CAPTION}\n\n{TABLE}")
    (chunk,) = found.chunks
    assert chunk_from(metadata_of(chunk, found.record), chunk.text) == chunk
    assert text_digest_of(replace(chunk, table=None)) != text_digest_of(chunk)


def test_each_part_of_a_long_table_is_called_by_its_caption() -> None:
    rows = "".join(f"| Item {chr(65 + number % 26)}{number} sold | {number} | {number * 7} |\n" for number in range(60))
    found = prepared(f"# Report\n\n{CAPTION}\n\n{TABLE}{rows}")
    named = [chunk for chunk in found.chunks if chunk.table]
    assert len(named) > 3
    for chunk, text in zip(found.chunks, found.texts, strict=True):
        assert TOKENIZER.count(text) <= 200
        assert chunk.table is None or chunk.table.startswith(f"Report, {CAPTION}")


@pytest.mark.parametrize(
    "text",
    [
        "# Report\n\nRevenue rose; costs: fell.\n",
        "# Report\n\n| Part | Colour |\n|---|---|\n| Seal | red |\n| Ring | blue |\n",
        "Sales rose in every region but one, as they had before. " * 5 + "\n\n| a | b |\n|---|---|\n| x | 1 |\n",
    ],
    ids=["no table", "no figures", "mostly text"],
)
def test_what_is_no_table_of_figures_says_nothing(text: str) -> None:
    assert [chunk.table for chunk in prepared(text).chunks] == [None]
