"""MediaWiki exports: a document per page, in its latest revision (mediawiki.org/xml/export)."""

from __future__ import annotations

from lxml import etree

from corpus.errors import DocumentEmpty
from ingest.reading.document import Document
from ingest.reading.readers.composer import clean, one_line
from ingest.reading.readers.frontmatter import as_moment
from ingest.reading.readers.markup.wiki import read_page
from ingest.reading.readers.package import local_name
from ingest.reading.readers.records import Names


def read_pages(root: etree._Element) -> list[Document]:
    """The pages without redirects. Raises DocumentEmpty if no page holds text."""
    names = Names()
    documents = []
    for position, page in enumerate((node for node in root if local_name(node) == "page"), 1):
        said = {local_name(node): node for node in page.iter()}  # The last of several revisions wins.
        text, title = said.get("text"), said.get("title")
        name = one_line((title.text if title is not None else "") or "") or str(position)
        if "redirect" in said or text is None or not (text.text or "").strip():
            continue
        stamp = said.get("timestamp")
        moment = as_moment((stamp.text or "") if stamp is not None else "")
        document = read_page(clean(text.text or ""), title=name, name=name, updated_at=moment)
        documents.append(names.distinct(document, position=position))
    if not documents:
        raise DocumentEmpty("The export holds no page with a text.")
    return documents
