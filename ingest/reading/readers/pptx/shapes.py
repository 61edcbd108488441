"""Walk a slide's shapes and write their text: placeholders, groups, tables, charts, diagrams."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.package import attribute, local_name
from ingest.reading.readers.tables import SPANNED, lines

_TITLES = ("title", "ctrTitle")
# Placeholders that repeat on every slide.
_FURNITURE = ("dt", "ftr", "sldNum", "hdr", "sldImg")
_MIN_DESCRIPTION = 12

# Gives the root of the part with a relationship id, such as a chart.
Linked = Callable[[str], etree._Element | None]


class SlideWriter:
    """Writes a slide's blocks; `title` is its title placeholder's text."""

    def __init__(self, composer: Composer, linked: Linked) -> None:
        self._composer = composer
        self._linked = linked
        self.title: str | None = None

    def write(self, root: etree._Element) -> None:
        tree = _shape_tree(root)
        shapes = list(_leaves(tree)) if tree is not None else []
        for shape in shapes:
            if _placeholder(shape) in _TITLES and self.title is None:
                self.title = one_line(" ".join(all_text(shape))) or None
                self._composer.heading(self.title or "", 1)
        for shape in shapes:
            kind = _placeholder(shape)
            if kind not in _TITLES and kind not in _FURNITURE:
                self._shape(shape)

    def write_notes(self, root: etree._Element) -> None:
        """The speaker's notes of the slide."""
        tree = _shape_tree(root)
        for shape in _leaves(tree) if tree is not None else ():
            if _placeholder(shape) == "body":
                text = "\n".join(paragraph for paragraph, _ in _paragraphs(shape))
                self._composer.paragraph(f"Notes: {text}" if text else "")

    def _shape(self, shape: etree._Element) -> None:
        if local_name(shape) == "graphicFrame":
            self._graphic(shape)
        elif local_name(shape) == "pic":
            self._composer.paragraph(description_of(shape))
        for text, depth in _paragraphs(shape):
            if depth is None:
                self._composer.paragraph(text)
            else:
                self._composer.list_item(f"{'  ' * depth}- {text}")

    def _graphic(self, frame: etree._Element) -> None:
        for node in frame.iter():
            name = local_name(node)
            if name == "tbl":
                self._composer.table(lines(_grid(node), header_rows=_declared_header(node)))
            elif name in ("chart", "relIds"):
                identifier = attribute(node, "dm") or attribute(node, "id")
                part = self._linked(identifier) if identifier else None
                if part is not None and name == "chart":
                    self._chart(part)
                elif part is not None:
                    for text in _diagram_texts(part):
                        self._composer.list_item(f"- {text}")

    def _chart(self, root: etree._Element) -> None:
        """A chart as its title and a table: a row for each category, a column for each series."""
        title = next((node for node in root.iter() if local_name(node) == "title"), None)
        if title is not None:
            self._composer.paragraph(one_line(" ".join(all_text(title))))
        names = [""]
        rows: dict[str, list[str]] = {}
        for series in (node for node in root.iter() if local_name(node) == "ser"):
            names.append(" ".join(_points(child(series, "tx"))))
            categories = _points(child(series, "cat")) or _points(child(series, "xVal"))
            values = _points(child(series, "val")) or _points(child(series, "yVal"))
            for position, value in enumerate(values):
                category = categories[position] if position < len(categories) else str(position + 1)
                row = rows.setdefault(category, [category])
                row.extend([""] * (len(names) - 1 - len(row)))
                row.append(value)
        self._composer.table(lines([names, *rows.values()], header_rows=1) if rows else [])


def _shape_tree(root: etree._Element) -> etree._Element | None:
    return child(child(root, "cSld"), "spTree")


def _leaves(tree: etree._Element) -> Iterator[etree._Element]:
    """The shapes in the order of the file, groups opened."""
    for node in tree:
        name = local_name(node)
        if name in ("sp", "cxnSp", "graphicFrame", "pic"):
            yield node
        elif name in ("grpSp", "Choice"):
            yield from _leaves(node)
        elif name == "AlternateContent":
            choice = child(node, "Choice")
            yield from _leaves(choice if choice is not None else node)


def _placeholder(shape: etree._Element) -> str | None:
    """The kind of placeholder that the shape fills; None where it is none."""
    for properties in shape:
        application = child(properties, "nvPr")
        if application is not None:
            placeholder = child(application, "ph")
            return attribute(placeholder, "type") or "body" if placeholder is not None else None
    return None


def _paragraphs(shape: etree._Element) -> Iterator[tuple[str, int | None]]:
    """Each paragraph's text, and its depth in a list where it is in one."""
    body = child(shape, "txBody")
    is_list = _placeholder(shape) == "body"
    for paragraph in body if body is not None else ():
        if local_name(paragraph) != "p":
            continue
        text = squeeze("".join(_runs(paragraph)))
        if not text:
            continue
        properties = child(paragraph, "pPr")
        level = int(attribute(properties, "lvl") or 0) if properties is not None else 0
        marked = any(child(properties, name) is not None for name in ("buChar", "buAutoNum"))
        plain = child(properties, "buNone") is not None
        yield text, level if (is_list or marked) and not plain else None


def _runs(paragraph: etree._Element) -> Iterator[str]:
    for node in paragraph.iter():
        name = local_name(node)
        if name == "t":
            yield node.text or ""
        elif name == "br":
            yield "\n"
        elif name == "tab":
            yield " "


def description_of(element: etree._Element) -> str:
    """What an author wrote of a picture in this element for those who cannot see it."""
    for node in element.iter():
        if local_name(node) in ("cNvPr", "docPr"):
            text = one_line(node.get("descr") or "")
            generated = "automatically generated" in text.lower() or "AI-generated" in text
            return f"Picture: {text}" if len(text) >= _MIN_DESCRIPTION and " " in text and not generated else ""
    return ""


def all_text(element: etree._Element) -> Iterator[str]:
    """The text of each paragraph below the element, and of elements that hold text of their own."""
    found = False
    for node in element.iter():
        if local_name(node) == "p" and (text := squeeze("".join(_runs(node)))):
            found = True
            yield text
    if not found:
        texts = (node for node in element.iter() if local_name(node) in ("t", "text", "v"))
        yield from (one_line(node.text) for node in texts if node.text)


def _grid(table: etree._Element) -> list[list[str]]:
    grid: list[list[str]] = []
    for row in (node for node in table if local_name(node) == "tr"):
        cells: list[str] = []
        for cell in (node for node in row if local_name(node) == "tc"):
            if cell.get("hMerge") in ("1", "true"):
                cells.append(SPANNED)
            elif cell.get("vMerge") in ("1", "true"):
                cells.append(grid[-1][len(cells)] if grid and len(cells) < len(grid[-1]) else "")
            else:
                cells.append(one_line(" ".join(all_text(cell))))
        grid.append(cells)
    return grid


def _declared_header(table: etree._Element) -> int | None:
    properties = child(table, "tblPr")
    return 1 if properties is not None and properties.get("firstRow") in ("1", "true") else None


def _points(element: etree._Element | None) -> list[str]:
    """The values that a chart keeps with it of the sheet it is drawn from."""
    if element is None:
        return []
    values = []
    for point in (node for node in element.iter() if local_name(node) == "pt"):
        value = child(point, "v")
        values.append(one_line(value.text or "") if value is not None else "")
    return values or [one_line(node.text or "") for node in element.iter() if local_name(node) == "v"]


def _diagram_texts(root: etree._Element) -> Iterator[str]:
    for node in root.iter():
        if local_name(node) == "t" and len(node):
            yield from all_text(node)
