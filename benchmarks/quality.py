"""How good search is on test collections: python -m benchmarks.quality DATA_DIR [COLLECTION ...]

DATA_DIR holds collections in BEIR's layout, in folders of any depth. Each line that is measured takes its place in the
table between the markers of docs/quality.md, and in the plot docs/quality.svg: a run that is stopped keeps what it
has. Vectors are kept in .eval-cache, so that a second run takes minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from corpus.settings import LOCAL_MODEL, SearchMode
from ingest.evaluation.evaluate import MODES, RERANKED, EvalOptions, Evaluation, evaluate
from ingest.settings import IngestSettings

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
COLOURS = {"dense": "#4c78a8", "lexical": "#f58518", "hybrid": "#54a24b"}

HEAD = (
    "| collection | documents | chunks | dense | lexical | hybrid | hybrid − better (95 %) | recall@10 | @100 "
    "| ideal@30 |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)
WHOLE = ", whole"
IDEAL = f"ideal@{RERANKED}"


def collections(folder: Path, named: list[str]) -> list[str]:
    """Every collection below the folder that has the usual judgements, or those named."""
    found = sorted(path.parent.parent.relative_to(folder).as_posix() for path in folder.rglob("qrels/test.tsv"))
    return [name for name in found if not named or name in named]


def line(name: str, found: Evaluation) -> str:
    """The table's line of one evaluation."""
    scores = " | ".join(f"{found.measures[mode]['ndcg@10']:.3f}" for mode in MODES)
    hybrid = found.measures["hybrid"]
    return (
        f"| {name} | {found.documents:,} | {found.chunks:,} | {scores} | {interval(found)} | "
        f"{hybrid['recall@10']:.3f} | {hybrid['recall@100']:.3f} | {hybrid[IDEAL]:.3f} |"
    )


def interval(found: Evaluation) -> str:
    """How much better hybrid is than the better of its parts."""
    change = found.difference
    return f"{change.mean:+.3f} ({change.low:+.3f} to {change.high:+.3f})" if change else ""


def write(page: Path, lines: Mapping[str, str]) -> None:
    """Put these lines, by collection, into the page's table, and all of the table into the plot beside it."""
    text = page.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    measured, _, after = rest.partition(END)
    rows = {cells[0]: row for row in measured.splitlines()[3:] if (cells := _cells(row))} | dict(lines)
    ordered = [
        rows[name] for name in sorted(rows, key=lambda name: (name.removesuffix(WHOLE), not name.endswith(WHOLE)))
    ]
    page.write_text("\n".join([before + BEGIN, HEAD, *ordered, END + after]), "utf-8")
    whole = [cells for cells in map(_cells, ordered) if cells[0].endswith(WHOLE)]
    bars = {cells[0].removesuffix(WHOLE): dict(zip(MODES, map(float, cells[3:6]), strict=True)) for cells in whole}
    page.with_suffix(".svg").write_text(plot(bars), "utf-8")


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def plot(scores: Mapping[str, Mapping[SearchMode, float]]) -> str:
    """Bars of nDCG@10 as SVG, a group for each collection."""
    width, height, group = 120 + 110 * len(scores), 260, 110
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="11"><rect width="100%" height="100%" fill="white"/>'
    ]
    for step in range(0, 11, 2):
        y = 210 - 18 * step
        parts.append(f'<path d="M40 {y}H{width}" stroke="#ddd"/><text x="12" y="{y + 4}">{step / 10:.1f}</text>')
    for place, (name, by_mode) in enumerate(scores.items()):
        left = 50 + group * place
        for bar, (mode, value) in enumerate(by_mode.items()):
            tall = 180 * value
            parts.append(
                f'<rect x="{left + 28 * bar}" y="{210 - tall:.1f}" width="26" height="{tall:.1f}" '
                f'fill="{COLOURS[mode]}"/><text x="{left + 28 * bar + 1}" y="{206 - tall:.1f}">{value:.2f}</text>'
            )
        parts.append(f'<text x="{left}" y="226">{name}</text>')
    for place, mode in enumerate(MODES):
        parts.append(f'<rect x="{50 + 80 * place}" y="240" width="10" height="10" fill="{COLOURS[mode]}"/>')
        parts.append(f'<text x="{64 + 80 * place}" y="249">{mode}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    folder, named = Path(sys.argv[1]), sys.argv[2:]
    settings = IngestSettings(embedding_model=LOCAL_MODEL)
    for name in collections(folder, named):
        for split in (False, True):
            row = name if split else name + WHOLE
            lines = {row: line(row, evaluate(folder / name, settings, EvalOptions(split=split)))}
            print(lines[row], flush=True)
            write(DOCS / "quality.md", lines)


if __name__ == "__main__":
    main()
