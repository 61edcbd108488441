"""The files of a lexical index: their names and versions, and what index.json says of them.

DIRECTORY/index.json          what the index is made of, and which segments are valid; replaced last and atomically
DIRECTORY/SEGMENT/…           see corpus.lexical.index_segment; never changed, for a reader may have them mapped
DIRECTORY/SEGMENT/dead-*.npy  a truth for each row that counts no longer
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from corpus.errors import LexicalIndexUnusable
from corpus.lexical.index_segment import SEGMENT_FILES
from corpus.lexical.languages import stop_words
from corpus.lexical.terms import VERSION

FORMAT = 3
INDEX_FILE = "index.json"
_NAME = re.compile(r"[\w-]+(\.npy)?")


class Part(TypedDict):
    """A segment as index.json names it. `live` of its `rows` count; `dead` names the file that marks the others."""

    name: str
    rows: int
    live: int
    dead: NotRequired[str]


def read_about(directory: Path) -> dict[str, Any]:
    """What index.json says. Raises LexicalIndexUnusable."""
    try:
        about: dict[str, Any] = json.loads((directory / INDEX_FILE).read_text("utf-8"))
    except FileNotFoundError as error:
        raise unusable(directory, "there is none") from error
    except (OSError, ValueError, RecursionError) as error:
        raise unusable(directory, f"{INDEX_FILE} cannot be read ({error})") from error
    check_version(about, directory)
    if not _is_sound(about):
        raise unusable(directory, f"{INDEX_FILE} is damaged")
    return about


def _is_sound(about: Mapping[str, Any]) -> bool:
    """Whether the fields that readers rely on have the right types: a name decides which file is read."""
    languages, parts = about.get("languages"), about.get("segments")
    return (
        isinstance(about.get("stamp"), str)
        and isinstance(languages, list)
        and all(isinstance(each, str) and each in stop_words() for each in languages)
        and _are_counts(about.get("spoken", {}))
        and isinstance(parts, list)
        and all(isinstance(each, dict) and _is_part(each) for each in parts)
    )


def _is_part(part: Mapping[str, Any]) -> bool:
    names = [part.get("name"), *([part["dead"]] if "dead" in part else [])]
    return all(isinstance(each, str) and _NAME.fullmatch(each) for each in names) and _are_counts(
        {each: part.get(each) for each in ("rows", "live")}
    )


def _are_counts(value: object) -> bool:
    return isinstance(value, dict) and all(type(each) is int and each >= 0 for each in value.values())


def check_version(about: Any, place: object) -> None:
    """Raises LexicalIndexUnusable for an index written by another version."""
    made_by = (about.get("format"), about.get("terms")) if isinstance(about, dict) else None
    if made_by != (FORMAT, VERSION):
        raise unusable(place, f"it has format and terms {made_by} and this version needs {(FORMAT, VERSION)}")


def unusable(place: object, why: str) -> LexicalIndexUnusable:
    return LexicalIndexUnusable(f"The lexical index in {place} is unusable: {why}. Run `ingest add` to rebuild it.")


def files_of(about: Mapping[str, Any]) -> Iterator[str]:
    """The names, below the index's folder, of all files that it is made of beside index.json."""
    for part in about["segments"]:
        yield from (f"{part['name']}/{name}" for name in SEGMENT_FILES)
        if "dead" in part:
            yield f"{part['name']}/{part['dead']}"
