"""Quality over the versions as a picture, in SVG that browsers and a repository's pages show. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.quality.figures import DEPTH, MODES
from corpus.snapshot.manifest import Manifest

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 50, 90, 40, 60
COLOURS = {"dense": "#4269d0", "lexical": "#efb118", "hybrid": "#3ca951"}


def plot_of(manifests: Sequence[Manifest]) -> str:
    """nDCG@10 of each way of searching, oldest version on the left; a line ends when the questions changed.

    Versions that no gate has judged are left out.
    """
    judged = [(each.created_at[:16].replace("T", " "), each.quality) for each in manifests if each.quality]

    def across(place: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (place / max(1, len(judged) - 1))

    def up(share: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"',
        ' font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">nDCG@{DEPTH} by version</text>',
    ]
    for tenth in range(0, 11, 2):
        y = up(tenth / 10)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    step = max(1, len(judged) // 6)
    for place, (day, _) in enumerate(judged[::step]):
        x = across(place * step)
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{day}</text>')
    for row, mode in enumerate(MODES):
        colour = COLOURS[mode]
        points = [(across(place), up(quality.ndcg[mode])) for place, (_, quality) in enumerate(judged)]
        for place, (x, y) in enumerate(points):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
            if place and judged[place][1].asked == judged[place - 1][1].asked:
                before_x, before_y = points[place - 1]
                parts.append(
                    f'<line x1="{before_x:.1f}" y1="{before_y:.1f}" x2="{x:.1f}" y2="{y:.1f}" stroke="{colour}" '
                    'stroke-width="2"/>'
                )
        parts.append(f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 18 * row}" fill="{colour}">{mode}</text>')
    return "\n".join([*parts, "</svg>", ""])
