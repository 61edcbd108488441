"""The corpora that one deployment serves, by name: CORPORA="hr=s3://bucket/hr,sales=cloud:sales". Pure.

    name=s3://bucket/prefix          what is published there; so too name=folder
    name=cloud:COLLECTION            a collection of Chroma Cloud
    name=http(s)://host:port/COLLECTION    one of a Chroma server
    name=store:folder                an embedded store

`#COLLECTION` after a bucket or a folder says which collection; `|group:sales|user:1` after any place who may use it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from corpus.principals import principals_of
from corpus.setting_values import CollectionName, http_url, is_bucket_or_folder
from corpus.settings import CLOUD

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?")
PREFIX = "corpus:"  # Begins the principal that may use the corpus of that name.
STORE = "store:"
_SERVER = re.compile(r"(https?://[^|#]+)/([^/|#]+)/?")
_COLLECTION = TypeAdapter[str](CollectionName)


@dataclass(frozen=True, slots=True)
class Entry:
    """`place` are the settings that lead to it; `readers` the principals that the entry names. The only corpus of a
    deployment without CORPORA has no name.
    """

    name: str = ""
    place: Mapping[str, object] = field(default_factory=dict)
    readers: frozenset[str] = frozenset()


def parse_corpora(text: str) -> tuple[Entry, ...]:
    """The entries of `name=place,…`; new lines separate too. Raises ValueError with a line for each that is wrong: its
    position and its name, never its place, which may hold a password.
    """
    entries: dict[str, Entry] = {}
    wrong = []
    for position, part in enumerate((each.strip() for each in re.split(r"[,\n]", text)), start=1):
        if not part or part.startswith("#"):
            continue
        name, _, place = (each.strip() for each in part.partition("="))
        try:
            _check_name(name, entries)
            entries[name] = _entry(name, place)
        except ValueError as error:
            shown = f" ({name})" if NAME.fullmatch(name) else ""
            wrong.append(f"entry {position}{shown} {error}")
    if wrong:
        raise ValueError("\n  ".join(wrong))
    return tuple(entries.values())


def _check_name(name: str, taken: Container[str]) -> None:
    if not NAME.fullmatch(name):
        raise ValueError("is not name=place; a name has 1 to 32 of a-z, 0-9, _ and -, such as hr=s3://docs/hr")
    if name in taken:
        raise ValueError("stands twice: give each corpus a name of its own")


def _entry(name: str, text: str) -> Entry:
    place, *named = (each.strip() for each in text.split("|"))
    try:
        readers = frozenset(principals_of(named))
    except ValueError as error:
        raise ValueError(f"names no principals: {error}. Write place|group:sales|user:1234") from None
    return Entry(name, _place(place), readers)


def _place(text: str) -> Mapping[str, object]:
    """The settings of a corpus that lives there. Raises ValueError."""
    if text.startswith(f"{CLOUD}:"):
        return {"chroma_url": CLOUD, "chroma_collection": _collection(text.removeprefix(f"{CLOUD}:"))}
    if text.startswith(("http://", "https://")):
        found = _SERVER.fullmatch(text)
        rule = "must look like http://host:8000/collection"
        if found is None:
            raise ValueError(rule)
        return {"chroma_url": http_url(found[1], rule), "chroma_collection": _collection(found[2])}
    place, sharp, collection = text.partition("#")
    named = {"chroma_collection": _collection(collection)} if sharp else {}
    if place.startswith(STORE) and place != STORE:
        return {"chroma_path": Path(place.removeprefix(STORE)), **named}
    if not place or not is_bucket_or_folder(place):
        raise ValueError(
            "names no place: write s3://bucket/prefix or a folder for what is published there, cloud:collection, "
            "http://host:8000/collection, or store:folder"
        )
    return {"snapshot_url": place, **named}


def _collection(name: str) -> str:
    try:
        return _COLLECTION.validate_python(name)
    except ValidationError:
        raise ValueError(
            "names no collection: 3 to 512 letters, digits, dots, underscores or dashes, a letter or digit at each end"
        ) from None


def usable(entries: Iterable[Entry], principals: frozenset[str], *, by_claims: bool = False) -> tuple[str, ...]:
    """The names of the corpora that somebody with these principals may use, in the order of the entries.

    A corpus is his where he is `corpus:NAME` or one of those whom it names. A corpus that names nobody is everybody's
    who is no `corpus:…` at all; and nobody's besides where claims say which corpora are whose.
    """
    is_named = by_claims or any(each.startswith(PREFIX) for each in principals)
    return tuple(
        entry.name
        for entry in entries
        if f"{PREFIX}{entry.name}" in principals
        or not principals.isdisjoint(entry.readers)
        or not (entry.readers or is_named)
    )
