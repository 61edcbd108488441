"""SQLite's cache while it writes to an embedded store. Only for a process that has not opened the store yet.

A transaction that outgrows SQLite's cache of 2 MB writes to the file before it is done, and from then on nobody can
read: a write of 200 chunks does. The cache size is stored in the file itself, and whoever opens it uses that
(https://www.sqlite.org/fileformat.html, "Suggested cache size").
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from corpus.store.change_detection import SQLITE_FILE

# Pages of 4,096 bytes: what 200 chunks of 3,072 dimensions change, and what is removed from the queue with a thousand.
PAGES = 5000


def widen_page_cache(folder: Path) -> None:
    """Set a cache size in the store's file that holds a whole write; unless another process is using the file."""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"{(folder / SQLITE_FILE).absolute().as_uri()}?mode=rw", uri=True)) as file,
    ):
        if file.execute("PRAGMA default_cache_size").fetchone() != (PAGES,):
            file.execute(f"PRAGMA default_cache_size = {PAGES}")
