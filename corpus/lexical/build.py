"""Writes a lexical index, updates one, or merges it into one segment. An update costs as much as what changed.

An update adds a segment and notes which rows of others are deleted. Segments are merged with others of similar size, as
Lucene does it, so that there are few; `write_index` and `merge_index` make the same files from the same chunks.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Required, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from corpus.lexical.forward import Forward, gathered, ids_as_array
from corpus.lexical.index_files import FORMAT, INDEX_FILE, Part, files_of, read_about, unusable
from corpus.lexical.index_segment import FIELDS_FILE, SEGMENT_FILES, Fields, Segment, fields_from, mapped, save_array
from corpus.lexical.languages import stemmed_as
from corpus.lexical.terms import UNCLEAR, VERSION, Analyzer

NO_FIELDS: Fields = MappingProxyType({})
# A new segment absorbs each one that is at most so many times as large as what it holds by then.
MERGE_RATIO = 8
# A segment with a larger deleted share is rewritten.
MAX_DEAD = 0.25
# To cut so much at once takes some 200 MB.
CHARS_TOGETHER = 10_000_000
# Chunk id and text, or the segment that was already made of them.
Texts = Iterable[tuple[str, str]] | Segment


class State(TypedDict, total=False):
    """What an index is made of beside the chunks. `stamp` is the caller's name for this state of the corpus.

    `fields` are of all documents whose chunks are added; chunks of a document that has none pass no filter.
    `before_publish` is called when all is ready that readers will see next; where it raises, they go on with what was
    there.
    """

    stamp: Required[str]
    fields: Fields
    before_publish: Callable[[], None]


def write_index(directory: Path, chunks: Texts, **state: Unpack[State]) -> None:
    """Index chunks from scratch."""
    made = segment_of(chunks)
    directory.mkdir(parents=True, exist_ok=True)
    _show(directory, [_saved(directory, made, state.get("fields", NO_FIELDS))], **state)


def update_index(directory: Path, *, add: Texts, remove: Collection[str], **state: Unpack[State]) -> None:
    """Bring the index up to date. Raises LexicalIndexUnusable as opening does: then write it.

    An added chunk takes the place of one with the same id. Of the segments that `merged_with` does not name only
    ids.npy and what is dead are looked at.
    """
    about, added = read_about(directory), segment_of(add)
    gone = np.unique(np.concatenate([ids_as_array(sorted(set(remove))), added.ids]))
    try:
        kept, merging = [], [(added, np.ones(len(added.ids), dtype=bool))]
        fields: dict[str, Any] = {}
        to_merge = merged_with(about, len(added.ids))
        for part in about["segments"]:
            folder = directory / part["name"]
            ids, dead = mapped(folder / "ids.npy"), _dead(folder, part)
            now_dead = dead | np.isin(ids, gone)
            if part["name"] in to_merge:
                merging.append((Segment.open(folder), ~now_dead))
                fields |= fields_from((folder / FIELDS_FILE).read_bytes())
            elif not now_dead.all():
                kept.append(_with_dead(folder, part, dead, now_dead))
        made = Segment.merged(merging)
    except (OSError, ValueError, IndexError) as error:
        raise unusable(directory, f"a file of it is missing or damaged ({error})") from error
    _show(directory, [*kept, _saved(directory, made, {**fields, **state.get("fields", NO_FIELDS)})], **state)


def merge_index(directory: Path) -> None:
    """Merge all segments into one, as `write_index` would have made it. Raises LexicalIndexUnusable."""
    about = read_about(directory)
    if len(about["segments"]) == 1 and "dead" not in about["segments"][0]:
        return
    try:
        folders = [(directory / part["name"], part) for part in about["segments"]]
        made = Segment.merged([(Segment.open(folder), ~_dead(folder, part)) for folder, part in folders])
        fields: dict[str, Any] = {}
        for folder, _ in folders:
            fields |= fields_from((folder / FIELDS_FILE).read_bytes())
    except (OSError, ValueError, IndexError) as error:
        raise unusable(directory, f"a file of it is missing or damaged ({error})") from error
    _show(directory, [_saved(directory, made, fields)], stamp=about["stamp"])


def merged_with(about: dict[str, Any], added: int) -> set[str]:
    """The names of the segments that an update with so many chunks merges into its own."""
    size, names = max(1, added), set()
    for part in sorted(about["segments"], key=lambda part: int(part["rows"])):
        if part["rows"] <= MERGE_RATIO * size or part["live"] < (1 - MAX_DEAD) * part["rows"]:
            names.add(part["name"])
            size += part["live"]
    return names


def needed_to_update(about: dict[str, Any], added: int) -> list[str]:
    """The names of the files that such an update reads."""
    merging = merged_with(about, added)
    looked_at = ("ids.npy", "languages.npy")
    return [
        name
        for name in files_of(about)
        if name.partition("/")[0] in merging or name.endswith(looked_at) or "/dead-" in name
    ]


def segment_of(chunks: Texts, *, together: int = CHARS_TOGETHER) -> Segment:
    """Of two chunks with the same id the later one counts. So many characters are cut at once."""
    if isinstance(chunks, Segment):
        return chunks
    analyzer = Analyzer()
    groups = gathered(chunks, lambda chunk: len(chunk[1]), together=together)
    parts = [Segment.of(Forward.of(group, analyzer)) for group in groups]
    return Segment.combined(parts or [Segment.of(Forward.of(()))])


def _dead(folder: Path, part: Part) -> NDArray[np.bool_]:
    return np.asarray(mapped(folder / part["dead"])) if "dead" in part else np.zeros(part["rows"], dtype=bool)


def _with_dead(folder: Path, part: Part, before: NDArray[np.bool_], dead: NDArray[np.bool_]) -> Part:
    """The segment with those rows marked as deleted in a file of its own."""
    if np.array_equal(before, dead):
        return part
    name = f"dead-{hashlib.sha256(np.packbits(dead).tobytes()).hexdigest()[:16]}.npy"
    save_array(folder / name, dead)
    return {"name": part["name"], "rows": part["rows"], "live": int(np.count_nonzero(~dead)), "dead": name}


def _saved(directory: Path, segment: Segment, fields: Fields) -> Part:
    rows = len(segment.ids)
    return {"name": segment.save(directory, fields), "rows": rows, "live": rows}


def _show(
    directory: Path,
    parts: Sequence[Part],
    *,
    stamp: str,
    before_publish: Callable[[], None] = lambda: None,
    **_: object,
) -> None:
    """Switch to these segments in one step, then delete files that are no longer named."""
    parts = [part for part in parts if part["rows"]] or list(parts[-1:])
    spoken: Counter[str] = Counter()
    for part in parts:
        folder = directory / part["name"]
        names, counts = np.unique(mapped(folder / "languages.npy")[~_dead(folder, part)], return_counts=True)
        spoken.update({name.decode(): count for name, count in zip(names.tolist(), counts.tolist(), strict=True)})
    about = {
        "format": FORMAT,
        "terms": VERSION,
        "stamp": stamp,
        "chunks": sum(part["live"] for part in parts),
        "languages": sorted({stemmed_as(language) for language in spoken}),
        "spoken": {language: count for language, count in sorted(spoken.items()) if language != UNCLEAR},
        "segments": parts,
    }
    pending = directory / f"{INDEX_FILE}.new"
    pending.write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    before_publish()
    pending.replace(directory / INDEX_FILE)
    sweep(directory, {*files_of(about)})


def sweep(directory: Path, named: Collection[str]) -> None:
    """Delete files that no index names. A reader that has one open keeps it until it closes."""
    for folder in [path for path in directory.iterdir() if path.is_dir()]:
        if f"{folder.name}/{SEGMENT_FILES[0]}" not in named:
            shutil.rmtree(folder)
            continue
        for file in folder.iterdir():
            if f"{folder.name}/{file.name}" not in named:
                with contextlib.suppress(FileNotFoundError):
                    file.unlink()
