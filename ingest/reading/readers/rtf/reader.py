"""Rich Text Format (RTF): headings by style or outline level, lists, tables as rows, footnotes, comments."""

from __future__ import annotations

import re
from collections.abc import Callable

from corpus.errors import DocumentEmpty, DocumentUnreadable
from corpus.records import MetadataValue
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.rtf.source import Mark, marks
from ingest.reading.readers.superscripts import behind
from ingest.reading.readers.tables import lines

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_TITLE = "Title"
# What counts list items and headings: "1", "a)", "(iv)", "1.1.", "Article I."; bullets (a lone "o" among them) do not.
_NUMBER = re.compile(r"(?=.{1,40}$)(?=.*\w)(?:.*\d.*|.*[.):]|\S+\s.*)")


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    if not data.lstrip().startswith(b"{\\rtf"):
        raise DocumentUnreadable("The file is not in Rich Text Format, whatever its name says. Save it again.")
    writer = _Writer()
    for mark in marks(data):
        writer.take(mark)
    writer.end()
    if not writer.composer.blocks:
        raise DocumentEmpty("The document holds no text.")
    metadata: dict[str, MetadataValue] = {"author": writer.info["author"]} if writer.info.get("author") else {}
    return [writer.composer.finish(title=writer.info.get("title") or writer.title, metadata=metadata)]


class _Writer:
    """Collects a paragraph's text until it ends, cells until their row ends, and notes until their paragraph does."""

    def __init__(self) -> None:
        self.composer = Composer()
        self.info: dict[str, str] = {}
        self.title: str | None = None
        self._styles: dict[int, str] = {}
        self._text: list[str] = []
        self._aside: list[list[str]] = []  # Text of groups that do not belong to the paragraph around them.
        self._marker = ""
        self._notes: list[str] = []
        self._count = 0  # Footnotes so far.
        self._commenter = ""
        self._cells: list[str] = []
        self._rows: list[list[str]] = []
        self._style = 0
        self._level = 0
        self._depth = 0
        self._in_table = False
        self._in_list = False
        self._in_styles = False
        self._words: dict[str, Callable[[int | None], None]] = {
            "pard": self._reset,
            "par": self._end_paragraph,
            "sect": self._end_paragraph,
            "cell": self._end_cell,
            "nestcell": self._end_cell,
            "row": self._end_row,
        }

    def take(self, mark: Mark) -> None:
        if self._in_styles and mark.kind != "close":
            self._style_entry(mark)
        elif mark.kind == "unseen":
            return
        elif mark.kind in ("text", "raised"):
            into = self._aside[-1] if self._aside else self._text
            if mark.kind == "raised" and into:
                into.append(behind(into[-1], mark.value))
            else:
                into.append(mark.value)
        elif mark.kind == "open":
            self._in_styles = mark.value == "stylesheet"
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
        """Read a part of a style definition: its number, its formatting, and last its name with a semicolon."""
        if mark.kind in ("text", "raised", "unseen"):
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
        elif word == "s":
            self._style = number or 0
        elif word == "outlinelevel" and number is not None:
            self._level = number + 1 if number < 9 else 0
        elif word == "intbl":
            self._in_table = True
        elif word == "ls":
            self._in_list = True
        elif word == "ilvl":
            self._depth = number or 0

    def _close(self, name: str, text: str) -> None:
        self._in_styles = False
        if name in ("listtext", "pntext"):
            marker = one_line(text)
            self._marker = marker if _NUMBER.fullmatch(marker) else "-"
        elif name == "footnote":
            self._notes.append(f"Footnote {self._count}: {one_line(text)}")
        elif name == "atnauthor":
            self._commenter = one_line(text)
        elif name == "annotation":
            self._notes.append(
                f"Comment by {self._commenter}: {one_line(text)}" if self._commenter else f"Comment: {one_line(text)}"
            )
        elif name == "shptxt":
            self._text.append(f" {text} ")
        elif name in ("title", "author"):
            self.info[name] = one_line(text)

    def _reset(self, _: int | None) -> None:
        self._style = self._level = self._depth = 0
        self._in_table = self._in_list = False

    def _paragraph_text(self) -> str:
        text = _SURROGATES.sub(_joined, "".join(self._text))
        self._text.clear()
        return squeeze(text)

    def _end_paragraph(self, _: int | None) -> None:
        if self._in_table:
            self._text.append(" ")
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
            self.composer.heading(f"{self._marker} {text}" if text and self._marker not in ("", "-") else text, level)
        elif text and (self._marker or self._in_list):
            self.composer.list_item(f"{'  ' * min(self._depth, 8)}{self._marker or '-'} {text}")
        else:
            self.composer.paragraph(text)
        self._marker = ""
        for note in self._notes:
            self.composer.paragraph(note)
        self._notes.clear()

    def _end_cell(self, _: int | None) -> None:
        self._cells.append(self._paragraph_text())
        self._marker = ""

    def _end_row(self, _: int | None) -> None:
        if any(self._cells):
            self._rows.append(self._cells)
        self._cells = []

    def _end_table(self) -> None:
        if self._rows:
            self.composer.table(lines(self._rows))
            self._rows = []


def _joined(match: re.Match[str]) -> str:
    return match.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le")
