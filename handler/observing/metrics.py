"""The request's log line as CloudWatch's embedded metric format: CloudWatch makes metrics of it by itself.

Format: AWS's "CloudWatch embedded metric format specification". The metrics stand at the top of the line.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

UNITS = {
    "ms": "Milliseconds",
    "embedding_ms": "Milliseconds",
    "search_ms": "Milliseconds",
    "results": "Count",
    "faults": "Count",
    "throttled": "Count",
}


def with_metrics(fields: Mapping[str, Any], *, namespace: str, function: str) -> dict[str, Any]:
    """The fields and what CloudWatch needs to read them, by function.

    Not by route as well: each metric is paid for once for every route, and the lines themselves tell routes apart.
    """
    status = int(fields["status"])
    counted = {**fields, "function": function, "faults": int(status >= 500), "throttled": int(status == 429)}
    metrics = [{"Name": name, "Unit": unit} for name, unit in UNITS.items() if name in counted]
    directive = {"Namespace": namespace, "Dimensions": [["function"]], "Metrics": metrics}
    return {**counted, "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}}
