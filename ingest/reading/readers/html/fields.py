"""What a form has been filled in with: values of fields, the choice of a list; no passwords, no hidden fields."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.reading.readers.composer import one_line

_FIELDS = frozenset(("text", "number", "date", "datetime-local", "month", "week", "time", "email", "tel", "url", ""))
_SEARCHING = ("search", "query", "q", "s")
_MAX_CHARS = 2000


def fill_forms(tree: LexborHTMLParser) -> None:
    """Put the values where the fields stand. To be called before the fields are taken away."""
    for field in tree.css("input[value]"):
        kind = (field.attributes.get("type") or "").lower()
        value = one_line(field.attributes.get("value") or "")
        if kind in _FIELDS and value and not _is_search(field):
            field.replace_with(f" {value} ")
    for choice in tree.css("select"):
        chosen = [one_line(option.text()) for option in choice.css("option[selected]")]
        if any(chosen) and _has_label(choice):
            choice.replace_with(f" {', '.join(filter(None, chosen))} ")
    for field in tree.css("textarea"):
        if (text := field.text().strip()) and len(text) <= _MAX_CHARS and "<" not in text and not _is_deck(field):
            field.replace_with(f" {text} ")


def _is_search(field: LexborNode) -> bool:
    attributes = field.attributes
    said = " ".join(attributes.get(name) or "" for name in ("name", "id", "class", "value", "placeholder")).lower()
    return (attributes.get("name") or "").lower() in _SEARCHING or "search" in said


def _has_label(choice: LexborNode) -> bool:
    """True for a list within a label, a cell or a row of a form: those of languages and themes stand alone."""
    parent = choice.parent
    for _ in range(3):
        if parent is None or parent.tag in ("form", "body", "nav", "header"):
            return False
        if parent.tag in ("label", "td", "fieldset", "dd") or parent.css_first("label") is not None:
            return True
        parent = parent.parent
    return False


def _is_deck(field: LexborNode) -> bool:
    """Slides in Markdown."""
    return "data-template" in field.attributes
