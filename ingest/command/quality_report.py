"""The output of a gate and of an evaluation by questions, for people and for machines."""

from __future__ import annotations

from rich.text import Text

from corpus.quality.figures import DEPTH, MODES, Figures, Rank
from corpus.quality.questions import Passage, Question
from ingest.command import console
from ingest.evaluation.comparison import Change, Judgement

SHOWN_CHARS = 160
STYLES = {"lost": "red", "gained": "green", "moved": "yellow"}
MAX_SHOWN = 200


def show_judgement(judgement: Judgement) -> None:
    """The questions that are answered differently, worst first, then the figures, on stdout."""
    order = {"lost": 0, "moved": 1, "gained": 2}
    changes = sorted(judgement.changes, key=lambda each: (order[each.kind], each.question.line))
    for change in changes[:MAX_SHOWN]:
        _show_change(change)
    if len(changes) > MAX_SHOWN:
        console.say(f"… and {len(changes) - MAX_SHOWN:,} more; --json lists all.")
    show_figures(judgement.figures, served=judgement.served)
    if judgement.served is not None:
        counts = [f"{sum(each.kind == kind for each in changes):,} {kind}" for kind in order]
        console.out.print(f"{judgement.figures.questions:,} questions: {', '.join(counts)}")


def show_missed(question: Question, first: Passage | None) -> None:
    """A question whose answer is not found, and what comes first instead, on stdout."""
    console.out.print(Text(f"missed  line {question.line}: {console.shown(question.text)}", style="red"))
    console.out.print(Text(f"    wanted  {console.shown(question.wanted)}\n    first   {_passage_line(first)}"))


def show_figures(figures: Figures, *, served: Figures | None = None) -> None:
    """A row for each way of searching on stdout."""
    columns = ["", f"nDCG@{DEPTH}", f"found@{DEPTH}"]
    if served is None:
        rows = [(mode, f"{figures.ndcg[mode]:.3f}", f"{figures.found[mode]:.3f}") for mode in MODES]
        console.show_rows(columns, rows)
        return
    columns = ["", f"nDCG@{DEPTH} served", "new", "change", f"found@{DEPTH} served", "new"]
    rows_of_both = [
        (
            mode,
            f"{served.ndcg[mode]:.3f}",
            f"{figures.ndcg[mode]:.3f}",
            f"{figures.ndcg[mode] - served.ndcg[mode]:+.3f}",
            f"{served.found[mode]:.3f}",
            f"{figures.found[mode]:.3f}",
        )
        for mode in MODES
    ]
    console.show_rows(columns, rows_of_both)


def judgement_to_json(judgement: Judgement) -> dict[str, object]:
    """The object `gate` of `publish --json`."""
    return {
        **judgement.figures.to_json(),
        "served": judgement.served.to_json() if judgement.served else None,
        "reasons": list(judgement.reasons),
        "changes": [
            {
                "line": each.question.line,
                "question": each.question.text,
                "wanted": each.question.wanted,
                "change": each.kind,
                "served_rank": each.old,
                "rank": each.new,
                "first_served": _to_json(each.before),
                "first": _to_json(each.instead),
            }
            for each in judgement.changes
        ],
    }


def _show_change(change: Change) -> None:
    rank = f"{_rank(change.old)} to {_rank(change.new)}"
    head = f"{change.kind}  line {change.question.line}, {rank}: {console.shown(change.question.text)}"
    console.out.print(Text(head, style=STYLES[change.kind]))
    console.out.print(Text(f"    wanted  {console.shown(change.question.wanted)}"))
    console.out.print(Text(f"    served  {_passage_line(change.before)}"))
    console.out.print(Text(f"    new     {_passage_line(change.instead)}"))


def _rank(rank: Rank) -> str:
    return "nowhere" if rank is None else str(rank)


def _passage_line(passage: Passage | None) -> str:
    if passage is None:
        return "nothing"
    page = f", page {passage.page}" if passage.page is not None else ""
    text = " ".join(passage.text.split())
    return console.shown(f"{passage.source}{page}: {text[:SHOWN_CHARS]}{'…' if len(text) > SHOWN_CHARS else ''}")


def _to_json(passage: Passage | None) -> dict[str, object] | None:
    if passage is None:
        return None
    return {"source": passage.source, "page": passage.page, "text": passage.text[:SHOWN_CHARS]}
