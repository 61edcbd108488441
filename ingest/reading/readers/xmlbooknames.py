"""What the elements of DocBook, DITA, TEI and FictionBook are: their names by kind, without namespaces."""

from __future__ import annotations

ROOTS = frozenset((
    "book", "article", "chapter", "part", "preface", "appendix", "section", "sect1", "refentry", "reference", "TEI",
    "TEI.2", "FictionBook", "topic", "concept", "task", "glossentry", "bookmap", "dita",
))  # fmt: skip
HEADINGS = frozenset(("title", "head", "subtitle", "shortdesc-title"))
SECTIONS = frozenset((
    "book", "article", "chapter", "part", "preface", "appendix", "section", "sect1", "sect2", "sect3", "sect4",
    "sect5", "simplesect", "refentry", "reference", "refsect1", "refsect2", "refsection", "div", "div1", "div2",
    "div3", "topic", "concept", "task", "bibliography", "glossary", "colophon", "dedication", "abstract",
))  # fmt: skip
PARAGRAPHS = frozenset((
    "para", "simpara", "p", "ab", "l", "v", "shortdesc", "cmd", "stepresult", "info-p", "term-p", "bridgehead",
    "subtitle", "attribution", "byline", "docAuthor", "docDate", "salute", "signed", "trailer",
    "text-author", "cite", "caption", "textobject", "phrase",
))  # fmt: skip
LISTS = frozenset((
    "itemizedlist", "orderedlist", "list", "ul", "ol", "simplelist", "variablelist", "glosslist", "steps",
    "steps-unordered", "dl", "procedure", "substeps",
))  # fmt: skip
NUMBERED = frozenset(("orderedlist", "ol", "steps", "procedure", "substeps"))
CODE = frozenset((
    "programlisting", "screen", "literallayout", "synopsis", "codeblock", "eg", "pre", "msgblock", "userinput-block",
))  # fmt: skip
NOTES = frozenset(("note", "warning", "caution", "important", "tip", "danger", "hazardstatement"))
ENTRIES = frozenset(("glossentry", "varlistentry"))
SET_APART = CODE | {"table", "informaltable", "figure"}
ROWS, CELLS = frozenset(("row", "tr", "strow", "sthead")), frozenset(("entry", "td", "th", "cell", "stentry"))
SKIPPED = frozenset((
    "teiHeader", "description", "binary", "indexterm", "imageobject", "mediaobject-alt", "graphic", "image",
    "author", "authorgroup", "keywordset",
    "keywords", "legalnotice", "revhistory", "prolog", "colspec", "spanspec", "tagsDecl", "facsimile",
    "pb", "lb", "stylesheet", "copyright", "pubdate", "releaseinfo",
))  # fmt: skip
TITLED = frozenset(("table", "informaltable", "figure", "example", "simpletable", "fig", "equation"))
HEADS = ("titleStmt", "title-info", "info", "bookinfo", "articleinfo")
STYLES = {"loweralpha": "a", "upperalpha": "A", "lowerroman": "i", "upperroman": "I"}  # Names in DocBook.
