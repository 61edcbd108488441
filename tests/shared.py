"""Where the shared data lies, if it is there. Tests that need it are skipped where it is not."""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(os.environ.get("SHARED_DIR", Path(__file__).parents[2] / "shared"))
