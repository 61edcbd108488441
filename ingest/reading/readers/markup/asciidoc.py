"""AsciiDoc: headings, lists, code, admonitions and tables. Attributes are substituted, markup is removed."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.records import MetadataValue
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.markup.asciidoctables import rows_of
from ingest.reading.readers.markup.source import Source, dedented
from ingest.reading.readers.numerals import numeral
from ingest.reading.readers.superscripts import spelled
from ingest.reading.readers.tables import SPANNED
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
_NAME = re.compile(r"\{([\w-]+)\}")
_REFERENCE = re.compile(r"<<([^,<>]+)>>")
_ANCHORED = re.compile(r"^\[(?:\[|#)([\w-]+)[^\]\n]*\]\]?\n(?:\[[^\]\n]*\]\n)*(?:={1,6} |\.)(\S[^\n]*)$", re.MULTILINE)
_RULES = re.compile(r"(?:-{3}|\*{3}|_{3}|- - -|\* \* \*|_ _ _)$")
_RAISED = re.compile(r"\^(\S[^\s^]*)\^")
_SILENT_LINES = ("+", "'''", "<<<")
_SILENT = ("//", "include::", "toc::", "[[", "ifdef::", "ifndef::", "ifeval::", "endif::")
_ABOUT = ("author", "description", "keywords", "revnumber")
_AUTHORS = re.compile(r"\w[\w .'-]{0,80}(?: <[^<>\s]+>)?(?:; \w[\w .'-]{0,80}(?: <[^<>\s]+>)?)*$")
_REVISION = re.compile(
    r"(?=v\d|.*\d{4})(?:v?(?P<revnumber>\d[\w.]*))?(?:,?\s*(?P<revdate>\d{4}-\d\d-\d\d|[^:,]*\d{4}))?(?::.*)?$"
)
_SAID_BY = re.compile(r"\[(?:quote|verse),\s*([^\[\]]+)\]$")


def _quoted(match: re.Match[str]) -> str:
    return f"“{match.group(1)}”" if match.group(1) else f"‘{match.group(2)}’"


def _unconstrained(match: re.Match[str]) -> str:
    """The text between marks that may also be used inside words."""
    return str(match.group(1) or match.group(2))


# Attributes that AsciiDoc defines itself.
_BUILT_IN = {
    "blank": "", "empty": "", "sp": " ", "nbsp": " ", "zwsp": "", "wj": "", "apos": "'", "quot": '"', "lsquo": "‘",
    "rsquo": "’", "ldquo": "“", "rdquo": "”", "deg": "°", "plus": "+", "vbar": "|", "amp": "&", "lt": "<", "gt": ">",
    "startsb": "[", "endsb": "]", "caret": "^", "asterisk": "*", "tilde": "~", "backslash": "\\", "backtick": "`",
    "two-colons": "::", "two-semicolons": ";;", "cpp": "C++", "cxx": "C++", "pp": "++",
}  # fmt: skip
_PICTURE = re.compile(
    r"image:{1,2}[^\s\[\]]+\[(?:[^\[\]]{0,300}?alt=)?\"?(?:[\w-]+=[^\[\]]{0,300}|([^\[\],\"]{0,300}))[^\[\]]{0,300}\]"
)
_LINK_TEXT = r"\[\"?([^\[\]\"]{0,500}?)(?:\^|\"?,\s*[\w-]+=[^\[\]]{0,500}|\")?\]"
_INLINE = (
    (re.compile(r"(?:link:)?(?:\+\+)?(https?://[^\s\[\]+]+)(?:\+\+)?\[(?:\^|[\w-]+=[^\]]*)?\]"), r"\1"),
    (re.compile(rf"(?:link:)?(?:\+\+)?(https?://[^\s\[\]+]+)(?:\+\+)?{_LINK_TEXT}"), r"\2 (\1)"),
    (re.compile(r"(?:link|xref|mailto):([^\s\[\]]+)\[\^?\]"), r"\1"),
    (re.compile(rf"(?:link|xref|mailto):[^\[\]\n]{{1,300}}?{_LINK_TEXT}"), r"\1"),
    (re.compile(rf"(?<!\S)\{{[\w-]+\}}[^\s\[\]]*{_LINK_TEXT}"), r"\1"),  # An address defined in another file.
    (re.compile(r"<<[^,<>]+,\s*([^<>]+)>>"), r"\1"),
    (re.compile(r"(?:icon|anchor):[\w-]+\[[^\[\]]*\]"), ""),
    (re.compile(r"footnote:[\w-]*\[([^\[\]]+)\]"), r" [\1]"),
    (re.compile(r"footnote:[\w-]+\[\]"), ""),
    (re.compile(r"(?:kbd|btn|menu|pass|stem|latexmath):[\w-]*\[([^\[\]]*)\]"), r"\1"),
    (_PICTURE, r"\1"),
    (re.compile(r"\(\(\([^()]{1,300}\)\)\)"), ""),
    (re.compile(r"\(\(([^()]{1,300})\)\)"), r"\1"),
    (re.compile(r"\[\[[^\[\]]+\]\]|\[#[\w-]+\]"), ""),
    (re.compile(r"\[[\w.-]+\](?=[*_#`]\S)"), ""),
    (re.compile(r"#{1,2}(\S[^#]*?)#{1,2}(?!\w)"), r"\1"),
    (re.compile(r"~(\S[^\s~]*)~"), r"\1"),
    (re.compile(r"``([^`']+)''"), r"“\1”"),
    (re.compile(r"`{2}([^`\n]+)`{2}(?:`(?='))?"), r"\1"),
    (re.compile(r"\"`(\S[^`]*?)`\"|'`(\S[^`]*?)`'"), _quoted),
    (re.compile(r"(?<!\\)\*\*(\S[^*]*)\*\*"), r"\1"),
    (re.compile(r"(?<!\\)__(\S[^_]*)__(?!_)"), r"\1"),
    (re.compile(r"(?<![\w*\\])\*{1,2}(\S[^*]*?)\*{1,2}(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_\\])_{1,2}(\S[^_]*?)_{1,2}(?![\w_])"), r"\1"),
    (re.compile(r"`\+?([^`]+?)\+?`"), r"\1"),
    (re.compile(r"(?<!\w)\+{1,3}(\S(?:[^+]*[^+\s])?)\+{1,3}(?!\w)|\+{2,3}(\S(?:[^+]*[^+\s])?)\+{2,3}"), _unconstrained),
    (re.compile(r"\\(?=[*_`#~^{<\[]|https?:)"), ""),
)


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    composer = Composer()
    writer = _Writer(composer)
    text = clean(decode(data))
    writer.places = dict(_ANCHORED.findall(text))
    writer.write(Source(text.split("\n")))
    about: dict[str, MetadataValue] = {key: value for key, value in writer.attributes.items() if key in _ABOUT}
    moment = as_moment(writer.attributes.get("revdate"))
    return [composer.finish(title=composer.first_heading, updated_at=moment, metadata=about)]


@dataclass(slots=True)
class _List:
    """A list's marker, its numeral style, and the number of its items so far."""

    sign: str
    style: str
    count: int


