"""The text of a Word 97 file as the elements that DOCX has for paragraphs, runs and tables."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence

from lxml import etree

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.composer import clean
from ingest.reading.readers.doc.container import WordFile
from ingest.reading.readers.doc.forms import form_field
from ingest.reading.readers.doc.looks import Looks
from ingest.reading.readers.doc.rows import Tables
from ingest.reading.readers.doc.styles import VANISH, paragraph_properties
from ingest.reading.readers.encoding import from_units

_PARAGRAPH = re.compile("[^\r\x07\x0c]*[\r\x07\x0c]|[^\r\x07\x0c]+")
_PARTS = re.compile("[\x01-\x1f(]|[^\x01-\x1f(]+")
_RUBY = re.compile(r"^ *EQ .*\\o(?:\\a[a-z])?\(\\s\\up \d+\(.*?\),(.*)\) *$")  # Text with its reading above it.
_LONGEST_RUBY = 300
_STYLE = 0x4600
_DELETED, _IS_DATA, _PICTURE, _RAISED, _CHARACTER_STYLE, _SYMBOL = 0x0800, 0x0806, 0x6A03, 0x2A48, 0x4A30, 0x6A09
_SUPERSCRIPT = 1
_OPPOSITE = 0x81  # Of what the style says.
_MAX_REPEATS = 4  # Parts that together are longer than so many texts lie over each other.
_BEGIN, _SEPARATOR, _END = "\x13\x14\x15"
_ELEMENTS = {"\t": "tab", "\x0b": "br", "\x0e": "br", "\x1e": "noBreakHyphen"}

Span = tuple[int, int]


class TextWriter:
    """`references` are the notes by the character that refers to them, with their kind and number; `boxes` the parts
    of the text that lie in text boxes, by the character that holds these."""

    def __init__(
        self, file: WordFile, references: Mapping[int, tuple[str, str]], boxes: Mapping[int, Sequence[Span]]
    ) -> None:
        self._file = file
        self._looks = Looks(file)
        self._references = references
        self._boxes = dict(boxes)
        self._left = _MAX_REPEATS * len(file.text)
        self._instruction = ""
        self._fields: list[bool] = []  # Those that are open, and whether it is their instruction that is read.

    def write(self, container: etree._Element, span: Span) -> etree._Element:
        """The paragraphs and tables of a part of the text, put into the container."""
        self._left -= max(span[1] - span[0], 0)
        if self._left < 0:
            raise DocumentUnreadable("The document is damaged: its parts overlap. Save it as DOCX.")
        tables = Tables(container)
        for match in _PARAGRAPH.finditer(self._file.text, *span):
            mark = match.group()[-1]
            end = match.end() - (mark in "\r\x07\x0c")
            style, words = self._looks.of_paragraph(match.end() - 1)
            if _STYLE in words:
                (style,) = struct.unpack("<H", words[_STYLE])
            paragraph = etree.Element("p")
            paragraph_properties(paragraph, words, style)
            for start, until, look in self._looks.runs(match.start(), end):
                self._run(paragraph, start, until, look)
            self._fields = [False] * len(self._fields)
            tables.put(paragraph, words, mark)
        tables.end()
        return container

    def _run(self, paragraph: etree._Element, start: int, end: int, look: Mapping[int, bytes]) -> None:
        if look.get(_DELETED, b"\0")[0]:
            return
        run = etree.SubElement(paragraph, "r")
        properties = etree.SubElement(run, "rPr")
        if VANISH in look:
            etree.SubElement(properties, "vanish", val=str(int(look[VANISH][0] in (1, _OPPOSITE))))
        if _CHARACTER_STYLE in look:
            etree.SubElement(properties, "rStyle", val=str(struct.unpack("<H", look[_CHARACTER_STYLE])[0]))
        if look.get(_RAISED, b"\0")[0] == _SUPERSCRIPT:
            etree.SubElement(properties, "vertAlign", val="superscript")
        for match in _PARTS.finditer(self._file.text, start, end):
            sign = match.group()
            if sign in (_BEGIN, _SEPARATOR, _END):
                self._turn(run, sign)
            elif sign == "\x01" and _IS_DATA in look and _PICTURE in look:
                form_field(run, self._file.data, struct.unpack("<I", look[_PICTURE])[0])
            elif any(self._fields):
                self._instruction += sign
            else:
                self._part(run, sign, match.start(), look)

    def _turn(self, run: etree._Element, sign: str) -> None:
        if sign == _BEGIN:
            self._fields.append(True)
            self._instruction = ""
        elif self._fields and sign == _SEPARATOR:
            self._fields[-1] = False
        elif self._fields and self._fields.pop() and (ruby := _RUBY.search(self._instruction[:_LONGEST_RUBY])):
            etree.SubElement(run, "t").text = clean(from_units(ruby.group(1)))

    def _part(self, run: etree._Element, part: str, place: int, look: Mapping[int, bytes]) -> None:
        if place in self._references:
            kind, number = self._references[place]
            etree.SubElement(run, f"{kind}Reference", id=number)
        if part in _ELEMENTS:
            etree.SubElement(run, _ELEMENTS[part])
        elif part == "\x08":
            for span in self._boxes.pop(place, ()):
                self.write(etree.SubElement(run, "txbxContent"), span)
        elif part == "(" and _SYMBOL in look:
            font, character = struct.unpack("<HH", look[_SYMBOL])
            name = self._file.fonts[font] if font < len(self._file.fonts) else ""
            etree.SubElement(run, "sym", char=f"{character:04X}", font=clean(name))
        elif part >= " ":
            etree.SubElement(run, "t").text = clean(from_units(part))
