"""The content of an OpenDocument paragraph: its text, the frames anchored in it, notes and comments."""

from __future__ import annotations

from collections.abc import Container, Iterator

from lxml import etree

from ingest.reading.readers.composer import one_line, squeeze
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.package import attribute, local_name

SKIPPED = frozenset(
    {"tracked-changes", "annotation", "annotation-end", "table-of-content", "alphabetical-index", "forms", "ruby-text"}
)
MAX_REPEATED = 256


class Pieces:
    """The content of a paragraph: its text, the frames anchored in it, and notes and comments as (label, text)."""

    def __init__(self, hidden: Container[str] = ()) -> None:
        self._hidden = hidden
        self.has_hidden = False
        self.text: list[str] = []
        self.frames: list[etree._Element] = []
        self.notes: list[tuple[str, str]] = []

    def gather(self, element: etree._Element) -> None:
        self.text.append(element.text or "")
        for node in element:
            name = local_name(node)
            if name == "s":
                self.text.append(" " * min(int(attribute(node, "c") or 1), MAX_REPEATED))
            elif name == "tab":
                self.text.append(" ")
            elif name == "line-break":
                self.text.append("\n")
            elif name == "note":
                label = one_line("".join(texts_of(child(node, "note-citation"))))
                self.text.append(f"[{label}]")
                self.notes.append((f"Footnote {label}", one_line(" ".join(texts_of(child(node, "note-body"))))))
            elif name == "annotation":
                self.notes.append(comment_of(node))
            elif name in ("frame", "text-box", "custom-shape"):
                self.frames.append(node)
            elif name in ("hidden-text", "hidden-paragraph") or attribute(node, "style-name") in self._hidden:
                self.has_hidden = True
            elif name not in SKIPPED:
                self.gather(node)
            self.text.append(node.tail or "")


def comment_of(annotation: etree._Element) -> tuple[str, str]:
    """A comment's label, which names its author, and its text."""
    author = one_line(" ".join("".join(map(str, part.itertext())) for part in annotation if _is_creator(part)))
    return f"Comment by {author}" if author else "Comment", one_line(" ".join(texts_of(annotation)))


def _is_creator(node: etree._Element) -> bool:
    return local_name(node) == "creator"


def texts_of(element: etree._Element | None) -> Iterator[str]:
    """The text of each paragraph below the element, or the element's own text if there is none."""
    if element is None:
        return
    found = False
    for node in element.iterdescendants():
        if local_name(node) in ("p", "h"):
            found = True
            pieces = Pieces()
            pieces.gather(node)
            yield squeeze("".join(pieces.text))
    if not found:
        yield one_line("".join(str(text) for text in element.itertext()))
