"""LaTeX: title, headings, lists, code, tables, notes. Formulas are kept; other commands are replaced by their text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, clean, one_line
from ingest.reading.readers.encoding import decode
from ingest.reading.readers.markup.texmacros import expanded, with_code_protected, without_protection
from ingest.reading.readers.markup.texsigns import spelled_signs
from ingest.reading.readers.numerals import numeral
from ingest.reading.readers.superscripts import spelled
from ingest.reading.readers.tables import SPANNED, is_filled
from ingest.reading.readers.tables import lines as table_lines

_LEVELS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6,
}  # fmt: skip
_ARGUMENT = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_PIECE = re.compile(
    rf"""\\(?P<heading>part|chapter|(?:sub)*section|(?:sub)?paragraph)\*?(?:\[[^\[\]]*\])?{_ARGUMENT}"""
    r"""|\\begin\{(?P<code>verbatim|Highlighting|lstlisting|minted|Verbatim|alltt)\*?\}(?:\[[^\[\]]*\])?(?:\{\w+\})?(?P<listing>.*?)\\end\{(?P=code)\*?\}"""
    r"""|\\begin\{(?P<table>tabular[x*]?|longtable|array)\}(?:\{[^{}]*\})?(?P<columns>(?:\[[^\[\]]*\])?\{(?:[^{}]|\{[^{}]*\})*\})(?P<rows>.*?)\\end\{(?P=table)\}"""
    r"""|\\(?P<list>begin|end)\{(?P<kind>itemize|enumerate|description)\}(?P<options>(?:\[[^\[\]]*\])?)|\\item(?P<item>(?:\[[^\[\]]*\])?)"""
    r"""|\\bibitem(?:\[[^\[\]]*\])?\{(?P<cited>[^{}]*)\}"""
    r"""|(?P<gap>\n[^\S\n]*\n\s*|\\(?:begin|end)\{(?:figure|table|quote|quotation|thebibliography)\*?\}(?:\{\d+\})?(?:\[[^\[\]]*\])?|(?=\\caption\{)"""
    r"""|(?=\\begin\{(?:theorem|lemma|corollary|proposition|definition|example|remark|proof)\*?\})|\\end\{(?:theorem|lemma|corollary|proposition|definition|example|remark|proof|abstract)\*?\})"""
    r"""|\\(?:(?P<frame>begin\{frame\})|frametitle)(?:<[^>]*>|\[[^\[\]]*\])*"""
    rf"""(?P<shown>{_ARGUMENT})?|(?P<short>\\frame(?![a-z]))""",
    re.DOTALL,
)
_COMMENT = re.compile(r"(?<!\\)%.*")
_SILENT = re.compile(
    rf"\\(?:label|index|vspace|hspace|pagestyle|thispagestyle|input|include|bibliographystyle|bibliography|usepackage|setlength|includegraphics|vskip|hskip|setcounter|phantom|definecolor|color|selectlanguage)(?![a-zA-Z])\*?(?:\[[^\[\]]*\])*(?:{_ARGUMENT})*"
)
# Lengths that commands take, as in \\rule{0pt}{2ex}, and first arguments that are not text.
_LENGTH = r"\{-?(?:\d+\.?\d*|\.\d+)?\s*(?:(?:pt|em|ex|cm|mm|in|bp|pc|sp)|\\(?:text|line|column|page)(?:width|height))\}"
_LENGTHS = re.compile(rf"(\\[a-zA-Z]+\*?(?:\{{minipage\}})?(?:\[[^\[\]]*\])*){_LENGTH}(?:{_LENGTH})*")
_TOLD_HOW = re.compile(
    r"\\(?:(?:text|page)color|colorbox|raisebox|scalebox|rotatebox|parbox|hyperlink|foreignlanguage|fontsize|begin\{multicols\*?\})"
    rf"\*?(?:\[[^\[\]]*\])*\s*{_ARGUMENT}|\\(?:fcolorbox|resizebox)\*?{_ARGUMENT}{_ARGUMENT}"
)
# Environments in picture languages, and what is not printed.
_PICTURES = ("tikzpicture", "pspicture", "picture", "forest", "comment", "axis")
_ASIDE = re.compile(rf"\\(?:thanks|footnote|email|affiliation){_ARGUMENT}|\\texttt{_ARGUMENT}")
_SEVERAL = re.compile(r"(?<=[^{}]{3}\})\{")  # A further argument of an unknown command.
_STATED = re.compile(
    r"\\begin\{(abstract|theorem|lemma|corollary|proposition|definition|example|remark|proof)\*?\}(?:\[([^\[\]]*)\])?"
)
_RAISED = re.compile(rf"\\textsuperscript{_ARGUMENT}")
_FRAME = "\\begin{frame}"
_FRAME_LEVEL = 4  # Below sections and subsections.
# The state of a list: the number of its last item, or one of two values for items with dashes or names.
_COUNTED, _DASHED, _NAMED = {"enumerate": 0, "description": -2}, -1, -2
_START = re.compile(r"start\s*=\s*(\d{1,5})")
_SPANNING = re.compile(rf"\\multi(?:column|row)\{{[^{{}}]*\}}\{{[^{{}}]*\}}{_ARGUMENT}")
_ACROSS = re.compile(r"\\multicolumn\{\s*(\d{1,2})\s*\}")
_MAX_SPAN = 40
_BOXES = {"\\boxtimes": "☒", "\\square": "☐", "\\Box": "☐", "\\bullet": "-"}
_TARGET = re.compile(rf"\\hypertarget{_ARGUMENT}")
_CITE = re.compile(rf"\\(?:no)?cite\w*\*?(?:\[[^\[\]]*\])*{_ARGUMENT}")
_NOTE = re.compile(rf"\\footnote(?:text)?(?:\[[^\[\]]*\])?{_ARGUMENT}")
_LINK = re.compile(rf"\\href{_ARGUMENT}{_ARGUMENT}")
# A longer match is not a formula, and searching for its end from each start takes too long.
_MATH = re.compile(
    r"(\$\$?)(.{1,4000}?)\1|\\\((.{1,4000}?)\\\)|\\\[(.{1,4000}?)\\\]"
    r"|\\begin\{((?:equation|align|gather|multline|eqnarray|flalign|displaymath|math)\*?)\}(.{1,4000}?)\\end\{\5\}",
    re.DOTALL,
)
_MATH_MARKS = re.compile(rf"\\(?:label|tag){_ARGUMENT}|\\nonumber(?![a-zA-Z])|(?<!\\)&")
_COMMAND = re.compile(r"\\(?:begin|end)\{[^{}]*\}(?:\[[^\[\]]*\])?|\\[a-zA-Z@]+\*?(?:\[[^\[\]]*\])?\s*|[{}]")


def read(data: bytes, *, password: str | None = None) -> list[Document]:  # noqa: ARG001 - all readers are called alike
    source = _without_pictures(expanded(with_code_protected(clean(decode(data)))))
    _, begun, body = source.partition("\\begin{document}")
    composer = Composer()
    body = body.partition("\\end{document}")[0] if begun else source
    _write(body, composer)
    title = _stated("title", re.sub(rf"\\thanks{_ARGUMENT}", "", source))
    author = _author(source)
    about = {"author": author} if author else {}
    return [composer.finish(title=title or composer.first_heading, has_slides=_FRAME in body, metadata=about)]


def _stated(name: str, source: str) -> str:
    match = re.search(rf"\\{name}(?:\[[^\[\]]*\])?{_ARGUMENT}", source)
    return _plain(match.group(1)) if match else ""


def _without_pictures(source: str) -> str:
    for name in _PICTURES:
        opening, closing = f"\\begin{{{name}}}", f"\\end{{{name}}}"
        kept, place = [], 0
        while (start := source.find(opening, place)) >= 0 and (end := source.find(closing, start)) >= 0:
            kept.append(source[place:start])
            place = end + len(closing)
        source = "".join([*kept, source[place:]])
    return source


def _author(source: str) -> str:
    """The authors, without their footnotes and affiliations."""
    match = re.search(rf"\\author(?:\[[^\[\]]*\])?{_ARGUMENT}", source)
    names = re.split(r"\\and(?![a-zA-Z])|\\AND(?![a-zA-Z])", _ASIDE.sub("", match.group(1))) if match else []
    return ", ".join(filter(None, (_plain(name.partition("\\\\")[0]) for name in names)))


def _write(body: str, composer: Composer) -> None:
    """Write the blocks of the body. Text between commands is paragraphs and items. A Beamer frame is a page."""
    is_opened = False
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
        if match["frame"] or match["short"] or (match["heading"] and _FRAME in body):
            if not is_opened:
                composer.start_page()
            is_opened = bool(match["heading"])  # The heading of a section belongs to the frame after it.
        if match["heading"]:
            composer.heading(_plain(match.group(2)), _LEVELS[match["heading"]])
        elif match["code"]:
            composer.code(_listing(match["listing"]) if match["code"] == "Highlighting" else match["listing"])
        elif match["table"]:
            _write_table(match["rows"], composer)
        elif match["list"] == "begin":
            start = _START.search(match["options"]) if match["kind"] == "enumerate" else None
            lists.append([int(start.group(1)) - 1 if start else _COUNTED.get(match["kind"], _DASHED)])
        elif match["list"] and lists:
            lists.pop()
        elif match["cited"]:
            marker = f"- [{match['cited']}] "
        elif match["item"] is not None and match.group().startswith("\\item"):
            marker = _marker(lists, match["item"])
        elif match["shown"] and (name := _plain(match["shown"])):
            composer.heading(name, _FRAME_LEVEL)


def _marker(lists: list[list[int]], label: str) -> str:
    indent = "  " * max(min(len(lists), 8) - 1, 0)
    if label:
        name = _plain(label.removeprefix("[").removesuffix("]"))
        return f"{indent}{_BOXES.get(name, name)}{':' if lists and lists[-1][0] == _NAMED else ''} "
    if lists and lists[-1][0] >= 0:
        lists[-1][0] += 1
        depth = sum(count >= 0 for count, *_ in lists) - 1
        return f"{indent}{numeral(lists[-1][0], '1aiA'[min(depth, 3)])}. "
    return f"{indent}- "


def _listing(source: str) -> str:
    """The text of code that a highlighter has wrapped in commands, token by token."""
    plain = re.sub(r"\\[A-Za-z]+Tok\{((?:[^{}\\]|\\.)*)\}", r"\1", source)
    return re.sub(r"\\([{}$%&#_\\])", r"\1", plain.replace("\\textbackslash{}", "\\\\"))


def _write_table(source: str, composer: Composer) -> None:
    """Write a table with its caption. Header rows may occur twice, for continuation pages."""
    caption = re.search(rf"\\caption(?:\[[^\[\]]*\])?{_ARGUMENT}", source)
    if caption:
        composer.paragraph(_plain(caption.group(1)))
        source = source.replace(caption.group(), "")
    first, repeats, rest = source.partition("\\endfirsthead")
    if repeats:
        source = first + "\\midrule" + rest.partition("\\endhead")[2]
    names, ruled, _ = re.sub(r"\\endfoot|\\endlastfoot", "", source).partition("\\midrule")
    heads = len(list(_rows(names))) if ruled else None
    composer.table(table_lines(list(_rows(source)), header_rows=heads))


def _rows(source: str) -> Iterator[list[str]]:
    source = re.sub(
        rf"\\(?:hline|toprule|midrule|bottomrule|cline{_ARGUMENT}|cmidrule(?:\([^)]*\))?{_ARGUMENT}|endhead|endfirsthead|endfoot|endlastfoot|noalign{_ARGUMENT}|specialrule{_ARGUMENT}{_ARGUMENT}{_ARGUMENT}|addlinespace(?:\[[^\[\]]*\])?)",
        "",
        source,
    )
    for row in re.split(r"\\\\(?:\[[^\[\]]*\])?|\\tabularnewline", source):
        cells: list[str] = []
        for cell in re.split(r"(?<!\\)&", row):
            across = _ACROSS.search(cell)
            cells.append(_plain(_SPANNING.sub(r"\1", cell)))
            cells.extend([SPANNED] * (min(int(across.group(1)), _MAX_SPAN) - 1 if across else 0))
        if is_filled(cells):
            yield cells


def _plain(source: str) -> str:
    """A piece of LaTeX as text; formulas are kept."""
    formulas: list[str] = []

    def kept(match: re.Match[str]) -> str:
        formulas.append(
            one_line(_MATH_MARKS.sub("", match.group(2) or match.group(3) or match.group(4) or match.group(6) or ""))
        )
        return f"\x00{len(formulas) - 1}\x00"

    text = _MATH.sub(kept, _COMMENT.sub("", source))
    text = _STATED.sub(_statement, _TARGET.sub("", text))
    text = _TOLD_HOW.sub("", _LENGTHS.sub(r"\1{}", text))
    text = _SILENT.sub("", spelled(_RAISED, text))
    text = _CITE.sub(r"[\1]", _NOTE.sub(r" [\1]", _LINK.sub(r"\2 (\1)", text)))
    text = spelled_signs(text)
    text = _SEVERAL.sub(" {", text)
    text = re.sub(r"\\([%&$#_{}])", r"\1", _COMMAND.sub(_braces_kept, text))
    text = re.sub("\x00(\\d+)\x00", lambda match: formulas[int(match.group(1))], text.replace("\\ ", " "))
    return without_protection(one_line(text))


def _statement(match: re.Match[str]) -> str:
    """The kind of theorem-like statement that begins, with its own name."""
    name = f" ({match.group(2)})" if match.group(2) else ""
    return f"{match.group(1).capitalize()}{name}. "


def _braces_kept(match: re.Match[str]) -> str:
    """Removes a command; escaped braces are text and stay."""
    before = match.string[match.start() - 1 : match.start()]
    return match.group() if match.group() in "{}" and before == "\\" else ""
