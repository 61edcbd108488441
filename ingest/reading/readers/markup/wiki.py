"""MediaWiki and similar wikis: headings, lists, tables, notes and infoboxes. Markup is removed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.html.reader import add_body
from ingest.reading.readers.markup.source import Source
from ingest.reading.readers.markup.wikitext import categories_of, plain, resolved, tagged
from ingest.reading.readers.tablegrid import Cell, laid_out, span_of
from ingest.reading.readers.tables import lines as table_lines

_OPENING = re.compile(r"<(pre|syntaxhighlight|source|nowiki|math|ref|!--)((?:\s[^<>]{0,300})?)(?<!-)>?", re.IGNORECASE)
_NAME = re.compile(r"name\s*=\s*[\"']?([^\"'>/]+)")
_HEADING = re.compile(r"(={1,6})\s*(.+?)\s*\1\s*$")
_ITEM = re.compile(r"([*#:;]+)\s*(.*)")
_HTML = re.compile(r"\s*<(ol|ul|dl|table)\b", re.IGNORECASE)
_GALLERY = re.compile(r"(?:File|Image|Datei|Fichier|Archivo):[^|\[\]]+\.\w{3,4}(?:\|(.*))?$", re.IGNORECASE)
_KEPT = re.compile("\ue000(\\d+)\ue001")
_STYLE = re.compile(r"^\s*(?:[a-z-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s|\"']+)\s*)+\|(?!\|)", re.IGNORECASE)
_SPAN = re.compile(r"(col|row)span\s*=\s*[\"']?(\d+)", re.IGNORECASE)


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    return [read_page(clean(decode(data)))]


def read_page(text: str, *, title: str = "", name: str | None = None, updated_at: str | None = None) -> Document:
    """The document of a page's markup. Without a `title`, the first heading is the title."""
    page = _Page()
    page.composer.heading(title, 1)
    page.write(text)
    first = title or page.composer.first_heading
    categories = ", ".join(dict.fromkeys(categories_of(text)))
    about = {"categories": categories} if categories else {}
    return page.composer.finish(title=first, name=name, updated_at=updated_at, metadata=about)


