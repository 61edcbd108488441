"""MathML formulas as one line of text: TeX if the page gives it, otherwise written with /, ^ and _."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.reading.readers.composer import one_line

_TEX = ("application/x-tex", "application/x-latex", "tex", "latex")
_DISPLAY = re.compile(r"^\{\\(?:display|text)style\s*(.*)\}$", re.DOTALL)
_WRAPPED = "[class*=mwe-math], mjx-container, .katex, .MathJax, .math-container"
_PREFIX = re.compile(r"(</?)[\w-]+:")  # A namespace prefix, which the HTML parser does not understand.
# Encyclopedias, and tools that draw formulas as pictures.
_PICTURES = "img[class*=mwe-math-fallback], img.tex, img.latex, img.math, img[class*=equation], img.ee_img"
_TEX_SIGNS = re.compile(r"^\$.+\$$|\\(?:frac|sum|int|sqrt|begin|alpha|beta|cdot|times|leq?|geq?|infty)\b|[\^_]\{")
_MAX_DEPTH = 60
_ENDING = ("mfrac", "msup", "msub", "msubsup")


def spell_formulas(tree: LexborHTMLParser) -> None:
    """Replace each formula by its text, and remove its other forms: images, glyphs, hidden copies."""
    _spell_scripts(tree)
    within = {node.mem_id for node in tree.css("math math")}  # Nested formulas are written with the outer one.
    for node in [node for node in tree.css("math") if node.mem_id not in within]:
        text = _formula(node)
        outer = _outermost(node)
        if text and outer.parent is not None:
            outer.replace_with(f" {text} ")
    for picture in tree.css("img[alt]"):
        alt = picture.attributes.get("alt") or ""
        if picture.css_matches(_PICTURES) or _TEX_SIGNS.search(alt):
            picture.replace_with(f" {_plain_tex(alt)} ")
    _spell_drawn(tree)


def _spell_scripts(tree: LexborHTMLParser) -> None:
    """What MathJax is given, in place of what it drew before it."""
    for script in tree.css("script[type^='math/tex']"):
        before = script.prev
        while before is not None and (before.tag == "-text" or "MathJax" in (before.attributes.get("class") or "")):
            drawn, before = before, before.prev
            if drawn.tag == "-text" and drawn.text().strip():
                break
            drawn.decompose()
        script.replace_with(f" {_plain_tex(script.text())} ")


def _spell_drawn(tree: LexborHTMLParser) -> None:
    """Formulas without MathML, as they were drawn."""
    for drawn in tree.css("mjx-container[aria-label]"):
        drawn.replace_with(f" {one_line(drawn.attributes.get('aria-label') or '')} ")
    for drawn in tree.css(".katex-html[aria-hidden]"):
        del drawn.attrs["aria-hidden"]  # What stands beside it for readers is not there.


def formula_of(source: str) -> str:
    """The text of a MathML element, given as source."""
    node = LexborHTMLParser(_PREFIX.sub(r"\1", source)).css_first("math")
    return _formula(node) if node is not None else ""


def _outermost(node: LexborNode) -> LexborNode:
    """The outermost element that holds the formula in all its forms."""
    outer, parent = node, node.parent
    for _ in range(5):
        if parent is None or parent.tag in ("p", "div", "td", "li", "body", "dd"):
            break
        if parent.css_matches(_WRAPPED):
            outer = parent
        parent = parent.parent
    return outer


def _formula(math: LexborNode) -> str:
    for note in math.css("annotation"):
        if (note.attributes.get("encoding") or "").lower() in _TEX and (text := _plain_tex(note.text())):
            return text
    return _plain_tex(math.attributes.get("alttext") or "") or one_line(linear(math))


def _plain_tex(text: str) -> str:
    text = one_line(text).strip("$")
    match = _DISPLAY.match(text)
    return match.group(1).strip() if match else text


def linear(node: LexborNode, depth: int = 0) -> str:
    """A MathML element as text, such as x^2+1/2 (MathML 4, section 3)."""
    parts = [child for child in node.iter() if child.tag not in ("annotation", "annotation-xml")]
    if depth > _MAX_DEPTH or not parts:
        return one_line(node.text())
    shown = [linear(part, depth + 1) for part in parts]
    match node.tag:
        case "mfrac" if len(shown) == 2 and (node.attributes.get("linethickness") or "").startswith("0"):
            return f"{shown[0]} choose {shown[1]}"
        case "mfrac" if len(shown) == 2:
            return f"{_grouped(shown[0])}/{_grouped(shown[1])}"
        case "msup" | "mover" if len(shown) == 2:
            return f"{shown[0]}^{_grouped(shown[1])}"
        case "msub" | "munder" if len(shown) == 2:
            return f"{shown[0]}_{_grouped(shown[1])}"
        case "msubsup" | "munderover" if len(shown) == 3:
            return f"{shown[0]}_{_grouped(shown[1])}^{_grouped(shown[2])}"
        case "msqrt":
            return f"√({''.join(shown)})"
        case "mroot" if len(shown) == 2:
            return f"{shown[1]}√({shown[0]})"
        case "mtr" | "mlabeledtr":
            return ", ".join(shown)
        case "mtable":
            return f"[{'; '.join(shown)}]"
        case "mfenced":
            return f"({', '.join(shown)})"
        case _:
            return "".join(_apart(shown, parts))


def _apart(shown: list[str], parts: list[LexborNode]) -> Iterator[str]:
    """The parts, with a blank between a power or fraction and a letter or digit after it."""
    ends_low = False
    for text, part in zip(shown, parts, strict=True):
        is_factor = text[:1].isalnum() or (part.tag == "mfrac" and text[:1] == "(")
        yield f" {text}" if ends_low and is_factor else text
        ends_low = part.tag in _ENDING if text.strip() else ends_low


def _grouped(text: str) -> str:
    """The text, in brackets if it is more than one number or word."""
    return text if text.isalnum() else f"({text})"
