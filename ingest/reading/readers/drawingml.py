"""DrawingML in any Office file: text, charts as tables, diagrams as lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from ingest.reading.readers.composer import Composer, one_line, squeeze
from ingest.reading.readers.docx.math import linear
from ingest.reading.readers.docx.styles import child
from ingest.reading.readers.numberformats import shown_number
from ingest.reading.readers.package import attribute, local_name
from ingest.reading.readers.superscripts import behind
from ingest.reading.readers.tables import lines

_Points = dict[int, str]  # By position.
# Returns the root of the part with a relationship id, such as a chart.
Linked = Callable[[str], etree._Element | None]


def write_drawing(composer: Composer, name: str, part: etree._Element | None) -> None:
    """Write a chart or diagram. `name` is the element that refers to its part."""
    if part is not None and name == "chart":
        write_chart(composer, part)
    elif part is not None:
        for text in _diagram_texts(part):
            composer.list_item(f"- {text}")


def write_chart(composer: Composer, root: etree._Element) -> None:
    """Write a chart as its title and a table with a row per category and a column per series."""
    title = next((node for node in root.iter() if local_name(node) == "title"), None)
    if title is not None:
        composer.paragraph(one_line(" ".join(all_text(title))))
    names = [""]
    rows: dict[tuple[str, int], list[str]] = {}
    places: dict[tuple[str, int], int] = {}
    known: _Points = {}
    for name, stated, values in _series(root):
        names.append(name)
        categories = known = stated or known
        is_told_apart = len(set(categories.values())) == len(categories)
        for position, value in values.items():
            category = categories.get(position) or str(position + 1)
            key = category, 0 if is_told_apart else position
            places.setdefault(key, position)
            row = rows.setdefault(key, [category])
            row.extend([""] * (len(names) - 1 - len(row)))
            row.append(value)
    ordered = [rows[key] for key in sorted(rows, key=places.__getitem__)]
    composer.table(lines([names, *ordered], header_rows=1) if rows else [])


def _series(root: etree._Element) -> Iterator[tuple[str, _Points, _Points]]:
    """The name, categories and values of each series; the charts of Excel 2016 keep the latter two apart."""
    for series in root.iter("{*}ser"):
        categories = _points(child(series, "cat")) or _points(child(series, "xVal"))
        values = _points(child(series, "val")) or _points(child(series, "yVal"))
        yield " ".join(_points(child(series, "tx")).values()), categories, values
    data = {node.get("id"): node for node in root.iter("{*}data")}
    for series in root.iter("{*}series"):
        number = child(series, "dataId")
        kept = data.get(number.get("val")) if number is not None else None
        name = " ".join(_points(child(series, "tx")).values())
        yield name, _points(child(kept, "strDim")), _points(child(kept, "numDim"))


def _points(element: etree._Element | None) -> _Points:
    """The values the chart keeps from its sheet, as shown there, by position. Several levels of names are joined."""
    if element is None:
        return {}
    levels = [_level(node) for node in element.iter() if local_name(node) == "lvl"]
    if not levels:
        values = _level(element)
        texts = (one_line(node.text or "") for node in element.iter() if local_name(node) == "v")
        return values or dict(enumerate(texts))
    joined = {}
    outer = [""] * (len(levels) - 1)
    for position, text in levels[0].items():
        outer = [level.get(position, above) for level, above in zip(reversed(levels[1:]), outer, strict=True)]
        joined[position] = " ".join(filter(None, [*outer, text]))
    return joined


def _level(element: etree._Element) -> _Points:
    stated = element.get("formatCode") or "General"
    code = next((node.text or "" for node in element.iter() if local_name(node) == "formatCode"), stated)
    values = {}
    for number, point in enumerate(node for node in element.iter() if local_name(node) == "pt"):
        text = one_line(next((node.text or "" for node in point if local_name(node) == "v"), point.text or ""))
        position = point.get("idx") or ""
        shown = shown_number(text, attribute(point, "formatCode") or code) or text
        values[int(position) if position.isdecimal() else number] = shown
    return values


def _diagram_texts(root: etree._Element) -> Iterator[str]:
    for node in root.iter():
        if local_name(node) == "t" and len(node):
            yield from all_text(node)


def runs_of(paragraph: etree._Element) -> Iterator[str]:
    before = ""
    spelled = {
        part for formula in paragraph.iter() if local_name(formula) == "oMath" for part in formula.iterdescendants()
    }
    for node in paragraph.iter():
        name = local_name(node)
        if name == "oMath" and node not in spelled:
            yield linear(node)
        elif node in spelled:
            continue
        elif name == "t":
            text = node.text or ""
            shown = behind(before, text) if _is_raised(node) else text
            before = text
            yield shown
        elif name == "br":
            yield "\n"
        elif name == "tab":
            yield " "


def _is_raised(text: etree._Element) -> bool:
    """Whether the run is superscript: its baseline is raised."""
    baseline = attribute(look, "baseline") if (look := child(text.getparent(), "rPr")) is not None else None
    return baseline is not None and baseline.removesuffix("%").isdecimal() and baseline.removesuffix("%") != "0"


def all_text(element: etree._Element) -> Iterator[str]:
    """The text of each paragraph below the element, and of elements with text of their own."""
    found = False
    for node in element.iter():
        if local_name(node) == "p" and (text := squeeze("".join(runs_of(node)))):
            found = True
            yield text
    if not found:
        texts = (node for node in element.iter() if local_name(node) in ("t", "text", "v"))
        yield from (one_line(node.text) for node in texts if node.text)
