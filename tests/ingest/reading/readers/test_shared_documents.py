"""All files of the shared set: what each must give, or say."""

from __future__ import annotations

import pytest

from corpus.errors import DocumentEmpty, DocumentError, DocumentUnreadable, DocumentUnsupported
from ingest.reading.document import Document
from ingest.reading.readers import read
from tests.ingest.reading.readers.files import check
from tests.shared import SHARED

DOCUMENTS = SHARED / "data" / "docs"
pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="needs the shared documents (SHARED_DIR)")

# What the text of each healthy file holds, white space aside.
FACTS = {
    "csv/csv-inconsistent-header.csv": ["a | b | c | d"],
    "csv/csv-with-long-lines.csv": ["SpearmanCorrelationCoefficient", "1Freq pDCfrequencyUnstim"],
    "docx/Strict.docx": ["Some text"],
    "docx/docx-tables.docx": ["Header Col 1: Lorem ipsum; Header Col 2: A link example", "e: g&t; f: h"],
    "docx/equations.docx": ["a/λ=m/(sin", "2.2×10^(-4)rad"],
    "docx/footnotes.docx": ["prostoy[1] text", "Footnote 1: snoska"],
    "docx/grid_offset_error.docx": ["A | Merged B1-B3"],
    "docx/handbook-872p.docx": ["CHAPTER 1 – INTRODUCTION", "INITIAL REVIEW OF SCHEDULES AND PETITION"],
    "docx/test.docx": ["314b0a30-5b04-470b-b9f7-eed2c2bec74a", "49e168b7-d2ae-407f-a055-2167576f39a1"],
    "docx/testWORD_phonetic.docx": ["東京"],
    "docx/textbox.docx": ["Infectious Disease Reporting Procedure", "within 24 hours via the Ministry of Education"],
    "eml/eml_with_attachment.eml": ["Email with Attachment", "Hello Bob", "dummy content"],
    "eml/mime-different-plain-html.eml": ["From: sender@example.com", "networked email"],
    "epub/childrens-literature.epub": ["SECTION IV FAIRY STORIES", "Mother Goose"],
    "epub/kusamakura-preview.epub": ["夏目漱石", "山路を登りながら、こう考えた。"],
    "epub/moby-dick.epub": ["Call me Ishmael.", "The Chase.—Third Day."],
    "epub/testEPUB_xml_ext.epub": ["It was a bright cold day in April"],
    "epub/winter-sports.epub": ["WINTER SPORTS IN SWITZERLAND", "Skating"],
    "html/example-10k-1p.html": ["Nevada"],
    "html/example-10k.html": ["Cash and cash equivalents; 2021: $16,058,714; 2020: $5,993,388"],
    "html/example-steelJIS-datasheet-utf-16.html": ["C: 0.39 - 0.46; Si: 0.2 - 0.35", "JIS G 4108"],
    "html/testHTMLNoisyMetaEncoding_1.html": ["الاتحاد الجزائري"],
    "html/test_serp.html": ["Microsoft was founded by Bill Gates and Paul Allen on April 4, 1975"],
    "html/test_wikipedia.html": ["1972–1985: Founding", "Year: 2005; Revenue in million US$[190]: 39,788"],
    "ipynb/test_notebook.ipynb": ["# Test Notebook", 'print("markitdown")', "42"],
    "md/escaped_characters.md": ["&amp; &lt; &gt;"],
    "md/nested.md": ["A list featuring nesting:"],
    "mhtml/testMHTMLFirefox.mhtml": ["a Java framework for getting data and metadata", "HTML, XHTML"],
    "msg/fake-email-attachment.msg": ["Fake email with attachment", "Here's the attachments!", "fake attachment!"],
    "ods/odf_table_with_title_01.ods": ["Number of freshwater ducks per year", "Year: 2024; Freshwater Ducks: 180"],
    "odt/text_document_01.odt": ["Heading level 2: A", "- bullet list 2.2.1"],
    "pdf/DA-619p.pdf": ["Andraste was more than simply the wife of a warlord, after all"],
    "pdf/Seige_of_Vicksburg_Sample_OCR.pdf": [
        "however, did not last long; it became too conspicuous and dangerous for use."
    ],
    "pdf/TAMReview.pdf": ["User acceptance of technology has been an important field of study"],
    "pdf/all-number-table.pdf": ["200.01 | 1", "1000.01 | 9"],
    "pdf/code_and_formula.pdf": ["JavaScript Code Example", "function"],
    "pdf/failure-after-repair.pdf": ["Understanding Breast Cancer", "Cancer Council Australia"],
    "pdf/fr_olap.pdf": ["l’exploitation et la fouille de fichiers logs de requêtes OLAP"],
    "pdf/freeculture.pdf": [
        "The aim of any literacy, and this literacy in particular, is to “empower people",
        "color, . . . rhythm, pacing, and texture.”",
    ],
    "pdf/invalid-pdf-structure-pdfminer-one-page.pdf": ["critical infrastructure—such as energy"],
    "pdf/korean-text-with-tables.pdf": ["무이자할부, 다이어트할부"],
    "pdf/multi-column.pdf": [
        "Open-domain question answering relies on efficient passage retrieval to select candidate"
    ],
    "pdf/multilang.pdf": ["مرحبا بالعالم", "Привет, мир", "สวัสดีชาวโลก", "こんにちは世界"],
    "pdf/noembed-jis7.pdf": ["あいうえお"],
    "pdf/outlines-with-invalid-destinations.pdf": ["Hello, here is some text without a meaning."],
    "pdf/pdf-with-ocr-text.pdf": ["Foundation"],
    "pdf/poppler-90-0-fuzzed.pdf": ["7 Applications and Practical Issues"],
    "pdf/prefilled_f1040.pdf": ["U.S. Individual Income Tax Return 2010", "foobar"],
    "pdf/r6-owner-password.pdf": ["pdf encryption test"],
    "pdf/redp5110_sampled.pdf": ["1.1 Security fundamentals", "WHERE function_id=’QIBM_DB_SECADM’"],
    "pdf/reliance.pdf": ["Integrated Annual Report 2021-22"],
    "pdf/right_to_left_02.pdf": ["الحكومة المصرية"],
    "pdf/right_to_left_03.pdf": ["شرکت بورس"],
    "pdf/testExtraSpaces.pdf": ["Here is some formatted text"],
    "pdf/testPDFPackage.pdf": ["Multiple files are bound together in this PDF Package.", "PDF2.pdf"],
    "pdf/testPDF_angles.pdf": ["self-sufficient vessels capable of transporting people and cargo great distances"],
    "pdf/testPDF_protected.pdf": ["the first official case of Severe Acute Respiratory Syndrome (SARS)"],
    "pdf/tracemonkey.pdf": ["These techniques allow a VM to dynamically translate a program to nested"],
    "pdf/vertical.pdf": ["日本語"],
    "pdf/xref_command_missing.pdf": ["Reduced test-case"],
    "pptx/group-shapes-nested.pptx": ["A", "J"],
    "pptx/powerpoint_bad_text.pptx": ["fully customisable and copyright-free standard content template"],
    "pptx/test.pptx": [
        "ColA: 1; ColB: 2",
        "a3f6004b-6f4f-4ea8-bee3-3741f4dc385f",
        "2000; Series 1: 2000",
        "Sub comment 2",
    ],
    "pptx/testPPT_comment.pptx": ["Comment by Allison, Timothy B.: I'm afraid"],
    "rtf/testRTFVarious.rtf": ["1) Number bullet 1", "Footnote 1: This is a footnote.", "ゾルゲと尾崎", "𐌲𐌿𐍄𐌹𐍃𐌺"],
    "txt/book-war-and-peace-1225p.txt": ["so Genoa and Lucca are now just family estates"],
    "txt/fake-text-utf-16-le.txt": ["This is a test document to use for unit tests."],
    "txt/fake-text-utf-32.txt": ["This is a test document to use for unit tests."],
    "txt/norwich-city.txt": ["Iwan Roberts", "Date of birth 26 June 1968"],
    "txt/russian.cp866.txt": ["Однажды, в студеную зимнюю пору"],
    "xlsx/2023-half-year-analyses-by-segment.xlsx": ["In millions of CHF: Zone NA; Sales (a): 12,553"],
    "xlsx/xlsx_04_inflated.xlsx": ["first: 1; second: 5; third: 9", "col-1: 8; col-2: 16; col-3: 24; col-4: 32"],
    "xlsx/xlsx_06_edge_cases_.xlsx": ["ID: AI 2; Question: What are the specific use cases?"],
    "xml/pone.0234687.nxml": ["Carbon (C) footprint of dairy production", "Item: Body weight; Unit: kg; Average: 553"],
}

