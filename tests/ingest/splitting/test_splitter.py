"""What a passage promises: it fits the model, it is verbatim, it has its place, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.embedding.model_files import installed_model_files
from corpus.embedding.wordpiece import WordPieceTokenizer
from corpus.tokens import Cl100kTokenizer, Tokenizer
from ingest.reading.document import Block, BlockKind, Document
from ingest.splitting.segments import MAX_TOKEN_CHARS
from ingest.splitting.splitter import Passage, split
from tests.ingest.documents import Part, document_of, heading, paragraph
from tests.ingest.splitting.promises import Promises

OPENAI: Tokenizer = Cl100kTokenizer()
MINILM: Tokenizer = WordPieceTokenizer(installed_model_files().tokenizer)

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
BETWEEN = st.sampled_from(["\n\n", "\n", "\n\n<!-- no content -->\n"])
PARTS = st.one_of(
    st.builds(Part, st.just("heading"), SENTENCES, st.integers(1, 4), BETWEEN),
    st.builds(Part, st.sampled_from(["paragraph", "paragraph", "list_item"]), PROSE, st.just(0), BETWEEN),
    st.builds(Part, st.sampled_from(["code", "table"]), LINES, st.just(0), BETWEEN),
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


def test_a_word_that_the_model_does_not_know_leaves_the_one_before_it_in_large_pieces() -> None:
    # With its picture the second word is one unknown token, and cut off before that 36.
    text = f"{'क्षि' * 12} {'क्षि' * 12}👩👩"
    check(document_of([Part("paragraph", text, 0, "")]), MINILM, 16, 6, None)
    passages = split(document_of([Part("paragraph", text, 0, "")]), tokenizer=MINILM, max_tokens=16, overlap_tokens=6)
    assert [passage.tokens for passage in passages][:2] == [15, 15]


@settings(max_examples=30)
@given(document=DOCUMENTS, max_bytes=st.sampled_from([40, 64, 200]), overlap=st.integers(0, 8))
def test_no_passage_has_more_bytes_than_it_may(document: Document, max_bytes: int, overlap: int) -> None:
    passages = split(document, tokenizer=OPENAI, max_tokens=64, overlap_tokens=overlap, max_bytes=max_bytes)
    promises = Promises(document, OPENAI, 64, overlap, None)
    for passage in passages:
        promises.verbatim_and_counted(passage)
        assert len(document.text[passage.start : passage.end].encode()) <= max_bytes
    promises.all_is_covered(passages)


def test_a_text_is_cut_at_its_sentences_where_bytes_and_not_tokens_are_few() -> None:
    sentence = "Die Pumpe läuft über Nacht, prüfen Sie die Dichtungen. "
    document = document_of([Part("paragraph", (sentence * 400).strip(), 0, "")])
    passages = split(document, tokenizer=OPENAI, max_tokens=8000, overlap_tokens=0, max_bytes=4096)
    texts = [document.text[passage.start : passage.end] for passage in passages]
    assert all(text.endswith("Dichtungen.") for text in texts)
    assert all(2000 < len(text.encode()) <= 4096 for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("word " * 30_000 + "end", id="one long line"),
        pytest.param("One. Two? " * 15_000 + "end", id="many short sentences"),
        pytest.param("a" + "\n" * 1_000_000 + "b", id="a million newlines"),
        pytest.param("a\n" * 25_000 + "b", id="many short lines"),
        pytest.param("abcdefghij" * 5_000, id="one long word"),
        pytest.param("0123456789" * 5_000, id="one long number"),
        pytest.param("." * 50_000, id="full stops"),
        pytest.param("語" * 25_000, id="characters without a mark"),
        pytest.param("e" + "\u0301" * 25_000, id="one long grapheme"),
        pytest.param("🇩🇪" * 5_000, id="flags"),
        pytest.param("👩\u200d" * 5_000, id="joined emoji"),
    ],
)
@TOKENIZERS
def test_hostile_text_is_cut_as_promised(tokenizer: Tokenizer, text: str) -> None:
    kinds: list[BlockKind] = ["paragraph", "code"]
    for kind in kinds:
        document = Document(text=text, blocks=(Block(kind, 0, len(text)),))
        passages = split(document, tokenizer=tokenizer, max_tokens=200, overlap_tokens=20)
        promises = Promises(document, tokenizer, 200, 20, None)
        for passage in passages:
            promises.verbatim_and_counted(passage)
            promises.fits_with_its_context(passage)
            assert passage.end - passage.start <= 200 * MAX_TOKEN_CHARS
        promises.all_is_covered(passages)


def test_white_space_and_nothing_make_no_passage() -> None:
    assert split(Document(text="", blocks=()), tokenizer=OPENAI, max_tokens=100, overlap_tokens=10) == []
    assert split(Document(text=" \n" * 100_000, blocks=()), tokenizer=OPENAI, max_tokens=100, overlap_tokens=10) == []


def test_pages_are_counted_from_1() -> None:
    sentence = "This is a sentence of some length, so that a page holds few. "
    document = document_of([paragraph((sentence * 4).strip()) for _ in range(6)])
    starts = [block.start for block in document.blocks]
    document = replace(document, page_starts=(0, starts[1], starts[1], starts[2], starts[4] + len(sentence)))
    passages = split(document, tokenizer=OPENAI, max_tokens=80, overlap_tokens=0)
    assert [(passage.page, passage.page_end) for passage in passages] == [
        (1, 1),
        (3, 3),
        (4, 4),
        (4, 4),
        (4, 5),
        (5, 5),
    ]


def test_a_document_without_pages_has_no_page_numbers() -> None:
    (passage,) = split(document_of([paragraph("Short.")]), tokenizer=OPENAI, max_tokens=80, overlap_tokens=0)
    assert passage == Passage(start=0, end=6, tokens=2, heading=None, page=None, page_end=None)


def test_title_and_headings_take_their_part_of_the_window_but_never_more_than_a_quarter() -> None:
    document = document_of([heading("A heading of seven tokens or so"), paragraph("word " * 200 + "end.")])
    sizes = [
        max(
            passage.tokens
            for passage in split(document, tokenizer=OPENAI, max_tokens=100, overlap_tokens=0, title=title)
        )
        for title in (None, "A title of five or six tokens", "A very long title that goes on " * 20)
    ]
    assert 85 < sizes[0] <= 92
    assert 75 < sizes[1] < 85
    assert 70 < sizes[2] <= 75


@pytest.mark.parametrize(("max_tokens", "overlap_tokens"), [(15, 0), (100, 51), (100, -1)])
def test_sizes_that_cannot_be_kept_are_refused(max_tokens: int, overlap_tokens: int) -> None:
    with pytest.raises(ValueError, match="_tokens is"):
        split(document_of([paragraph("Text.")]), tokenizer=OPENAI, max_tokens=max_tokens, overlap_tokens=overlap_tokens)
