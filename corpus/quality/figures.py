"""How well questions were answered, in figures that a version keeps. Pure: no I/O; what is read back is checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from corpus.settings import SearchMode

MODES: tuple[SearchMode, ...] = get_args(SearchMode)
# Passages that are searched for the answer.
DEPTH = 10
Rank = int | None  # From 1; None where the answer is not among the first DEPTH.


def gain_of(rank: Rank) -> float:
    """A question's nDCG@10, where one passage is right: 1 at the first place, 0.63 at the second, 0 for none."""
    return 0.0 if rank is None else 1 / math.log2(rank + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Means over the questions by way of searching, 0 to 1: `ndcg` of the rank, `found` the share among the first 10.

    `asked` is the digest of the questions: only of the same ones can figures be compared. `mode` is SEARCH_MODE.
    """

    questions: int
    asked: str
    mode: SearchMode
    ndcg: Mapping[str, float]
    found: Mapping[str, float]
    accepted: bool = False

    def to_json(self) -> dict[str, object]:
        """As the manifest and `--json` have it."""
        return {
            "questions": self.questions,
            "asked": self.asked,
            "mode": self.mode,
            f"ndcg@{DEPTH}": {name: round(value, 4) for name, value in self.ndcg.items()},
            f"found@{DEPTH}": {name: round(value, 4) for name, value in self.found.items()},
            "accepted": self.accepted,
        }


def figures_of(
    ranks: Mapping[SearchMode, Sequence[Rank]], *, asked: str, mode: SearchMode, accepted: bool = False
) -> Figures:
    """`ranks` holds as many ranks of each way of searching, one a question."""
    count = len(ranks[mode])
    return Figures(
        questions=count,
        asked=asked,
        mode=mode,
        ndcg={name: sum(map(gain_of, each)) / count for name, each in ranks.items()},
        found={name: sum(rank is not None for rank in each) / count for name, each in ranks.items()},
        accepted=accepted,
    )


def figures_from(fields: Any) -> Figures:
    """What `to_json` wrote. Raises KeyError, TypeError, ValueError for anything else."""
    mode, asked, questions = fields["mode"], fields["asked"], fields["questions"]
    if mode not in MODES or not isinstance(asked, str) or type(questions) is not int or questions < 1:
        raise ValueError("its quality has no questions")
    return Figures(
        questions=questions,
        asked=asked,
        mode=mode,
        ndcg=_shares(fields[f"ndcg@{DEPTH}"]),
        found=_shares(fields[f"found@{DEPTH}"]),
        accepted=fields["accepted"] is True,
    )


def _shares(fields: Any) -> dict[str, float]:
    shares: dict[str, float] = {name: float(fields[name]) for name in MODES}
    if not all(0 <= each <= 1 for each in shares.values()):
        raise ValueError("its quality has a figure that is not a share")
    return shares
