"""Markdown: the file's own text, its structure found by markdown-it. The text is never rendered or changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.reading.document import Block, BlockKind, Document
from ingest.reading.readers import frontmatter
from ingest.reading.readers.composer import clean, one_line
from ingest.reading.readers.encoding import decode

# Only blocks are parsed: inline markup costs most of the time and matters only in headings.
_BLOCKS = MarkdownIt("commonmark").enable("table")
_BLOCKS.core.ruler.enableOnly(["block"])
_INLINE = MarkdownIt("commonmark")

# A paragraph above a line of = or - is a heading to Markdown; a long one is text above a formula or a rule.
LONGEST_HEADING = 300
_ATTRIBUTES = re.compile(r"\s*\{[ :]*[#.][^{}]*\}\s*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_LEAVES: dict[str, BlockKind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "fence": "code",
    "code_block": "code",
    "table_open": "table",
    "html_block": "paragraph",
}


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    front, text, remark = frontmatter.split(clean(decode(data)))
    found = tuple(blocks(text))
    title = front.title or next((block.name for block in found if block.level == 1), None)
    return [
        Document(
            text=text,
            blocks=found,
            title=title,
            url=front.url,
            updated_at=front.updated_at,
            metadata=front.metadata,
            notes=(*front.notes, *((remark,) if remark else ())),
        )
    ]


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a Markdown text, by markdown-it's line maps."""
    starts = _line_starts(text)
    tokens = _BLOCKS.parse(text)
    done = 0
    item_line = -1
    for position, token in enumerate(tokens):
        if token.type == "list_item_open" and token.map:
            item_line = token.map[0]
        kind = _LEAVES.get(token.type)
        if kind is None or token.map is None:
            continue
        first, last = max(token.map[0], done), token.map[1]
        if kind == "paragraph" and token.map[0] == item_line:
            kind = "list_item"
        yield from _footnotes(text, starts, done, first)
        done = max(last, done)
        start, end = _trim(text, starts[first], starts[last])
        if start == end or (token.type == "html_block" and not _has_text(text[start:end])):
            continue
        if kind == "heading" and end - start <= LONGEST_HEADING:
            yield Block(kind, start, end, int(token.tag[1]), _heading_name(tokens, position))
        elif kind == "heading":
            yield Block("paragraph", start, end)
        else:
            yield Block(kind, start, end)
    yield from _footnotes(text, starts, done, len(starts) - 1)


def _line_starts(text: str) -> list[int]:
    """Where each line starts, and the text's end behind the last."""
    starts = [0]
    starts.extend(match.end() for match in re.finditer("\n", text))
    if starts[-1] != len(text):
        starts.append(len(text))
    return starts


def _footnotes(text: str, starts: Sequence[int], first: int, last: int) -> Iterator[Block]:
    """Footnotes among the lines that make no block: markdown-it takes them for link definitions."""
    for line in range(first, last):
        start, end = _trim(text, starts[line], starts[line + 1])
        if text.startswith("[^", start):
            yield Block("paragraph", start, end)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def _has_text(html: str) -> bool:
    return bool(_TAG.sub("", _COMMENT.sub("", html)).strip())


def _heading_name(tokens: Sequence[Token], position: int) -> str:
    """The heading without markup and without an attribute list such as { #anchor .class }."""
    source = _ATTRIBUTES.sub("", tokens[position + 1].content)
    inline = _INLINE.parseInline(source)[0].children or []
    return one_line("".join(_plain(token) for token in inline)) or one_line(source)


def _plain(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        return "".join(_plain(child) for child in token.children or [])
    return token.content if token.type in ("text", "code_inline") else ""
