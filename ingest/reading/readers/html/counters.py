"""Numbers that a page's style sheets draw before items and headings (CSS Lists 3, counters): 1.1, Article 2, (a).

Rules of one or two plain selectors are known, as editors and exports of word processors write them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.reading.readers.html.listmarks import MARK, styled_numeral

_COMPOUND = re.compile(r"([a-z][a-z0-9]*|\*)?((?:\.[\w-]+)*)(::?before)?$", re.IGNORECASE)
_CONTENT = re.compile(
    r"\"([^\"]*)\"|'([^']*)'|counter\(\s*([\w-]+)\s*(?:,\s*([\w-]+)\s*)?\)|"
    r"counters\(\s*([\w-]+)\s*,\s*(?:\"([^\"]*)\"|'([^']*)')\s*(?:,\s*([\w-]+)\s*)?\)"
)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_STEP = re.compile(r"([a-z_][\w-]*)(?:\s+(-?\d{1,6}))?(?=\s|$)", re.IGNORECASE)
_MEDIA = re.compile(r"@(?:media|font-face|keyframes|page|import)\b", re.IGNORECASE)
_MAX_RULES = 1000
_MAX_CLASSES = 20
_MAX_TRIED = 200_000  # Rules and elements held against each other: no page needs more.
_REACH = 30  # Elements around one that a rule's first selector is looked for in.


class _Compound(NamedTuple):
    tag: str
    classes: frozenset[str]

    def fits(self, node: LexborNode) -> bool:
        return self.tag in ("", node.tag) and self.classes <= set((node.attributes.get("class") or "").split())


class _Rule(NamedTuple):
    """Which elements it is about, those they stand in, and what it says of them."""

    last: _Compound
    around: _Compound | None
    is_parent: bool
    said: dict[str, str]

    def fits(self, node: LexborNode) -> bool:
        if not self.last.fits(node):
            return False
        above = node.parent
        for _ in range(_REACH if self.around else 0):
            if above is None or (self.around is not None and self.around.fits(above)):
                return above is not None
            if self.is_parent:
                return False
            above = above.parent
        return self.around is None


def write_counters(tree: LexborHTMLParser) -> None:
    """Put the numbers that style sheets draw before items and headings where they are read."""
    sheets = [node.text() for node in tree.css("style")]
    if not any("counter" in sheet or "list-style" in sheet for sheet in sheets):
        return
    rules: defaultdict[str, list[_Rule]] = defaultdict(list)
    for rule in list(_rules("\n".join(sheets)))[:_MAX_RULES]:
        rules[_key_of(rule)].append(rule)
    body = tree.body
    if rules and body is not None:
        _Counting(rules).walk(body)


def _rules(css: str) -> Iterator[_Rule]:
    for block in re.sub(r"/\*.*?(?:\*/|\Z)", "", css, flags=re.DOTALL).split("}"):
        selectors, _, body = block.rpartition("{")
        if ("counter" not in body and "list-style" not in body) or _MEDIA.search(selectors):
            continue
        said = {
            key.strip().lower(): value.strip() for key, _, value in (each.partition(":") for each in body.split(";"))
        }
        for selector in selectors.rpartition("{")[2].split(","):
            parts = selector.replace(">", " > ").split()
            found = [match for part in parts if part != ">" and (match := _COMPOUND.match(part))]
            if not found or len(found) + parts.count(">") != len(parts) or any(match.group(3) for match in found[:-1]):
                continue
            last, *above = [_Compound(_tag(match), frozenset(match.group(2).split(".")[1:])) for match in found[::-1]]
            kept = (
                {"content": said["content"], "then": said.get("counter-increment", "")}
                if found[-1].group(3) and "content" in said
                else {}
            )
            if found[-1].group(3) and not kept:
                continue
            yield _Rule(last, above[0] if above else None, len(parts) > 1 and parts[-2] == ">", kept or said)


def _tag(match: re.Match[str]) -> str:
    return (match.group(1) or "").lower().strip("*")


def _key_of(rule: _Rule) -> str:
    """A name without which it fits no element: one of its class, of its parent's class, or its tag."""
    for compound in (rule.last, rule.around if rule.is_parent else None):
        if compound is not None and compound.classes:
            return f".{min(compound.classes)}"
    return rule.last.tag


class _Counting:
    """Goes through the page and keeps what each counter stands at: a counter ends with the parent of who set it."""

    def __init__(self, rules: dict[str, list[_Rule]]) -> None:
        self._rules = rules
        self._left = _MAX_TRIED
        self._counters: defaultdict[str, list[list[int]]] = defaultdict(list)  # Depth and number, outermost first.

    def walk(self, body: LexborNode) -> None:
        node, depth = body, 0
        while True:
            if node.tag not in ("-text", "_comment"):
                self._visit(node, depth)
            below = node.child
            if below is not None:
                node, depth = below, depth + 1
                continue
            while node.next is None:
                parent = node.parent
                if parent is None or depth <= 1:
                    return
                node, depth = parent, depth - 1
            node = node.next

    def _visit(self, node: LexborNode, depth: int) -> None:
        parent = node.parent
        names = [
            (each.attributes.get("class") or "").split()[:_MAX_CLASSES] for each in (node, parent) if each is not None
        ]
        keys = dict.fromkeys(["", node.tag or "", *(f".{name}" for part in names for name in part)])
        said: dict[str, str] = {}
        tried = [rule for key in keys for rule in self._rules.get(key, ())]
        self._left -= len(tried)
        for rule in tried if self._left > 0 else ():
            said.update(rule.said if rule.fits(node) else {})
        if not said:
            return
        for name, number in _steps(said.get("counter-reset", ""), 0):
            self._set(name, depth, number)
        for name, number in _steps(f"{said.get('counter-increment', '')} {said.get('then', '')}", 1):
            self._add(name, depth, number)
        if "counter" in said.get("content", ""):
            self._mark(node, self._shown(said["content"]))
        elif node.tag in ("ol", "ul") and "style" not in node.attributes:
            kind = said.get("list-style-type") or said.get("list-style", "")
            if kind:
                node.attrs["style"] = f"list-style: {kind}"

    def _set(self, name: str, depth: int, number: int) -> None:
        standing = self._counters[name]
        while standing and standing[-1][0] >= depth:
            standing.pop()
        standing.append([depth, number])

    def _add(self, name: str, depth: int, number: int) -> None:
        standing = self._counters[name]
        while standing and standing[-1][0] > depth:
            standing.pop()
        if not standing:
            standing.append([depth, 0])
        standing[-1][1] += number

    def _shown(self, content: str) -> str:
        parts: list[str] = []
        for match in _CONTENT.finditer(content):
            one, several = match.group(3), match.group(5)
            if not one and not several:
                parts.append(match.group(1) or match.group(2) or "")
                continue
            numbers = [number for _, number in self._counters.get(one or several, [])] or [0]
            style = match.group(4) or match.group(8) or "decimal"
            shown = [styled_numeral(number, style) for number in (numbers[-1:] if one else numbers)]
            parts.append((match.group(6) or match.group(7) or "").join(shown))
        return _ESCAPE.sub(lambda match: chr(min(int(match.group(1), 16), 0xFFFD)), "".join(parts)).strip()

    def _mark(self, node: LexborNode, mark: str) -> None:
        if node.tag == "li":
            node.attrs[MARK] = mark
        elif mark and node.child is not None:
            node.child.insert_before(f"{mark} ")


def _steps(text: str, default: int) -> Iterator[tuple[str, int]]:
    for match in _STEP.finditer(text):
        yield match.group(1), int(match.group(2) or default)
