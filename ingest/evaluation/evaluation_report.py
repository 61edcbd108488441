"""Show people what an evaluation found."""

from __future__ import annotations

from rich.table import Table

from ingest.command import console
from ingest.evaluation.evaluate import Evaluation


def show_evaluation(evaluation: Evaluation) -> None:
    """A table of measures by mode on stdout."""
    names = list(next(iter(evaluation.measures.values())))
    table = Table("", *names)
    for mode, values in evaluation.measures.items():
        table.add_row(mode, *(f"{values[name]:.4f}" for name in names))
    console.out.print(table)
    if evaluation.difference is not None:
        found = evaluation.difference
        console.out.print(
            f"hybrid - {evaluation.better}, nDCG@10: {found.mean:+.4f} (95 % interval {found.low:+.4f} to "
            f"{found.high:+.4f}, paired bootstrap)"
        )
    console.out.print(
        f"{evaluation.documents:,} documents, {evaluation.chunks:,} chunks, {evaluation.queries:,} queries"
    )
