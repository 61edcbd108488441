"""OpenDocument text and presentations (ODT, ODP): headings, lists, tables, notes; a page per slide."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from corpus.errors import DocumentEmpty, DocumentUnreadable
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.odf.body import BodyWriter
from ingest.reading.readers.odf.numbering import Numbering
from ingest.reading.readers.odf.spelling import spell_out
from ingest.reading.readers.package import Package, attribute, local_name
from ingest.reading.readers.properties import properties_of

_MANIFEST = "META-INF/manifest.xml"


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    package = open_package(data)
    root = package.xml("content.xml")
    composer = Composer()
    styles = [package.xml("styles.xml")] if "styles.xml" in package else []
    spell_out(root, [root, *styles], lambda path: package.xml(path) if path in package else None)
    writer = BodyWriter(composer, _parent_styles(root), Numbering([root, *styles]), _hidden_styles([*styles, root]))
    body = child(root, "body")
    has_slides = False
    for content in body if body is not None else ():
        if local_name(content) == "presentation":
            has_slides = True
            for slide in (node for node in content if local_name(node) == "page"):
                composer.start_page()
                writer.write_slide(slide)
        else:
            writer.write(content)
    if not composer.blocks:
        raise DocumentEmpty("The document holds no text. If it is pictures of pages, run OCR over it first.")
    if writer.has_hidden:
        composer.note("Hidden text was left out.")
    properties = properties_of(package)
    return [
        composer.finish(
            title=properties.title or writer.title,
            updated_at=properties.updated_at,
            has_slides=has_slides,
            metadata=properties.metadata,
        )
    ]


def _hidden_styles(roots: Iterable[etree._Element]) -> frozenset[str]:
    """The styles that hide text and sections, and the automatic styles based on them. Named styles come first."""
    hidden: set[str] = set()
    for style in (node for root in roots for node in root.iter() if local_name(node) == "style"):
        said = next((shown for about in style if (shown := attribute(about, "display"))), "")
        if said == "none" or (not said and attribute(style, "parent-style-name") in hidden):
            hidden.add(attribute(style, "name") or "")
    return frozenset(hidden)


def _parent_styles(root: etree._Element) -> dict[str, str]:
    styles = child(root, "automatic-styles")
    return {
        attribute(style, "name") or "": parent
        for style in (styles if styles is not None else ())
        if (parent := attribute(style, "parent-style-name"))
    }


def open_package(data: bytes) -> Package:
    """Open the package. Raises DocumentUnreadable if its content is encrypted."""
    package = Package(data, kind="OpenDocument file")
    if _MANIFEST in package and _is_encrypted(package.xml(_MANIFEST)):
        raise DocumentUnreadable("The OpenDocument file is encrypted. Open it and save it without a password.")
    return package


def _is_encrypted(manifest: etree._Element) -> bool:
    return any(local_name(node) == "encryption-data" for node in manifest.iter())
