"""What `split` promises, checked slowly and from the definition."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import regex

from corpus.records import Chunk, context_of
from corpus.tokens import Tokenizer
from ingest.reading.document import Block, Document
from ingest.splitting.boundaries import unit_breaks
from ingest.splitting.preparation import text_for_model
from ingest.splitting.segments import MAX_TOKEN_CHARS
from ingest.splitting.splitter import MIN_TEXT, Passage


class Promises:
    def __init__(
        self, document: Document, tokenizer: Tokenizer, max_tokens: int, overlap_tokens: int, title: str | None
    ) -> None:
        self.document, self.text = document, document.text
        self.tokenizer, self.max_tokens, self.overlap_tokens = tokenizer, max_tokens, overlap_tokens
        self.title = title
        self._counts: dict[str, int] = {}

    def verbatim_and_counted(self, passage: Passage) -> None:
        text = self.text[passage.start : passage.end]
        assert text
        assert text == text.strip()
        assert passage.tokens == self._count(text)

    def fits_with_its_context(self, passage: Passage) -> None:
        text = self.text[passage.start : passage.end]
        read = text_for_model(self._chunk(passage), self.tokenizer, self.max_tokens)
        assert self._count(read) <= self.max_tokens
        assert read.endswith(text)
        context = context_of(self.title, passage.heading)
        if self._count(f"{context}\n") <= self.max_tokens - int(self.max_tokens * MIN_TEXT):
            assert read == (f"{context}\n{text}" if context else text)

    def _count(self, text: str) -> int:
        """Counted by the tokenizer, each text once."""
        if text not in self._counts:
            self._counts[text] = self.tokenizer.count(text)
        return self._counts[text]

    def under_its_heading(self, passage: Passage) -> None:
        for block in self._blocks(passage.start, passage.end):
            if block.kind != "heading":
                path = " > ".join(self.paths[block.start])
                assert passage.heading is None or (path + " > ").startswith(passage.heading + " > ")

    def all_is_covered(self, passages: Sequence[Passage]) -> None:
        covered = np.zeros(len(self.text), dtype=bool)
        for passage in passages:
            covered[passage.start : passage.end] = True
        for block in self.document.blocks:
            lost = np.flatnonzero(~covered[block.start : block.end]) + block.start
            assert not "".join(self.text[offset] for offset in lost.tolist()).strip()

    def only_long_units_are_cut(self, passage: Passage) -> None:
        """A unit is a sentence, a row, a line of code; and a whole table, a whole code block."""
        for start, end in self.units:
            if start < passage.end < end:
                start = self._with_headings(passage, start)
                assert not self._fits(passage, start, end), self.text[start:end]

    def headings_have_text(self, passage: Passage) -> None:
        """Save a heading that is itself half a passage, and one that nothing follows."""
        blocks = self.document.blocks
        last = max(index for index, block in enumerate(blocks) if block.start < passage.end)
        first = last
        while first >= 0 and blocks[first].kind == "heading":
            first -= 1
        following = next((block.start for block in blocks[last:] if block.kind != "heading"), None)
        if first < last and following is not None:
            headings = self.tokenizer.count(self.text[blocks[first + 1].start : following])
            assert headings > self._budget(passage) // 2 - 3

    def graphemes_are_whole(self, before: Passage, after: Passage) -> None:
        edges = {edge for block in self.document.blocks for edge in (block.start, block.end)}
        for start, end in self.graphemes:
            for place in (before.end, after.start):
                if start < place < end and place not in edges:
                    assert not self._fits(before, self._with_headings(before, start), end), self.text[start:end]

    def overlap_is_whole_sentences(self, before: Passage, after: Passage) -> None:
        if before.end <= after.start:
            return
        assert self.tokenizer.count(self.text[after.start : before.end]) <= self.overlap_tokens
        assert after.start in {start for start, _ in self.units}
        assert {block.kind for block in self._blocks(after.start, before.end)} <= {"paragraph", "list_item"}

    @cached_property
    def units(self) -> list[tuple[int, int]]:
        units = []
        for block in self.document.blocks:
            start = block.start
            for found in unit_breaks(self.text, block.kind, block.start, block.end - 1):
                units.append((start, found.end))
                start = found.start
            units.append((start, block.end))
            if block.kind in ("table", "code"):
                units.append((block.start, block.end))
        return units

    @cached_property
    def graphemes(self) -> list[tuple[int, int]]:
        """But for white space, which no passage starts or ends with, even if a mark sits on it."""
        return [match.span() for match in regex.finditer(r"\X", self.text) if not match.group()[0].isspace()]

    @cached_property
    def paths(self) -> dict[int, list[str]]:
        """For each block's start the headings that it stands under."""
        paths: dict[int, list[str]] = {}
        open_headings: list[Block] = []
        for block in self.document.blocks:
            if block.kind == "heading":
                open_headings = [heading for heading in open_headings if heading.level < block.level] + [block]
            paths[block.start] = [heading.name for heading in open_headings if heading.name]
        return paths

    def _chunk(self, passage: Passage) -> Chunk:
        return Chunk(
            document_id="d",
            index=0,
            text=self.text[passage.start : passage.end],
            source="s",
            start=passage.start,
            end=passage.end,
            tokens=passage.tokens,
            digest="",
            updated_at="",
            title=self.title,
            heading=passage.heading,
        )

    def _budget(self, passage: Passage) -> int:
        context = context_of(self.title, passage.heading)
        return max(self.max_tokens - self.tokenizer.count(context + "\n"), int(self.max_tokens * MIN_TEXT))

    def _fits(self, passage: Passage, start: int, end: int) -> bool:
        budget = self._budget(passage)
        return self.tokenizer.count(self.text[start:end]) <= budget and end - start <= budget * MAX_TOKEN_CHARS

    def _blocks(self, start: int, end: int) -> list[Block]:
        return [block for block in self.document.blocks if block.start < end and start < block.end]

    def _with_headings(self, passage: Passage, start: int) -> int:
        """The passage's own start, where it has nothing but headings before `start`."""
        before = self._blocks(passage.start, start)
        return min(start, passage.start) if all(block.kind == "heading" for block in before) else start
