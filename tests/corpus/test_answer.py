from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from corpus.answer import answer_of, cut, document_list, document_of, document_page, result_of, to_json
from corpus.records import Chunk, Hit
from corpus.searching.excerpts import excerpts_of
from tests.handler.corpora import Text, chunked

CHUNK = Chunk(
    document_id="9f86d081884c7d65",
    index=3,
    text="Text",
    source="a.txt",
    start=0,
    end=4,
    tokens=1,
    digest="0" * 64,
    updated_at="2026-01-01T00:00:00Z",
)


def hits(*texts: str) -> list[Hit]:
    return [
        Hit(chunk=replace(CHUNK, document_id=f"{number:016x}", text=text, end=len(text)), score=0.5)
        for number, text in enumerate(texts)
    ]


def answer(found: list[Hit], *, max_chars: int) -> dict[str, Any]:
    return answer_of(excerpts_of([("", found)]), max_chars=max_chars)


def test_json_is_compact_and_has_no_number_that_json_has_not() -> None:
    assert to_json({"a": ['é\u2028\x7f\x01"/', 1.5, True, None, 2**70]}) == (
        '{"a":["é\u2028\x7f\\u0001\\"/",1.5,true,null,1180591620717411303424]}'
    )
    assert to_json([float("nan"), float("inf")]) == "[null,null]"


def test_an_answer_leaves_empty_fields_out_and_keeps_the_rest() -> None:
    assert answer(hits("Text"), max_chars=1000) == {
        "results": [
            {
                "chunk_id": "0000000000000000-000000000000-3",
                "document_id": "0000000000000000",
                "text": "Text",
                "score": 0.5,
                "source": "a.txt",
            }
        ],
        "truncated": False,
    }


def test_a_result_tells_page_heading_and_metadata_where_the_chunk_has_them() -> None:
    chunk = replace(CHUNK, title="T", url="https://u", page=2, page_end=3, heading="A > B", metadata={"year": 2026})
    result = result_of(*excerpts_of([("", [Hit(chunk=chunk, score=0.123456)])]))
    assert result["score"] == 0.1235
    assert (result["title"], result["url"], result["page"], result["page_end"]) == ("T", "https://u", 2, 3)
    assert (result["heading"], result["metadata"]) == ("A > B", {"year": 2026})
    on_one_page = [Hit(chunk=replace(chunk, page_end=2), score=0.1)]
    assert "page_end" not in result_of(*excerpts_of([("", on_one_page)]))


@pytest.mark.parametrize("text", ["plain words here " * 40, '"\\\n\t' * 150, "日本語の文。😀" * 60, "\x01" * 400])
@pytest.mark.parametrize("max_chars", [60, 300, 777, 1500, 2500, 20_000])
def test_the_budget_counts_the_json_as_sent_escapes_included(text: str, max_chars: int) -> None:
    sent = answer(hits(*[text] * 10), max_chars=max_chars)
    assert len(to_json(sent)) <= max_chars
    assert json.loads(to_json(sent)) == sent
    assert sent["truncated"] == (len(to_json(answer(hits(*[text] * 10), max_chars=10**9))) > max_chars)
    for result in sent["results"][:-1]:
        assert result["text"] == text
    for result in sent["results"]:
        assert text.startswith(result["text"])
        assert result["text"]


def test_an_answer_that_fits_exactly_is_whole() -> None:
    whole = answer(hits("one", "two"), max_chars=10_000)
    # "truncated": true is one character shorter than false: room is counted for the longer word.
    assert answer(hits("one", "two"), max_chars=len(to_json(whole))) == whole
    assert answer(hits("one", "two"), max_chars=len(to_json(whole)) - 1)["truncated"]


def test_a_cut_text_ends_between_words() -> None:
    assert cut("one two three", max_chars=9) == "one two"
    assert cut("one two three", max_chars=7) == "one two"
    assert cut("one two three", max_chars=13) == "one two three"
    assert cut("a\nb", max_chars=3) == "a"
    assert cut("x" * 10, max_chars=4) == "xxxx"
    assert cut("word", max_chars=0) == ""


def test_a_document_list_says_where_it_goes_on() -> None:
    records = [chunked(Text(source=f"{n}.txt", text="words", title="t" * 100))[0] for n in range(20)]
    whole = document_list(records, total=20)
    assert [document["source"] for document in whole["documents"]] == [record.source for record in records]
    assert "next_offset" not in whole
    assert document_of(records[0])["chunks"] == 1
    part = document_list(records[5:], total=20, offset=5, max_chars=1000)
    assert len(to_json(part)) <= 1000
    assert part["next_offset"] == 5 + len(part["documents"]) < 20


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n \n\n"])
def test_pages_of_any_size_together_are_the_text_with_the_breaks_between_chunks(gap: str) -> None:
    lines = [f'Line {number} says "{"x" * (number % 7)}".' for number in range(30)]
    starts = [sum(len(line) + len(gap) for line in lines[:number]) for number in range(len(lines))]
    spans = [(start, start + len(line)) for start, line in zip(starts, lines, strict=True)]
    record, chunks = chunked(Text(source="a.txt", text=gap.join(lines), spans=spans))
    whole = ("\n" if len(gap) == 1 else "\n\n").join(lines)
    for max_chars in range(420, 520):
        text = ""
        offset: int | None = 0
        while offset is not None:
            beyond = [chunk for chunk in chunks if chunk.end > offset]
            page = document_page(record, beyond, offset=offset, total_chars=spans[-1][1], max_chars=max_chars)
            assert len(to_json(page)) <= max_chars
            text += page["text"]
            offset = page.get("next_offset")
        assert text == whole


def test_a_result_of_which_only_a_scrap_would_fit_is_left_out() -> None:
    whole = answer(hits("word " * 100), max_chars=10_000)
    room = len(to_json(whole)) + 250  # A second result would have some hundred characters of text.
    found = answer(hits("word " * 100, "other " * 100), max_chars=room)
    assert [len(each["text"]) for each in found["results"]] == [500]
    assert found["truncated"]
