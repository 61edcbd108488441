"""LaTeX: title, headings, lists, code, tables, notes; formulas stay as they are, other commands give their text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.tables import lines as table_lines

_LEVELS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6,
}  # fmt: skip
_ARGUMENT = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_PIECE = re.compile(
    rf"""\\(?P<heading>part|chapter|(?:sub)*section|(?:sub)?paragraph)\*?(?:\[[^\]]*\])?{_ARGUMENT}"""
    r"""|\\begin\{(?P<code>verbatim|lstlisting|minted|Verbatim|alltt)\*?\}(?:\[[^\]]*\])?(?:\{\w+\})?(?P<listing>.*?)\\end\{(?P=code)\*?\}"""
    r"""|\\begin\{(?P<table>tabular[x*]?|longtable|array)\}(?:\{[^{}]*\})?(?P<columns>(?:\[[^\]]*\])?\{(?:[^{}]|\{[^{}]*\})*\})(?P<rows>.*?)\\end\{(?P=table)\}"""
    r"""|\\(?P<list>begin|end)\{(?P<kind>itemize|enumerate|description)\}(?:\[[^\]]*\])?|\\item(?P<item>(?:\[[^\]]*\])?)"""
    r"""|(?P<gap>\n[^\S\n]*\n\s*)""",
    re.DOTALL,
)
_COMMENT = re.compile(r"(?<!\\)%.*")
# One that is named by a letter ends where a word does: \begin and \caption are no accents.
_ACCENT = re.compile(r"""\\([`'^"~=.]|[uvHcdbrk](?![a-zA-Z]))\s*(?:\{\\?([a-zA-Zıȷ])\}|\\?([a-zA-Zıȷ]))""")
_MARKS = dict(
    zip(
        "`'^\"~=.uvHcdbrk",
        "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0323\u0331\u030a\u0328",
        strict=True,
    )
)
_LETTERS = {
    "ss": "ß",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "o": "ø",
    "O": "Ø",
    "aa": "å",
    "AA": "Å",
    "l": "ł",
    "L": "Ł",
}
_SIGNS = (
    ("---", "—"),
    ("--", "–"),
    ("``", "“"),
    ("''", "”"),
    ("~", " "),
    (r"\\", " "),
    (r"\-", ""),  # Where a word may be broken.
    (r"\ldots", "…"),
    (r"\dots", "…"),
)
_SILENT = re.compile(
    rf"\\(?:label|index|vspace|hspace|pagestyle|thispagestyle|input|include|bibliographystyle|bibliography|usepackage|setlength|includegraphics|vskip|hskip|setcounter|newcommand|renewcommand|def)(?![a-zA-Z])\*?(?:\[[^\]]*\])*(?:{_ARGUMENT})*"
)
_CITE = re.compile(rf"\\(?:no)?cite\w*\*?(?:\[[^\]]*\])*{_ARGUMENT}")
_NOTE = re.compile(rf"\\footnote(?:text)?(?:\[[^\]]*\])?{_ARGUMENT}")
_LINK = re.compile(rf"\\href{_ARGUMENT}{_ARGUMENT}")
# A formula of more is none, and looking for its end from each beginning takes too long.
_MATH = re.compile(
    r"(\$\$?)(.{1,4000}?)\1|\\\((.{1,4000}?)\\\)|\\\[(.{1,4000}?)\\\]"
    r"|\\begin\{((?:equation|align|gather|multline|eqnarray|flalign|displaymath|math)\*?)\}(.{1,4000}?)\\end\{\5\}",
    re.DOTALL,
)
_MATH_MARKS = re.compile(rf"\\(?:label|tag){_ARGUMENT}|\\nonumber(?![a-zA-Z])|(?<!\\)&")
_COMMAND = re.compile(r"\\(?:begin|end)\{[^{}]*\}(?:\[[^\]]*\])?|\\[a-zA-Z@]+\*?(?:\[[^\]]*\])?\s*|[{}]")


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    source = clean(decode(data))
    _, begun, body = source.partition("\\begin{document}")
    composer = Composer()
    _write(body.partition("\\end{document}")[0] if begun else source, composer)
    title = _stated("title", source)
    first = next((block.name for block in composer.blocks if block.kind == "heading"), None)
    author = _stated("author", source)
    return [composer.finish(title=title or first, metadata={"author": author} if author else {})]


