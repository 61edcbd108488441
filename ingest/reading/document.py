"""What readers produce and the splitter cuts: text with its structure. Offsets count characters of `Document.text`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from corpus.errors import DocumentError
from corpus.records import MetadataValue


class OcrNeeded(DocumentError):
    """The file has pages but no text: they are images, or their fonts do not map to characters."""


BlockKind = Literal["heading", "paragraph", "list_item", "table", "code"]


class Block(NamedTuple):
    """A stretch of text that belongs together: `text[start:end]`, without surrounding white space.

    It is a tuple, because tens of thousands go from process to process, in half the time that dataclasses take.

    `level` is 1 to 6 for a heading and 0 otherwise. `name` is the heading as it is to be cited, without markup; it
    is empty for other kinds. A table or code block has one row or line of code per line of text.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document as read.

    `name` distinguishes the documents of one file, for example by the id of a JSON Lines record; None if the file is
    the document.
    `blocks` are in reading order, do not overlap, and together cover all of `text` except white space and markup
    without content. `page_starts[i]` is the offset at which page i + 1 starts; empty if the format has no pages.
    `slide_starts` are the offsets at which slides start; no chunk crosses from one slide into the next. If it is
    certain that they are slides, they are the pages too.
    `has_scans` says that some pages are images whose text is missing here.
    `page_labels` holds the printed page numbers, one per page, if known. `metadata` is what the document says about
    itself (front matter, document properties). `notes` are remarks for the corpus keeper, such as a damaged page that
    was left out. `access` is whom the document names as its readers; None if it does not say. `access_fault` is why
    that cannot be understood: then nobody may see it. `is_attached` says that it came in a mail or a PDF: then
    `access` may restrict who sees it, but never widen it.
    """

    text: str
    blocks: tuple[Block, ...]
    name: str | None = None
    page_starts: tuple[int, ...] = ()
    slide_starts: tuple[int, ...] = ()
    has_scans: bool = False
    page_labels: tuple[str, ...] = ()
    title: str | None = None
    url: str | None = None
    updated_at: str | None = None
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    access: tuple[str, ...] | None = None
    access_fault: str = ""
    is_attached: bool = False
