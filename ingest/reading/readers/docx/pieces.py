"""What a Word paragraph holds: its text, text boxes anchored in it, references to notes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ingest.reading.readers.docx.math import linear
from ingest.reading.readers.package import attribute, local_name

# Containers that are looked through; deleted text, fallbacks of drawings and field codes are not.
SKIPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "rt", "rubyPr", "pPr", "rPr", "sdtPr"})
_REFERENCES = {"footnoteReference": "footnote", "endnoteReference": "endnote", "commentReference": "comment"}
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


class Pieces:
    """What a paragraph holds: its text, text boxes anchored in it, and references to notes."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.boxes: list[etree._Element] = []
        self.references: list[tuple[str, str]] = []

    def gather(self, element: etree._Element) -> None:
        for node in element:
            name = local_name(node)
            if name == "t":
                self.text.append(node.text or "")
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
            elif name not in SKIPPED and len(node):
                self.gather(node)

    def _symbol(self, node: etree._Element) -> None:
        code = attribute(node, "char") or ""
        try:
            character = chr(int(code, 16))
        except (ValueError, OverflowError):
            return
        # Symbol fonts sit in the private use area, where the number says nothing without the font.
        if not "\ue000" <= character <= "\uf8ff":
            self.text.append(character)


def all_text(container: etree._Element) -> Iterator[str]:
    for element in container:
        name = local_name(element)
        if name == "p":
            pieces = Pieces()
            pieces.gather(element)
            yield "".join(pieces.text)
            for box in pieces.boxes:
                yield from all_text(box)
        elif name not in SKIPPED and len(element):
            yield from all_text(element)
