"""Read a test collection in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/*.tsv. Reads files; writes nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import DocumentError, SettingsError
from ingest.reading.document import Document
from ingest.reading.readers import jsonlines

DEFAULT_QRELS = "test.tsv"


@dataclass(frozen=True, slots=True)
class TestCollection:
    """`queries` by id, those that have a relevant document; `judgements` by query id: document id to gain."""

    documents: list[Document]
    queries: dict[str, str]
    judgements: dict[str, dict[str, int]]


def read_collection(folder: Path, qrels: Path | None = None) -> TestCollection:
    """Raises SettingsError that names the file and line, and what is there instead."""
    judgements = _judgements(_qrels_file(folder, qrels))
    judged = {key: gains for key, gains in judgements.items() if any(gain > 0 for gain in gains.values())}
    queries = {str(query["_id"]): str(query["text"]).strip() for query in _lines(folder / "queries.jsonl")}
    if lost := [key for key in judged if not queries.get(key)]:
        raise SettingsError(f"queries.jsonl has no text for query {lost[0]!r}, which the judgements name.")
    if not judged:
        raise SettingsError("The judgements name no relevant document.")
    return TestCollection(_documents(folder), {key: queries[key] for key in judged}, judged)


def _documents(folder: Path) -> list[Document]:
    try:
        return jsonlines.read((folder / "corpus.jsonl").read_bytes())
    except DocumentError as error:
        raise SettingsError(f"{folder / 'corpus.jsonl'}: {error}") from error
    except OSError as error:
        raise _unreadable(folder / "corpus.jsonl", error) from error


def _qrels_file(folder: Path, named: Path | None) -> Path:
    choices = [named, folder / "qrels" / named] if named else [folder / "qrels" / DEFAULT_QRELS]
    for path in choices:
        if path.is_file():
            return path
    there = ", ".join(sorted(path.name for path in (folder / "qrels").glob("*.tsv"))) or "none"
    raise SettingsError(f"{choices[0]}: no such file. In {folder / 'qrels'} there are: {there}. Name one with --qrels.")


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or (number == 1 and line.startswith("query-id")):
            continue
        try:
            query, document, gain = line.split("\t")
            judgements[query][document] = int(gain)
        except ValueError:
            raise SettingsError(f"{path}, line {number}: should be query-id, corpus-id, score, with tabs.") from None
    return judgements


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                value = json.loads(line)
                yield {"_id": value["_id"], "text": value["text"]}
            except (ValueError, KeyError, TypeError, RecursionError):
                raise SettingsError(f'{path}, line {number}: should be {{"_id": …, "text": …}}.') from None


def _unreadable(path: Path, error: Exception) -> SettingsError:
    reason = error.strerror if isinstance(error, OSError) else error
    return SettingsError(f"{path}: {reason}. A test collection has corpus.jsonl, queries.jsonl and qrels/test.tsv.")
