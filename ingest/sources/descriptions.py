"""What the corpus keeper says about documents: --metadata, a sidecar file beside each, --url-template."""

from __future__ import annotations

import json
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import quote

import yaml

from corpus.errors import SettingsError
from corpus.principals import EVERYONE, principals_of
from corpus.records import MetadataValue, composed, composed_value
from corpus.stored import storable
from ingest.reading.document import Document
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.dataruns import without_data_fields
from ingest.reading.readers.frontmatter import FrontMatter, as_plain, interpret
from ingest.reading.readers.sidecar import read_sidecar, value_of
from ingest.reading.subject.derivation import described
from ingest.sources.found import Item

URL_FIELDS = ("source", "folder", "name", "stem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """For all documents of a run. A sidecar's words win over the document's own, and these over both; of access, the
    words of its folders come last.
    """

    metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    url_template: str | None = None
    access: tuple[str, ...] | None = None

    @property
    def options(self) -> str:
        """What must be equal for a document not to be read again."""
        access = [] if self.access is None else [list(self.access)]
        return json.dumps([dict(self.metadata), self.url_template, *access], sort_keys=True)

    def of(self, document: Document, item: Item) -> Document:
        """The document with its description added, in NFC. Raises DocumentUnreadable for an invalid sidecar."""
        front = interpret(read_sidecar(item.sidecar)) if item.sidecar else interpret({})
        title = front.title or (None if document.name else item.title) or document.title
        access, fault = self._access(document, front, item)
        fields, no_data = without_data_fields({**document.metadata, **front.metadata, **self.metadata})
        metadata, notes = storable(fields)
        told = replace(
            document,
            title=one_line(composed(title)) or None if title else None,
            url=front.url or _own_url(document, item) or self._url(item),
            updated_at=front.updated_at or document.updated_at,
            metadata={composed(name): composed_value(value) for name, value in metadata.items()},
            notes=(*document.notes, *front.notes, *no_data, *notes),
            access=access,
            access_fault=fault,
        )
        return described(told, item.source, is_titled=title is not None and title != document.title)

    def _access(self, document: Document, front: FrontMatter, item: Item) -> tuple[tuple[str, ...], str]:
        """Who may see the document, and why it is nobody if the access rules are not understood."""
        if self.access is not None:
            return self.access, ""
        # A page of the web does not decide who may see it here.
        is_page = item.place.startswith(("http://", "https://"))
        says = _narrowed(document.access, item.access or ()) if document.is_attached else document.access
        own = [] if is_page else [(says, document.access_fault)]
        for access, fault in ((front.access, front.access_fault), *own):
            if fault:
                return (), f"Nobody is to see it until it is mended: {fault}."
            if access is not None:
                return access, ""
        return item.access or (), ""

    def _url(self, item: Item) -> str | None:
        if self.url_template is None:
            return None
        path = PurePosixPath(item.source)
        parts = {"source": item.source, "folder": str(path.parent), "name": path.name, "stem": path.stem}
        return self.url_template.format(**{name: quote(value, errors="replace") for name, value in parts.items()})


def _narrowed(own: tuple[str, ...] | None, around: tuple[str, ...]) -> tuple[str, ...] | None:
    """An attachment's own access, limited to those who may see the file around it: anybody can send one."""
    if own is None or EVERYONE in around:
        return own
    return around if EVERYONE in own else tuple(each for each in own if each in around)


def _own_url(document: Document, item: Item) -> str | None:
    """A page is cited by where it was found, whatever it says; a record within it knows better."""
    return document.url or item.url if document.name else item.url or document.url


def description_from(
    pairs: Iterable[str], url_template: str | None, access: Sequence[str] | None = None
) -> Description:
    """From the command line; `access` None where it says nothing of that. Raises SettingsError for a pair or principal
    that is none, or a template that cannot be filled.
    """
    metadata: dict[str, MetadataValue] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise SettingsError(
                f"--metadata {pair!r} is not key=value. Write, for example, --metadata department=sales."
            )
        metadata[name.strip()] = _value_of(text) if name.strip() != "tags" else _list_of(text)
    _, remarks = storable(metadata)
    if remarks:
        raise SettingsError(f"--metadata: {' '.join(remarks)}")
    if url_template is not None:
        _check_template(url_template)
    try:
        principals = None if access is None else principals_of(access)
    except ValueError as error:
        raise SettingsError(f"--access: {error}. Write, for example, --access group:sales --access everyone.") from None
    return Description(metadata=metadata, url_template=url_template, access=principals)


def _value_of(text: str) -> MetadataValue:
    """Numbers and true or false as such, as in YAML; everything else as text."""
    try:
        value = as_plain(value_of(text))
    except (yaml.YAMLError, ValueError, RecursionError):
        return text
    return value if isinstance(value, bool | int | float) else text


def _list_of(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _check_template(template: str) -> None:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    except ValueError:
        names = {"?"}
    if names - set(URL_FIELDS) or not template.startswith(("http://", "https://")):
        known = ", ".join(f"{{{name}}}" for name in URL_FIELDS)
        raise SettingsError(
            f"--url-template {template!r} cannot be filled. Write a URL with {known}, "
            "for example https://docs.example.com/{source}."
        )
