"""What a run on Ray is given, and what it told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.report import Report
from ingest.settings import IngestSettings
from tests.openai_server import KEY, EmbeddingsServer


def settings(store: Path, docs: Path, server: EmbeddingsServer) -> IngestSettings:
    return IngestSettings.model_validate(
        {
            "chroma_path": store,
            "source_root": docs,
            "workers": 2,
            "openai_api_key": KEY,
            "openai_base_url": server.url,
            "embedding_dimensions": 16,
            "allow_private_addresses": True,
        }
    )


def said(report: Report) -> dict[str, Any]:
    told = {name: value for name, value in report.to_json().items() if not name.endswith("seconds")}
    return {name: sorted(value, key=str) if isinstance(value, list) else value for name, value in told.items()}
