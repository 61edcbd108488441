"""Rich Text Format (RTF): headings by style or outline level, lists, tables as rows, footnotes, comments."""

from __future__ import annotations

import re
from collections.abc import Callable

from corpus.errors import DocumentEmpty, DocumentUnreadable
from corpus.records import MetadataValue
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.rtf.rows import Definition, Table, written
from ingest.reading.readers.rtf.source import Mark, marks
from ingest.reading.readers.superscripts import behind

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_TITLE = "Title"
# What counts list items and headings: "1", "a)", "(iv)", "1.1.", "Article I."; bullets (a lone "o" among them) do not.
_NUMBER = re.compile(r"(?=.{1,40}$)(?=.*\w)(?:.*\d.*|.*[.):]|\S+\s.*)")
_MAX_DEPTH = 30
_MOMENT = ("yr", "mo", "dy", "hr", "min")
_MERGED = frozenset(("clmgf", "clmrg", "clvmgf", "clvmrg"))


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    if not data.lstrip().startswith(b"{\\rtf"):
        raise DocumentUnreadable("The file is not in Rich Text Format, whatever its name says. Save it again.")
    writer = _Writer()
    for mark in marks(data):
        writer.take(mark)
    writer.end()
    if not writer.composer.blocks:
        raise DocumentEmpty("The document holds no text.")
    if writer.has_hidden:
        writer.composer.note("Hidden text was left out.")
    metadata: dict[str, MetadataValue] = {"author": writer.info["author"]} if writer.info.get("author") else {}
    title, changed = writer.info.get("title") or writer.title, as_moment(writer.info.get("revtim", ""))
    return [writer.composer.finish(title=title, updated_at=changed, metadata=metadata)]


