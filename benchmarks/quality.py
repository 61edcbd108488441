"""How good search is on test collections: python -m benchmarks.quality DATA_DIR [COLLECTION ...]

DATA_DIR holds collections in BEIR's layout, in folders of any depth. Writes the table between the markers of
docs/quality.md and the plot docs/quality.svg. Vectors are kept in .eval-cache, so a second run takes minutes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from corpus.settings import LOCAL_MODEL, SearchMode
from ingest.evaluate import MODES, EvalOptions, Evaluation, evaluate
from ingest.settings import IngestSettings

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
COLOURS = {"dense": "#4c78a8", "lexical": "#f58518", "hybrid": "#54a24b"}

Row = tuple[str, bool, Evaluation]  # Collection, whether split, what was found.


def collections(folder: Path, named: list[str]) -> list[str]:
    """Every collection below the folder that has the usual judgements, or those named."""
    found = sorted(path.parent.parent.relative_to(folder).as_posix() for path in folder.rglob("qrels/test.tsv"))
    return [name for name in found if not named or name in named]


def table(rows: list[Row]) -> str:
    lines = [
        "| collection | documents | chunks | dense | lexical | hybrid | hybrid − better (95 %) | recall@10 | @100 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, split, found in rows:
        scores = " | ".join(f"{found.measures[mode]['ndcg@10']:.3f}" for mode in MODES)
        change = found.difference
        interval = f"{change.mean:+.3f} ({change.low:+.3f} to {change.high:+.3f})" if change else ""
        hybrid = found.measures["hybrid"]
        lines.append(
            f"| {name}{'' if split else ', whole'} | {found.documents:,} | {found.chunks:,} | {scores} | {interval} | "
            f"{hybrid['recall@10']:.3f} | {hybrid['recall@100']:.3f} |"
        )
    return "\n".join(lines)


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
    rows: list[Row] = []
    for name in collections(folder, named):
        for split in (False, True):
            rows.append((name, split, evaluate(folder / name, settings, EvalOptions(split=split))))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    page = DOCS / "quality.md"
    measured = f"{BEGIN}\n{table(rows)}\n{END}"
    text = page.read_text("utf-8")
    page.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: measured, text, flags=re.S), "utf-8")
    bars = {name: {mode: found.measures[mode]["ndcg@10"] for mode in MODES} for name, split, found in rows if not split}
    (DOCS / "quality.svg").write_text(plot(bars), "utf-8")


if __name__ == "__main__":
    main()
