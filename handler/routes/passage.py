"""The page of a cited passage: what it says, where it stands, and what stands around it. Complete HTML, no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Self

from corpus.records import Chunk, DocumentRecord
from handler.routes.pages import page


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """The cited text, where it stands in its document, and the document's text right before and after it."""

    text: str
    heading: str | None = None
    page: int | None = None
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, chunk: Chunk, around: Sequence[Chunk]) -> Self:
        """The chunk among its neighbours, each character once."""
        before, after = "", ""
        for each in sorted(around, key=lambda each: each.index):
            if each.index < chunk.index:
                before = _continued(before, each.text[: max(0, chunk.start - each.start)])
            else:
                after = _continued(after, each.text[max(0, chunk.end - each.start) :])
        return cls(text=chunk.text, heading=chunk.heading, page=chunk.page, before=before, after=after)


def passage_page(record: DocumentRecord, cited: Cited) -> str:
    """The page."""
    title = record.title or record.source
    facts = [
        record.source,
        f"page {cited.page}" if cited.page is not None else None,
        cited.heading,
        f"last changed {record.updated_at[:10]}",
    ]
    where = " · ".join(escape(fact) for fact in facts if fact)
    body = f"<h1>{escape(title)}</h1>\n<p>{where}</p>\n{_around(cited.before)}"
    body += f'<blockquote class="text">{escape(cited.text)}</blockquote>\n{_around(cited.after)}'
    return page(title, body)


def _around(text: str) -> str:
    return f'<p class="text around">{escape(text.strip())}</p>\n' if text.strip() else ""


def _continued(text: str, more: str) -> str:
    return f"{text}\n\n{more}" if text and more else text or more
