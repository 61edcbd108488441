"""Org: headings, lists, code and tables. Drawers, comments and markup are removed."""

from __future__ import annotations

import html
import re

from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.markup.source import Source, dedented
from ingest.reading.readers.tables import lines as table_lines

_HEADING = re.compile(r"(\*+)\s+(.*?)(?:\s+:[\w:@]+:)?$")
_KEYWORD = re.compile(r"\s*#\+(\w+)(?:\[[^\]\n]*\])?:\s*(.*)", re.IGNORECASE)
_BEGIN = re.compile(r"\s*#\+begin_(\w+)", re.IGNORECASE)
_ITEM = re.compile(r"(\s*)([-+]|\d+[.)])\s+(?:\[@(\d+)\]\s*)?(.*)")
_FIXED = re.compile(r"\s*:(?: |$)")
_COMMENT = re.compile(r"\s*#(?: |$)|-{5,}$")  # A comment, or a rule between sections.
_DRAWER = re.compile(r"\s*:[\w-]+:\s*$")
_CLOCK = re.compile(r"\s*(?:CLOCK|SCHEDULED|DEADLINE|CLOSED):\s+[<\[]")
_BLOCKS = (_DRAWER, _CLOCK, _HEADING, _BEGIN, _ITEM, _KEYWORD, _FIXED, _COMMENT)


def _entity(name: str, written: str) -> str:
    """The character of an entity that Org shares with HTML, such as alpha."""
    shown = html.unescape(f"&{name};")
    return shown if not shown.startswith("&") else written


_INLINE = (
    (re.compile(r"\[\[(?:file:)?[^\[\]]+\.(?:png|jpe?g|gif|svg|webp)\]\]", re.IGNORECASE), ""),
    (re.compile(r"\[\[([a-z]+://[^\[\]]+)\]\[([^\]]+)\]\]"), r"\2 (\1)"),
    (re.compile(r"\[\[[^\[\]]+\]\[([^\]]+)\]\]"), r"\1"),
    (re.compile(r"\[\[([^\[\]]+)\]\]"), r"\1"),
    (re.compile(r"\[fn:([\w-]+)\]"), r"[\1]"),
    (re.compile(r"(?<![^\s\-({'\"|\[])([*/_=~+])(\S(?:[^\n]{0,300}?\S)??)\1(?!\w)"), r"\2"),
    (re.compile(r"(?<=\w)_\{([^{}]{1,60})\}"), r"\1"),
    (re.compile(r"(?<=\w)\^\{([^{}]{1,60})\}"), r"^\1"),
    (re.compile(r"\\(\w+)(?:\{\}|(?!\w))"), lambda match: _entity(match.group(1), match.group())),
)
_MACRO = re.compile(r"^#\+MACRO:\s+(\S+)\s+(.*)$", re.IGNORECASE | re.MULTILINE)
_CALLED = re.compile(r"\{\{\{(\w+)(?:\(([^(){}]*)\))?\}\}\}")
_ABOUT = {"author": "author", "description": "description", "keywords": "keywords"}


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    composer = Composer()
    text = clean(decode(data))
    macros = dict(_MACRO.findall(text))
    source = Source(_CALLED.sub(lambda call: _expanded(call, macros), text).split("\n") if macros else text.split("\n"))
    keywords: dict[str, str] = {}
    while source.skip_empty():
        _take(source, composer, keywords)
    about = {name: keywords[key] for key, name in _ABOUT.items() if keywords.get(key)}
    title, moment = (
        keywords.get("title") or composer.first_heading,
        as_moment(keywords.get("date", "").strip("<>[]")[:10]),
    )
    return [composer.finish(title=title, updated_at=moment, metadata=about)]


def _expanded(call: re.Match[str], macros: dict[str, str]) -> str:
    """The definition of a macro, with the arguments of the call put in."""
    values = [value.strip() for value in (call.group(2) or "").split(",")]
    body = macros.get(call.group(1), call.group())
    return re.sub(r"\$(\d)", lambda place: (values[int(place.group(1)) - 1 :] or [""])[0], body)


def _take(source: Source, composer: Composer, keywords: dict[str, str]) -> None:
    """Write the next block."""
    line = source.at(0)
    heading, keyword, begin, item = _HEADING.match(line), _KEYWORD.match(line), _BEGIN.match(line), _ITEM.match(line)
    if line.lstrip().startswith("|"):
        rows = source.take_while(lambda text: text.lstrip().startswith("|"))
        has_rule = len(rows) > 1 and rows[1].lstrip().startswith("|-")
        parts = [row.strip().strip("|").split("|") for row in rows if not row.lstrip().startswith("|-")]
        cells = [[_plain(cell) for cell in row] for row in parts]
        composer.table(table_lines(cells, header_rows=1 if has_rule else None))
        return
    source.take(1)
    if heading and heading.group(2).startswith("COMMENT"):
        level = len(heading.group(1))
        source.take_while(lambda text: not (above := _HEADING.match(text)) or len(above.group(1)) > level)
    elif heading:
        composer.heading(_plain(heading.group(2)), len(heading.group(1)))
    elif begin:
        end = f"#+end_{begin.group(1)}".lower()
        inside = source.take_while(lambda text: text.strip().lower() != end)
        source.take(1)
        if begin.group(1).lower() in ("src", "example", "verse"):
            composer.code("\n".join(dedented(inside)))
        elif begin.group(1).lower() not in ("comment", "export"):
            nested = Source(inside)
            while nested.skip_empty():
                _take(nested, composer, keywords)
    elif keyword and keyword.group(1).lower() == "caption":
        composer.paragraph(_plain(keyword.group(2)))
    elif keyword:
        keywords.setdefault(keyword.group(1).lower(), _plain(keyword.group(2)))
    elif _CLOCK.match(line):
        composer.paragraph("" if "CLOCK" in line else _plain(line))
    elif _DRAWER.match(line):
        source.take_while(lambda text: text.strip().lower() != ":end:")
        source.take(1)
    elif item:
        rest = source.take_while(lambda text: text[:1] == " " and not _ITEM.match(text))
        depth = len(item.group(1)) // 2
        marker = "-" if item.group(2) in "-+" else f"{item.group(3)}." if item.group(3) else item.group(2)
        said = _plain(" ".join((item.group(4), *rest))).replace(" :: ", ": ")
        composer.list_item(f"{'  ' * min(depth, 8)}{marker} {said}")
    elif _FIXED.match(line):
        lines = [line, *source.take_while(lambda text: bool(_FIXED.match(text)))]
        composer.code("\n".join(text.lstrip()[2:] for text in lines))
    elif not _COMMENT.match(line):
        rest = source.take_while(_goes_on)
        composer.paragraph(_plain(" ".join((line, *rest))))


def _goes_on(line: str) -> bool:
    return bool(line) and not line.startswith("[fn:") and not any(pattern.match(line) for pattern in _BLOCKS)


def _plain(text: str) -> str:
    for pattern, instead in _INLINE:
        text = pattern.sub(instead, text)
    return one_line(text)