class _Writer:
    """Collects a paragraph's text until it ends, cells until their row ends, and notes until their paragraph does."""

    def __init__(self) -> None:
        self.composer = Composer()
        self.info: dict[str, str] = {}
        self.title: str | None = None
        self.has_hidden = False
        self._styles: dict[int, str] = {}
        self._text: list[str] = []
        self._aside: list[list[str]] = []  # Text of groups that do not belong to the paragraph around them.
        self._moment: dict[str, int] = {}
        self._author = ""  # Of the next comment.
        self._marker = ""
        self._notes: list[str] = []
        self._notes_in_cells: list[str] = []
        self._count = 0  # Notes so far.
        self._tables: list[Table] = []  # Those that are open, the outermost first,
        self._nested: list[Table] = []  # and those that have ended within them.
        self._definitions: dict[int, Definition] = {}
        self._style = 0
        self._level = 0
        self._depth = 0
        self._table_depth = 0
        self._in_list = False
        self._in_styles = False
        self._words: dict[str, Callable[[int | None], None]] = {
            "pard": self._reset,
            "par": self._end_paragraph,
            "sect": self._end_paragraph,
            "cell": lambda _: self._end_cell(1),
            "nestcell": lambda _: self._end_cell(max(self._table_depth, 2)),
            "row": lambda _: self._end_row(1),
            "nestrow": lambda _: self._end_row(max(self._table_depth, 2)),
        }

    def take(self, mark: Mark) -> None:
        if self._in_styles and mark.kind != "close":
            self._style_entry(mark)
        elif mark.kind in ("text", "raised"):
            into = self._aside[-1] if self._aside else self._text
            if mark.kind == "raised" and into:
                into.append(behind(into[-1], mark.value))
            else:
                into.append(mark.value)
        elif mark.kind in ("hidden", "deleted"):
            self.has_hidden = self.has_hidden or (mark.kind == "hidden" and not mark.value.isspace())
        elif mark.kind == "open":
            self._in_styles = mark.value == "stylesheet"
            self._moment = {}
            if mark.value == "footnote":
                self._count += 1
                (self._aside[-1] if self._aside else self._text).append(f"[{self._count}]")
            self._aside.append([])
        elif mark.kind == "close" and self._aside:
            self._close(mark.value, "".join(self._aside.pop()))
        elif mark.value in self._words and not self._aside:
            self._words[mark.value](mark.number)
        elif mark.kind == "word":
            self._property(mark.value, mark.number)

    def _style_entry(self, mark: Mark) -> None:
        """Part of a style's definition: its number, words for its look, and last its name and a semicolon."""
        if mark.kind in ("text", "raised", "hidden", "deleted"):
            self._styles[self._style] = self._styles.get(self._style, "") + mark.value.strip().removesuffix(";")
            if mark.value.endswith(";"):
                self._style = 0
        elif mark.value == "s":
            self._style = mark.number or 0

    def end(self) -> None:
        self._end_paragraph(None)
        self._end_table()

    def _property(self, word: str, number: int | None) -> None:
        if word in ("par", "line") and self._aside:
            self._aside[-1].append(" ")
        elif word in _MOMENT and self._aside and number is not None:
            self._moment[word] = number
        elif word == "s":
            self._style = number or 0
        elif word == "outlinelevel" and number is not None:
            self._level = number + 1 if number < 9 else 0
        elif word == "intbl":
            self._table_depth = max(self._table_depth, 1)
        elif word == "itap":
            self._table_depth = min(max(number or 0, 0), _MAX_DEPTH)
        elif word == "ls":
            self._in_list = True
        elif word == "ilvl":
            self._depth = number or 0
        else:
            self._define_row(word, number or 0)

    def _define_row(self, word: str, number: int) -> None:
        depth = max(self._table_depth, 1)
        if word == "trowd":
            self._definitions[depth] = Definition()
        elif definition := self._definitions.get(depth):
            if word == "trhdr":
                definition.is_header = True
            elif word == "cellx":
                definition.add(number)
            elif word in _MERGED:
                definition.words.add(word)

    def _close(self, name: str, text: str) -> None:
        self._in_styles = False
        if name in ("listtext", "pntext"):
            marker = one_line(text)
            self._marker = marker if _NUMBER.fullmatch(marker) else "-"
        elif name == "footnote":
            self._notes.append(f"Footnote {self._count}: {one_line(text)}")
        elif name == "annotation":
            self._notes.append(f"Comment{f' by {self._author}' if self._author else ''}: {one_line(text)}")
        elif name == "atnauthor":
            self._author = one_line(text)
        elif name == "shptxt":
            self._text.append(f" {text} ")
        elif name in ("title", "author"):
            self.info[name] = one_line(text)
        elif name == "revtim" and self._moment:
            year, month, day, hour, minute = (self._moment.get(part, 0) for part in _MOMENT)
            self.info[name] = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}"

    def _reset(self, _: int | None) -> None:
        self._style = self._level = self._depth = self._table_depth = 0
        self._in_list = False

    def _paragraph_text(self) -> str:
        text = _SURROGATES.sub(_joined, "".join(self._text))
        self._text.clear()
        return squeeze(text)

    def _end_paragraph(self, _: int | None) -> None:
        if self._table_depth:
            self._add_to_cell(self._table_depth)
            return
        self._end_table()
        text = self._paragraph_text()
        style = self._styles.get(self._style, "")
        heading = _HEADING.match(style)
        level = self._level or (int(heading.group(1)) if heading else 0)
        if style == _TITLE and text:
            self.title = self.title or one_line(text)
            level = 1
        if level:
            number = self._marker if self._marker != "-" else ""
            self.composer.heading(f"{number} {text}" if text else "", level)
        elif text and (self._marker or self._in_list):
            self.composer.list_item(f"{'  ' * min(self._depth, 8)}{self._marker or '-'} {text}")
        else:
            self.composer.paragraph(text)
        self._marker = ""
        for note in self._notes:
            self.composer.paragraph(note)
        self._notes.clear()

    def _add_to_cell(self, depth: int) -> Table:
        """Put the paragraph into the open cell of the table at the depth; those deeper have ended."""
        self._nested += self._tables[depth:]
        del self._tables[depth:]
        while len(self._tables) < depth:
            self._tables.append(Table())
        if text := self._paragraph_text():
            self._tables[-1].paragraphs.append((self._marker or None, text))
        self._marker = ""
        self._notes_in_cells += self._notes
        self._notes.clear()
        return self._tables[-1]

    def _end_cell(self, depth: int) -> None:
        self._add_to_cell(depth).end_cell()

    def _end_row(self, depth: int) -> None:
        self._add_to_cell(depth).end_row(self._definitions.get(depth, Definition()))

    def _end_table(self) -> None:
        for rows in written([*self._tables, *self._nested]):
            self.composer.table(rows)
        for note in self._notes_in_cells:
            self.composer.paragraph(note)
        self._tables, self._nested, self._notes_in_cells = [], [], []


def _joined(match: re.Match[str]) -> str:
    return match.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le")
