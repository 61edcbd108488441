"""A file of each format with a word of its own in each place where the format can have words."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from email.message import EmailMessage

import openpyxl
import pptx
from pptx.util import Inches
from reportlab.pdfgen.canvas import Canvas

from tests.ingest.reading.readers.packages import epub, opendocument, word

BOX = (Inches(1), Inches(1), Inches(4), Inches(3))
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>'


class Wordy:
    """Gives words, each once. `seen` must be read; `left_out` must not, and a remark must hold its text."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.left_out: dict[str, str] = {}

    def __call__(self) -> str:
        self.seen.append(f"word{len(self.seen) + len(self.left_out)}")
        return self.seen[-1]

    def gone(self, remark: str) -> str:
        """A word that is left out on purpose, and what is said of it; empty where it goes without saying."""
        word = f"word{len(self.seen) + len(self.left_out)}"
        self.left_out[word] = remark
        return word


def markdown(w: Wordy) -> str:
    levels = "".join("  " * depth + f"- {w()}\n" for depth in range(40))
    return (
        f"---\n{w()}: {w()} and so on to the end.\n---\n\n{w()}\n{w()}\n\n# {w()}\n\n{levels}\n{'> ' * 90}{w()}\n\n"
        f"1. {w()}\n\n   {w()}\n\n| {w()} | {w()} |\n| --- | --- |\n| {w()} | {w()} |\n\n```\n{w()}\n```\n\n"
        f"    {w()}\n\n<div>{w()}</div>\n\n{w()}[^1] [{w()}][ref] ![{w()}](x.png)\n\n[^1]: {w()}\n\n"
        f"[ref]: https://example.org/{w.gone('')}\n\n<!-- {w.gone('')} -->\n\n***\n{w()}\n: {w()}\n\n- [ ] {w()}\n"
    )


def html(w: Wordy) -> str:
    nested = "".join(f"<ul><li>{w()}" for _ in range(30)) + "</li></ul>" * 30
    hidden = "Parts of the page that are hidden were left out."
    return (
        f"<html><head><title>{w.gone('')}</title><style>{w.gone('')}</style></head><body><nav>{w.gone('')}</nav>"
        f"<h1>{w()}</h1><p>{w()} <b>{w()}</b> <sup>{w()}</sup></p>{nested}<blockquote>{w()}<footer>{w()}</footer>"
        f"</blockquote><aside><p>{w()}</p></aside><aside epub:type='footnote'>{w()}</aside>"
        f"<div role='tabpanel' hidden>{w()}</div><div hidden='until-found'>{w()}</div><details><summary>{w()}"
        f"</summary>{w()}</details><h2><button>{w()}</button></h2><button>{w.gone('')}</button>"
        f"<p hidden>{w.gone(hidden)} so many words that it is worth to tell it to whoever keeps the corpus</p>"
        f"<table><caption>{w()}</caption><tr><th>{w()}</th><th>{w()}</th></tr><tr><td>{w()}</td><td>{w()}</td></tr>"
        f"</table><dl><dt>{w()}</dt><dd>{w()}</dd></dl><figure><figcaption>{w()}</figcaption></figure><pre>{w()}</pre>"
        f"<svg><title>{w.gone('')}</title><text>{w()}</text></svg><menu><li>{w()}</li></menu><center>{w()}</center>"
        f"<section><header>{w()}</header>{w()}</section>{w()}<footer>{w.gone('')}</footer></body></html>"
    )


def word_document(w: Wordy) -> bytes:
    paragraph = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>".format
    cell = "<w:tc>{}</w:tc>".format
    rows = "".join(f"<w:tr>{cell(paragraph(w()))}{cell(paragraph(w()))}</w:tr>" for _ in range(3))
    return word(
        f"{paragraph(w())}<w:p><w:hyperlink><w:r><w:t>{w()}</w:t></w:r></w:hyperlink><w:ins><w:r><w:t>{w()}</w:t></w:r>"
        f"</w:ins><w:del><w:r><w:delText>{w.gone('')}</w:delText></w:r></w:del></w:p>"
        f"<w:sdt><w:sdtContent>{paragraph(w())}</w:sdtContent></w:sdt><w:tbl>{rows}</w:tbl>"
        f"<w:p><w:r><w:pict><v:shape xmlns:v='v'><v:textbox><w:txbxContent>{paragraph(w())}</w:txbxContent></v:textbox>"
        f"</v:shape></w:pict></w:r></w:p><w:p><w:smartTag><w:r><w:t>{w()}</w:t></w:r></w:smartTag></w:p>"
    )


