"""Write down what elements within the text of DocBook and TEI mean: references, keys, menus, notes, corrections."""

from __future__ import annotations

from lxml import etree

from ingest.reading.readers.composer import one_line
from ingest.reading.readers.package import attribute, local_name, text_of

_TITLES = ("title", "head", "refentrytitle", "term")
_JOINED = {"keycombo": "+", "menuchoice": " > "}
# What an edition shows in place of what was written, by the names of TEI.
_BETTER = ("corr", "reg")
NOTE = "footnote"


def spell_signs(root: etree._Element) -> None:
    """Change the tree in place."""
    titles = _titles(root)
    notes = 0
    for node in list(root.iter()):
        name = local_name(node)
        if name == "xref" and not text_of(node).strip():
            node.text = titles.get(node.get("linkend") or "", "")
        elif name in _JOINED:
            _join(node, _JOINED[name])
        elif name == "choice":
            _choose(node)
        elif name == NOTE or (name == "note" and node.get("place") is not None):
            notes += 1
            node.tag = NOTE
            node.set("label", str(notes))
            node.tail = f" [{notes}]{node.tail or ''}"


def _titles(root: etree._Element) -> dict[str, str]:
    """What the elements with a name for references are called."""
    found: dict[str, str] = {}
    for node in root.iter():
        identifier = attribute(node, "id") if local_name(node) else None
        if identifier:
            title = next((one_line(text_of(part)) for part in node if local_name(part) in _TITLES), "")
            found[identifier] = title or next(
                (
                    one_line(text_of(part))
                    for head in node
                    if local_name(head) == "info"
                    for part in head
                    if local_name(part) in _TITLES
                ),
                "",
            )
    return found


def _join(node: etree._Element, sign: str) -> None:
    parts = [part for part in node if local_name(part) not in ("", "shortcut")]
    for part in parts[:-1]:
        part.tail = sign


def _choose(node: etree._Element) -> None:
    """The corrected word alone; an abbreviation with its meaning behind it."""
    better = [part for part in node if local_name(part) in _BETTER]
    for part in list(node):
        if better and part not in better:
            node.remove(part)
        elif local_name(part) == "expan":
            part.text = f" ({one_line(text_of(part))})"
            del part[:]
        part.tail = None
