"""What changes from the served version to a new one, and whether it is too much. Pure: figures in, reasons out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.quality.asking import Asked
from corpus.quality.figures import DEPTH, MODES, Figures, Rank, figures_of, gain_of
from corpus.quality.questions import Passage, Question, QuestionFile
from corpus.settings import SearchMode
from ingest.evaluation.measures import paired_bootstrap

# So large a share of the served documents, of their texts and of their titles may disappear without comment.
MAX_GONE = 0.1
# A document that has lost more of its text counts as cut off.
MAX_CUT = 0.25
TINY = 1e-9
Kind = Literal["gained", "lost", "moved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A question that the two versions answer differently.

    `old` and `new` are the ranks of the answer; `instead` is what comes first in the new version, `before` what came
    first in the old one.
    """

    question: Question
    kind: Kind
    old: Rank
    new: Rank
    before: Passage | None
    instead: Passage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """`reasons` are why the new version is refused; empty if it is not. `served` is None for a first version."""

    figures: Figures
    served: Figures | None
    changes: Sequence[Change]
    reasons: Sequence[str]


def compare(
    asked: QuestionFile, *, new: Asked, served: Asked | None, mode: SearchMode, max_drop: float, faults: Sequence[str]
) -> Judgement:
    """`faults` are what is wrong with the new version whatever it finds."""
    figures = figures_of(new.ranks, asked=asked.digest, mode=mode)
    if served is None:
        nothing = [] if figures.found[mode] else [f"None of {figures.questions:,} questions finds its answer."]
        return Judgement(figures=figures, served=None, changes=(), reasons=[*faults, *nothing])
    before = figures_of(served.ranks, asked=asked.digest, mode=mode)
    return Judgement(
        figures=figures,
        served=before,
        changes=list(_changes(asked.questions, new, served, mode)),
        reasons=[*faults, *_falls(new, served, figures, before, max_drop)],
    )


def gone_fault(*, gone: int, served: int) -> str | None:
    """The reason if too many of the served documents are missing from the new version."""
    if gone <= MAX_GONE * served:
        return None
    return f"{gone:,} of the {served:,} documents that are served are gone, more than {MAX_GONE:.0%}."


def cut_fault(*, documents: int, of_documents: int, tokens: int, of_tokens: int) -> str | None:
    """The reason if too many documents are cut off, or a single one that is much of all text."""
    if documents <= max(1, MAX_GONE * of_documents) and tokens <= MAX_GONE * of_tokens:
        return None
    return (
        f"{documents:,} of the {of_documents:,} documents are shorter than what is served by more than {MAX_CUT:.0%}, "
        f"and {tokens / of_tokens:.0%} of all text is gone with that."
    )


def untitled_fault(*, untitled: int, titled: int) -> str | None:
    """The reason if too many documents that had a title have none."""
    if untitled <= MAX_GONE * titled:
        return None
    return f"{untitled:,} of the {titled:,} documents that have a title in what is served have none."


def model_fault(*, new: str, served: str) -> str | None:
    """The reason if the two versions were made with different models, however well the new one answers."""
    if new == served:
        return None
    return (
        f"It was made with {new}, and what is served with {served}: a handler without the new model, its key or its "
        "package would answer nothing."
    )


def _changes(questions: Sequence[Question], new: Asked, served: Asked, mode: SearchMode) -> Iterator[Change]:
    for place, question in enumerate(questions):
        old_rank, new_rank = served.ranks[mode][place], new.ranks[mode][place]
        if old_rank == new_rank:
            continue
        kind: Kind = "gained" if old_rank is None else "lost" if new_rank is None else "moved"
        yield Change(
            question=question,
            kind=kind,
            old=old_rank,
            new=new_rank,
            before=next(iter(served.passages[place]), None),
            instead=next(iter(new.passages[place]), None),
        )


def _falls(new: Asked, served: Asked, figures: Figures, before: Figures, max_drop: float) -> Iterator[str]:
    """Drops of the way of searching that is served beyond what is allowed, and of the others beyond chance.

    Hybrid search hides for long that one of its sides finds nothing.
    """
    for mode in MODES:
        drop = before.ndcg[mode] - figures.ndcg[mode]
        if drop <= max_drop + TINY:
            continue
        if mode != figures.mode:
            gains = [[gain_of(rank) for rank in asked.ranks[mode]] for asked in (new, served)]
            if paired_bootstrap(*gains, samples=2_000).high >= 0:
                continue
        yield (
            f"nDCG@{DEPTH} of {mode} search falls from {before.ndcg[mode]:.3f} to {figures.ndcg[mode]:.3f}, by "
            f"{drop:.3f} where --max-drop allows {max_drop:g}."
        )
