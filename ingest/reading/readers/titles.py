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

# Words of templates in place of a title, and codes of languages.
_OF = "(?:your|the|a|an|full|main|document|paper|article|report|book|project|presentation|working|thesis)"
_TEMPLATE = re.compile(
    r"blank|letterhead|template|templates?\s*\d+|main|paper|thesis|tmp|temp|test|output|draft|final|article|letter"
    r"|report|memo|flyer|poster|titel|titre|t[ií]tulo|titolo|overskrift|tytu[lł]|rubrik|(?:blank|empty|new) page"
    r"|(?:blank|empty|new|neues?|nouveau|nuevo) (?:microsoft )?(?:word[- ])?do[ck]umento?(?: \(\d+\))?"
    r"|(?:pdf|word|acrobat|office|text|microsoft word)[- ](?:document|dokument|file)"
    r"|(?:folie|foliennummer|diapositiv[ae]|lysbilde|dia|slide|page|seite|p[aá]gina) ?\d+"
    rf"|(?:insert|enter|add|type|put|sample|short|example|temporary|default|some|{_OF})(?: {_OF})* (?:sub)?titles?"
    rf"(?: here| goes here| of(?: {_OF})+)?|title (?:here|goes here|page|of(?: {_OF})+)"
    r"|click (?:here )?to (?:edit|add|enter|insert).*|titel(?:masterformat)? durch klicken.*"
    r"|(?:modifiez|cliquez) .*titre.*|haga clic .*t[ií]tulo.*"
    r"|(?:[\w&+-]+ ){0,3}(?:template|vorlage|mod[eè]le|plantilla)(?: v?[\d.]+)?"
    r"|preparation of papers for .*|instructions (?:for|to) authors.*|lorem ipsum.*"
    r"|\[[^\[\]]*\]|<[^<>]*>|\{[^{}]*\}|normal(?:\.dotm?)?",
    re.IGNORECASE,
)
# What a program adds behind a title.
_PROGRAM = re.compile(
    r"(?:\s+[-–—|]\s+(?:Google (?:Docs|Sheets|Slides|Drive)|Confluence|Notion|Overleaf.*|(?:Microsoft )?(?:Word|Edge)"
    r"|Read-?Only|Compatibility Mode)"
    r"|\s*\[(?:Compatibility Mode|Read-?Only|Kompatibilitätsmodus|Mode de compatibilité)\])+$",
    re.IGNORECASE,
)
_VERSION = re.compile(r".*\s[-–]\s(?:v\d[\d.]*|final|draft|copy|kopie|copie)(?:\s[-–]\s.*)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2,3}|[A-Z]{2}|[a-z]{2}[-_][A-Z]{2}")

# What programs put where nobody is named.
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
    title = usable_title(_PROGRAM.sub("", one_line(stated or "")))
    if title is None or any(none.fullmatch(title) for none in (_NO_PRINTED_TITLE, _TEMPLATE, _LANGUAGE, _VERSION)):
        return None
    odd = len(_ODD.findall(title))
    return None if odd >= _MANY_ODD and odd > _ODD_SHARE * len(title) else title