class _Writer:
    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._label = ""  # The label of an admonition whose text comes next.
        self._options = ""
        self._lists: list[_List] = []  # The open lists, outermost first.
        self.attributes: dict[str, str] = {}
        self.places: dict[str, str] = {}  # Anchor: the heading or title it belongs to.

    def write(self, source: Source) -> None:
        while source.skip_empty():
            line = source.at(0)
            heading, attribute = _HEADING.match(line), _ATTRIBUTE.match(line)
            if attribute:
                self.attributes[attribute.group(1).lower()] = self._plain(attribute.group(2) or "")
                source.take(1)
            elif heading:
                is_title = len(heading.group(1)) == 1 and not self._composer.blocks
                self._composer.heading(self._plain(heading.group(2)), len(heading.group(1)))
                self._lists = []
                source.take(1)
                if is_title:
                    self._header(source)
            elif _FENCE.match(line):
                self._block(source)
            elif line in _SILENT_LINES or line.startswith(_SILENT) or _RULES.match(line):
                source.take(1)
            elif line.startswith("[") and line.endswith("]"):
                admonition = _ADMONITION.match(line)
                self._label = admonition.group(1).capitalize() if admonition else self._label
                self._options = line
                source.take(1)
            elif line[:1] == " " and not self._lists and not _ITEM.match(line):
                self._composer.code("\n".join(dedented(source.take_while(bool))))
            else:
                self._text(source)

    def _header(self, source: Source) -> None:
        """Take the lines below the title that name authors and revision."""
        authors = _AUTHORS.match(source.at(0))
        if authors is None or _ATTRIBUTE.match(source.at(0)):
            return
        self.attributes["author"] = re.sub(r"\s*<[^<>]*>", "", authors.group()).replace(";", ",")
        source.take(1)
        if revision := _REVISION.match(source.at(0)):
            self.attributes |= {key: value for key, value in revision.groupdict().items() if value}
            source.take(1)

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
            said_by = _SAID_BY.match(self._options)
            self.write(Source(inside))
            self._composer.paragraph(f"— {self._plain(said_by.group(1))}" if said_by else "")
        self._options = ""

    def _table(self, inside: Sequence[str], sign: str) -> None:
        rows, heads = rows_of(inside, sign, self._options)
        shown = [[cell if cell == SPANNED else self._plain(cell) for cell in row] for row in rows]
        self._composer.table(table_lines(shown, header_rows=heads))

    def _text(self, source: Source) -> None:
        """Write a list item, a term, a block title or a paragraph."""
        line, is_attached = source.at(0), source.at(-1) == "+"
        item, term = _ITEM.match(line), _TERM.match(line)
        source.take(1)
        rest = source.take_while(lambda text: _goes_on(text) and not (term and _TERM.match(text)))
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
            text = self._plain(" ".join(part.removesuffix(" +") for part in (line, *rest)))
            self._composer.paragraph(f"{self._label}: {text}" if self._label else text)
            self._label = ""
            self._lists = self._lists if is_attached else []

    def _marker(self, sign: str) -> str:
        """The number or dash of an item, indented by the depth of its list."""
        kind = sign if sign[0] in "*-." else sign[-1]
        depth = next((number for number, opened in enumerate(self._lists) if opened.sign == kind), len(self._lists))
        if "start=" in self._options:  # A list of its own.
            del self._lists[depth:]
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
        text = _NAME.sub(self._value, text)
        text = _REFERENCE.sub(self._referred, text)
        text = spelled(_RAISED, text)
        for pattern, instead in _INLINE:
            text = pattern.sub(instead, text)
        return one_line(html.unescape(text) if "&" in text else text)

    def _referred(self, match: re.Match[str]) -> str:
        """The heading that is referenced, or else its id in words: _branch_references becomes branch references."""
        place = match.group(1).rpartition("#")[2] or match.group(1).rstrip("#")
        words = place.strip("_").replace("_", " ") if place.startswith("_") else place
        return self.places.get(place, words)

    def _value(self, match: re.Match[str]) -> str:
        """The value of an attribute; an undefined one stays as it is written."""
        name = match.group(1).lower()
        return self.attributes.get(name, _BUILT_IN.get(name, match.group()))


def _goes_on(line: str) -> bool:
    """Whether the line continues the paragraph or item of the line before it."""
    if line.startswith(_SILENT[1:]):
        return False
    return bool(line) and line != "+" and not any(p.match(line) for p in (_ITEM, _FENCE, _ATTRIBUTE, _BLOCK_OPTIONS))
