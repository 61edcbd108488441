"""The title that a document states, if an author wrote it and not a program."""

from __future__ import annotations

import re

from ingest.reading.readers.composer import one_line

# Titles that programs write if the author gives none.
# OCR of a stamp produces such characters.
_ODD = re.compile(r"[~^|\\{}\[\]]")
_MANY_ODD, _ODD_SHARE = 3, 0.1
_NO_TITLE = re.compile(
    r"untitled.*|sans titre.*|unbenannt.*|sin t[ií]tulo.*|(?:powerpoint )?presentation\d*|document\d*|dokument\d*"
    r"|pr[eé]sentation powerpoint|presentaci[oó]n de powerpoint|powerpoint[- ]pr(?:[aäæ]sentation|esentatie)"
    r"|apresenta[cç][aã]o do powerpoint|presentazione (?:standard )?di powerpoint|prezentacja programu powerpoint"
    r"|(?:no )?slide (?:\d+|title)|microsoft (?:office )?(?:word|powerpoint|excel|publisher)\b.*"
    r"|(?:book|sheet|mappe|classeur|libro)\d*"
    r"|print(?:ing)?|full page (?:photo|fax) print|scan\d*|image\d*|new document|bookmark|layout \d+|title"
    r"|.*\.(?:docx?|docm|pptx?|xls[xmb]?|rtf|od[tsp]|qxd|indd|tex|dvi|e?ps|pdf|fm|p65|pub|vsdx?|html?|aspx?|php|txt)"
    # Addresses, numbers and codes.
    r"|(?:https?|file|ftp)://\S*|www\.\S+|about:\S*|[\w-]+(?:\.[\w-]+)+(?::\d+)?/\S*|doi:\s*\S+|\d[\d\W_]{7,}"
    r"|[0-9a-f]{8}-[0-9a-f-]{20,}",
    re.IGNORECASE,
)


# Titles that programs write into PDFs: file names, print jobs, codes, words of templates.
_NO_PRINTED_TITLE = re.compile(
    r".*\.(?:dotx?|book|wp[ds]?|sxw|pages|key|ai|cdr|dwg|jpe?g|png|tiff?|md|rst|cwk|max|psd|svg)"
    r"|enscript output|r graphics output|cover(?: (?:slide|page|sheet))?|slide title|document title"
    r"|(?=\w*_)[\w.()-]{6,}|[^\W\d_]{3,}\d{4,}[\w.()-]*|[^\W\d_]+[A-Z]{2}\d{3,}(?:-\d+)*|[\d\W_]+"
    r"|(?-i:[a-z\d]+(?:-[a-z\d]+)+)",
    re.IGNORECASE,
)

# What programs write if there is no name.
_NOTHING = re.compile(
    r"[\W_]*(?:none|null|nil|n/?a|anonymous|anonym|unknown|unspecified|undefined|untitled|user|admin|administrator"
    r"|owner|author|openpyxl|python-docx|apache poi|microsoft office user|default)?[\W_]*",
    re.IGNORECASE,
)


def usable_text(stated: str | None) -> str | None:
    """A stated author, subject or list of keywords; None if it is a program's placeholder."""
    text = one_line(stated or "")
    return text if text and not _NOTHING.fullmatch(text) else None


def usable_title(stated: str | None) -> str | None:
    """The stated title; None if it is empty or made up by a program."""
    title = usable_text(stated)
    return title if title and not _NO_TITLE.fullmatch(title) else None


def usable_printed_title(stated: str | None) -> str | None:
    """The stated title of a PDF, for which programs often write the name of a file."""
    title = usable_title(stated)
    if title is None or _NO_PRINTED_TITLE.fullmatch(title):
        return None
    odd = len(_ODD.findall(title))
    return None if odd >= _MANY_ODD and odd > _ODD_SHARE * len(title) else title
