"""PowerPoint presentations (PPTX): a page per slide with its title as heading, text, tables, charts and notes."""

from __future__ import annotations

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer
from ingest.reading.readers.drawingml import all_text
from ingest.reading.readers.ooxml import main_part, relationships
from ingest.reading.readers.package import Package, attribute, local_name
from ingest.reading.readers.pptx.shapes import SlideWriter
from ingest.reading.readers.properties import properties_of


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    package = Package(data, kind="presentation")
    part = main_part(package)
    related = {relationship.identifier: relationship.target for relationship in relationships(package, part)}
    composer = Composer()
    authors = _authors(package, part)
    hidden = []
    title = None
    for number, identifier in enumerate(_slide_ids(package.xml(part)), 1):
        composer.start_page()
        if identifier not in related:
            composer.note(f"Slide {number} is missing from the file.")
            continue
        root = package.xml(related[identifier])
        if root.get("show") in ("0", "false"):
            hidden.append(str(number))
            continue
        slide_title = _write_slide(package, related[identifier], root, composer, authors)
        title = title or slide_title
    if hidden:
        composer.note(f"Hidden slides were left out: {', '.join(hidden)}.")
    if not composer.blocks:
        raise DocumentEmpty("The presentation holds no text. If its slides are pictures, run OCR over them first.")
    properties = properties_of(package)
    return [
        composer.finish(
            title=properties.title or title,
            updated_at=properties.updated_at,
            has_slides=True,
            metadata=properties.metadata,
        )
    ]


def _slide_ids(root: etree._Element) -> list[str]:
    """The relationship ids of the slides, in the order of the presentation."""
    slides = next((node for node in root if local_name(node) == "sldIdLst"), None)
    # Of the two id attributes, the one with a namespace is the relationship id.
    return [
        str(value)
        for slide in (slides if slides is not None else ())
        for key, value in slide.attrib.items()
        if str(key).endswith("}id")
    ]


def _write_slide(
    package: Package, part: str, root: etree._Element, composer: Composer, authors: dict[str, str]
) -> str | None:
    """Write the slide. Returns its title, if any."""
    related = relationships(package, part)
    targets = {relationship.identifier: relationship.target for relationship in related}
    writer = SlideWriter(composer, lambda identifier: _linked(package, targets, identifier))
    writer.write(root)
    for relationship in related:
        if relationship.kind == "notesSlide":
            writer.write_notes(package.xml(relationship.target))
        elif relationship.kind == "comments":
            for node in package.xml(relationship.target).iter():
                text = _said(node) if local_name(node) in ("cm", "reply") else ""
                author = authors.get(attribute(node, "authorId") or "")
                composer.paragraph(f"Comment{f' by {author}' if author else ''}: {text}" if text else "")
    return writer.title


def _said(comment: etree._Element) -> str:
    """A comment's text without its replies, in the older or newer form."""
    return " ".join(text for node in comment if local_name(node) in ("text", "txBody") for text in all_text(node))


def _linked(package: Package, targets: dict[str, str], identifier: str) -> etree._Element | None:
    target = targets.get(identifier)
    return package.xml(target) if target is not None else None


def _authors(package: Package, part: str) -> dict[str, str]:
    """The names of comment authors by id."""
    return {
        identifier: attribute(author, "name") or ""
        for relationship in relationships(package, part)
        if relationship.kind in ("commentAuthors", "authors")
        for author in package.xml(relationship.target)
        if (identifier := attribute(author, "id"))
    }
