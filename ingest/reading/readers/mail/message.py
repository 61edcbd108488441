"""An e-mail message in any format, and the documents it becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from corpus.errors import DocumentEmpty
from corpus.records import MetadataValue
from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean
from ingest.reading.readers.files_within import read_attachments
from ingest.reading.readers.html.reader import add_body
from ingest.reading.readers.text import paragraphs


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its two bodies, either of which may be empty. `sent` is in ISO 8601, UTC."""

    subject: str
    sender: str
    recipients: str
    copied: str
    sent: str | None
    plain: str
    html: str
    files: list[tuple[str, bytes]]


def documents_of(message: Message) -> list[Document]:
    """The message, by its formatted body if it has one, followed by its attachments."""
    composer = Composer()
    composer.heading(message.subject, 1)
    envelope = {"From": message.sender, "To": message.recipients, "Cc": message.copied, "Date": message.sent}
    composer.paragraph("; ".join(f"{name}: {value}" for name, value in envelope.items() if value))
    before = len(composer.blocks)
    if message.html:
        add_body(message.html, composer)
    if len(composer.blocks) == before:
        plain = clean(message.plain)
        composer.embed(plain, paragraphs(plain))
    attached, notes = read_attachments(message.files)
    if len(composer.blocks) == before and not message.subject:
        if not attached:
            raise DocumentEmpty("The message holds no text.")
        return [replace(attached[0], notes=(*attached[0].notes, *notes)), *attached[1:]]
    composer.notes.extend(notes)
    metadata: dict[str, MetadataValue] = {"author": message.sender} if message.sender else {}
    document = composer.finish(title=message.subject, updated_at=message.sent, metadata=metadata)
    return [document, *attached]
