"""Expand the macros that a LaTeX document defines. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

_DEFINITION = re.compile(
    r"\\(?P<command>(?:re)?newcommand|providecommand|DeclareMathOperator|DeclareRobustCommand)\*?\s*"
    r"(?:\{\s*\\(?P<braced>[a-zA-Z@]+)\s*\}|\\(?P<bare>[a-zA-Z@]+))\s*(?:\[(?P<count>\d)\])?(?:\[(?P<default>[^\]]*)\])?\s*(?=\{)"
    r"|\\def\s*\\(?P<defined>[a-zA-Z@]+)(?P<places>(?:#\d)*)\s*(?=\{)"
)
_CALL = re.compile(r"\\([a-zA-Z@]+)")
_VERBATIM = re.compile(r"(\\begin\{(verbatim|lstlisting|minted|Verbatim|alltt)\*?\}.*?\\end\{\2\*?\})", re.DOTALL)
# Code within a line: \verb|a_b|, with any character as delimiter.
_CODE = re.compile(r"\\(?:verb\*?|(?:lstinline|mintinline)(?:\[[^\[\]]*\])?(?:\{\w+\})?)([^\w\s*{}\[\\])(.{0,500}?)\1")
_MARKS = {ord(mark): 0x10FF00 + ord(mark) for mark in "\\{}[]$&%#_^~-`'\""}
_MARKS_BACK = {protected: mark for mark, protected in _MARKS.items()}
# A macro for layout has no text of its own; calls to it stay, with their arguments.
_LAYOUT = re.compile(
    r"\\(?:[hv](?:box|skip|fill?|size)|kern|vtop|dimen|advance|setbox|leavevmode|noindent|parskip|baselineskip|font|let"
    r"|global|if[a-z]*|expandafter|csname|begingroup|settowidth|makebox|includegraphics|lstinputlisting|inputminted)(?![a-z])"
)
_PLACE = re.compile(r"#(\d)")
_MAX_DEPTH = 8  # Levels of nested macros.
_LONGEST = 20_000  # Characters of a body or an argument; braces open for longer count as unclosed.
_GROWTH = 100_000  # Characters that may be added, or as many as the source has; further calls are not expanded.
# Commands that keep their usual meaning even if the document redefines them.
_KNOWN = frozenset((
    "part", "chapter", "section", "subsection", "subsubsection", "paragraph", "item", "footnote", "cite", "citep",
    "citet", "href", "url", "caption", "title", "author", "begin", "end", "emph", "textbf", "textit", "ref", "label",
))  # fmt: skip


class _Unclosed(Exception):
    """Braces are opened and never closed."""


class _Macro(NamedTuple):
    places: int
    default: str | None
    body: str


def with_code_protected(source: str) -> str:
    """The source with each piece of code within a line instead of its command, its marks as private characters that
    `without_protection` turns back. Listings stay as they are."""
    return _outside_listings(source, lambda part: _CODE.sub(lambda match: match.group(2).translate(_MARKS), part))


def without_protection(text: str) -> str:
    return text.translate(_MARKS_BACK)


def expanded(source: str) -> str:
    """The source with its macros expanded and their definitions removed. Code listings stay as they are, and so does a
    source with unclosed braces."""
    try:
        return _expanded_whole(source)
    except _Unclosed:
        return source


def _expanded_whole(source: str) -> str:
    macros: dict[str, _Macro] = {}
    source = _without_definitions(source, macros)
    if not macros:
        return source
    left = [max(len(source), _GROWTH)]
    return _outside_listings(source, lambda part: _expanded(part, macros, left, 0))


def _outside_listings(source: str, change: Callable[[str], str]) -> str:
    # `split` gives text, listing and environment name in turn; the name is already part of the listing.
    parts = enumerate(_VERBATIM.split(source))
    return "".join(part if index % 3 == 1 else change(part) for index, part in parts if index % 3 != 2)


def _without_definitions(source: str, macros: dict[str, _Macro]) -> str:
    kept, end = [], 0
    for match in _DEFINITION.finditer(source):
        if match.start() < end:
            continue
        body, after = _argument(source, match.end())
        if body is None:
            continue
        kept.append(source[end : match.start()])
        end = after
        name = match["braced"] or match["bare"] or match["defined"]
        places = int(match["count"] or 0) if not match["defined"] else len(match["places"]) // 2
        if match["command"] == "DeclareMathOperator":
            body = f"\\operatorname{{{body}}}"
        if name not in _KNOWN and not _LAYOUT.search(body):
            macros[name] = _Macro(places, match["default"], body)
    return "".join([*kept, source[end:]])


def _expanded(source: str, macros: Mapping[str, _Macro], left: list[int], depth: int) -> str:
    """The source with its calls expanded. `left` holds the number of characters that it may still grow by."""
    shown, end = [], 0
    for match in _CALL.finditer(source):
        macro = macros.get(match.group(1))
        if macro is None or match.start() < end or left[0] <= 0 or depth > _MAX_DEPTH:
            continue
        given, after = _given(source, match.end(), macro)
        body = _filled(macro.body, given)
        left[0] -= len(body)
        shown.append(source[end : match.start()])
        shown.append(_expanded(body, macros, left, depth + 1))
        end = after
    return "".join([*shown, source[end:]])


def _filled(body: str, given: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: given.get(place.group(1), ""), body)


def _given(source: str, start: int, macro: _Macro) -> tuple[dict[str, str], int]:
    """The arguments of a call by number, and the offset after it."""
    values: list[str] = []
    if macro.default is not None:
        optional = re.compile(r"\s*\[([^\]]*)\]").match(source, start) if macro.places else None
        values.append(optional.group(1) if optional else macro.default)
        start = optional.end() if optional else start
    while len(values) < macro.places:
        value, after = _argument(source, start)
        if value is None:
            break
        values.append(value)
        start = after
    if not macro.places and source.startswith("{}", start):
        start += 2
    return {str(number): value for number, value in enumerate(values, 1)}, start


def _argument(source: str, start: int) -> tuple[str | None, int]:
    """The text in the braces that begin here, and the offset after them; None if there are none. Raises _Unclosed."""
    while start < len(source) and source[start].isspace():
        start += 1
    if source[start : start + 1] != "{":
        return None, start
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(source, start):
        sign = match.group()
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return source[start + 1 : match.start()], match.end()
        if match.start() - start > _LONGEST:
            break
    raise _Unclosed
