"""Write into the text what a page shows by other means: formulas, superscripts, checkboxes, images, link targets."""

from __future__ import annotations

import re
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.reading.readers.composer import one_line
from ingest.reading.readers.html.fields import fill_forms
from ingest.reading.readers.html.math import spell_formulas
from ingest.reading.readers.html.pictures import name_pictures
from ingest.reading.readers.superscripts import behind

_ICON_FONTS = "[class*=material-icons], [class*=material-symbols], mat-icon, ion-icon"
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")  # Private use areas, where icon fonts put their icons.
_ON = "input[type=checkbox][checked], input[type=radio][checked], .checkbox-on, [role=checkbox][aria-checked=true]"
_OFF = (
    "input[type=checkbox]:not([checked]), input[type=radio]:not([checked]), .checkbox-off, "
    "[role=checkbox][aria-checked=false]"
)
_TASKS = ".inline-task-list > li"
_REFERENCE = re.compile(r"\[?[\w*†‡§]{1,4}\]?")
_NUMBER = re.compile(r"[+\-−–]?\d+(?:[.,]\d+)?")
# As Google Docs exports links.
_REDIRECTED = re.compile(r"^https://www\.google\.com/url\?q=([^&]+)&.*$")
_MAX_INDEX = 6
_MAX_TARGET_CHARS = 200
# What a link is called that says nothing of where it leads.
_NAMELESS = re.compile(
    r"(?:click |read |see )?(?:here|more|this|link|this link|this page|download|pdf|view|open|website|web ?site|hier|"
    r"mehr|weiter|ici|aquí|qui)(?: \((?:pdf|[\d.,]+ ?[km]b)\))?[.:]?",
    re.IGNORECASE,
)
_TARGET = re.compile(r"(?:https?://|mailto:|tel:)\S+$")


def write_signs(tree: LexborHTMLParser) -> None:
    """Change the tree in place. Must run before anything is removed."""
    spell_formulas(tree)
    fill_forms(tree)
    name_pictures(tree)
    for node in tree.css("sup"):
        _raise(node)
    for node in tree.css("sub"):
        _lower(node)
    for selector, sign in ((_ON, " [x] "), (_OFF, " [ ] ")):
        for node in tree.css(selector):
            if _is_switch(node):
                node.decompose()
            else:
                node.replace_with(sign)
    for node in tree.css(_TASKS):
        checked = "checked" in (node.attributes.get("class") or "").split()
        if node.child is not None:
            node.child.insert_before("[x] " if checked else "[ ] ")
    for node in tree.css(_ICON_FONTS):
        node.decompose()
    for node in tree.css("a[href]"):
        if _is_reference(node):
            node.replace_with(f" {_bracketed(one_line(node.text()))}")


def write_targets(tree: LexborHTMLParser) -> None:
    """Write the target beside links whose target matters. Runs on the pruned tree."""
    for node in tree.css("a[href]"):
        _add_target(node)


def _is_switch(box: LexborNode) -> bool:
    """Whether the checkbox opens a menu, by its attributes or its class names."""
    attributes = box.attributes
    if attributes.get("role") == "button" or attributes.get("aria-haspopup") or attributes.get("aria-controls"):
        return True
    names = (attributes.get("class") or "").lower()
    return any(word in names for word in ("toggle", "dropdown", "menu", "switch")) and box.tag == "input"


def without_icons(text: str) -> str:
    return text if text.isascii() else _PRIVATE.sub("", text)


def _raise(node: LexborNode) -> None:
    """Write 10⁶ as 10^6 and a note mark as [3]; "1st" and "™" stay as they are."""
    text = one_line(node.text())
    before = node.prev.text() if node.prev is not None else ""
    around = node.parent
    if around is not None and around.tag == "a" and _is_reference(around):
        around.replace_with(f" {_bracketed(text)}")
        return
    if not text or (before[-1:].isspace() and not node.css_first("a")):
        return
    if text.startswith("[") and _REFERENCE.fullmatch(text):
        node.replace_with(text)
        return
    name = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    if _REFERENCE.fullmatch(text) and (node.css_first("a") is not None or "ref" in name or "footnote" in name):
        node.replace_with(_bracketed(text))
    elif _NUMBER.fullmatch(text) or (len(text) == 1 and text.isalpha() and before[-1:].isalpha()):
        node.replace_with(f"^{text}")
    elif not text.replace(".", "").isalpha() and any(map(str.isdigit, text)) and node.css_first("a") is None:
        node.replace_with(f"^({text})")
    elif before[-1:].isdigit() and text.isalpha() and node.css_first("a") is None:
        node.replace_with(behind(one_line(before), text))


def _lower(node: LexborNode) -> None:
    """x_i and x_(i+1); CO2 and H2O stay as they are."""
    text = one_line(node.text())
    before = node.prev.text() if node.prev is not None else ""
    if not text or not before[-1:].isalpha() or before[-2:-1].isalpha() or text.isdigit():
        return
    if text.isalnum() and text.isascii() and len(text) <= _MAX_INDEX:
        node.replace_with(f"_{text}")
    elif any(sign in text for sign in "+-−*/=<>,") and len(text) <= 2 * _MAX_INDEX:
        node.replace_with(f"_({text})")


def _bracketed(mark: str) -> str:
    return mark if mark.startswith("[") else f"[{mark}]"


def _is_reference(link: LexborNode) -> bool:
    """Whether the link leads to a note and its text is only the note's mark."""
    attributes = link.attributes
    said = f"{attributes.get('role')} {attributes.get('epub:type')} {attributes.get('class')}"
    return any(name in said for name in ("noteref", "footnote-ref")) and bool(
        _REFERENCE.fullmatch(one_line(link.text()))
    )


def _add_target(link: LexborNode) -> None:
    """Keep a target if it is the point of the link: an address to write to or to call, a button, a list item that is
    only a link, or a text such as "here" that does not say where it leads."""
    target = _REDIRECTED.sub(lambda match: unquote(match.group(1)), (link.attributes.get("href") or "").strip())
    text = one_line(link.text())
    if len(target) > _MAX_TARGET_CHARS or not _TARGET.match(target) or not text:
        return
    shown = target.removeprefix("mailto:").removeprefix("tel:").partition("?")[0] if target[0] in "mt" else target
    if shown in text or _digits(shown) == _digits(text) != "":
        return
    parent = link.parent
    is_item = parent is not None and parent.tag == "li" and one_line(parent.text()) == text
    names = (link.attributes.get("class") or "").lower()
    is_button = link.attributes.get("role") == "button" or re.search(r"\b(?:btn|button)\b", names) is not None
    if (target[0] in "mt" and shown) or is_item or is_button or _NAMELESS.fullmatch(text):
        link.insert_after(f" ({shown})")


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text)) if not text.startswith("http") else ""