# What each of the others says.
REFUSALS: dict[str, tuple[type[DocumentError], str]] = {
    "bin/random.bin": (DocumentUnsupported, "Convert to"),
    "docx/testWORD_truncated.docx": (DocumentUnreadable, "damaged"),
    "hwp/testHWP_5.0.hwp": (DocumentUnsupported, "DOCX"),
    "odt/testODTEncrypted.odt": (DocumentUnreadable, "encrypted"),
    "pdf/2206.01062_pg3.pdf": (DocumentUnreadable, "--password"),
    "pdf/MEDRPT-2024-PAT-3847_medical_report_scan.pdf": (DocumentEmpty, "scan"),
    "pdf/REDHAT-1531897-0.pdf": (DocumentUnreadable, "damaged"),
    "pdf/imagemagick-CCITTFaxDecode.pdf": (DocumentEmpty, "scan"),
    "pdf/loremipsum-flat.pdf": (DocumentEmpty, "scan"),
    "pdf/ocr_test_rotated_90.pdf": (DocumentEmpty, "scan"),
    "pdf/poppler-395-0-fuzzed.pdf": (DocumentUnreadable, "damaged"),
    "pdf/r6-user-password.pdf": (DocumentUnreadable, "--password"),
    "pdf/xfa_filled_imm1344e.pdf": (DocumentUnreadable, "XFA"),
    "txt/empty.txt": (DocumentEmpty, "empty"),
    "xlsx/testEXCEL_protected_passtika.xlsx": (DocumentUnreadable, "encrypted"),
}


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _all_text(name: str, password: str | None = None) -> str:
    documents = read(DOCUMENTS / name, password=password)
    for document in documents:
        check(document)
    return _squeezed("".join(f"{document.name or ''} {document.text}" for document in documents))


