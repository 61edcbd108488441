"""AsciiDoc: headings, lists, code, notes and tables; attributes are put in, the signs of the markup go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.records import MetadataValue
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.markup.source import Source
from ingest.reading.readers.numerals import numeral
from ingest.reading.readers.superscripts import spelled
from ingest.reading.readers.tables import lines as table_lines

_HEADING = re.compile(r"(={1,6}|#{1,6})\s+(\S.*)")
_ATTRIBUTE = re.compile(r":(!?[\w-]+!?):(?:\s+(.*))?$")
_FENCE = re.compile(r"(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|`{3}\w*|\|={3,}|,={3,}|:={3,})$")
_ITEM = re.compile(r"\s*(\*{1,5}|-|\.{1,5}|\d+\.|[a-z]\.|<\d+>|<\.>)\s+(\S.*)")
_TERM = re.compile(r"\s*(\S.*?)(:{2,4}|;;)(?:\s+(.*))?$")
_ADMONITION = re.compile(r"\[(NOTE|TIP|IMPORTANT|WARNING|CAUTION)[^\]]*\]$")
_FORMULA = re.compile(r"\[(?:stem|latexmath|asciimath)")
_BLOCK_OPTIONS = re.compile(r"\[[^\[\]]*\]$")
_STYLES = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I", "arabic": "1"}
_RAISED = re.compile(r"\^(\S[^\s^]*)\^")
_SILENT_LINES = ("+", "'''", "<<<")
_SILENT = ("//", "include::", "toc::", "[[", "ifdef::", "ifndef::", "endif::")
_ABOUT = ("author", "description", "keywords")
_CELL = re.compile(r"(?:^|\s)(?:\d*\.?\d*\+|[<^>.]*)?[aehlmsd]?\|")
_INLINE = (
    (re.compile(r"(?:link:)?(https?://[^\s\[\]]+)\[([^\]]+?)\^?\]"), r"\2 (\1)"),
    (re.compile(r"(?:link:)?(https?://[^\s\[\]]+)\[\]"), r"\1"),
    (re.compile(r"(?:link|xref|mailto):([^\s\[\]]+)\[([^\]]*)\]"), r"\2"),
    (re.compile(r"<<[^,>]+,\s*([^>]+)>>"), r"\1"),
    (re.compile(r"<<([^>]+)>>"), r"\1"),
    (re.compile(r"footnote:[\w-]*\[([^\]]+)\]"), r" [\1]"),
    (re.compile(r"footnote:[\w-]+\[\]"), ""),
    (re.compile(r"(?:kbd|btn|menu|pass|stem|latexmath):[\w-]*\[([^\]]*)\]"), r"\1"),
    (re.compile(r"image:{1,2}[^\s\[\]]+\[([^\],]*)[^\]]*\]"), r"\1"),
    (re.compile(r"\(\(\([^()]{1,300}\)\)\)"), ""),
    (re.compile(r"\(\(([^()]{1,300})\)\)"), r"\1"),
    (re.compile(r"\[\[[^\]]+\]\]|\[#[\w-]+\]"), ""),
    (re.compile(r"\[[\w.-]+\](?=[*_#`]\S)"), ""),
    (re.compile(r"#{1,2}(\S[^#]*?)#{1,2}(?!\w)"), r"\1"),
    (re.compile(r"~(\S[^\s~]*)~"), r"\1"),
    (re.compile(r"``([^`']+)''"), r"“\1”"),
    (re.compile(r"(?<![\w*])\*{1,2}(\S[^*]*?)\*{1,2}(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_{1,2}(\S[^_]*?)_{1,2}(?![\w_])"), r"\1"),
    (re.compile(r"`\+?([^`]+?)\+?`"), r"\1"),
)


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    composer = Composer()
    writer = _Writer(composer)
    writer.write(Source(clean(decode(data)).split("\n")))
    about: dict[str, MetadataValue] = {key: value for key, value in writer.attributes.items() if key in _ABOUT}
    return [composer.finish(title=composer.first_heading, metadata=about)]


@dataclass(slots=True)
class _List:
    """A list's sign, the style of its numbers, and how many items it has had."""

    sign: str
    style: str
    count: int


