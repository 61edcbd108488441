"""Tokenize RTF: decoded text, named groups, and control words that matter for structure (RTF 1.9.1, Microsoft)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from ingest.reading.readers.docx.symbols import SIGNS, TICKS

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?"  # A control word with its number.
    rb"|\\'([0-9a-fA-F]{2})"  # A byte of a character.
    rb"|\\([^a-zA-Z])"  # A control symbol.
    rb"|([{}])"
    rb"|([^\\{}\r\n]+)"
)
# Character sets of fonts, and their code pages.
_CODE_PAGES = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_CHARACTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ", "page": "\n", "column": "\n",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}"}
# Groups without text to read.
_SKIPPED = frozenset({
    "atnid", "bkmkend", "bkmkstart", "colortbl", "datastore", "filetbl", "fldinst", "footer",
    "footerf", "footerl", "footerr", "ftncn", "ftnsep", "ftnsepc", "generator", "header", "headerf", "headerl",
    "headerr", "latentstyles", "listoverridetable", "listtable", "object", "pict", "revtbl", "rsidtbl", "tc",
    "template", "themedata", "xe", "nonshppict", "sp", "shprslt", "nonesttables",
})  # fmt: skip
# Groups marked as ignorable that are read all the same.
_KEPT = frozenset({
    "shptxt", "shpinst", "listtext", "pntext", "footnote", "annotation", "atnauthor", "nesttableprops",
})  # fmt: skip
_NAMED = _KEPT - {"shpinst", "nesttableprops"} | {
    "fonttbl", "stylesheet", "info", "title", "author", "creatim", "revtim",
}  # fmt: skip
# Character sets of a whole document.
_CHARACTER_SETS = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_SYMBOL_SET = 2
_MAX_DEPTH = 10_000


class Mark(NamedTuple):
    """`kind` is "text", "raised" (superscript), "hidden", "deleted" (by a revision), "open" or "close" (of a named
    group) or "word"; `value` is the text or name."""

    kind: str
    value: str
    number: int | None = None


@dataclass(slots=True)
class _Group:
    """What a group inherits from the one around it, and its name."""

    name: str = ""
    font: int | None = None
    skipped: bool = False
    may_be_ignored: bool = False
    is_raised: bool = False
    is_hidden: bool = False
    is_deleted: bool = False
    has_fonts: bool = False  # It is in the table of fonts.
    substitutes: int = 1  # Fallback characters after \u, for readers without Unicode.


class _Lexer:
    def __init__(self) -> None:
        self._group = _Group()
        self._stack: list[_Group] = []
        self._fonts: dict[int, str] = {}
        self._names: dict[int, str] = {}
        self._symbols: set[int] = set()  # Fonts of signs, not letters.
        self._default_page = "cp1252"
        self._pending = bytearray()
        self._to_skip = 0

    def marks(self, data: bytes) -> Iterator[Mark]:
        position = 0
        while (match := _TOKEN.search(data, position)) is not None:
            position = match.end()
            word, number, byte, symbol, brace, plain = match.groups()
            if byte is not None or plain is not None:
                self._add_bytes(bytes.fromhex(byte.decode()) if byte is not None else plain)
                continue
            yield from self._flush()
            if word is not None:
                value = int(number) if number is not None else None
                if word == b"bin":
                    position += max(value or 0, 0)
                yield from self._word(word.decode("ascii"), value)
            elif symbol is not None:
                yield from self._symbol(symbol.decode("latin-1"))
            elif brace == b"{":
                if len(self._stack) < _MAX_DEPTH:
                    self._stack.append(self._group)
                    self._group = replace(self._group, name="", may_be_ignored=False)
            elif self._stack:
                if self._group.name and not self._group.skipped:
                    yield Mark("close", self._group.name)
                self._group = self._stack.pop()
        yield from self._flush()

    def _add_bytes(self, content: bytes) -> None:
        if self._group.skipped:
            return
        skipped = min(self._to_skip, len(content))
        self._to_skip -= skipped
        self._pending += content[skipped:]

    def _flush(self) -> Iterator[Mark]:
        """The bytes collected so far, decoded as text; two bytes may form one character."""
        if self._pending:
            font = self._group.font or 0
            page = self._fonts.get(font, self._default_page)
            text = self._pending.decode(page, "replace")
            self._pending.clear()
            if self._group.has_fonts:
                self._names[font] = self._names.get(font, "") + text
            elif font in self._symbols:
                text = "".join(_symbol(ord(sign), self._names.get(font, "")) for sign in text)
            yield Mark(self._kind(), text)

    def _kind(self) -> str:
        if self._group.is_hidden or self._group.is_deleted:
            return "hidden" if self._group.is_hidden else "deleted"
        return "raised" if self._group.is_raised else "text"

    def _word(self, word: str, number: int | None) -> Iterator[Mark]:
        group = self._group
        if word in _SKIPPED or (group.may_be_ignored and word not in _KEPT):
            group.skipped = True
        group.may_be_ignored = False
        if group.skipped:
            return
        if word == "u" and number is not None:
            self._to_skip = group.substitutes
            yield Mark(self._kind(), chr(number % 0x10000))
        elif word in _CHARACTERS:
            yield Mark("text" if (kind := self._kind()) == "raised" else kind, _CHARACTERS[word])
        elif word in _NAMED:
            group.name = word
            group.has_fonts = word == "fonttbl"
            yield Mark("open", word)
        else:
            self._note(word, number)
            yield Mark("word", word, number)

    def _note(self, word: str, number: int | None) -> None:
        """Remember the settings that decide how characters are decoded."""
        if word in ("super", "nosupersub", "sub", "plain"):
            self._group.is_raised = word == "super" and number != 0
        if word in ("v", "plain"):
            self._group.is_hidden = word == "v" and number != 0
        if word in ("deleted", "plain"):
            self._group.is_deleted = word == "deleted" and number != 0
        self._default_page = _CHARACTER_SETS.get(word, self._default_page)
        if number is None:
            return
        if word == "f":
            self._group.font = number
        elif word == "uc":
            self._group.substitutes = max(number, 0)
        elif word == "ansicpg" and _is_known(f"cp{number}"):
            self._default_page = f"cp{number}"
        elif word == "fcharset" and self._group.font is not None and number in _CODE_PAGES:
            self._fonts[self._group.font] = _CODE_PAGES[number]
        elif word == "fcharset" and self._group.font is not None and number == _SYMBOL_SET:
            self._symbols.add(self._group.font)
            self._fonts[self._group.font] = "latin-1"

    def _symbol(self, symbol: str) -> Iterator[Mark]:
        if symbol == "*":
            self._group.may_be_ignored = True
        elif self._group.skipped:
            return
        elif self._to_skip:
            self._to_skip -= 1
        elif symbol in "\r\n":
            yield Mark("word", "par")
        elif symbol in _SYMBOLS:
            yield Mark(self._kind(), _SYMBOLS[symbol])


def _symbol(code: int, font: str) -> str:
    """A sign of a font that has no letters, where it is known."""
    if font.startswith("Wingdings"):
        return TICKS.get(code, "•" if code > ord(" ") else " ")
    return chr(0xF000 + code).translate(SIGNS) if font.startswith("Symbol") and code > ord(" ") else chr(code)


def marks(data: bytes) -> Iterator[Mark]:
    """The file's text and marks, in order."""
    return _Lexer().marks(data)


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True
