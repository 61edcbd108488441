"""E-mail, Outlook messages and saved pages."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import compressed_rtf
import pytest

from corpus.errors import DocumentEmpty, DocumentUnreadable
from tests.ingest.reading.readers.compound import compound
from tests.ingest.reading.readers.files import outline, pdf, read_all, read_bytes


def _message() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Grüße aus Köln"
    message["From"] = "Ann Example <ann@example.org>"
    message["To"] = "bo@example.org"
    message["Cc"] = "Cy <cy@example.org>"
    message["Date"] = "Tue, 03 Mar 2026 10:00:00 +0100"
    message.set_content("Plain text.\n")
    return message


def test_a_message_tells_who_wrote_what_when(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "a.eml", _message().as_bytes())
    assert document.title == "Grüße aus Köln"
    assert document.updated_at == "2026-03-03T09:00:00+00:00"
    assert document.metadata == {"author": "Ann Example <ann@example.org>"}
    assert outline(document) == [
        ("heading1", "Grüße aus Köln"),
        (
            "paragraph",
            "From: Ann Example <ann@example.org>; To: bo@example.org; Cc: Cy <cy@example.org>; "
            "Date: 2026-03-03T09:00:00+00:00",
        ),
        ("paragraph", "Plain text."),
    ]


def test_the_formatted_body_is_taken_where_there_is_one(tmp_path: Path) -> None:
    message = _message()
    message.add_alternative("<p>Formatted <b>text</b>.</p><ul><li>One</li></ul>", subtype="html")
    text = read_bytes(tmp_path, "a.eml", message.as_bytes()).text
    assert "Formatted text.\n\n- One" in text
    assert "Plain" not in text


def test_attachments_that_can_be_read_are_documents_and_the_others_remarked(tmp_path: Path) -> None:
    message = _message()
    message.add_attachment(b"Attached text.", maintype="text", subtype="plain", filename="note.txt")
    message.add_attachment(pdf(["In a PDF."]), maintype="application", subtype="pdf", filename="page.pdf")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="broken.docx")
    mail, note, page = read_all(tmp_path, "a.eml", message.as_bytes())
    assert [mail.name, note.name, page.name] == [None, "note.txt", "page.pdf"]
    assert (note.text, page.text) == ("Attached text.", "In a PDF.")
    assert "logo.png" in mail.notes[0]
    assert "broken.docx" in mail.notes[1]


def test_a_message_in_a_message_is_read_one_deep(tmp_path: Path) -> None:
    inner = _message()
    inner.add_attachment(b"Too deep.", maintype="text", subtype="plain", filename="deep.txt")
    outer = _message()
    outer.add_attachment(inner)
    documents = read_all(tmp_path, "a.eml", outer.as_bytes())
    assert [document.name for document in documents] == [None, "message.eml"]
    assert "deep.txt" in documents[1].notes[0]


def test_a_file_without_headers_is_no_message(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="headers"):
        read_bytes(tmp_path, "a.eml", b"\n\nJust text")


def test_a_saved_page_is_read_as_its_html(tmp_path: Path) -> None:
    page = (
        "From: <Saved>\r\nSubject: Page\r\nMIME-Version: 1.0\r\nSnapshot-Content-Location: https://example.org/p\r\n"
        'Content-Type: multipart/related; boundary="B"\r\n\r\n--B\r\nContent-Type: text/html; charset=utf-8\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n<title>T</title><p>Gr=C3=BC=C3=9Fe</p>\r\n"
        "--B\r\nContent-Type: text/css\r\n\r\np {}\r\n--B--\r\n"
    )
    document = read_bytes(tmp_path, "a.mhtml", page.encode())
    assert (document.title, document.url, document.text) == ("T", "https://example.org/p", "Grüße")


def test_a_saved_page_without_html_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match="HTML"):
        read_bytes(tmp_path, "a.mht", b"Content-Type: image/png\r\n\r\nx")


def _outlook(**streams: str) -> bytes:
    content = {f"__substg1.0_{name}001F": text.encode("utf-16-le") for name, text in streams.items()}
    since = datetime(2026, 3, 1, 12, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)
    sent = 10 * (since // timedelta(microseconds=1))  # In units of 100 ns.
    content["__properties_version1.0"] = bytes(32) + struct.pack("<HHIQ", 0x40, 0x39, 6, sent)
    folder = "__attach_version1.0_#00000000"
    content[f"{folder}/__substg1.0_3707001F"] = "note.txt".encode("utf-16-le")
    content[f"{folder}/__substg1.0_37010102"] = b"Attached text."
    return compound(content)


def test_an_outlook_message_is_read_with_its_attachment(tmp_path: Path) -> None:
    data = _outlook(
        **{"0037": "Hello", "0C1A": "Ann", "0C1F": "ann@example.org", "0E04": "Bo", "1000": "One.\r\n\r\nTwo."}
    )
    mail, note = read_all(tmp_path, "a.msg", data)
    assert mail.title == "Hello"
    assert mail.updated_at == "2026-03-01T12:00:00+00:00"
    assert outline(mail)[1:] == [
        ("paragraph", "From: Ann <ann@example.org>; To: Bo; Date: 2026-03-01T12:00:00+00:00"),
        ("paragraph", "One."),
        ("paragraph", "Two."),
    ]
    assert (note.name, note.text) == ("note.txt", "Attached text.")


@pytest.mark.parametrize(
    ("page", "encoding", "text"),
    [
        (1251, "cp1251", "Цех № 5"),
        (932, "cp932", "価格表"),
        (65001, "utf-8", "Größe"),
        (28592, "iso8859-2", "Łódź"),
        (20866, "koi8_r", "Цех"),
    ],
)
def test_an_outlook_message_s_code_page_is_believed(tmp_path: Path, page: int, encoding: str, text: str) -> None:
    content = {f"__substg1.0_{name}001E": text.encode(encoding) for name in ("0037", "0E03", "1000")}
    content["__substg1.0_10130102"] = f"<p>formatted {text}</p>".encode(encoding)
    content["__properties_version1.0"] = bytes(32) + b"".join(
        struct.pack("<HHIQ", 0x03, identifier, 6, page) for identifier in (0x3FFD, 0x3FDE)
    )
    (mail,) = read_all(tmp_path, "a.msg", compound(content))
    assert mail.title == text
    assert outline(mail)[1:] == [("paragraph", f"Cc: {text}"), ("paragraph", f"formatted {text}")]
    assert mail.notes == ()


def test_an_outlook_message_with_nothing_but_rich_text_is_read(tmp_path: Path) -> None:
    body = compressed_rtf.compress(rb"{\rtf1\ansi The fee is \b ten\b0  francs.\par Pay by May.}", compressed=True)
    streams = {"__substg1.0_0037001F": "Fee".encode("utf-16-le"), "__substg1.0_10090102": body}
    (mail,) = read_all(tmp_path, "a.msg", compound(streams | {"__properties_version1.0": bytes(32)}))
    assert outline(mail)[1:] == [("paragraph", "The fee is ten francs."), ("paragraph", "Pay by May.")]
    streams["__substg1.0_10090102"] = body[:30]
    assert read_bytes(tmp_path, "b.msg", compound(streams | {"__properties_version1.0": bytes(32)})).text == "Fee"


def test_a_damaged_outlook_message_says_so(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnreadable, match="damaged"):
        read_bytes(tmp_path, "a.msg", _outlook()[:600])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_message_saved_in_utf_16_is_read(tmp_path: Path, encoding: str) -> None:
    text = (
        "Subject: The lamp\r\nFrom: desk@example.com\r\n\r\nIt is lit before dusk, and burns until the sun is up.\r\n"
    )
    document = read_bytes(tmp_path, "a.eml", text.encode(encoding))
    assert document.title == "The lamp"
    assert document.text.rstrip().endswith("It is lit before dusk, and burns until the sun is up.")
