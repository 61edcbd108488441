"""Inline markup of MediaWiki: links, templates, notes, tags. Pure functions."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from ingest.reading.readers.composer import one_line
from ingest.reading.readers.superscripts import spelled

_INNERMOST = re.compile(r"\{\{([^{}]{0,20000})\}\}")
_MAX_DEPTH = 12
_PICTURE = re.compile(r"(?:file|image|media|datei|fichier|archivo|bild)\s*:", re.IGNORECASE)
_CATEGORY = re.compile(r"\[\[\s*(?:category|kategorie|catégorie|categoría)\s*:\s*([^\]|]+)[^\]]*\]\]", re.IGNORECASE)
_LINK = re.compile(r"\[\[([^\[\]]{1,2000})\]\]")
_ADDRESS = re.compile(r"\[((?:https?|ftp|mailto):[^\s\]]+)(?:\s+([^\]\n]{1,500}))?\]")
_RAISED = re.compile(r"<sup>([^<>]{1,40})</sup>")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_SWITCH = re.compile(r"__[A-Z]+__")
_QUOTES = re.compile(r"'{2,5}")
# Of these templates only the last value is shown, of all others every value.
_SHOWING_THE_LAST = frozenset(("lang", "langx", "transl", "transliteration", "color", "colour", "font color", "abbr"))
_SILENT = ("reflist", "short description", "use ", "italic title", "authority control", "defaultsort", "coord missing")


def plain(text: str) -> str:
    """The text as one line without markup. Templates must have been resolved."""
    text = spelled(_RAISED, re.sub(r"<br\s*/?>", " ", tagged(text)))
    return one_line(html.unescape(_TAG.sub("", text)))


def tagged(text: str) -> str:
    """The text without wiki markup; HTML tags stay."""
    text = _CATEGORY.sub("", text)
    for _ in range(3):  # Captions of images contain links.
        text = _LINK.sub(_linked, text)
    text = _ADDRESS.sub(lambda match: f"{match[2]} ({match[1]})" if match[2] else match[1], text)
    return _QUOTES.sub("", _SWITCH.sub("", text))


def categories_of(text: str) -> list[str]:
    return [one_line(match.group(1)) for match in _CATEGORY.finditer(text)]


def _linked(match: re.Match[str]) -> str:
    target, *parts = match.group(1).split("|")
    if _PICTURE.match(target.strip()):
        caption = parts[-1].strip() if parts else ""
        return f"[Picture: {caption}]" if " " in caption else ""
    return parts[-1] if parts and parts[-1].strip() else target.strip().lstrip(":")


def resolved(text: str, box: Callable[[str], str]) -> str:
    """The text with each template replaced by its values, innermost first. `box` keeps a template of many fields."""
    for _ in range(_MAX_DEPTH):
        text, count = _INNERMOST.subn(lambda match: _template(match.group(1), box), text)
        if not count:
            break
    return text


def _template(inside: str, box: Callable[[str], str]) -> str:
    name, *parts = _parts(inside)
    name = name.strip().lower()
    named = [(key.strip(), value.strip()) for key, sign, value in (part.partition("=") for part in parts) if sign]
    values = [part.strip() for part in parts if "=" not in part and part.strip()]
    if name.startswith(("cite", "citation")):
        wanted = dict(named)
        shown = [wanted.get(key, "") for key in ("last", "author", "title", "publisher", "work", "date", "year", "url")]
        return ", ".join(filter(None, shown))
    if len([value for key, value in named if value and not key.isdecimal()]) > 1 and not values:
        return box("\n".join(f"{key}: {value}" for key, value in named if value))
    if name.startswith(_SILENT):
        return ""
    if name in ("main", "see also", "further", "main article"):
        return f"{name.capitalize()}: {', '.join(values)}"
    if name == "convert":
        return " ".join(values[:2])
    values += [value for key, value in named if key.isdecimal()]
    return values[-1] if values and name in _SHOWING_THE_LAST else " ".join(values)


def _parts(inside: str) -> list[str]:
    """The parts between the bars, except bars inside links."""
    return [part.replace("\x01", "|") for part in _LINK.sub(lambda m: m[0].replace("|", "\x01"), inside).split("|")]
