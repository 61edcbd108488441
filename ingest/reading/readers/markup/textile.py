"""Textile: headings, lists, tables, code and notes. Embedded HTML is read as HTML."""

from __future__ import annotations

import re

from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.html.reader import add_body
from ingest.reading.readers.markup.source import Source
from ingest.reading.readers.tablegrid import Cell, laid_out, span_of
from ingest.reading.readers.tables import lines as table_lines

_SIGNED = re.compile(r"(h[1-6]|p|bq|bc|pre|fn\d+|notextile)(?:[(){}\[\]<>=#\w:;. -]{0,80}?)?\.(\.?)(?::\S+)?\s+(.*)")
_ITEM = re.compile(r"([*#]+)\s+(.*)")
_HTML = re.compile(r"\s*<(table|div|pre|ul|ol|dl|blockquote|section|figure|details)\b", re.IGNORECASE)
_CELL = re.compile(r"((?:[_<>=^~-]|\\\d+|/\d+|\([^)]{0,80}\)|\{[^}]{0,200}\})*)\.\s+(.*)", re.DOTALL)
_CODE = re.compile(r"(?<!\w)@([^@\n]{1,300})@(?!\w)|==((?:(?!==).){1,300})==")
_TERM = re.compile(r"- (\S.*?) := (.+?)(?: =:)?$")
_LESS = "\ue000"  # Stands for < in code until tags are removed.
_INLINE = (
    (re.compile(r"!(?:[<>=]?)([^\s!(]+)\(([^)!]{1,200})\)!"), r"[Picture: \2]"),
    (re.compile(r"!(?:[<>=]?)[^\s!(]+\.\w{2,4}!"), ""),
    (re.compile(r'"([^"\n]{1,300})":((?:https?|mailto):[^\s\[\]]*[\w/])'), r"\1 (\2)"),
    (re.compile(r'"([^"\n]{1,300})":[^\s.,;)\[\]]+'), r"\1"),
    (re.compile(r"(?<!\w)(\*\*|__|\?\?|[*_+%-])(?![\s-])([^\n]{1,300}?)(?<!\s)\1(?!\w)"), r"\2"),
    (re.compile(r"\[(\d{1,3})\](?!\()"), r" [\1]"),
    (re.compile(r"\^([^\s^]{1,40})\^"), r"^\1"),
    (re.compile(r"~([^\s~]{1,40})~"), r"\1"),
    (re.compile(r"\b([A-Z][A-Z\d]{1,12})\(([^()\n]{1,100})\)"), r"\1 (\2)"),
    (re.compile(r"^table(?:\([^()]*\))?\.\s*"), ""),
    (re.compile(r"</?[a-zA-Z][^<>]{0,200}>"), ""),
)


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    composer = Composer()
    source = Source(re.sub(r"^###\..*$", "", clean(decode(data)), flags=re.MULTILINE).split("\n"))
    counts: list[int] = []
    while source.skip_empty():
        _take(source, composer, counts)
    return [composer.finish(title=composer.first_heading)]


def _take(source: Source, composer: Composer, counts: list[int]) -> None:
    """Write the next block. `counts` are the item numbers of the open lists."""
    line = source.at(0)
    signed, item, markup = _SIGNED.match(line), _ITEM.match(line), _HTML.match(line)
    if not item:
        counts.clear()
    if line.startswith("|"):
        _table(composer, source.take_while(lambda text: text.startswith("|")))
    elif markup:
        end = f"</{markup.group(1).lower()}>"
        inside = source.take_while(lambda text: end not in text.lower())
        add_body("\n".join((*inside, source.at(0))), composer)
        source.take(1)
    elif item:
        source.take(1)
        depth = len(item.group(1))
        del counts[depth:]
        counts += [0] * (depth - len(counts))
        counts[-1] += 1
        marker = f"{counts[-1]}." if item.group(1)[-1] == "#" else "-"
        rest = source.take_while(lambda text: bool(text) and not _ITEM.match(text))
        composer.list_item(f"{'  ' * min(depth - 1, 8)}{marker} {_plain(' '.join((item.group(2), *rest)))}")
    elif signed:
        source.take(1)
        _signed(source, composer, *signed.groups())
    elif term := _TERM.match(line):
        source.take(1)
        composer.list_item(f"{_plain(term.group(1))}: {_plain(term.group(2))}")
    else:
        paragraph = source.take_while(lambda text: bool(text) and not _HTML.match(text) and text[0] != "|")
        composer.paragraph(_plain(" ".join(paragraph)))


def _signed(source: Source, composer: Composer, sign: str, is_long: str, first: str) -> None:
    """Write a block with an explicit type. With two dots after it, it extends to the next typed block."""
    rest = source.take_while(bool)
    if is_long:
        rest += source.take_while(lambda text: not _SIGNED.match(text))
    if sign in ("bc", "pre"):
        composer.code("\n".join((first, *rest)))
    elif sign[0] == "h":
        composer.heading(_plain(" ".join((first, *rest))), int(sign[1]))
    else:
        text = _plain(" ".join((first, *rest)))
        composer.paragraph(f"Footnote {sign[2:]}: {text}" if sign.startswith("fn") else text)


def _table(composer: Composer, rows: list[str]) -> None:
    cells = [row.strip().strip("|").split("|") for row in rows]
    heads = 0
    while heads < len(cells) and all(cell.strip().startswith("_.") or not cell.strip() for cell in cells[heads]):
        heads += 1
    laid = laid_out([[_cell(cell) for cell in row] for row in cells])
    composer.table(table_lines(laid, header_rows=heads if 0 < heads < len(cells) else None))


def _cell(text: str) -> Cell:
    match = _CELL.match(text.strip())
    if match is None:
        return Cell(_plain(text))
    across, down = re.search(r"\\(\d+)", match.group(1)), re.search(r"/(\d+)", match.group(1))
    width, height = span_of(across.group(1) if across else None), span_of(down.group(1) if down else None)
    return Cell(_plain(match.group(2)), width, height)


def _plain(text: str) -> str:
    text = _CODE.sub(lambda match: (match[1] or match[2]).replace("<", _LESS), text)
    for pattern, instead in _INLINE:
        text = pattern.sub(instead, text)
    return one_line(text.replace(_LESS, "<"))
