"""Somebody who asks all the while: by meaning, by words, for the list and for whole documents."""

from __future__ import annotations

import json
import re
import signal
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpus.errors import CollectionMissing, LexicalIndexUnusable, StoreUnavailable
from corpus.records import Hit
from corpus.searching.language_fit import WELL
from corpus.searching.search import Plan, search
from corpus.settings import CorpusSettings
from corpus.store import Store, read_store
from tests.openai_server import vector_of

DIMENSIONS = 1536
SECONDS_BETWEEN = 0.02
VERSION = re.compile(r"version (\d+)\b")


def read_all_the_while(settings: CorpusSettings, told: Path) -> None:
    """Ask until SIGTERM, then write what was counted. What is not whole, and any error, is a fault."""
    counts: Counter[str] = Counter()
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGTERM, stop)
    store: Store | None = None
    number = 0
    while not stopped:
        time.sleep(SECONDS_BETWEEN)
        number += 1
        try:
            store = store or read_store(settings)
            _ask(store, number, counts)
        except CollectionMissing:
            # Before the first run has made it; then somebody who serves it opens it again.
            counts["nothing there yet"] += 1
            store = None
        except Exception as error:  # noqa: BLE001 - each is a fault, and counted
            counts[f"FAULT {type(error).__name__}: {error}"[:200]] += 1
    told.write_text(json.dumps(counts))


def _ask(store: Store, number: int, counts: Counter[str]) -> None:
    question = f"Document {number % 60}, part {number % 9}"
    vectors = vector_of(question, DIMENSIONS)[np.newaxis]
    for mode in ("dense", "lexical"):
        plan = Plan(mode=mode, top_k=5)
        try:
            (hits,) = search(store, [question], vectors if mode == "dense" else None, [WELL], plan)
        except LexicalIndexUnusable:
            counts["no index of words yet"] += 1
            continue
        counts[mode] += 1
        _check(hits, mode, counts)
    documents = store.documents()
    counts["lists"] += 1
    if documents:
        chosen = documents[number % len(documents)]
        try:
            found = store.document(chosen.document_id)
        except StoreUnavailable:  # It lacks chunks, as a test has seen to: half of it is not shown.
            counts["refusals of half a document"] += 1
            return
        if found is not None:
            counts["documents"] += 1
            record, chunks = found
            versions = {said for chunk in chunks for said in VERSION.findall(chunk.text)}
            if len(chunks) != record.chunks or len(versions) > 1:
                counts[f"FAULT a document of versions {sorted(versions)}"] += 1


def _check(hits: Sequence[Hit], mode: str, counts: Counter[str]) -> None:
    digests: dict[str, set[str]] = {}
    for hit in hits:
        digests.setdefault(hit.chunk.document_id, set()).add(hit.chunk.digest)
    if any(len(each) > 1 for each in digests.values()):
        counts[f"FAULT {mode}: two versions of a document in one answer"] += 1
