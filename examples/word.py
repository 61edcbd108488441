"""Set a master text as a Word document. Nothing of the clock or the machine may reach the bytes."""

from __future__ import annotations

import datetime
import io
import zipfile

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from markdown_it.tree import SyntaxTreeNode

from examples.master import COMPANY, Master, heading_level, table_rows

TABLE_STYLE = "Light Grid Accent 1"


def write_docx(master: Master) -> bytes:
    document = docx.Document()
    set_page(document, master)
    document.add_paragraph(master.title, style="Title")
    document.add_paragraph(master.subtitle, style="Subtitle")
    document.add_paragraph(master.edition)
    for node in master.body.children:
        add_block(document, node)
    properties = document.core_properties
    properties.title, properties.subject, properties.author = master.title, master.subtitle, COMPANY
    properties.created = properties.modified = datetime.datetime.combine(master.date, datetime.time(9))
    properties.last_modified_by, properties.comments = COMPANY, master.number
    drop_ballast(document)
    packed = io.BytesIO()
    document.save(packed)
    return repack(packed)


def drop_ballast(document: Document) -> None:
    """Take out what is nine tenths of python-docx's template and used by nobody."""
    for style in list(document.styles):
        if style.type is WD_STYLE_TYPE.TABLE and style.name not in {"Normal Table", TABLE_STYLE}:
            style.delete()
    # A picture of an empty page, and the styles once more for Word 2010.
    for relations in (document.part.package.rels, document.part.rels):
        for key in [
            key for key, one in relations.items() if one.reltype.endswith(("/thumbnail", "/stylesWithEffects"))
        ]:
            del relations[key]


def repack(packed: io.BytesIO) -> bytes:
    """The same archive with fixed dates, stored: another build of zlib would deflate to other bytes."""
    repacked = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(repacked, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            new.writestr(member, old.read(name))
    return repacked.getvalue()


def set_page(document: Document, master: Master) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.header.paragraphs[0].text = f"{COMPANY}\t\t{master.number}"
    footer = section.footer.paragraphs[0]
    footer.add_run(f"{master.title}\t\tPage ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    footer._p.append(field)
    document.styles["Normal"].font.size = Pt(10.5)
    document.styles["Normal"].font.name = "Calibri"


def add_block(document: Document, node: SyntaxTreeNode, depth: int = 1) -> None:
    match node.type:
        case "heading":
            document.add_heading(level=heading_level(node)).text = node.children[0].content
        case "paragraph":
            add_inline(document.add_paragraph(), node.children[0])
        case "bullet_list" | "ordered_list":
            add_list(document, node, depth)
        case "table":
            add_table(document, node)
        case "blockquote":
            for paragraph in node.children:
                add_inline(document.add_paragraph(style="Intense Quote"), paragraph.children[0])
        case "fence":
            run = document.add_paragraph(style="No Spacing").add_run(node.content.rstrip())
            run.font.name, run.font.size = "Consolas", Pt(9)
        case _:
            raise ValueError(f"A master holds {node.type!r}, which the Word writer does not set.")


def add_list(document: Document, node: SyntaxTreeNode, depth: int) -> None:
    style = "List Bullet" if node.type == "bullet_list" else "List Number"
    if depth > 1:
        style += f" {depth}"
    numbering = restarted_numbering(document, style) if node.type == "ordered_list" else None
    for item in node.children:
        first, *rest = item.children
        paragraph = document.add_paragraph(style=style)
        if numbering is not None:
            properties = OxmlElement("w:numPr")
            for tag, value in (("w:ilvl", 0), ("w:numId", numbering)):
                element = OxmlElement(tag)
                element.set(qn("w:val"), str(value))
                properties.append(element)
            paragraph._p.get_or_add_pPr().append(properties)
        add_inline(paragraph, first.children[0])
        for block in rest:
            add_block(document, block, depth + 1)


def restarted_numbering(document: Document, style: str) -> int:
    """The id of a new numbering that looks like the style's own and starts at 1."""
    numbering = document.part.numbering_part.element
    style_number = document.styles[style].element.pPr.numPr.numId.val
    new = numbering.add_num(numbering.num_having_numId(style_number).abstractNumId.val)
    new.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(new.numId)


def add_table(document: Document, node: SyntaxTreeNode) -> None:
    rows = table_rows(node)
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style=TABLE_STYLE)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, inline in zip(row.cells, cells, strict=True):
            add_inline(cell.paragraphs[0], inline)
    repeat = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    document.add_paragraph(style="No Spacing")


def add_inline(paragraph: Paragraph, node: SyntaxTreeNode, *, bold: bool = False, italic: bool = False) -> None:
    for child in node.children:
        match child.type:
            case "text" | "softbreak" | "code_inline":
                run = paragraph.add_run(" " if child.type == "softbreak" else child.content)
                # None leaves it to the style: a table's head is bold by itself.
                run.bold, run.italic = bold or None, italic or None
                if child.type == "code_inline":
                    run.font.name = "Consolas"
            case "strong":
                add_inline(paragraph, child, bold=True, italic=italic)
            case "em":
                add_inline(paragraph, child, bold=bold, italic=True)
            case _:
                raise ValueError(f"A master holds {child.type!r}, which the Word writer does not set.")