def _document(name: str) -> Document:
    return read(DOCUMENTS / name)[0]


def test_every_file_is_spoken_of_here() -> None:
    apart = {
        "md-site-fastapi",
        "doc",
        "ppt",
    }  # The last two are read: `doc` where a program is.
    folders = [folder for folder in DOCUMENTS.iterdir() if folder.is_dir() and folder.name not in apart]
    files = {f"{folder.name}/{file.name}" for folder in folders for file in folder.iterdir()}
    assert files == FACTS.keys() | REFUSALS.keys()


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_healthy_file_gives_its_text(name: str) -> None:
    text = _all_text(name)
    for fact in FACTS[name]:
        assert _squeezed(fact) in text


@pytest.mark.parametrize("name", sorted(REFUSALS))
def test_a_file_without_text_says_why_and_what_to_do_in_one_line(name: str) -> None:
    kind, phrase = REFUSALS[name]
    with pytest.raises(kind) as caught:
        read(DOCUMENTS / name)
    assert phrase in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "password", "fact"),
    [
        ("pdf/r6-user-password.pdf", "asdfzxcv", "pdf encryption test"),
        ("pdf/2206.01062_pg3.pdf", "1234", "DocLayNet"),
        ("pdf/2206.01062_pg3.pdf", "owner", "DocLayNet"),
    ],
)
def test_a_password_opens_a_pdf(name: str, password: str, fact: str) -> None:
    assert _squeezed(fact) in _all_text(name, password)


def test_a_wrong_password_is_named_as_the_cause() -> None:
    with pytest.raises(DocumentUnreadable, match="password given does not open"):
        read(DOCUMENTS / "pdf/r6-user-password.pdf", password="wrong")


def test_every_page_of_the_site_is_read_with_its_title() -> None:
    pages = sorted((DOCUMENTS / "md-site-fastapi").rglob("*.md"))
    documents = [read(page)[0] for page in pages]
    assert len(documents) == 256
    assert sum(document.title is None for document in documents) == 1  # A banner.
    for document in documents:
        check(document)


def test_running_heads_and_line_numbers_of_the_book_are_gone() -> None:
    text = _document("pdf/freeculture.pdf").text
    assert "4TH PASS PAGES" not in text
    assert "S32" not in text
    assert text.count("qxd") < 5


def test_the_book_s_outline_gives_its_headings() -> None:
    document = _document("pdf/freeculture.pdf")
    names = [block.name for block in document.blocks if block.level]
    assert document.title == "Free Culture"
    assert len(document.page_starts) == 352
    assert "CHAPTER TWO: “Mere Copyists”" in names


def test_words_are_whole_again() -> None:
    text = _document("pdf/multi-column.pdf").text
    assert "compo- nents" not in text
    assert "\ufffe" not in text


def test_pages_without_a_table_of_characters_are_left_out_and_remarked() -> None:
    document = _document("pdf/TAMReview.pdf")
    assert len(document.page_starts) == 23
    assert "Pages 2-22" in document.notes[0]


def test_slides_are_pages() -> None:
    document = _document("pptx/test.pptx")
    assert len(document.page_starts) == 6
    third = document.text[document.page_starts[2] : document.page_starts[3]]
    assert third.startswith("A table to test parsing")