class _Writer:
    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._label = ""  # Of a note whose text comes next.
        self._options = ""
        self._lists: list[_List] = []  # That are open, from the outermost.
        self.attributes: dict[str, str] = {}

    def write(self, source: Source) -> None:
        while source.skip_empty():
            line = source.at(0)
            heading, attribute = _HEADING.match(line), _ATTRIBUTE.match(line)
            if attribute:
                self.attributes[attribute.group(1).lower()] = self._plain(attribute.group(2) or "")
                source.take(1)
            elif heading:
                self._composer.heading(self._plain(heading.group(2)), len(heading.group(1)))
                self._lists = []
                source.take(1)
            elif _FENCE.match(line):
                self._block(source)
            elif line in _SILENT_LINES or line.startswith(_SILENT):
                source.take(1)
            elif line.startswith("[") and line.endswith("]"):
                admonition = _ADMONITION.match(line)
                self._label = admonition.group(1).capitalize() if admonition else self._label
                self._options = line
                source.take(1)
            else:
                self._text(source)

    def _block(self, source: Source) -> None:
        fence = source.at(0)
        source.take(1)
        inside = source.take_while(lambda line: line != (fence if fence[0] != "`" else "```"))
        source.take(1)
        if fence[0] in "|,:":
            self._table(inside, fence[0])
        elif (fence[0] in "-.`" and fence != "--") or (fence[0] == "+" and _FORMULA.match(self._options)):
            self._composer.code("\n".join(inside))
        elif fence[0] not in "/+":
            self.write(Source(inside))
        self._options = ""

    def _table(self, inside: Sequence[str], sign: str) -> None:
        lines = [line for line in inside if line.strip()]
        wanted = re.search(r'cols="?([^"\]]+)', self._options)
        first = [cell for cell in lines[0].split(sign) if cell.strip()] if lines else []
        width = _columns(wanted.group(1)) if wanted else len(first)
        has_gap = len(inside) > 1 and bool(inside[0].strip()) and not inside[1].strip()
        heads = 1 if has_gap or "header" in self._options else None
        text = "\n".join(lines)
        cells = [one_line(cell) for cell in _CELL.split(text)[1:]] if sign == "|" else []
        rows = [cells[start : start + width] for start in range(0, len(cells), max(width, 1))]
        if sign != "|":
            rows = [[one_line(cell) for cell in line.split(sign)] for line in lines]
        self._composer.table(table_lines([[self._plain(cell) for cell in row] for row in rows], header_rows=heads))

    def _text(self, source: Source) -> None:
        """A list item, a term, a block's title or a paragraph."""
        line, is_attached = source.at(0), source.at(-1) == "+"
        item, term = _ITEM.match(line), _TERM.match(line)
        source.take(1)
        rest = source.take_while(_goes_on)
        if item:
            marker = self._marker(item.group(1))
            self._composer.list_item(f"{marker} {self._plain(' '.join((item.group(2), *rest)))}")
        elif term:
            said = self._plain(" ".join((term.group(3) or "", *rest)))
            self._composer.list_item(f"{self._plain(term.group(1))}: {said}")
        elif line.startswith(".") and not line.startswith(".."):
            self._composer.paragraph(self._plain(line[1:]))
            if rest:
                self.write(Source(rest))
        else:
            text = self._plain(" ".join((line, *rest)).replace(" + ", " "))
            self._composer.paragraph(f"{self._label}: {text}" if self._label else text)
            self._label = ""
            self._lists = self._lists if is_attached else []

    def _marker(self, sign: str) -> str:
        """The number or dash before an item, indented by the lists it is in."""
        kind = sign if sign[0] in "*-." else sign[-1]
        depth = next((number for number, opened in enumerate(self._lists) if opened.sign == kind), len(self._lists))
        if depth == len(self._lists):
            wanted = next(
                (style for name, style in _STYLES.items() if name in self._options), "1aiA1"[min(len(sign) - 1, 4)]
            )
            start = re.search(r"start=\"?(\d+)", self._options)
            self._lists.append(_List(kind, wanted, int(start.group(1)) - 1 if start else 0))
            self._options = ""
        del self._lists[depth + 1 :]
        opened = self._lists[depth]
        opened.count += 1
        shown = f"{numeral(opened.count, opened.style)}." if sign[0] == "." else "-" if sign[0] in "*-" else sign
        return f"{'  ' * min(depth, 8)}{shown}"

    def _plain(self, text: str) -> str:
        text = re.sub(r"\{([\w-]+)\}", lambda match: self.attributes.get(match.group(1).lower(), match.group()), text)
        text = spelled(_RAISED, text)
        for pattern, instead in _INLINE:
            text = pattern.sub(instead, text)
        return one_line(text)


def _goes_on(line: str) -> bool:
    """True for a line of the paragraph or item that the line before it is in."""
    return bool(line) and line != "+" and not any(p.match(line) for p in (_ITEM, _FENCE, _ATTRIBUTE, _BLOCK_OPTIONS))


def _columns(wanted: str) -> int:
    """How many columns cols="1,2" or "3*" gives."""
    repeated = re.match(r"(\d+)\*", wanted)
    return int(repeated.group(1)) if repeated else wanted.count(",") + 1
