"""The content of a Word paragraph: its text, the text boxes anchored in it, and references to notes."""

from __future__ import annotations

from collections.abc import Container, Iterator

from lxml import etree

from ingest.reading.readers.docx.math import linear
from ingest.reading.readers.docx.symbols import SIGNS, TICKS
from ingest.reading.readers.package import attribute, local_name
from ingest.reading.readers.superscripts import behind

# Elements that are not searched: deleted text, fallbacks of drawings, field codes, properties.
SKIPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "rt", "rubyPr", "pPr", "rPr", "sdtPr"})
OFF = ("0", "false", "off")
_REFERENCES = {"footnoteReference": "footnote", "endnoteReference": "endnote", "commentReference": "comment"}
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


class Pieces:
    """The content of a paragraph: its text, the text boxes anchored in it, and references to notes."""

    def __init__(self, hiding: Container[str | None] = ()) -> None:
        """`hiding` are the styles whose text is hidden."""
        self._hiding = hiding
        self.text: list[str] = []
        self.boxes: list[etree._Element] = []
        self.references: list[tuple[str, str]] = []
        self.drawings: list[tuple[str, str]] = []  # Charts and diagrams: element name and relationship id.
        self.has_hidden = False

    def gather(self, element: etree._Element) -> None:
        for node in element:
            name = local_name(node)
            if name == "t":
                self.text.append((node.text or "").translate(SIGNS))
            elif name in _CHARACTERS:
                self.text.append(_CHARACTERS[name])
            elif name == "oMath":
                self.text.append(linear(node))
            elif name == "txbxContent":
                self.boxes.append(node)
            elif name in _REFERENCES:
                identifier = attribute(node, "id") or ""
                self.references.append((_REFERENCES[name], identifier))
                if name != "commentReference":
                    self.text.append(f"[{identifier}]")
            elif name == "sym":
                self._symbol(node)
            elif name == "checkBox":
                self._box(node)
            elif name == "ddList":
                self._choice(node)
            elif name in ("chart", "relIds"):
                self.drawings.append((name, attribute(node, "dm") or attribute(node, "id") or ""))
            elif name == "r" and _is_hidden(node, self._hiding):
                self.has_hidden = True
            elif name == "r" and _is_raised(node):
                self._raise(node)
            elif name not in SKIPPED and len(node):
                self.gather(node)

    def _symbol(self, node: etree._Element) -> None:
        code = attribute(node, "char") or ""
        try:
            character = chr(int(code, 16))
        except (ValueError, OverflowError):
            return
        # Symbol fonts use the private use area, where a number means nothing without the font.
        if not "\ue000" <= character <= "\uf8ff":
            self.text.append(character)
        elif (attribute(node, "font") or "").startswith("Symbol"):
            self.text.append(character.translate(SIGNS))
        elif "Wingdings" in (attribute(node, "font") or ""):
            self.text.append(TICKS.get(ord(character) - 0xF000, ""))

    def _raise(self, run: etree._Element) -> None:
        """Add a power or a note mark, kept apart from the text before it."""
        before = len(self.text)
        self.gather(run)
        mark = "".join(self.text[before:])
        if before and self.text[before - 1].strip():
            self.text[before:] = [behind(self.text[before - 1], mark)]

    def _box(self, node: etree._Element) -> None:
        """Add the checkbox of a form (ECMA-376, 17.16.7)."""
        states = {local_name(inner): attribute(inner, "val") not in OFF for inner in node}
        self.text.append("☑ " if states.get("checked", states.get("default", False)) else "☐ ")

    def _choice(self, node: etree._Element) -> None:
        """Add the chosen entry of a form's list; the first one is the default."""
        entries = [attribute(inner, "val") or "" for inner in node if local_name(inner) == "listEntry"]
        chosen = next((attribute(inner, "val") or "" for inner in node if local_name(inner) == "result"), "0")
        if chosen.isdecimal() and int(chosen) < len(entries):
            self.text.append(entries[int(chosen)])


def _is_raised(run: etree._Element) -> bool:
    """Whether the run is superscript text; references to notes are not, as they get brackets."""
    names = [local_name(node) for node in run]
    properties = next((node for node in run if local_name(node) == "rPr"), ())
    return "t" in names and any(
        local_name(node) == "vertAlign" and attribute(node, "val") == "superscript" for node in properties
    )


def _is_hidden(run: etree._Element, hiding: Container[str | None]) -> bool:
    """Whether the run is hidden, by its own property, or else by its style."""
    properties = {local_name(node): node for part in run if local_name(part) == "rPr" for node in part}
    for name in ("vanish", "webHidden"):
        if name in properties:
            return attribute(properties[name], "val") not in OFF
    return "rStyle" in properties and attribute(properties["rStyle"], "val") in hiding


def pieces_of(container: etree._Element, hiding: Container[str | None] = ()) -> Iterator[Pieces]:
    """The pieces of each paragraph in a cell or note, including those in text boxes."""
    for element in container:
        name = local_name(element)
        if name == "p":
            pieces = Pieces(hiding)
            pieces.gather(element)
            yield pieces
            for box in pieces.boxes:
                yield from pieces_of(box, hiding)
        elif name not in SKIPPED and name != "tbl" and len(element):
            yield from pieces_of(element, hiding)


def all_text(container: etree._Element) -> Iterator[str]:
    return ("".join(pieces.text) for pieces in pieces_of(container))
