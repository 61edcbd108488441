"""Log records as JSON lines in Lambda, as short plain lines in a terminal. The event's name is constant."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, and the record's `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """`12:30:05 request method=POST route=/search status=200 ms=12.3`"""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields = getattr(record, "fields", {})
        shown = " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
        line = f"{time.strftime('%H:%M:%S', time.localtime(record.created))} {record.getMessage()} {shown}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class Stderr(logging.Handler):
    """Writes to what stderr is now: whoever replaces it, as test runners do, gets the lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line."""
        sys.stderr.write(self.format(record) + "\n")
        sys.stderr.flush()


def configure(formatter: logging.Formatter) -> None:
    """Send everything from INFO up to stderr. Replaces what the Lambda runtime or uvicorn set up."""
    output = Stderr()
    output.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[output], force=True)
    # They tell of every request, and the path with it; we log it ourselves.
    for name in ("mangum", "httpx", "httpx2", "openai", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)