def _stated(name: str, source: str) -> str:
    match = re.search(rf"\\{name}(?:\[[^\]]*\])?{_ARGUMENT}", source)
    return _plain(match.group(1)) if match else ""


def _write(body: str, composer: Composer) -> None:
    """The body's blocks: what stands between them are paragraphs and items."""
    lists: list[list[int]] = []
    marker = ""
    end = 0
    for match in [*_PIECE.finditer(body), None]:
        text = _plain(body[end : match.start() if match else len(body)])
        if text:
            if marker:
                composer.list_item(marker + text)
            else:
                composer.paragraph(text)
            marker = ""
        if match is None:
            return
        end = match.end()
        if match["heading"]:
            composer.heading(_plain(match.group(2)), _LEVELS[match["heading"]])
        elif match["code"]:
            composer.code(match["listing"])
        elif match["table"]:
            composer.table(table_lines(list(_rows(match["rows"]))))
        elif match["list"] == "begin":
            lists.append([0 if match["kind"] == "enumerate" else -1])
        elif match["list"] and lists:
            lists.pop()
        elif match["item"] is not None and match.group().startswith("\\item"):
            marker = _marker(lists, match["item"])


def _marker(lists: list[list[int]], label: str) -> str:
    indent = "  " * max(min(len(lists), 8) - 1, 0)
    if label:
        return f"{indent}{_plain(label.strip('[]'))}: "
    if lists and lists[-1][0] >= 0:
        lists[-1][0] += 1
        return f"{indent}{lists[-1][0]}. "
    return f"{indent}- "


def _rows(source: str) -> Iterator[list[str]]:
    source = re.sub(
        rf"\\(?:hline|toprule|midrule|bottomrule|cline{_ARGUMENT}|cmidrule(?:\([^)]*\))?{_ARGUMENT}|endhead|endfirsthead)",
        "",
        source,
    )
    for row in re.split(r"\\\\(?:\[[^\]]*\])?", source):
        cells = [
            _plain(re.sub(rf"\\multi(?:column|row)\{{[^{{}}]*\}}\{{[^{{}}]*\}}{_ARGUMENT}", r"\1", cell))
            for cell in re.split(r"(?<!\\)&", row)
        ]
        if any(cells):
            yield cells


def _plain(source: str) -> str:
    """The text of a stretch of LaTeX; formulas are kept."""
    formulas: list[str] = []

    def kept(match: re.Match[str]) -> str:
        formulas.append(
            one_line(_MATH_MARKS.sub("", match.group(2) or match.group(3) or match.group(4) or match.group(6) or ""))
        )
        return f"\x00{len(formulas) - 1}\x00"

    text = _MATH.sub(kept, _COMMENT.sub("", source))
    text = _SILENT.sub("", text)
    text = _CITE.sub(r"[\1]", _NOTE.sub(r" [\1]", _LINK.sub(r"\2 (\1)", text)))
    text = _ACCENT.sub(
        lambda match: unicodedata.normalize("NFC", (match.group(2) or match.group(3)) + _MARKS[match.group(1)]), text
    )
    text = re.sub(
        r"\\(ss|ae|AE|oe|OE|aa|AA|[oOlL])(?![a-zA-Z])\s?(?:\{\})?", lambda match: _LETTERS[match.group(1)], text
    )
    for sign, shown in _SIGNS:
        text = text.replace(sign, shown)
    text = re.sub(r"\\([%&$#_{}])", r"\1", _COMMAND.sub(_braces_kept, text))
    text = re.sub("\x00(\\d+)\x00", lambda match: formulas[int(match.group(1))], text.replace("\\ ", " "))
    return one_line(text)


def _braces_kept(match: re.Match[str]) -> str:
    """Nothing of a command; braces that are escaped are text."""
    before = match.string[match.start() - 1 : match.start()]
    return match.group() if match.group() in "{}" and before == "\\" else ""
