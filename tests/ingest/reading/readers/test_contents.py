"""Files whose content is not what their name says, and workbooks and documents in one file of XML."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import DocumentError
from tests.ingest.reading.readers.files import outline, read_bytes
from tests.ingest.reading.readers.packages import word

_HTML = b"<html><body><table><tr><th>Name</th><th>Qty</th></tr><tr><td>Bolt</td><td>3</td></tr></table></body></html>"
_PART = [("table", "Name: Bolt; Qty: 3")]
_SHEET = """<?xml version="1.0"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel">
<Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>
<Worksheet ss:Name="Rates"><Table>
<Row><Cell><Data ss:Type="String">Name</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">Rate</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">Alpha</Data></Cell><Cell ss:Index="3" ss:StyleID="p">
<Data ss:Type="Number">0.075</Data><Comment ss:Author="Ann"><ss:Data>Ann: a guess</ss:Data></Comment></Cell></Row>
<Row ss:Hidden="1"><Cell><Data ss:Type="String">Secret</Data></Cell></Row>
</Table></Worksheet>
<Worksheet ss:Name="Away"><Table><Row><Cell><Data ss:Type="String">Gone</Data></Cell></Row></Table>
<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet></Workbook>"""
_WORD_2003 = """<?xml version="1.0"?><?mso-application progid="Word.Document"?>
<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"><w:styles>
<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>
<w:body><w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>Old</w:t></w:r></w:p>
<w:p><w:r><w:t>Still </w:t></w:r><w:r><w:t>read.</w:t></w:r></w:p></w:body></w:wordDocument>"""
_PAGE = (
    b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\nContent-Type: text/html\n\n%s\n--x--\n'
)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.xls", _HTML, _PART),
        ("a.doc.xlsx", _HTML, _PART),
        ("a.xls", b"Name\tQty\nBolt\t3\n", _PART),
        ("a.xls", _PAGE % _HTML, _PART),
        ("a.odt", word("<w:p><w:r><w:t>Word</w:t></w:r></w:p>"), [("paragraph", "Word")]),
        ("a.pptx", word("<w:p><w:r><w:t>Word</w:t></w:r></w:p>"), [("paragraph", "Word")]),
        ("a.docx", b"{\\rtf1\\ansi Rich.\\par}", [("paragraph", "Rich.")]),
    ],
    ids=["html", "html-xlsx", "tabs", "saved-page", "word-odt", "word-pptx", "rtf"],
)
def test_an_office_file_is_read_as_what_it_is(
    tmp_path: Path, name: str, data: bytes, expected: list[tuple[str, str]]
) -> None:
    assert outline(read_bytes(tmp_path, name, data)) == expected


@pytest.mark.parametrize("name", ["book.xls", "book.xml"])
def test_a_workbook_in_xml_has_formats_comments_and_nothing_hidden(tmp_path: Path, name: str) -> None:
    document = read_bytes(tmp_path, name, _SHEET.encode())
    assert outline(document) == [
        ("heading1", "Rates"),
        ("table", "Name: Alpha; Rate: 7.50%"),
        ("paragraph", "Comment by Ann on C2: a guess"),
    ]
    assert document.notes == ("Hidden sheets were left out: Away.", "Hidden rows or columns were left out.")


def test_what_word_2003_wrote_in_xml_and_flat_packages_are_documents(tmp_path: Path) -> None:
    old = read_bytes(tmp_path, "old.xml", _WORD_2003.encode())
    assert outline(old) == [("heading1", "Old"), ("paragraph", "Still read.")]
    flat = (
        '<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
        '<pkg:part pkg:name="/_rels/.rels"><pkg:xmlData><Relationships xmlns="http://schemas.openxmlformats.org/package/'
        '2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/officeDocument" Target="word/document.xml"/></Relationships></pkg:xmlData></pkg:part>'
        '<pkg:part pkg:name="/word/document.xml"><pkg:xmlData><w:document xmlns:w="http://schemas.openxmlformats.org/'
        'wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Flat.</w:t></w:r></w:p></w:body></w:document></pkg:xmlData>'
        "</pkg:part></pkg:package>"
    )
    assert outline(read_bytes(tmp_path, "flat.xml", flat.encode())) == [("paragraph", "Flat.")]


@pytest.mark.parametrize("data", [_SHEET[:300].encode(), b"PK\x03\x04 no package", b"\x01\x02 no text"])
def test_what_is_no_office_file_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DocumentError) as raised:
        read_bytes(tmp_path, "a.xls", data)
    assert "\n" not in str(raised.value)
