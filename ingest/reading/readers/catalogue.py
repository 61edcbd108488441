"""What is read from each format: the table that `ingest formats` prints and docs/formats.md holds. Data only."""

from __future__ import annotations

from typing import NamedTuple

from ingest.reading.readers.registry import suffixes_of


class Format(NamedTuple):
    """A format: what becomes a page, heading, table, title, URL and date, what is left out, and where a file can state
    who may see it.
    """

    name: str
    modules: tuple[str, ...]
    pages: str
    headings: str
    tables: str
    title: str
    url: str
    date: str
    left_out: str
    access: str = "–"

    @property
    def suffixes(self) -> str:
        return " ".join(suffix for module in self.modules for suffix in suffixes_of(module))


COLUMNS = ("format", "suffixes", "pages", "headings", "tables", "title", "url", "date", "left out", "access")
FORMATS = (
    Format("PDF", ("pdf.reader",), "its pages, with printed numbers", "tags, outline, or size and weight of type",
           "by tags, drawn lines or alignment", "property, or first large heading", "–", "last change",
           "running heads, page and line numbers, what the page box cuts off, layers that are off, "
           "text below boxes or pictures; scans but for `--ocr-command`"),
    Format("Word", ("docx.reader",), "–", "styles, with their numbers", "rows", "property or title style", "–",
           "last change", "deleted and hidden text, pictures, running heads"),
    Format("PowerPoint", ("pptx.reader", "ppt.reader"), "slides", "slide titles", "tables and charts",
           "property or first slide", "–",
           "last change", "hidden slides, footers"),
    Format("Spreadsheets", ("sheets.reader",), "–", "sheet names", "rows, as the sheet shows them", "property", "–",
           "last change", "hidden sheets, rows and columns; cells whose format shows nothing; formulas without a "
           "result"),
    Format("OpenDocument text, slides", ("odf.reader", "odf.flat"), "slides", "outline levels", "rows",
           "property or title style",
           "–", "last change", "tracked deletions, indexes"),
    Format("Word before 2007", ("doc.reader",), "–", "styles, with their numbers", "rows", "property or title style",
           "–", "last change", "deleted and hidden text, pictures, running heads; all of Word 95 and before, where "
           "neither LibreOffice, antiword nor catdoc is installed"),
    Format("RTF", ("rtf.reader",), "–", "styles and outline levels, with their numbers", "rows",
           "property or title style", "–", "last change", "deleted and hidden text, pictures, running heads"),
    Format("HTML", ("html.reader", "mhtml"), "slides of a show", "h1 to h6", "rows", "og:title, title or first heading",
           "canonical link or saved address", "modified or published",
           "scripts, navigation, margins of links, hidden parts"),
    Format("Markdown", ("markdown",), "slides, where front matter says so", "# and underlined", "rows",
           "front matter or first heading", "front matter", "front matter", "comments, link definitions",
           "front matter"),
    Format("Light markup", ("markup.asciidoc", "markup.org", "markup.rst", "markup.tex"), "frames of Beamer",
           "as marked", "rows", "stated or first heading", "–", "stated", "comments, includes, the markup's signs"),
    Format("Wikis", ("markup.wiki", "markup.textile"), "–", "as marked", "rows; values of templates", "first heading",
           "–", "–", "comments, templates without a text, the markup's signs"),
    Format("EPUB", ("epub",), "–", "h1 to h6 of chapters", "rows", "metadata", "–", "modified or published",
           "protected books, lists of contents"),
    Format("XML", ("xml",), "–",
           "titles of JATS, DocBook, DITA, TEI, FictionBook, SVG, OPML, feeds, MediaWiki's exports; title elements",
           "rows; names and values of other elements", "as stated", "DOI of articles, address of feeds",
           "publication of articles, last change of wiki pages and feeds", "ids and looks in running text"),
    Format("CSV", ("csv",), "–", "–", "rows", "–", "–", "–", "–"),
    Format("JSON, property lists", ("json", "plist"), "–", "–", "fields", "field title of a record", "field url",
           "field updated_at or the like",
           "empty values", "field access of a record with a text"),
    Format("JSON Lines", ("jsonlines",), "–", "–", "fields", "field title", "field url", "field updated_at or the like",
           "damaged lines", "field access"),
    Format("Notebooks", ("ipynb",), "–", "of Markdown cells", "of Markdown cells", "metadata or first heading",
           "–", "–",
           "pictures and tracebacks of results"),
    Format("Evernote", ("enex",), "–", "title and headings of notes", "rows", "of each note", "source", "updated",
           "pictures and files of notes"),
    Format("Mail", ("mail.eml", "mail.msg", "mail.mbox"), "–", "subject", "of formatted bodies", "subject", "–", "sent",
           "a plain body beside a formatted one; attachments that cannot be read"),
    Format("Archives", ("archive",), "each file a document", "–", "–", "of each file", "–", "–",
           "files that cannot be read, archives three deep, style sheets beside pages", "of each file"),
    Format("Subtitles", ("subtitles",), "–", "–", "–", "–", "–", "–",
           "numbers and styles; the time stands before each part"),
    Format("Calendars, contacts", ("cards",), "–", "each entry's name", "fields", "of a single entry", "–", "–",
           "alarms, photos"),
    Format("Text", ("text",), "–", "–", "–", "–", "–", "–", "base64 and other data"),
    Format("Code and configuration", ("code",), "–", "–", "–", "–", "–", "–", "–"),
)  # fmt: skip


def rows() -> list[tuple[str, ...]]:
    """The rows of the table, in the order of COLUMNS."""
    return [
        (
            each.name,
            each.suffixes,
            each.pages,
            each.headings,
            each.tables,
            each.title,
            each.url,
            each.date,
            each.left_out,
            each.access,
        )
        for each in FORMATS
    ]


def markdown() -> str:
    """The table as Markdown, as in docs/formats.md."""
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *rows()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
