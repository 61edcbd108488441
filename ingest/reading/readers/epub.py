"""EPUB books: the chapters in the order of the spine, each read as an HTML page (EPUB 3.3)."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

from lxml import etree

from corpus.errors import DocumentEmpty, DocumentUnreadable
from corpus.records import MetadataValue
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.html.reader import add_body, charset_of
from ingest.reading.readers.package import Package, attribute, local_name

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Obfuscated fonts are not copy protection (EPUB 3.3, 4.4.2).
_FONT_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
_EMPTY_ELEMENT = re.compile(rf"<(?!(?:{_VOID})\b)(\w+)([^<>]*)/>")
_METADATA = {"creator": "author", "language": "language", "publisher": "publisher", "subject": "subject"}


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    package = Package(data, kind="EPUB book")
    if _ENCRYPTION in package and _is_protected(package.xml(_ENCRYPTION)):
        raise DocumentUnreadable("The EPUB book is copy-protected. Get one without protection.")
    opf = _package_document(package)
    root = package.xml(opf)
    composer = Composer()
    for member in _spine(root, posixpath.dirname(opf)):
        if member not in package:
            composer.note(f"A chapter is missing from the book: {member}.")
            continue
        content = package.read(member)
        source = _EMPTY_ELEMENT.sub(r"<\1\2></\1>", decode(content, declared=charset_of(content)))
        add_body(source, composer)
    if not composer.blocks:
        raise DocumentEmpty("The EPUB book holds no text. If it is pictures of pages, run OCR over it first.")
    values = _metadata(root)
    metadata: dict[str, MetadataValue] = {name: values[key] for key, name in _METADATA.items() if key in values}
    moment = as_moment(values.get("dcterms:modified")) or as_moment(values.get("date"))
    return [composer.finish(title=values.get("title"), updated_at=moment, metadata=metadata)]


def _is_protected(root: etree._Element) -> bool:
    methods = [attribute(node, "Algorithm") for node in root.iter() if local_name(node) == "EncryptionMethod"]
    return any(method not in _FONT_OBFUSCATION for method in methods)


def _package_document(package: Package) -> str:
    for node in package.xml(_CONTAINER).iter():
        if local_name(node) == "rootfile" and (path := node.get("full-path")):
            return path
    raise DocumentUnreadable("The EPUB book is damaged: it does not say where its contents are. Get a new copy.")


def _spine(root: etree._Element, folder: str) -> list[str]:
    """The members with the book's text in reading order, without its table of contents."""
    items: dict[str, tuple[str, str, str]] = {}
    manifest = child(root, "manifest")
    for item in manifest if manifest is not None else ():
        path = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        items[item.get("id") or ""] = (path, item.get("media-type") or "", item.get("properties") or "")
    spine = child(root, "spine")
    guide = child(root, "guide")
    listed = {
        posixpath.normpath(posixpath.join(folder, unquote((each.get("href") or "").partition("#")[0])))
        for each in (guide if guide is not None else ())
        if (each.get("type") or "").lower() == "toc"
    }
    chosen = (items.get(reference.get("idref") or "") for reference in (spine if spine is not None else ()))
    pages = [
        path for path, kind, properties in filter(None, chosen) if kind in _PAGES and "nav" not in properties.split()
    ]
    return [path for path in pages if path not in listed] or pages


def _metadata(root: etree._Element) -> dict[str, str]:
    values: dict[str, str] = {}
    metadata = child(root, "metadata")
    for node in metadata.iter() if metadata is not None else ():
        key = node.get("property") if local_name(node) == "meta" else local_name(node)
        text = one_line(node.text or "")
        if key and text:
            values.setdefault(key, text)
    return values
