"""What a passage promises: it fits the model, it is verbatim, it has its place, and nothing is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.tokens import Cl100kTokenizer, Tokenizer
from ingest.document import Document
from ingest.split import split
from tests.ingest.documents import Part, document_of
from tests.ingest.promises import Promises
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
    check(document, tokenizer, max_tokens, overlap, title)


def check(document: Document, tokenizer: Tokenizer, max_tokens: int, overlap: int, title: str | None) -> None:
    passages = split(document, tokenizer=tokenizer, max_tokens=max_tokens, overlap_tokens=overlap, title=title)
    promises = Promises(document, tokenizer, max_tokens, overlap, title)
    for passage in passages:
        promises.verbatim_and_counted(passage)
        promises.fits_with_its_context(passage)
        promises.under_its_heading(passage)
    promises.all_is_covered(passages)
    for before, after in pairwise(passages):
        assert before.start < after.start
        assert before.end < after.end
        promises.only_long_units_are_cut(before)
        promises.headings_have_text(before)
        promises.graphemes_are_whole(before, after)
        promises.overlap_is_whole_sentences(before, after)
