"""Write a lexical index, or bring one up to date. The same chunks give the same files, whatever came before."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from types import MappingProxyType
from typing import Required, TypedDict, Unpack

from corpus.errors import LexicalIndexUnusable
from corpus.lexical.files import FORMAT, INDEX_FILE, read_about, save_bm25, unusable
from corpus.lexical.filter_mask import FIELDS_FILE, Fields, fields_as_bytes
from corpus.lexical.forward import Forward
from corpus.lexical.terms import VERSION

NO_FIELDS: Fields = MappingProxyType({})
# Chunk id and text, or what was cut from them already.
Texts = Iterable[tuple[str, str]] | Forward


class State(TypedDict, total=False):
    """What an index is made of beside the chunks. `stamp` is the caller's name for this state of the corpus.

    `fields` are of all documents; chunks of a document that has none pass no filter. `before_publish` is called when
    all is ready that readers will see next; where it raises, they go on with what was there.
    """

    stamp: Required[str]
    fields: Fields
    before_publish: Callable[[], None]


def write_index(directory: Path, chunks: Texts, **state: Unpack[State]) -> None:
    """Index chunks from nothing."""
    _write(directory, _cut(chunks), **state)


def update_index(directory: Path, *, add: Texts, remove: Collection[str], **state: Unpack[State]) -> None:
    """Bring the index up to date; the result is the one that `write_index` makes of the same chunks.

    An added chunk takes the place of one with the same id; `fields` replace all that were there. Raises
    LexicalIndexUnusable as opening does: then write it.
    """
    about = read_about(directory)
    try:
        before = Forward.load(directory / about["generation"])
    except (OSError, ValueError) as error:
        raise unusable(directory, f"a file of it is missing or damaged ({error})") from error
    _write(directory, before.without(remove).merged(_cut(add)), **state)


def _cut(chunks: Texts) -> Forward:
    return chunks if isinstance(chunks, Forward) else Forward.of(chunks)


def _write(
    directory: Path,
    forward: Forward,
    *,
    stamp: str,
    fields: Fields = NO_FIELDS,
    before_publish: Callable[[], None] = lambda: None,
) -> None:
    parts = [getattr(forward, name).tobytes() for name in forward.__slots__]
    generation = hashlib.sha256(b"".join([*parts, fields_as_bytes(fields)])).hexdigest()
    files = directory / generation[:16]
    # A generation is never written over: a reader may have it mapped. What lies there unfinished is not pointed to.
    if _generation(directory) != files.name:
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir(parents=True)
        forward.save(files)
        (files / FIELDS_FILE).write_bytes(fields_as_bytes(fields))
        if len(forward.terms):
            save_bm25(files, forward)
    about = {
        "format": FORMAT,
        "terms": VERSION,
        "stamp": stamp,
        "generation": files.name,
        "chunks": len(forward.ids),
        "languages": sorted({language.decode() for language in forward.languages.tolist()}),
    }
    pending = directory / f"{INDEX_FILE}.new"
    pending.write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    before_publish()
    pending.replace(directory / INDEX_FILE)
    for other in directory.iterdir():
        if other.is_dir() and other != files:
            # A reader that has these open keeps them until it closes.
            shutil.rmtree(other)


def _generation(directory: Path) -> str | None:
    try:
        return str(read_about(directory)["generation"])
    except LexicalIndexUnusable:
        return None