def open_text(w: Wordy) -> bytes:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>".format
    row = "<table:table-row>{}</table:table-row>".format
    return opendocument(
        f"<office:text><text:h text:outline-level='1'>{w()}</text:h><text:p>{w()}<text:span>{w()}</text:span>"
        f"<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>{w()}</text:p></text:note-body>"
        f"</text:note></text:p><text:list><text:list-item><text:p>{w()}</text:p><text:list><text:list-item><text:p>{w()}"
        f"</text:p></text:list-item></text:list></text:list-item></text:list><text:section><text:p>{w()}</text:p>"
        f"</text:section><table:table>{row(cell(w()) + cell(w()))}{row(cell(w()) + cell(w()))}</table:table>"
        f"<text:p><draw:frame><draw:text-box><text:p>{w()}</text:p></draw:text-box></draw:frame></text:p></office:text>"
    )


def slides(w: Wordy) -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = w()
    slide.placeholders[1].text = f"{w()}\n{w()}"
    slide.notes_slide.notes_text_frame.text = w()
    table = slide.shapes.add_table(2, 2, *BOX).table
    for position in range(4):
        table.cell(position // 2, position % 2).text = w()
    slide.shapes.add_group_shape().shapes.add_textbox(*BOX).text_frame.text = w()
    hidden = deck.slides.add_slide(deck.slide_layouts[6])
    hidden.shapes.add_textbox(*BOX).text_frame.text = w.gone("Hidden slides were left out")
    hidden._element.set("show", "0")
    return _saved(deck.save)


def workbook(w: Wordy) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = w()
    for row in ([w(), w()], [w(), 1], [w(), 2], [], [w()], [None, None, None, None, None, w()]):
        sheet.append(row)
    hidden = book.create_sheet("Away")
    hidden["A1"] = w.gone("Hidden sheets were left out")
    hidden.sheet_state = "hidden"
    return _saved(book.save)


def mail(w: Wordy) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = f"{w()} <a@example.org>", f"{w()} <b@example.org>"
    message["Cc"], message["Subject"] = f"{w()} <c@example.org>", w()
    message.set_content(w.gone(""))
    message.add_alternative(f"<p>{w()}</p>", subtype="html")
    message.add_attachment(w(), filename=f"{w.gone('')}.txt")
    message.add_attachment(b"x", maintype="image", subtype="png", filename=f"{w.gone('not read')}.png")
    return message.as_bytes()


def pages(w: Wordy) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for left in (60, 330):
        for line in range(20):
            canvas.drawString(left, 700 - 14 * line, f"{w()} {w()} {w()}")
    canvas.showPage()
    for line in range(5):
        for column in range(4):
            canvas.drawString(60 + 120 * column, 700 - 14 * line, w())
    canvas.drawString(60, 400, f"{w()} and more text that ends here.")
    canvas.save()
    return out.getvalue()


def notebook(w: Wordy) -> str:
    cells = [
        {"cell_type": "markdown", "source": f"# {w()}\n\n| {w()} | {w()} |\n|---|---|\n| {w()} | {w()} |"},
        {"cell_type": "code", "source": w(), "outputs": [{"output_type": "stream", "text": [w()]}]},
        {"cell_type": "raw", "source": [w()]},
    ]
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": cells})


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def _book(w: Wordy) -> bytes:
    body = f"<h1>{w()}</h1><p>{w()}</p><aside epub:type='footnote'><p>{w()}</p></aside><ol><li>{w()}</li></ol>"
    return epub({"a.xhtml": XHTML.format(body), "b.xhtml": XHTML.format(f"<table><tr><td>{w()}</td></tr></table>")})


# The builders by the names of their files.
FILES: dict[str, Callable[[Wordy], str | bytes]] = {
    "a.md": markdown,
    "a.html": html,
    "a.docx": word_document,
    "a.odt": open_text,
    "a.pptx": slides,
    "a.xlsx": workbook,
    "a.eml": mail,
    "a.pdf": pages,
    "a.ipynb": notebook,
    "a.epub": _book,
    "a.txt": lambda w: f"{w()}\n{w()}\n\n  {w()}\n\f{w()}",
    "a.csv": lambda w: f"{w()},{w()}\n{w()},1\n{w()},2\n\n{w()}\n",
    "a.tsv": lambda w: f"{w()}\t{w()}\n\t{w()}\n{w()}\t\n",
    "a.json": lambda w: json.dumps({"a": w(), "b": [w(), {"c": {"d": w()}}, [[w()]]], w(): 1}),
    "a.jsonl": lambda w: f"{json.dumps({'text': w()})}\n{json.dumps({'a': w(), w(): [w()]})}\n",
    "a.xml": lambda w: f"<r><a>{w()}</a><b><c>{w()}</c><d><e>{w()}</e>{w()}</d></b>{w()}</r>",
    "b.xml": lambda w: f"<r><a>{w()}</a><f g='{w()}'/><h i='{w()}'>{w()}</h><j><k l='{w()}'/></j></r>",
    "a.rtf": lambda w: rf"{{\rtf1 {w()}\par {w()}{{\footnote {w()}}}\par\trowd\intbl {w()}\cell {w()}\cell\row}}",
    "a.py": lambda w: f'"""{w()}"""\n\n\ndef {w()}():\n    return {w()}  # {w()}\n',
}
