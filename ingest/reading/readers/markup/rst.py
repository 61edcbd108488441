"""reStructuredText: headings by their underlines, lists, code, notes and tables. Markup is removed."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator, Sequence

from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.markup.rstinline import plain
from ingest.reading.readers.markup.rsttables import GRID_TABLE, SIMPLE_TABLE, grid_rows, simple_rows
from ingest.reading.readers.markup.source import Source, dedented, indent_of
from ingest.reading.readers.tables import lines as table_lines

_RULE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}\s*$")
_DIRECTIVE = re.compile(r"\.\. (?:\|[^|]+\| )?([\w:+.-]+?)::(?:\s+(.*)|$)")
_FOOTNOTE = re.compile(r"\.\. (\[[^\]]+\])(?:\s+(.*)|$)")
_REPLACED = re.compile(r"\.\. \|([^|]+)\| replace::\s*(.*)")
_ITEM = re.compile(r"([-*+•]|(?:\(?(?:\d+|[a-zA-Z]|#|[ivxIVX]+)[.)]))\s+")
_FIELD = re.compile(r":([^:\n]+):(?:\s+(.*)|$)")
_CODE = frozenset((
    "code", "code-block", "sourcecode", "parsed-literal", "highlight-block", "prompt", "math", "literal",
))  # fmt: skip
_NOTES = frozenset((
    "note", "warning", "tip", "important", "caution", "danger", "hint", "attention", "error", "seealso", "deprecated",
    "versionadded", "versionchanged", "admonition", "topic", "sidebar",
))  # fmt: skip
_VERSIONS = {
    "deprecated": "Deprecated since version", "versionadded": "Added in version", "versionchanged": "Changed in version"
}  # fmt: skip
_OPTION = re.compile(r"-{1,2}\w[\w-]*(?:[ =]<?\w+>?)?(?:, -{1,2}\w[\w-]*(?:[ =]<?\w+>?)?)*(?:  +\S.*)?$")
_SILENT = frozenset((
    "toctree", "contents", "include", "literalinclude", "index", "meta", "highlight", "currentmodule", "raw", "role",
    "default-role", "tabularcolumns", "sectnum", "target-notes", "module", "testsetup", "unicode", "replace",
))  # fmt: skip
_WRAPPING = frozenset(("only", "ifconfig", "container", "class", "rst-class", "compound", "tabs", "image", "figure"))
_MAX_DEPTH = 40


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    text = clean(decode(data)).expandtabs(8)
    composer = Composer()
    writer = _Writer(composer, dict(_REPLACED.findall(text)))
    writer.write(text.split("\n"))
    title = composer.first_heading
    return [composer.finish(title=title, updated_at=as_moment(writer.fields.pop("date", None)), metadata=writer.fields)]


class _Writer:
    def __init__(self, composer: Composer, replaced: dict[str, str]) -> None:
        self._composer = composer
        self._replaced = replaced
        self._levels: list[tuple[str, bool]] = []
        self._counts: dict[int, int] = {}  # Depth: the number of the last item of a numbered list.
        self.fields: dict[str, str] = {}

    def write(self, lines: Sequence[str], depth: int = 0) -> None:
        """Write the blocks of dedented lines. `depth` is the number of blocks around them."""
        source = Source(lines)
        if depth > _MAX_DEPTH:
            self._composer.paragraph(self._plain(" ".join(lines)))
            return
        while source.skip_empty():
            if not (self._heading(source) or self._explicit(source, depth) or self._table(source)):
                self._body(source, depth)

    def _heading(self, source: Source) -> bool:
        line, following, after = source.at(0), source.at(1), source.at(2)
        over = _RULE.match(line)
        if over and following.strip() and after.strip() and after[0] == line[0] and _RULE.match(after):
            self._add_heading(following, line[0], over=True)
            source.take(3)
        elif over:
            source.take(1)  # A transition between sections.
        elif line[:1].strip() and _RULE.match(following) and len(following.rstrip()) >= min(len(line.rstrip()), 4):
            self._add_heading(line, following[0], over=False)
            source.take(2)
        else:
            return False
        return True

    def _add_heading(self, text: str, sign: str, *, over: bool) -> None:
        style = (sign, over)
        if style not in self._levels:
            self._levels.append(style)
        self._composer.heading(self._plain(text), self._levels.index(style) + 1)

    def _explicit(self, source: Source, depth: int) -> bool:
        """Handle directives, footnotes, targets and comments. Returns False if there is none."""
        line = source.at(0)
        if not line.startswith(".. ") and line.strip() != "..":
            return False
        directive, footnote = _DIRECTIVE.match(line), _FOOTNOTE.match(line)
        source.take(1)
        if line.strip() == ".." and not source.at(0):  # An empty comment; the indented text below is a quotation.
            return True
        body = source.take_indented()
        if footnote:
            self._composer.paragraph(self._plain(" ".join((footnote.group(1), footnote.group(2) or "", *body))))
        elif directive:
            self._directive(directive.group(1).rpartition(":")[2], directive.group(2) or "", body, depth)
        return True

    def _directive(self, name: str, argument: str, body: Sequence[str], depth: int) -> None:
        options = dict(_options(body))
        content = dedented(body[len(options) :])
        if name in _CODE:
            self._composer.code("\n".join([argument, *content] if name == "math" and argument else content))
        elif name in ("csv-table", "list-table", "table"):
            self._composer.paragraph(self._plain(argument))
            self._directive_table(name, content, options, depth)
        elif name in _WRAPPING:
            self._composer.paragraph(f"Picture: {options['alt']}" if options.get("alt") else "")
            self.write(content, depth + 1)
        elif name == "rubric":
            self._composer.paragraph(self._plain(argument))
        elif name not in _SILENT:
            label = (
                name.capitalize().replace("Seealso", "See also")
                if name in _NOTES and name not in ("admonition", "topic", "sidebar")
                else ""
            )
            if name in _VERSIONS:
                version, _, argument = argument.partition(" ")
                label = f"{_VERSIONS[name]} {version}".strip()
            is_listed = not argument and _ITEM.match(next(filter(str.strip, content), ""))
            first, rest = _first_paragraph([argument, *content]) if label and not is_listed else (argument, content)
            if first.endswith("::"):  # A literal block follows.
                first, rest = first.rstrip(":"), ["::", "", *rest]
            text = self._plain(first)
            self._composer.paragraph(f"{label}: {text}" if label and text else text or label)
            self.write(rest, depth + 1)

    def _directive_table(self, name: str, content: Sequence[str], options: dict[str, str], depth: int) -> None:
        if name == "csv-table":
            names = [options["header"]] if "header" in options else []
            rows = [*csv.reader(names, skipinitialspace=True), *csv.reader(content, skipinitialspace=True)]
            heads = 1 if "header" in options or options.get("header-rows", "0") != "0" else None
            self._composer.table(table_lines([[self._plain(cell) for cell in row] for row in rows], header_rows=heads))
        elif name == "list-table":
            rows = []
            for line in content:
                row, cell = re.match(r"\* - ?(.*)", line), re.match(r"\s+- ?(.*)", line)
                if row:
                    rows.append([row.group(1)])
                elif cell and rows:
                    rows[-1].append(cell.group(1))
                elif rows and line.strip():
                    rows[-1][-1] += " " + line.strip()
            heads = 1 if options.get("header-rows", "0") != "0" else None
            self._composer.table(table_lines([[self._plain(cell) for cell in row] for row in rows], header_rows=heads))
        else:
            self.write(content, depth + 1)

    def _table(self, source: Source) -> bool:
        line = source.at(0)
        if GRID_TABLE.match(line):
            rows, heads = grid_rows(source.take_while(lambda text: text[:1] in ("+", "|")))
        elif SIMPLE_TABLE.match(line):
            rows, heads = simple_rows(source)
        else:
            return False
        self._composer.table(table_lines([[self._plain(cell) for cell in row] for row in rows], header_rows=heads))
        return True

    def _body(self, source: Source, depth: int) -> None:
        """Write a list, field, definition, quotation or paragraph."""
        line = source.at(0)
        if line[:1] == " ":
            self.write(dedented(source.take_indented()), depth + 1)
            return
        item, field = _ITEM.match(line), _FIELD.match(line)
        source.take(1)
        if line.startswith(">>> "):
            self._composer.code("\n".join([line, *source.take_while(bool)]))
        elif line.startswith("| "):
            verses = [line, *source.take_while(lambda text: text[:1] == "|")]
            self._composer.paragraph("\n".join(self._plain(verse[2:]) for verse in verses))
        elif _OPTION.match(line) and not item and ("  " in line or source.at(0)[:1] == " "):
            name, _, said = line.partition("  ")
            text = self._plain(" ".join((said, *source.take_indented())))
            self._composer.list_item(f"{name}: {text}")
        elif item:
            rest = dedented([" " * item.end() + line[item.end() :], *source.take_indented(item.end())])
            text, below = _first_paragraph(rest)
            marker = "-" if item.group(1) in "-*+•" else self._numbered(item.group(1), depth)
            self._composer.list_item(f"{'  ' * min(depth, 8)}{marker} {self._plain(text)}")
            self.write(below, depth + 1)
        elif field:
            value = self._plain(" ".join((field.group(2) or "", *source.take_indented())))
            if not any(block.kind != "heading" for block in self._composer.blocks) and not depth:
                self.fields[field.group(1).strip().lower()] = value
            else:
                self._composer.list_item(f"{self._plain(field.group(1))}: {value}" if value else "")
        elif source.at(0)[:1] == " " and source.at(0).strip() and not line.rstrip().endswith("::"):
            text, below = _first_paragraph(dedented(source.take_indented()))
            self._composer.list_item(f"{self._plain(line)}: {self._plain(text)}")
            self.write(below, depth + 1)
        else:
            self._paragraph([line, *source.take_while(_goes_on)], source)

    def _numbered(self, mark: str, depth: int) -> str:
        """The marker of a numbered item; # continues from the item before it in its list."""
        number = mark.strip("().")
        following = self._composer.blocks and self._composer.blocks[-1].kind == "list_item"
        if number == "#":
            number = str(self._counts.get(depth, 0) + 1 if following else 1)
        self._counts[depth] = int(number) if number.isdecimal() else self._counts.get(depth, 0) + 1
        return mark.replace("#", number)

    def _paragraph(self, lines: Sequence[str], source: Source) -> None:
        text = " ".join(line.strip() for line in lines)
        is_literal = text.endswith("::")
        if is_literal:
            text = text[:-2] if text.endswith(" ::") or text == "::" else text[:-1]
        self._composer.paragraph(self._plain(text))
        if is_literal:
            self._composer.code("\n".join(dedented(source.take_indented())))

    def _plain(self, text: str) -> str:
        return plain(text, self._replaced)


def _options(body: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in body:
        match = _FIELD.match(line.strip())
        if match is None:
            return
        yield match.group(1), (match.group(2) or "").strip()


def _first_paragraph(lines: Sequence[str]) -> tuple[str, list[str]]:
    """The first paragraph as one line, and the lines after it."""
    lines = [*itertools.dropwhile(lambda line: not line.strip(), lines)]
    first: list[str] = []
    while lines and lines[0].strip() and _is_same_paragraph(first, lines[0]):
        first.append(lines.pop(0))
    return " ".join(line.strip() for line in first), lines


def _is_same_paragraph(first: Sequence[str], line: str) -> bool:
    return not first or (indent_of(line) == indent_of(first[0]) and not _ITEM.match(line))


def _goes_on(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(".. ")
