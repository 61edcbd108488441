"""`python -m infra.costs`: what a deployment costs a month, by dated list prices; docs/deploy.md holds its table.

Prices are of us-east-1, in US dollars, without free tiers, which cover the smaller figures in a new account:
aws.amazon.com/lambda/pricing and its like for API Gateway, S3 and CloudWatch, and OpenAI's price list.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

PRICES_OF = "2026-11"

REQUEST = 0.20 / 1_000_000
GB_SECOND = 0.0000166667
HTTP_API_CALL = 1.00 / 1_000_000
SNAP_START_CACHE_GB_SECOND = 0.0000015046
SNAP_START_RESTORE_GB = 0.0001397998
S3_GB_MONTH = 0.023
S3_READ = 0.0004 / 1000
LOG_GB = 0.50
ALARM = 0.10
METRIC = 0.30
EMBEDDING_TOKEN = 0.02 / 1_000_000  # text-embedding-3-small

# serverless.yml's: memory, alarms; handler/observing/metrics.py's: metrics.
MEMORY_GB = 1769 / 1024
ALARMS = 3
METRICS = 6
MONTH_SECONDS = 30 * 24 * 3600
# As `python -m benchmarks.cold_start` measures them at 10,000 chunks (0.57 s); fetching a version from S3 comes first.
RESTORE_SECONDS, COLD_START_SECONDS = 0.05, 0.6


@dataclass(frozen=True, slots=True)
class Use:
    """A month: questions, the share that meets a new environment, and seconds billed for each."""

    questions: int
    cold_share: float
    # Most of it is waiting for the embeddings endpoint; the search itself takes some milliseconds.
    seconds: float = 0.3
    tokens: int = 25
    log_bytes: int = 1_200
    snapshot_gb: float = 0.15
    kept_versions: int = 5


def costs(use: Use, *, snap_start: bool) -> dict[str, float]:
    """Dollars a month by what they are paid for."""
    restores = use.questions * use.cold_share
    start = RESTORE_SECONDS if snap_start else COLD_START_SECONDS
    compute = (use.questions * use.seconds + restores * start) * MEMORY_GB * GB_SECOND
    # Paid for as long as the version exists, whether anybody asks or not; one version here.
    snap = MEMORY_GB * (MONTH_SECONDS * SNAP_START_CACHE_GB_SECOND + restores * SNAP_START_RESTORE_GB)
    has_metrics = use.questions > 0
    return {
        "Lambda": use.questions * REQUEST + compute,
        "SnapStart": snap if snap_start else 0.0,
        "API Gateway": use.questions * HTTP_API_CALL,
        "S3": use.snapshot_gb * use.kept_versions * S3_GB_MONTH + (use.questions + 20 * restores) * S3_READ,
        "logs, metrics, alarms": use.questions * use.log_bytes / 1e9 * LOG_GB
        + ALARMS * ALARM
        + METRICS * METRIC * has_metrics,
        "embeddings": use.questions * use.tokens * EMBEDDING_TOKEN,
    }


def table() -> str:
    """Markdown: a row for each thing paid for, a column for each amount of questions, with and without SnapStart."""
    uses = (Use(0, 0.0), Use(10_000, 0.05), Use(1_000_000, 0.01))
    columns = [costs(use, snap_start=snap_start) for use in uses for snap_start in (True, False)]
    heads = [
        f"{use.questions:,}{'' if snap_start else ', no SnapStart'}" for use in uses for snap_start in (True, False)
    ]
    lines = [f"| questions a month | {' | '.join(heads)} |", "|---|" + "---:|" * len(columns)]
    lines += [f"| {name} | {' | '.join(f'{column[name]:.2f}' for column in columns)} |" for name in columns[0]]
    lines.append(f"| **all, US dollars** | {' | '.join(f'**{sum(column.values()):.2f}**' for column in columns)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
