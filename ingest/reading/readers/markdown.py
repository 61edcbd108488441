"""Markdown: the text as it is, with its structure found by markdown-it. Only tables are rewritten, as rows that make
sense alone."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.reading.document import Block, BlockKind, Document
from ingest.reading.readers import decks, frontmatter
from ingest.reading.readers.composer import clean, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.markdowntables import html_rows, is_html_table
from ingest.reading.readers.tables import lines

# Only blocks are parsed: inline markup takes most of the time and matters only in headings.
# Nested lists and quotations are followed as far as Python's recursion limit allows; what is deeper is plain text.
_BLOCKS = MarkdownIt("commonmark", {"maxNesting": 120}).enable("table")
_BLOCKS.core.ruler.enableOnly(["block"])
_INLINE = MarkdownIt("commonmark")

# To Markdown, a paragraph above a line of = or - is a heading; a long one is really text above a formula or a rule.
MAX_HEADING_CHARS = 300
_ATTRIBUTES = re.compile(r"\s*\{[ :]*[#.][^{}]*\}\s*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]|\d(?![.)]|\d)")  # A number alone may be a list marker.
_LINK_DEFINITION = re.compile(r"[\s>*+-]*\[[^\]^][^\]]*\]:\s*\S")
# One that is all of its block, as at the top of many a README.
_HTML_HEADING = re.compile(
    r"(?:<(?:div|p|center|a|br|img|picture|source)\b[^<>]*>\s*+|</(?:p|a|picture)>\s*+)*+<h([1-6])\b[^<>]*>((?:(?!</h[1-6]).)*)"
    r"</h\1>\s*(?:</(?:div|center)>\s*)*$",
    re.IGNORECASE | re.DOTALL,
)
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
    whole = clean(decode(data))
    front, text, remark = frontmatter.split(whole)
    told = whole[: len(whole) - len(text)]
    bare = decks.without_fields(text)
    is_deck = decks.says_deck(told) or bare != text
    text, found = structured(bare)
    slides = decks.slide_starts(text, found, front=told, is_deck=is_deck)
    title = front.title or next((block.name for block in found if block.level == 1), None)
    return [
        Document(
            text=text,
            blocks=tuple(found),
            page_starts=slides if is_deck else (),
            slide_starts=slides,
            title=title,
            url=front.url,
            updated_at=front.updated_at,
            metadata=front.metadata,
            notes=(*front.notes, *((remark,) if remark else ())),
            access=front.access,
            access_fault=front.access_fault,
        )
    ]


def structured(text: str) -> tuple[str, Sequence[Block]]:
    """A Markdown text, with its tables rewritten as rows that name their columns, and its blocks."""
    tokens = _BLOCKS.parse(text)
    rows = {
        token.map[0]: _table_rows(tokens, number) if token.type == "table_open" else html_rows(token.content)
        for number, token in enumerate(tokens)
        if token.map and (token.type == "table_open" or is_html_table(token))
    }
    starts = _line_starts(text)
    found = list(_blocks(text, starts, tokens))
    if not rows:
        return text, found
    parts: list[str] = []
    done = shift = 0
    moved: list[Block] = []
    tables = {_trim(text, starts[line], starts[line + 1])[0]: lines for line, lines in rows.items()}
    for block in found:
        new = "\n".join(tables.get(block.start, ())) if block.kind == "table" else ""
        start = block.start + shift
        if new:
            parts.extend((text[done : block.start], new))
            done = block.end
            shift += len(new) - (block.end - block.start)
        moved.append(block._replace(start=start, end=block.end + shift))
    return "".join([*parts, text[done:]]), moved


def _table_rows(tokens: Sequence[Token], position: int) -> list[str]:
    """The rows of the table that opens at a token."""
    grid: list[list[str]] = []
    for token, following in itertools.pairwise(tokens[position:]):
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            grid.append([])
        elif token.type in ("th_open", "td_open"):
            grid[-1].append(following.content if following.type == "inline" else "")
    return lines(grid, header_rows=1 if any(grid[0]) else 0)


def _blocks(text: str, starts: Sequence[int], tokens: Sequence[Token]) -> Iterator[Block]:
    """The blocks, located by markdown-it's line maps."""
    done = 0
    item_line = -1
    for position, token in enumerate(tokens):
        if token.type == "list_item_open" and token.map:
            item_line = token.map[0]
        kind = "table" if is_html_table(token) else _LEAVES.get(token.type)
        heading = _HTML_HEADING.match(token.content) if token.type == "html_block" else None
        if kind is None or token.map is None:
            continue
        first, last = max(token.map[0], done), token.map[1]
        if kind == "paragraph" and token.map[0] == item_line:
            kind = "list_item"
        yield from _unclaimed(text, starts, done, first)
        done = max(last, done)
        start, end = _trim(text, starts[first], starts[last])
        if start == end or (token.type == "html_block" and not _has_text(text[start:end])):
            continue
        if heading and (name := one_line(_TAG.sub(" ", heading.group(2)))):
            yield Block("heading", start, end, int(heading.group(1)), name)
        elif kind == "heading" and end - start <= MAX_HEADING_CHARS:
            yield Block(kind, start, end, int(token.tag[1]), _heading_name(tokens, position))
        elif kind == "heading":
            yield Block("paragraph", start, end)
        else:
            yield Block(kind, start, end)
    yield from _unclaimed(text, starts, done, len(starts) - 1)


def _line_starts(text: str) -> list[int]:
    """The offset of each line, followed by that of the end of the text."""
    starts = [0]
    starts.extend(match.end() for match in re.finditer("\n", text))
    if starts[-1] != len(text):
        starts.append(len(text))
    return starts


def _unclaimed(text: str, starts: Sequence[int], first: int, last: int) -> Iterator[Block]:
    """Lines with words that are in none of markdown-it's blocks: footnotes, and what is nested too deep.

    Link definitions, rules and lone markers are left out.
    """
    for line in range(first, last):
        start, end = _trim(text, starts[line], starts[line + 1])
        stretch = text[start:end]
        if _WORD.search(stretch) and not _LINK_DEFINITION.match(stretch):
            yield Block("paragraph", start, end)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def _has_text(html: str) -> bool:
    return bool(_TAG.sub("", _COMMENT.sub("", html)).strip())


def _heading_name(tokens: Sequence[Token], position: int) -> str:
    """The heading without markup and without attributes such as { #anchor .class }."""
    source = _ATTRIBUTES.sub("", tokens[position + 1].content)
    inline = _INLINE.parseInline(source)[0].children or []
    return one_line("".join(_plain(token) for token in inline)) or one_line(source)


def _plain(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "image":
        return "".join(_plain(child) for child in token.children or [])
    return token.content if token.type in ("text", "code_inline") else ""
