"""Questions that documents suggest themselves, without a model: lines that ask, as FAQs have them, and headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from corpus.quality.questions import Question
from corpus.records import HEADING_SEPARATOR, Chunk, DocumentRecord
from corpus.searching.corpus import Corpus
from corpus.searching.view import View

Shown = Corpus | View  # What questions are proposed from: the whole corpus, or what somebody may see.

# A line that asks, as FAQs have them; the question mark may be Chinese, Greek or Arabic.
ASKING = re.compile(r"^(?:[#*\-\d.\s¿]|Q:)*([^\n?？؟]{7,140}[?？؟])\s*$", re.MULTILINE)
# Within a text, only Markdown's; other formats give theirs as the heading of a chunk.
HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
# Where in a document to look, in eighths of it: the beginning, the middle, and between them.
PLACES = (0, 4, 2, 6, 1, 5, 3, 7)
MAX_HEADING_CHARS = 80
MIN_ANSWER_CHARS = 60
# Words of the answer that distinguish it from all others.
WORDS = 12
MIN_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`question` as it stands in the document; None where a section is asked for by its `heading`."""

    chunk: Chunk
    answer: str
    title: str
    heading: str
    question: str | None = None

    def to_question(self, line: int) -> Question | None:
        """The proposal as a line of a questions file; None if the answer has too few words to identify it."""
        words = next((words for row in self.answer.splitlines() if len(words := row.split()) >= MIN_WORDS), None)
        if words is None:
            return None
        return Question(
            line=line,
            text=self.question or (f"{self.title}: {self.heading}" if self.heading else self.title),
            document=self.chunk.source,
            page=self.chunk.page,
            words=" ".join(words[:WORDS]),
        )


Maker = Callable[[Shown, DocumentRecord], Iterator[Proposal]]


def asked(corpus: Shown, record: DocumentRecord) -> Iterator[Proposal]:
    """The questions that the document asks and answers."""
    for chunk in _looked_at(corpus, record):
        for found in islice(ASKING.finditer(chunk.text), 2):
            answer = chunk.text[found.end() :]
            yield Proposal(chunk=chunk, answer=answer, title=_title(record), heading="", question=found[1].strip())


def sections(corpus: Shown, record: DocumentRecord) -> Iterator[Proposal]:
    """The sections of the document that have text, including those that begin within a chunk."""
    title = _title(record)
    for chunk in _looked_at(corpus, record):
        headings = (chunk.heading or "").split(HEADING_SEPARATOR)
        marked = list(HEADING.finditer(chunk.text))
        ends = [each.start() for each in marked[1:]] + [len(chunk.text)]
        first = marked[0].start() if marked and marked[0].start() > 0 else len(chunk.text)
        whole = "\n".join(line for line in chunk.text[:first].splitlines() if line.strip("#* \t") not in headings)
        found = [(headings[-1], whole)]
        found += [(each[1], chunk.text[each.end() : end]) for each, end in zip(marked, ends, strict=False)]
        for heading, answer in found:
            name = heading.strip("#* \t")
            if name and name != title and len(name) <= MAX_HEADING_CHARS and len(answer.strip()) >= MIN_ANSWER_CHARS:
                yield Proposal(chunk=chunk, answer=answer, title=title, heading=name)


def titles(corpus: Shown, record: DocumentRecord) -> Iterator[Proposal]:
    """The document itself, by its title."""
    for chunk in islice(corpus.chunks_from(record, offset=0), 1 if record.title else 0):
        answer = "\n".join(line for line in chunk.text.splitlines() if line.strip("#* \t") != record.title)
        yield Proposal(chunk=chunk, answer=answer, title=_title(record), heading="")


def spread(corpus: Shown, records: Sequence[DocumentRecord], make: Maker, *, most: int | None) -> Iterator[Proposal]:
    """The proposals of each document, `most` at most; one of each document before any has a second."""
    pending = [islice(make(corpus, record), most) for record in records]
    while pending:
        for proposals in list(pending):
            proposal = next(proposals, None)
            if proposal is None:
                pending.remove(proposals)
            else:
                yield proposal


def _looked_at(corpus: Shown, record: DocumentRecord) -> Iterator[Chunk]:
    """A chunk for each of the places, so that a text cut off half way loses questions."""
    chars = corpus.chars(record) if record.chunks > 1 else 0
    seen: set[int] = set()
    for place in PLACES:
        for chunk in islice(corpus.chunks_from(record, offset=chars * place // len(PLACES)), 1):
            if chunk.index not in seen:
                seen.add(chunk.index)
                yield chunk


def _title(record: DocumentRecord) -> str:
    return record.title or record.source.rsplit("/", 1)[-1]
