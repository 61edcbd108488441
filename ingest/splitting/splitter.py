"""Cut a document into passages. Pure functions: no I/O, no settings, no model."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from corpus.records import context_of
from corpus.tokens import Tokenizer
from ingest.reading.document import Document
from ingest.splitting.boundaries import forced_break
from ingest.splitting.sections import Section, sections, slide_starts
from ingest.splitting.segments import MAX_TOKEN_CHARS, Layout, SectionSpans, Span
from ingest.splitting.token_counts import TokenCounts

MIN_MAX_TOKENS = 16
# The share of a chunk's tokens that its text may have beside the longest context.
MIN_TEXT = 3 / 4
MAX_CHARACTER_BYTES = 4  # Bytes, in UTF-8.
# The share of the bytes allowed that a passage should fill: one that exceeds the limit all the same is cut anywhere.
USUALLY = 3 / 4


class Passage(NamedTuple):
    """`document.text[start:end]`, without surrounding white space.

    `tokens` counts that text alone; `heading` is the path of headings joined by " > "; `page` and `page_end` count
    from 1 and are None where the document has no pages; `slide` is 0 where it is not a show.
    """

    start: int
    end: int
    tokens: int
    heading: str | None
    page: int | None
    page_end: int | None
    slide: int = 0


def split(
    document: Document,
    *,
    tokenizer: Tokenizer,
    max_tokens: int,
    overlap_tokens: int,
    title: str | None = None,
    subject: str = "",
    max_bytes: int | None = None,
) -> list[Passage]:
    """The passages of `document` in order; together they cover all its blocks.

    What is embedded is a passage's context (`context_of(title, heading, subject)`), a line break and its text:
    together at most `max_tokens` tokens. The text may have three quarters of them in any case; the caller shortens a
    longer context.
    `overlap_tokens` is how much of the passage before may be repeated, in whole sentences under the same heading.
    No passage has more than `max_bytes` bytes in UTF-8, if given. Raises ValueError for a size that cannot be kept.
    """
    if max_tokens < MIN_MAX_TOKENS:
        raise ValueError(
            f"max_tokens is {max_tokens}; a character alone may have 4 tokens: use {MIN_MAX_TOKENS} or more."
        )
    if not 0 <= overlap_tokens <= max_tokens // 2:
        raise ValueError(f"overlap_tokens is {overlap_tokens}; use 0 to {max_tokens // 2}, half of max_tokens.")
    if not document.blocks:
        return []
    lengths = TokenCounts(document.text, tokenizer)
    if max_bytes is not None:
        max_tokens = _tokens_in(max_bytes, document.text, lengths, max_tokens)
        overlap_tokens = min(overlap_tokens, max_tokens // 2)
    passages: list[Passage] = []
    slides = slide_starts(document)
    stretches = _stretches(document, lengths, tokenizer, max_tokens, overlap_tokens, (title, subject))
    for heading, stretch in _small(stretches, document.text, lengths, max_bytes):
        page, page_end = _pages(document.page_starts, stretch)
        passages.append(
            Passage(
                start=stretch.start,
                end=stretch.end,
                tokens=stretch.tokens,
                heading=heading,
                page=page,
                page_end=page_end,
                slide=bisect_right(slides, stretch.start),
            )
        )
    return passages


def _tokens_in(max_bytes: int, text: str, lengths: TokenCounts, max_tokens: int) -> int:
    """How many tokens so many bytes of the text usually have; at most `max_tokens`."""
    size = len(text.encode(errors="surrogatepass"))
    usual = int(USUALLY * max_bytes * lengths.near(0, len(text)) / max(1, size))
    return max(MIN_MAX_TOKENS, min(max_tokens, usual))


def _small(
    stretches: Iterable[tuple[str | None, Span]], text: str, lengths: TokenCounts, max_bytes: int | None
) -> Iterator[tuple[str | None, Span]]:
    """The spans, with those of too many bytes cut once more, at the best places."""
    for heading, stretch in stretches:
        start, end = stretch.start, stretch.end
        while max_bytes is not None and (end - start) * MAX_CHARACTER_BYTES > max_bytes:
            begin = text[start : min(end, start + max_bytes)].encode(errors="surrogatepass")
            if start + max_bytes >= end and len(begin) <= max_bytes:
                break
            found = forced_break(text, start, start + len(begin[:max_bytes].decode(errors="ignore")))
            yield heading, Span(start, found.end, lengths.count(start, found.end))
            start = found.start
        yield heading, stretch if start == stretch.start else Span(start, end, lengths.count(start, end))


def _stretches(
    document: Document,
    lengths: TokenCounts,
    tokenizer: Tokenizer,
    max_tokens: int,
    overlap: int,
    about: tuple[str | None, str],
) -> Iterator[tuple[str | None, Span]]:
    kinds, starts, ends, _, _ = zip(*document.blocks, strict=True)
    layout = Layout(document.text, lengths, kinds, starts, ends)
    for section in sections(document, lengths, join_tokens=max_tokens // 2):
        heading = section.heading
        context = context_of(about[0], heading, about[1])
        whole = _whole(document, lengths, section, max_tokens - len(context.encode(errors="surrogatepass")) - 1)
        if whole is not None:
            yield heading, whole
            continue
        # The line break between context and text always separates two tokens, so their counts add up.
        budget = max(max_tokens - tokenizer.count(f"{context}\n"), int(max_tokens * MIN_TEXT))
        for stretch in SectionSpans(layout, section.first, section.last, budget=budget, overlap=overlap):
            yield heading, stretch


def _whole(document: Document, lengths: TokenCounts, section: Section, tokens: int) -> Span | None:
    """The section in one piece if it has at most so many tokens.

    Most sections do, and then their contexts, which have no more tokens than bytes, need not be counted.
    """
    start, end = document.blocks[section.first].start, document.blocks[section.last].end
    if lengths.near(start, end) > tokens or end - start > tokens * MAX_TOKEN_CHARS:
        return None
    found = lengths.count(start, end)
    return Span(start, end, found) if found <= tokens else None


def _pages(page_starts: tuple[int, ...], stretch: Span) -> tuple[int | None, int | None]:
    if not page_starts:
        return None, None
    return max(1, bisect_right(page_starts, stretch.start)), max(1, bisect_right(page_starts, stretch.end - 1))
