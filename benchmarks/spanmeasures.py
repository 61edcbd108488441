"""How much of an answer's own text a list of chunks holds. Pure functions, on characters.

As in the code of "Evaluating Chunking Strategies for Retrieval" (Smith and Troynikov, 2024), which speaks of tokens and
counts characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Stretch(NamedTuple):
    """The characters `start` to `end` of the document of that name."""

    document: str
    start: int
    end: int


class Found(NamedTuple):
    """Shares from 0 to 1."""

    recall: float
    precision: float
    iou: float


def found(chunks: Sequence[Stretch], answers: Sequence[Stretch]) -> Found:
    """Recall: of the answers' characters those in a chunk. Precision: the same by all characters of the chunks, each
    time they come. IoU: by those and the answers' characters that no chunk has.
    """
    wanted = _characters(answers)
    held = {
        (name, place)
        for name, start, end in chunks
        for wname, place in wanted
        if wname == name and start <= place < end
    }
    read = sum(chunk.end - chunk.start for chunk in chunks)
    return Found(
        len(held) / len(wanted), len(held) / read if read else 0.0, len(held) / (read + len(wanted) - len(held))
    )


def within_budget(chunks: Sequence[Stretch], characters: int) -> list[Stretch]:
    """The first chunks with so many characters together; the last is cut."""
    kept: list[Stretch] = []
    for chunk in chunks:
        if characters <= 0:
            break
        kept.append(chunk._replace(end=min(chunk.end, chunk.start + characters)))
        characters -= chunk.end - chunk.start
    return kept


def covering_rank(chunks: Sequence[Stretch], answers: Sequence[Stretch]) -> int | None:
    """The place, from 1, of the first chunk that holds an answer whole."""
    for place, chunk in enumerate(chunks, 1):
        for answer in answers:
            if chunk.document == answer.document and chunk.start <= answer.start and answer.end <= chunk.end:
                return place
    return None


def _characters(stretches: Sequence[Stretch]) -> set[tuple[str, int]]:
    return {(each.document, place) for each in stretches for place in range(each.start, each.end)}
