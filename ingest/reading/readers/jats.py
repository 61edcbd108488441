"""Journal articles in JATS, the XML of PubMed Central and most publishers (ANSI/NISO Z39.96)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from corpus.errors import DocumentEmpty
from corpus.records import MetadataValue
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.numerals import numeral
from ingest.reading.readers.package import local_name, text_before, text_of, write_superscripts
from ingest.reading.readers.tablegrid import Cell, laid_out, span_of
from ingest.reading.readers.tables import lines

_SKIPPED = frozenset({"label", "object-id", "graphic", "media", "supplementary-material", "permissions"})
_SECTIONS = frozenset({"sec", "abstract", "ref-list", "ack", "app", "app-group", "fn-group", "glossary", "notes"})
_LISTS = {"order": "1", "alpha-lower": "a", "alpha-upper": "A", "roman-lower": "i", "roman-upper": "I"}
_CODE = ("code", "preformat")
_FLOATS = frozenset({"def-list", "code", "preformat", "table-wrap", "fig", "list", "graphic", "media", "object-id"})


def is_article(root: etree._Element) -> bool:
    return local_name(root) == "article" and (child(root, "front") is not None or child(root, "body") is not None)


def read_article(root: etree._Element) -> Document:
    _spell_out(root)
    meta = _path(root, "front", "article-meta")
    composer = Composer()
    title = _text(_path(meta, "title-group", "article-title"))
    composer.heading(title, 1)
    authors = "; ".join(_authors(meta))
    composer.paragraph(authors)
    for abstract in _children(meta, "abstract"):
        if child(abstract, "title") is None:
            composer.heading("Abstract", 2)
        _write(composer, abstract, 2)
    for part in ("body", "back"):
        node = child(root, part)
        if node is not None:
            _write(composer, node, 1)
    if not composer.blocks:
        raise DocumentEmpty("The article holds no text.")
    doi = next((_text(node) for node in _children(meta, "article-id") if node.get("pub-id-type") == "doi"), "")
    journal = _text(_path(root, "front", "journal-meta", "journal-title-group", "journal-title"))
    metadata: dict[str, MetadataValue] = {"author": authors, "journal": journal, "doi": doi}
    return composer.finish(
        title=title,
        url=f"https://doi.org/{doi}" if doi else None,
        updated_at=_published(meta),
        metadata={key: value for key, value in metadata.items() if value},
    )


def _write(composer: Composer, element: etree._Element, level: int) -> None:
    """Write a section and the sections in it. `level` is that of its heading."""
    for node in element:
        name = local_name(node)
        if name == "title":
            before = node.getprevious()
            label = _text(before) if before is not None and local_name(before) == "label" else ""
            title = one_line(text_of(node))
            composer.heading(title if title.startswith(label) else f"{label} {title}", level)
        elif name in _SECTIONS:
            _write(composer, node, level + 1)
        elif name == "p":
            _paragraph(composer, node, level)
        elif name == "list":
            _list(composer, node)
        elif name == "def-list":
            _terms(composer, node)
        elif name in _CODE:
            composer.code(text_of(node))
        elif name == "ref":
            composer.list_item(f"- {_reference(node)}")
        elif name == "fn":
            composer.paragraph(" ".join(filter(None, map(_text, node))))
        elif name in ("table-wrap", "fig"):
            _float(composer, node, level)
        elif name == "table":
            _table(composer, node)
        elif name not in _SKIPPED:
            _paragraph(composer, node, level)


def _paragraph(composer: Composer, node: etree._Element, level: int) -> None:
    """Write a paragraph, followed by the figures, tables and lists inside it."""
    composer.paragraph(one_line(text_of(node, without=_FLOATS)))
    for inner in node.iterdescendants():
        if local_name(inner) in ("table-wrap", "fig"):
            _float(composer, inner, level)
        elif local_name(inner) == "list" and not any(local_name(above) == "list" for above in inner.iterancestors()):
            _list(composer, inner)
        elif local_name(inner) == "def-list":
            _terms(composer, inner)
        elif local_name(inner) in _CODE:
            composer.code(text_of(inner))


def _list(composer: Composer, node: etree._Element, depth: int = 0) -> None:
    style = _LISTS.get(node.get("list-type") or "")
    for number, item in enumerate(_children(node, "list-item"), 1):
        marker = _text(child(item, "label")) or (f"{numeral(number, style)}." if style else "-")
        text = one_line(text_of(item, without={"list", "label"}))
        composer.list_item(f"{'  ' * min(depth, 8)}{marker} {text}" if text else "")
        for inner in item.iterdescendants():
            if local_name(inner) == "list" and next(inner.iterancestors("{*}list-item")) is item:
                _list(composer, inner, depth + 1)


def _terms(composer: Composer, node: etree._Element) -> None:
    for item in _children(node, "def-item"):
        said = " ".join(map(_text, _children(item, "def")))
        composer.list_item(f"{_text(child(item, 'term'))}: {said}")


def _spell_out(root: etree._Element) -> None:
    """Replace superscripts by text, and formulas by their TeX form if there are several."""
    write_superscripts(root)
    for node in root.iter("{*}alternatives"):
        if child(node, "tex-math") is not None:
            for form in [form for form in node if local_name(form) != "tex-math"]:
                node.remove(form)
    for mark in root.iter("{*}xref"):
        text, before = _text(mark), text_before(mark)
        if mark.get("ref-type") in ("fn", "bibr") and text.isdigit() and before and not before[-1].isspace():
            mark.text = f" [{text}]" if before[-1].isalnum() or before[-1] in '.;:!?”"' else mark.text


def _float(composer: Composer, node: etree._Element, level: int) -> None:
    """Write a figure or table: label and caption, rows, notes."""
    composer.paragraph(" ".join(filter(None, (_text(child(node, "label")), _text(child(node, "caption"))))))
    for inner in node:
        name = local_name(inner)
        if name == "alternatives":
            for table in _children(inner, "table"):
                _table(composer, table)
        elif name == "table":
            _table(composer, inner)
        elif name == "table-wrap-foot":
            composer.paragraph(one_line(text_of(inner)))
        elif name == "p":
            _paragraph(composer, inner, level)


def _table(composer: Composer, table: etree._Element) -> None:
    rows = [node for node in table.iter() if local_name(node) == "tr"]
    header_rows = sum((parent := row.getparent()) is not None and local_name(parent) == "thead" for row in rows)
    composer.table(lines(laid_out(map(_cells, rows)), header_rows=header_rows or None))


def _cells(row: etree._Element) -> list[Cell]:
    return [
        Cell(one_line(text_of(cell)), span_of(cell.get("colspan")), span_of(cell.get("rowspan")))
        for cell in row
        if local_name(cell) in ("td", "th")
    ]


def _reference(node: etree._Element) -> str:
    label = _text(child(node, "label"))
    citation = next((inner for inner in node if "citation" in local_name(inner)), node)
    for surname in citation.iter():
        if local_name(surname) == "surname":  # The separator before given names is left to the style sheet.
            surname.tail = f" {surname.tail or ''}"
    return one_line(f"{label} {text_of(citation)}")


def _authors(meta: etree._Element | None) -> Iterator[str]:
    for group in _children(meta, "contrib-group"):
        for contributor in _children(group, "contrib"):
            name = child(contributor, "name")
            if contributor.get("contrib-type") == "author" and name is not None:
                yield one_line(f"{_text(child(name, 'given-names'))} {_text(child(name, 'surname'))}")


def _published(meta: etree._Element | None) -> str | None:
    for date in _children(meta, "pub-date"):
        year, month, day = (_text(child(date, part)) for part in ("year", "month", "day"))
        if year and (moment := as_moment(f"{year}-{(month or '1').zfill(2)}-{(day or '1').zfill(2)}")):
            return moment
    return None


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [node for node in element if local_name(node) == name] if element is not None else []


def _path(element: etree._Element | None, *names: str) -> etree._Element | None:
    for name in names:
        element = child(element, name)
    return element


def _text(element: etree._Element | None) -> str:
    return one_line(text_of(element)) if element is not None else ""
