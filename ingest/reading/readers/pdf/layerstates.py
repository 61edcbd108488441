"""Which layers of a PDF are off when it is opened, told by pypdf; and the file written so that pdfium knows.

A layer is a group of optional content, or a dictionary that says by a policy or an expression over groups when its
content is seen (ISO 32000-1, 8.11.2 and 8.11.4).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject

from ingest.reading.readers.pdf.layers import MARK

_DEEPEST = 20
_HIDDEN = 2  # The flag of an annotation.
_POLICIES = {
    "/AllOn": lambda states: all(states),
    "/AnyOff": lambda states: not all(states),
    "/AllOff": lambda states: not any(states),
}


def with_marked_layers(reader: pypdf.PdfReader) -> bytes | None:
    """The PDF with `MARK` on each of its layers that are off, and without drawings and annotations that are in one;
    None where it has no layer that is off. Raises what pypdf raises."""
    if held(reader.trailer["/Root"], "/OCProperties") is None:
        return None
    writer = pypdf.PdfWriter(clone_from=reader)
    states = _States(held(writer.root_object, "/OCProperties"))
    for page in writer.pages:
        states.mark_resources(held(page, "/Resources"), 0)
        for note in held(page, "/Annots") or ():
            if states.is_off(held(resolved(note), "/OC")):
                flags = held(resolved(note), "/F") or 0
                resolved(note)[NameObject("/F")] = NumberObject(int(flags) | _HIDDEN)
    if not states.found:
        return None
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class _States:
    """The groups that are off; `found` once something is in a layer that is."""

    def __init__(self, about: Any) -> None:
        shown = held(about, "/D") or {}
        groups, off, on = (
            {id(group) for group in _listed(holder, key)}
            for holder, key in ((about, "/OCGs"), (shown, "/OFF"), (shown, "/ON"))
        )
        self._off = ((groups if held(shown, "/BaseState") == "/OFF" else set()) - on) | off
        self._seen: set[int] = set()
        self.found = False

    def is_off(self, layer: Any) -> bool:
        """True for a group that is off, and for a dictionary whose content is not seen with the groups as they are."""
        if not isinstance(layer, DictionaryObject):
            return False
        is_off = not self._is_met(layer)
        self.found |= is_off
        return is_off

    def mark_resources(self, resources: Any, depth: int) -> None:
        """Mark what a page or a drawing has at hand, drawings within it as well."""
        if not isinstance(resources, DictionaryObject) or id(resources) in self._seen or depth > _DEEPEST:
            return
        self._seen.add(id(resources))
        for layer in map(resolved, (held(resources, "/Properties") or {}).values()):
            if self.is_off(layer):
                layer[NameObject("/" + MARK.decode())] = NumberObject(1)
        drawings = held(resources, "/XObject") or {}
        for name, drawing in [(name, resolved(item)) for name, item in drawings.items()]:
            if self.is_off(held(drawing, "/OC")):
                del drawings[name]
            else:
                self.mark_resources(held(drawing, "/Resources"), depth + 1)

    def _is_met(self, layer: DictionaryObject) -> bool:
        if layer.get("/Type") != "/OCMD":
            return id(layer) not in self._off
        expression = held(layer, "/VE")
        if isinstance(expression, ArrayObject) and expression:
            return self._holds(expression, 0)
        states = [id(group) not in self._off for group in _listed(layer, "/OCGs")]
        return not states or _POLICIES.get(str(layer.get("/P")), any)(states)

    def _holds(self, expression: Any, depth: int) -> bool:
        if not isinstance(expression, ArrayObject):
            return id(expression) not in self._off
        if depth > _DEEPEST or not expression:
            return True
        values = [self._holds(resolved(part), depth + 1) for part in expression[1:]]
        if expression[0] == "/Not":
            return not all(values)
        return any(values) if expression[0] == "/Or" else all(values)


def _listed(holder: Any, key: str) -> Iterator[Any]:
    """The groups in a list, or the one that stands in its place."""
    found = held(holder, key)
    for group in found if isinstance(found, ArrayObject) else [found]:
        if isinstance(resolved(group), DictionaryObject):
            yield resolved(group)


def held(holder: Any, key: str) -> Any:
    """What a dictionary of the file holds; None where there is none."""
    return resolved(holder.get(key)) if isinstance(holder, DictionaryObject) else None


def resolved(item: Any) -> Any:
    return item.get_object() if hasattr(item, "get_object") else item
