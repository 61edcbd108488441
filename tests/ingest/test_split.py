"""What a passage promises: it fits the model, it is verbatim, it has its place, and nothing is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import context_of
from corpus.tokens import Cl100kTokenizer, Tokenizer
from ingest.document import Document
from ingest.split import Passage, shortened, split
from tests.ingest.documents import Part, document_of
from tests.ingest.wordpieces import WordPieces

OPENAI: Tokenizer = Cl100kTokenizer()
MINILM: Tokenizer = WordPieces()

SENTENCES = st.sampled_from(
    [
        "Dr. Smith paid 3.50 at example.com/a.b, e.g. today.",
        "Really?",
        "See Fig. 3 (p. 12) of v2.0.1!",
        "One two three four five six seven eight nine ten eleven twelve, thirteen; fourteen: fifteen.",
        "今天天气很好，我们去公园吧。",
        "「はい。」と言った！",
        "สวัสดีครับ ผมชื่อสมชาย",
        "ភាសាខ្មែរ។",
        "यह एक वाक्य है।",
        "هذا سؤال؟",
        "안녕하세요. 반갑습니다.",
        "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪🇫🇷👍🏽",
        "e\u0301" * 20,
        "a" * 90,
        "क्षि" * 12,
        "語" * 70,
        "0123456789" * 9,
    ]
)
WORDS = st.text(min_size=1, max_size=12).filter(lambda text: bool(text.strip()))
SPACES = st.sampled_from([" ", " ", " ", "", "\n", "  ", " \n \n "])


def _joined(parts: list[tuple[str, str]]) -> str:
    return "".join(text + space for text, space in parts).strip()


PROSE = st.lists(st.tuples(SENTENCES | WORDS, SPACES), min_size=1, max_size=12).map(_joined).filter(bool)
LINES = st.lists(st.text("abc |=(){}.\t0123", min_size=1, max_size=40), min_size=1, max_size=15).map(
    lambda lines: "\n".join(lines).strip() or "x"
)
PARTS = st.one_of(
    st.builds(Part, st.just("heading"), SENTENCES, st.integers(1, 4)),
    st.builds(Part, st.sampled_from(["paragraph", "paragraph", "list_item"]), PROSE),
    st.builds(Part, st.sampled_from(["code", "table"]), LINES),
)
DOCUMENTS = st.lists(PARTS, max_size=10).map(document_of)
SIZES = st.sampled_from([16, 17, 24, 40, 64, 120])
TOKENIZERS = pytest.mark.parametrize("tokenizer", [OPENAI, MINILM], ids=["cl100k", "word pieces"])


@TOKENIZERS
@given(document=DOCUMENTS, max_tokens=SIZES, overlap=st.integers(0, 8), title=st.none() | SENTENCES)
def test_every_document_is_cut_as_promised(
    tokenizer: Tokenizer, document: Document, max_tokens: int, overlap: int, title: str | None
) -> None:
    passages = split(document, tokenizer=tokenizer, max_tokens=max_tokens, overlap_tokens=overlap, title=title)
    for passage in passages:
        _is_verbatim_and_counted(document, passage, tokenizer)
        _fits(document, passage, tokenizer, max_tokens, title)
    _cover(document, passages)
    for before, after in pairwise(passages):
        assert before.start < after.start
        assert before.end < after.end
        _overlaps_little(document, before, after, tokenizer, overlap)
        _keeps_graphemes_whole(document, before, after, tokenizer, max_tokens)


def _is_verbatim_and_counted(document: Document, passage: Passage, tokenizer: Tokenizer) -> None:
    text = document.text[passage.start : passage.end]
    assert text
    assert text == text.strip()
    assert passage.tokens == tokenizer.count(text)


def _fits(document: Document, passage: Passage, tokenizer: Tokenizer, max_tokens: int, title: str | None) -> None:
    context = context_of(title, passage.heading)
    kept = shortened(context, tokenizer=tokenizer, text_tokens=passage.tokens, max_tokens=max_tokens)
    assert context.startswith(kept)
    text = document.text[passage.start : passage.end]
    assert tokenizer.count(f"{kept}\n{text}") <= max_tokens
    if tokenizer.count(context + "\n") <= max_tokens // 2:
        assert kept == context


def _cover(document: Document, passages: list[Passage]) -> None:
    covered = [False] * len(document.text)
    for passage in passages:
        covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
    lost = [
        offset
        for block in document.blocks
        for offset in range(block.start, block.end)
        if not covered[offset] and not document.text[offset].isspace()
    ]
    assert not lost


def _overlaps_little(
    document: Document, before: Passage, after: Passage, tokenizer: Tokenizer, overlap_tokens: int
) -> None:
    repeated = document.text[after.start : before.end]
    assert tokenizer.count(repeated) <= overlap_tokens
    if repeated:
        kinds = {block.kind for block in document.blocks if block.start < before.end and after.start < block.end}
        assert "heading" not in {block.kind for block in document.blocks if after.start <= block.start < before.end}, (
            kinds
        )


def _keeps_graphemes_whole(
    document: Document, before: Passage, after: Passage, tokenizer: Tokenizer, max_tokens: int
) -> None:
    if after.start < before.end:
        return
    for grapheme in regex.finditer(r"\X", document.text):
        if grapheme.start() < before.end < grapheme.end() or grapheme.start() < after.start < grapheme.end():
            blocks = {edge for block in document.blocks for edge in (block.start, block.end)}
            text = grapheme.group().strip()
            assert tokenizer.count(text) > max_tokens // 2 - 4 or {before.end, after.start} & blocks, grapheme
