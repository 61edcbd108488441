"""Open zip packages (DOCX, EPUB, ODT and so on) and their XML safely: zip bombs are refused before unpacking."""

from __future__ import annotations

import html
import io
import zipfile
import zlib
from collections.abc import Callable, Collection

from lxml import etree

from corpus.errors import DocumentUnreadable
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.contents import COMPOUND_FILE
from ingest.reading.readers.superscripts import behind

MAX_UNPACKED_BYTES = 512 * 1024 * 1024
# Deflate compresses at most 1032:1; office files with long runs of empty cells reach 100:1.
MAX_RATIO = 400
_RAISED = frozenset(("sup", "superscript"))


class Package:
    """A zip archive in memory. `kind` is its name in messages, such as "Word document"."""

    def __init__(self, data: bytes, *, kind: str) -> None:
        self._kind = kind
        self._budget = MAX_UNPACKED_BYTES
        if data.startswith(COMPOUND_FILE):
            raise DocumentUnreadable(f"The {kind} is encrypted. Remove its password, or save it in today's format.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise self._damaged(error) from error
        # Some programs write backslashes, and names are case-insensitive (ECMA-376, part 2, 6.2.2).
        self._infos = {info.filename.replace("\\", "/"): info for info in self._zip.infolist()}
        self._folded = {name.lower(): info for name, info in self._infos.items()}
        unpacked = sum(info.file_size for info in self._infos.values())
        packed = sum(info.compress_size for info in self._infos.values())
        if unpacked > 16 * 1024 * 1024 and unpacked > MAX_RATIO * max(packed, 1):
            raise DocumentUnreadable(f"The {kind} unpacks to {unpacked // max(packed, 1)} times its size: refused.")

    def names(self) -> list[str]:
        return list(self._infos)

    def entries(self) -> list[zipfile.ZipInfo]:
        return list(self._infos.values())

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._folded

    def read(self, name: str) -> bytes:
        """A member's bytes. Raises DocumentUnreadable if it is missing, damaged or too large."""
        name = name.replace("\\", "/")
        info = self._infos.get(name) or self._folded.get(name.lower())
        if info is None:
            raise DocumentUnreadable(f"The {self._kind} is damaged: {name} is missing. Open it and save it again.")
        if info.flag_bits & 1:
            raise DocumentUnreadable(f"The {self._kind} is encrypted. Remove its password.")
        try:
            with self._zip.open(info) as member:
                content = member.read(self._budget + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
            raise self._damaged(error) from error
        self._budget -= len(content)
        if self._budget < 0:
            raise DocumentUnreadable(
                f"The {self._kind} unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MB. Split it into smaller files."
            )
        return content

    def xml(self, name: str) -> etree._Element:
        """The root of an XML member. Raises DocumentUnreadable."""
        return parse_xml(self.read(name), what=f"{self._kind} ({name})")

    def _damaged(self, error: Exception) -> DocumentUnreadable:
        return DocumentUnreadable(
            f"The {self._kind} is damaged or not what its name says: {error}. Open it and save it again."
        )


def parse_xml(data: bytes, *, what: str) -> etree._Element:
    """The root element. Entities are not resolved and nothing external is loaded. Raises DocumentUnreadable."""
    try:
        return etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentUnreadable(f"The {what} is not valid XML: {error}.") from error


def _parser() -> etree.XMLParser:
    # A new parser for each call, because lxml parsers are not safe to share between threads.
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )


def local_name(element: etree._Element) -> str:
    """The tag without its namespace; empty for entities. Strict and transitional OOXML differ only in namespaces."""
    tag: object = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(element: etree._Element, *, without: Collection[str] = ()) -> str:
    """All text below the element, except in elements named in `without`.

    Entities are resolved as in HTML; those that only a DTD defines are left out.
    """
    parts = [element.text or ""]
    for node in element:
        tag: object = node.tag
        if tag is etree.Entity:
            shown = html.unescape(node.text or "")
            parts.append("" if shown.startswith("&") and len(shown) > 1 else shown)
        elif local_name(node) not in without:
            parts.append(text_of(node, without=without))
        parts.append(node.tail or "")
    return "".join(parts)


def attribute(element: etree._Element, name: str) -> str | None:
    """The attribute with that local name, in any namespace; None if there is none."""
    for key, value in element.attrib.items():
        if key == name or str(key).endswith("}" + name):
            return str(value)
    return None


def write_superscripts(root: etree._Element, is_raised: Callable[[etree._Element], bool] | None = None) -> None:
    """Rewrite superscripts in the tree with `with_superscript`. `is_raised` finds them, by default by their names."""
    for node in root.iter():
        if (is_raised or _is_superscript)(node):
            mark = "".join(str(text) for text in node.itertext())
            before = text_before(node)
            for below in list(node):
                node.remove(below)
            node.text = behind(before, mark)


def _is_superscript(node: etree._Element) -> bool:
    name = local_name(node)
    return name in _RAISED or (name == "hi" and "sup" in f"{node.get('rend')} {node.get('rendition')}")


def spaced_text(element: etree._Element) -> str:
    """All text below the element on one line, with blanks between its parts."""
    return one_line(" ".join(str(text) for text in element.itertext()))


def text_before(node: etree._Element) -> str:
    """The text directly before an element."""
    previous, parent = node.getprevious(), node.getparent()
    if previous is not None:
        return previous.tail or "".join(str(text) for text in previous.itertext())
    return (parent.text or "") if parent is not None else ""
