"""Zip packages of XML made in code: OpenDocument and EPUB files, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
DRAW = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
PRESENTATION = "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def package(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def opendocument(body: str, *, styles: str = "", meta: str = "", manifest: str = "<m/>") -> bytes:
    namespaces = (
        f'xmlns:office="{OFFICE}" xmlns:text="{TEXT}" xmlns:table="{TABLE}" xmlns:draw="{DRAW}" '
        f'xmlns:style="{STYLE}" xmlns:presentation="{PRESENTATION}"'
    )
    content = (
        f"<office:document-content {namespaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body>{body}</office:body></office:document-content>"
    )
    dc = "http://purl.org/dc/elements/1.1/"
    about = f'<office:document-meta xmlns:office="{OFFICE}" xmlns:dc="{dc}">{meta}</office:document-meta>'
    return package({"content.xml": content, "meta.xml": about, "META-INF/manifest.xml": manifest})


def word(body: str, *, doctype: str = "", parts: Mapping[str, str] | None = None) -> bytes:
    """A Word document with a body of raw XML, and what `parts` hold, such as numbering and footnotes."""
    relationships = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    related = "".join(
        f'<Relationship Id="{name}" Type="{kind.rpartition("/")[0]}/{name}" Target="{name}.xml"/>'
        for name in parts or {}
    )
    return package(
        {
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{relationships}">{related}</Relationships>',
            **{
                f"word/{name}.xml": f'<w:{name} xmlns:w="{WORD}">{content}</w:{name}>'
                for name, content in (parts or {}).items()
            },
            "_rels/.rels": f'<Relationships xmlns="{relationships}">'
            f'<Relationship Id="r1" Type="{kind}" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'{doctype}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        }
    )


def epub(
    chapters: Mapping[str, str],
    *,
    metadata: str = "",
    extra: Mapping[str, str] | None = None,
    without: Collection[str] = (),
) -> bytes:
    """A book of the chapters; those in `without` are listed, but not there."""
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata>{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    )
    return package(
        {
            "META-INF/container.xml": container,
            "OPS/book.opf": opf,
            **{f"OPS/{name}": content for name, content in chapters.items() if name not in without},
            **(extra or {}),
        }
    )
