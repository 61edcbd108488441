"""Word documents in a single XML file: flat packages and Word 2003. Both are repacked as zip packages."""

from __future__ import annotations

import base64
import binascii
import io
import zipfile

from lxml import etree

from corpus.errors import DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.docx import reader as docx
from ingest.reading.readers.package import attribute, local_name, parse_xml
from ingest.reading.readers.pptx import reader as pptx
from ingest.reading.readers.sheets import reader as sheets

_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="{}" Target="{}"/></Relationships>'
)


def read(data: bytes, *, password: str | None = None) -> list[Document]:
    root = parse_xml(data, what="file")
    parts = _flat(root) if local_name(root) == "package" else _of_2003(root)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    if _has(parts, "xl/"):
        return sheets.read(packed.getvalue(), password=password)
    return (pptx.read if _has(parts, "ppt/") else docx.read)(packed.getvalue(), password=password)


def _has(parts: dict[str, bytes], start: str) -> bool:
    return any(name.startswith(start) for name in parts)


def _flat(root: etree._Element) -> dict[str, bytes]:
    """The parts of a flat package (Flat OPC, [MS-OE376]): XML as it is, other parts decoded from base64."""
    parts: dict[str, bytes] = {}
    for part in root:
        name = (attribute(part, "name") or "").lstrip("/")
        for content in part:
            if local_name(content) == "xmlData" and len(content):
                parts[name] = etree.tostring(content[0])
            elif local_name(content) == "binaryData":
                try:
                    parts[name] = base64.b64decode("".join((content.text or "").split()))
                except binascii.Error as error:
                    raise DocumentUnreadable(f"The file is damaged: {error}. Save it as DOCX.") from error
    return parts


def _of_2003(root: etree._Element) -> dict[str, bytes]:
    """The parts of a Word 2003 document: its body uses the elements of DOCX, and its styles are in the same file."""
    parts = {
        "_rels/.rels": _RELATIONS.format(f"{_TYPE}/officeDocument", "word/document.xml").encode(),
        "word/document.xml": etree.tostring(root),
    }
    styles = next((node for node in root if local_name(node) == "styles"), None)
    if styles is not None:
        parts["word/styles.xml"] = etree.tostring(styles)
        parts["word/_rels/document.xml.rels"] = _RELATIONS.format(f"{_TYPE}/styles", "styles.xml").encode()
    return parts
