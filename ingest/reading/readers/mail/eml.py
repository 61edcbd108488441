"""E-mail (EML): the text, who wrote it and when. Each readable attachment is a document of its own."""

from __future__ import annotations

from email.message import EmailMessage

from ingest.reading.document import Document
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.frontmatter import mail_moment
from ingest.reading.readers.mail.message import Message, documents_of
from ingest.reading.readers.mail.mime import content_of, leaves, parse, text_of


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    message = parse(data)
    plain: list[str] = []
    html: list[str] = []
    files: list[tuple[str, bytes]] = []
    for part in leaves(message):
        kind = part.get_content_type()
        name = one_line(part.get_filename() or "")
        if name or part.get_content_disposition() == "attachment" or kind == "message/rfc822":
            files.append((name or ("message.eml" if kind == "message/rfc822" else "attachment"), content_of(part)))
        elif kind == "text/html":
            html.append(text_of(part))
        elif part.get_content_maintype() == "text":
            plain.append(text_of(part))
    return documents_of(
        Message(
            subject=_header(message, "Subject"),
            sender=_header(message, "From"),
            recipients=_header(message, "To"),
            copied=_header(message, "Cc"),
            sent=_sent(message),
            plain="\n\n".join(plain),
            html="\n".join(html),
            files=files,
        )
    )


def _header(message: EmailMessage, name: str) -> str:
    return one_line(str(message.get(name, "")))


def _sent(message: EmailMessage) -> str | None:
    return mail_moment(_header(message, "Date"))
