"""What LangChain and LlamaIndex write beside a text, in our terms. Pure: no I/O, no settings.

Names: LangChain's loaders and splitters (`source`, `page` from 0, `start_index`, `Header 1`) and LlamaIndex's readers
(`file_path`, `file_name`, `page_label`, `last_modified_date`) with what its stores add (`_node_content`, `ref_doc_id`).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corpus.records import HEADING_SEPARATOR, MetadataValue, composed, composed_value
from ingest.reading.readers.frontmatter import as_moment

NODE = "_node_content"
BOOKKEEPING = (NODE, "_node_type", "document_id", "doc_id", "ref_doc_id")
SOURCES = ("source", "file_path", "file_name", "filename", "url")
OWNERS = ("ref_doc_id", "doc_id", "document_id")
UPDATED = ("last_modified_date", "last_modified", "moddate", "updated_at", "modified")
_URL = re.compile(r"https?://", re.IGNORECASE)
_HEADING = re.compile(r"(?:header|heading|h)[ _]?([1-6])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One record of another's collection, without its text.

    `place` counts the records in the order in which they were written; `section` names the part of the document in
    which `start`, in characters, is counted; `page` is as it was written until `numbered` has seen all of them.
    """

    record_id: str
    place: int
    source: str
    has_source: bool
    section: str = ""
    start: int | None = None
    page: int | None = None
    page_label: str = ""
    heading: str | None = None
    title: str | None = None
    url: str | None = None
    updated_at: str | None = None
    fields: Mapping[str, MetadataValue] = field(default_factory=dict)


def piece_of(record_id: str, place: int, metadata: Mapping[str, Any], *, collection: str, root: Path) -> Piece:
    """The piece that the record's metadata describe.

    One that names no source is a document of its own, `COLLECTION#ID`.
    """
    node = _node_of(metadata.get(NODE))
    rest = {name: value for name, value in metadata.items() if not (NODE in metadata and name in BOOKKEEPING)}
    owner = next((str(metadata[name]) for name in OWNERS if _is_text(metadata.get(name))), "")
    named = next((name for name in SOURCES if _is_text(rest.get(name))), None)
    source = _source_of(str(rest.pop(named)), root) if named else f"{collection}#{owner or record_id}"
    url = _popped(rest, "url") or (source if _URL.match(source) else None)
    updated_at = next((moment for name in UPDATED if (moment := as_moment(rest.get(name)))), None)
    for name in UPDATED:
        if as_moment(rest.get(name)):
            del rest[name]
    page, page_label = _page_in(rest)
    return Piece(
        record_id=record_id,
        place=place,
        source=source,
        has_source=named is not None,
        section=owner if node else "",
        start=_whole(rest.pop("start_index", None)) if "start_index" in rest else _whole(node.get("start_char_idx")),
        page=page,
        page_label=page_label,
        heading=_heading_in(rest),
        title=_popped(rest, "title"),
        url=url,
        updated_at=updated_at,
        fields={composed(name): composed_value(value) for name, value in rest.items()},
    )


def counted_from(pieces: Iterable[Piece]) -> int:
    """Whether `page` counts from 0, as LangChain's loaders do, or from 1; labels, or the absence of a 0, tell."""
    pages = [piece for piece in pieces if piece.page is not None]
    labelled = [piece for piece in pages if piece.page_label.isdecimal()]
    if labelled:
        return 1 if sum(int(piece.page_label) == piece.page for piece in labelled) * 2 > len(labelled) else 0
    numbers = {piece.page for piece in pages}
    return 1 if 1 in numbers and 0 not in numbers else 0


def numbered(piece: Piece, *, first: int) -> Piece:
    """The piece with its page counted from 1, if `page` counts from `first`; LlamaIndex has a label only."""
    if piece.page is not None:
        return replace(piece, page=max(1, piece.page + 1 - first))
    return replace(piece, page=int(piece.page_label) or None) if piece.page_label.isdecimal() else piece


def _page_in(rest: dict[str, Any]) -> tuple[int | None, str]:
    """Page and label; a label that is not a number stays with the other fields unless there is a page."""
    label = rest.get("page_label")
    page = _whole(rest.pop("page", None)) if _whole(rest.get("page")) is not None else None
    if page is None and (number := _whole(rest.get("page_number"))) is not None:
        del rest["page_number"]
        rest.pop("page_label", None)
        return None, str(number)
    if page is not None or (_is_text(label) and str(label).isdecimal()):
        rest.pop("page_label", None)
        return page, str(label or "")
    return None, ""


def _heading_in(rest: dict[str, Any]) -> str | None:
    if _is_text(path := rest.get("header_path")):
        del rest["header_path"]
        return HEADING_SEPARATOR.join(name for name in str(path).split("/") if name.strip()) or None
    levels = sorted((found[1], name) for name in rest if (found := _HEADING.fullmatch(name)) and _is_text(rest[name]))
    return HEADING_SEPARATOR.join(composed(str(rest.pop(name)).strip()) for _, name in levels) or None


def _source_of(named: str, root: Path) -> str:
    """As `ingest add` names a file below `root`; everything else as it is written."""
    if _URL.match(named) or "://" in named:
        return named
    path = Path(os.path.normpath(named))
    return composed((path.relative_to(root) if path.is_relative_to(root) else path).as_posix())


def _node_of(written: object) -> Mapping[str, Any]:
    try:
        node = json.loads(written) if isinstance(written, str) else {}
    except (ValueError, RecursionError):
        return {}
    return node if isinstance(node, dict) else {}


def _popped(rest: dict[str, Any], name: str) -> str | None:
    return composed(str(rest.pop(name)).strip()) if _is_text(rest.get(name)) else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _whole(value: object) -> int | None:
    """A count; None if it is not one. LangChain writes -1 if it has not found a text's place."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
