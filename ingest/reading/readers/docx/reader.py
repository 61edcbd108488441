"""Word documents (DOCX): headings by style, lists, tables as rows, text boxes, footnotes. Strict OOXML included."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Block, Document
from ingest.reading.readers import mhtml, text
from ingest.reading.readers.composer import Composer
from ingest.reading.readers.contents import module_by_content
from ingest.reading.readers.docx.body import BodyWriter
from ingest.reading.readers.docx.dropcaps import join_first_letters
from ingest.reading.readers.docx.numbering import Numbering
from ingest.reading.readers.docx.styles import Styles
from ingest.reading.readers.html import reader as html
from ingest.reading.readers.ooxml import main_part, related_parts, relationships
from ingest.reading.readers.package import Package, attribute, local_name
from ingest.reading.readers.properties import properties_of
from ingest.reading.readers.rtf import reader as rtf

_CHUNKS = {"html.reader": html, "mhtml": mhtml, "rtf.reader": rtf}


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    package = Package(data, kind="Word document")
    part = main_part(package)
    related = related_parts(package, part)
    targets = {relationship.identifier: relationship.target for relationship in relationships(package, part)}
    root = package.xml(part)
    join_first_letters(root)
    notes = {
        kind: _notes(package.xml(related[f"{kind}s"]))
        for kind in ("footnote", "endnote", "comment")
        if f"{kind}s" in related
    }
    for kind in ("footnote", "endnote"):
        notes[kind] = _numbered(root, kind, notes.get(kind, {}))
    composer = Composer()
    writer = BodyWriter(
        composer,
        Styles(package.xml(related["styles"]) if "styles" in related else None),
        Numbering(package.xml(related["numbering"]) if "numbering" in related else None),
        notes,
        lambda identifier: package.xml(targets[identifier]) if identifier in targets else None,
        lambda identifier: _chunk(package.read(targets[identifier])) if identifier in targets else (),
    )
    body = next((child for child in root if local_name(child) == "body"), root)
    writer.write(body)
    if writer.has_hidden:
        composer.note("Hidden text was left out.")
    if not composer.blocks:
        raise DocumentEmpty("The Word document holds no text. If it is pictures of pages, run OCR over it first.")
    properties = properties_of(package)
    return [
        composer.finish(
            title=properties.title or writer.title,
            updated_at=properties.updated_at,
            metadata=properties.metadata,
        )
    ]


def _chunk(data: bytes) -> list[tuple[str, tuple[Block, ...]]]:
    """The content of an embedded document in another format (ECMA-376, 17.17.2.1): HTML, RTF or text."""
    reader = _CHUNKS.get(module_by_content(data, "docx.reader"), text)
    return [(document.text, document.blocks) for document in reader.read(data)]


def _notes(root: etree._Element) -> dict[str, etree._Element]:
    """Footnotes, endnotes or comments by id, without the separators, which are stored as notes."""
    return {identifier: note for note in root if (identifier := attribute(note, "id")) and not attribute(note, "type")}


def _numbered(root: etree._Element, kind: str, notes: Mapping[str, etree._Element]) -> dict[str, etree._Element]:
    """The notes by their displayed numbers, which count the references. The references in the tree are renumbered."""
    numbers: dict[str, str] = {}
    for reference in root.iter(f"{{*}}{kind}Reference"):
        key = next((key for key in reference.attrib if str(key).endswith("id")), None)
        if key is not None and reference.get(key) in notes:
            reference.set(key, numbers.setdefault(str(reference.get(key)), str(len(numbers) + 1)))
    return {number: notes[identifier] for identifier, number in numbers.items()}