class _Page:
    """Writes a page. `_kept` holds code and boxes, for which the text has private use characters as placeholders."""

    def __init__(self) -> None:
        self.composer = Composer()
        self._kept: list[tuple[str, str]] = []
        self._notes: dict[str, int] = {}
        self._texts: list[str] = []
        self._counts: list[int] = []

    def write(self, text: str) -> None:
        text = "".join(self._without_parts(re.sub("[\ue000\ue001]", "", text)))
        source = Source(resolved(text, lambda box: self._keep("box", box)).split("\n"))
        while source.skip_empty():
            self._take(source)
        for number, note in enumerate(self._texts, 1):
            if shown := self._shown(resolved(note, lambda box: box.replace("\n", "; "))):
                self.composer.paragraph(f"Footnote {number}: {shown}")

    def _keep(self, kind: str, text: str) -> str:
        self._kept.append((kind, text))
        return f"\ue000{len(self._kept) - 1}\ue001"

    def _without_parts(self, text: str) -> Iterator[str]:
        """The text without comments, and with placeholders for notes, code and formulas. Linear in its length."""
        lowered, place, missing = text.lower(), 0, set[str]()
        while opening := _OPENING.search(text, place):
            name = opening.group(1).lower()
            yield text[place : opening.start()]
            place = opening.end()
            closing = "-->" if name == "!--" else f"</{name}>"
            end = -1 if closing in missing or opening.group().endswith("/>") else lowered.find(closing, place)
            if end < 0 and not opening.group().endswith("/>"):
                missing.add(closing)
            inside = text[place : max(end, place)]
            yield self._part(name, opening.group(2), inside)
            place = end + len(closing) if end >= 0 else place
        yield text[place:]

    def _part(self, name: str, about: str, inside: str) -> str:
        if name == "!--":
            return ""
        if name == "ref":
            return self._noted(about, inside)
        is_block = name not in ("nowiki", "math") and "inline" not in about
        kept = self._keep("code" if is_block else "text", inside if name == "math" else html.unescape(inside))
        return f"\n{kept}\n" if is_block else kept

    def _noted(self, about: str, text: str) -> str:
        name = _NAME.search(about)
        key = name.group(1).strip() if name else ""
        number = self._notes.get(key) if key else None
        if number is None:
            self._texts.append("")
            number = len(self._texts)
            self._notes.setdefault(key, number)
        if text:
            self._texts[number - 1] = text
        return f" [{number}]"

    def _take(self, source: Source) -> None:
        """Write the next block."""
        line = source.at(0)
        heading, item, kept = _HEADING.match(line), _ITEM.match(line), _KEPT.fullmatch(line.strip())
        if line.lstrip(" :").startswith("{|"):
            self._table(source)
            return
        if line.startswith("|"):  # Table syntax of other wikis.
            rows = [row.strip().strip("|").split("|") for row in source.take_while(lambda text: text.startswith("|"))]
            cells = [[self._shown(cell.lstrip("=_.")) for cell in row] for row in rows]
            self.composer.table(table_lines([row for row in cells if any(cell.strip("-: ") for cell in row)]))
            return
        if markup := _HTML.match(line):
            end = f"</{markup.group(1).lower()}>"
            inside = source.take_while(lambda text: end not in text.lower())
            add_body(self._raw(tagged("\n".join((*inside, source.at(0))))), self.composer)
            source.take(1)
            return
        source.take(1)
        if not item:
            self._counts = []
        if kept:
            self._put(*self._kept[int(kept.group(1))])
        elif heading:
            self.composer.heading(self._shown(heading.group(2)), len(heading.group(1)))
        elif item:
            self._item(item.group(1), self._shown(item.group(2)))
        elif line.startswith(" ") and line.strip():
            rest = source.take_while(lambda text: text.startswith(" ") and bool(text.strip()))
            self.composer.code("\n".join(self._raw(each[1:]) for each in (line, *rest)))
        elif picture := _GALLERY.match(line):
            self.composer.paragraph(f"[Picture: {self._shown(picture.group(1))}]" if picture.group(1) else "")
        elif not re.fullmatch(r"-{4,}\s*", line):
            rest = source.take_while(_goes_on)
            self.composer.paragraph(self._shown(" ".join((line, *rest))))

    def _put(self, kind: str, text: str) -> None:
        if kind == "code":
            self.composer.code(text)
        elif kind == "box":
            self.composer.table(shown for line in text.split("\n") if (shown := self._shown(line)).partition(": ")[2])
        else:
            self.composer.paragraph(self._shown(text))

    def _item(self, signs: str, text: str) -> None:
        depth = len(signs)
        del self._counts[depth:]
        self._counts += [0] * (depth - len(self._counts))
        self._counts[-1] += 1
        marker = f"{self._counts[-1]}. " if signs[-1] == "#" else "- " if signs[-1] == "*" else ""
        if signs[-1] == ";" and " : " in text:
            term, _, meaning = text.partition(" : ")
            self.composer.list_item(f"{term}: {meaning}")
        elif marker and text:
            self.composer.list_item(f"{'  ' * min(depth - 1, 8)}{marker}{text}")
        else:
            self.composer.paragraph(text)

    def _table(self, source: Source) -> None:
        lines = source.take_while(lambda text: not text.lstrip(" :").startswith("|}"))
        source.take(1)
        rows, heads, caption = _rows(lines[1:])
        self.composer.paragraph(self._shown(caption))
        laid = laid_out([[cell._replace(text=self._shown(cell.text)) for cell in row] for row in rows])
        self.composer.table(table_lines(laid, header_rows=heads or None))

    def _shown(self, text: str) -> str:
        return self._raw(plain(text))

    def _raw(self, text: str) -> str:
        return _KEPT.sub(lambda match: self._kept[int(match.group(1))][1].replace("\n", "; "), text)


def _goes_on(line: str) -> bool:
    is_other = line.startswith(("{|", "----")) or _GALLERY.match(line) or _KEPT.fullmatch(line) or _HTML.match(line)
    return bool(line) and line[0] not in "*#:;|= " and not is_other


def _rows(lines: list[str]) -> tuple[list[list[Cell]], int, str]:
    """The rows of a table, the number of header rows, and its caption."""
    rows: list[list[str]] = [[]]
    caption = ""
    for line in (line.strip() for line in lines):
        if line.startswith("|+"):
            caption = line[2:]
        elif line.startswith("|-"):
            rows.append([])
        elif line.startswith(("|", "!")):
            rows[-1].extend(f"{line[0]}{cell}" for cell in _cells(line))
        elif rows[-1]:
            rows[-1][-1] += f" {line}"
        elif line and not line.startswith("{|"):
            rows[-1].append(f"|{line}")  # Text before any cell, as in a table that is never closed.
    filled = [row for row in rows if row]
    heads = 0
    for row in filled:
        if not all(cell.startswith("!") for cell in row) or (heads and len(row) == 1):
            break
        heads += 1
    return [[_cell(cell[1:]) for cell in row] for row in filled], heads if heads < len(filled) else 0, caption


def _cells(line: str) -> Iterator[str]:
    yield from re.split(r"\|\||!!", line[1:]) if line[0] == "!" else line[1:].split("||")


def _cell(text: str) -> Cell:
    style = _STYLE.match(text)
    if style is None:
        return Cell(text)
    spans = {kind.lower(): span_of(number) for kind, number in _SPAN.findall(style.group())}
    return Cell(text[style.end() :], spans.get("col", 1), spans.get("row", 1))
