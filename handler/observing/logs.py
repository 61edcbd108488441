"""Log records as JSON lines in Lambda, as short plain lines in a terminal. The event's name is constant.

What is logged holds no query, text or key, whatever the environment tells libraries to log (OPENAI_LOG=debug shows all
that is sent): of theirs, only warnings pass, and of exceptions only where they were raised.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from typing import Any

from corpus.urls import without_passwords
from handler.observing.audit_trail import EVENT

OURS = ("corpus", "handler")
_JSON = json.JSONEncoder(ensure_ascii=False, default=str)


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
            line["exception"] = traced(record.exc_info[1])
        return _JSON.encode(line)


class PlainLines(logging.Formatter):
    """`12:30:05 request method=POST route=/search status=200 ms=12.3`"""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        if record.getMessage() == EVENT:  # Programs read these, wherever they are written.
            return JsonLines().format(record)
        fields = getattr(record, "fields", {})
        shown = " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
        line = f"{time.strftime('%H:%M:%S', time.localtime(record.created))} {record.getMessage()} {shown}".rstrip()
        return f"{line}\n{traced(record.exc_info[1])}" if record.exc_info else line


def traced(error: BaseException | None) -> str:
    """The exception, its causes, and where each was raised. Not their messages, which may quote the query."""
    causes = []
    while error is not None:
        places = "".join(traceback.format_tb(error.__traceback__))
        causes.append(f"Traceback (most recent call last):\n{places}{type(error).__qualname__}")
        error = error.__cause__ or error.__context__
    return "\nfollowed from\n".join(causes)


def is_ours_or_grave(record: logging.LogRecord) -> bool:
    """Whether it may pass."""
    ours = record.name.partition(".")[0] in OURS and record.levelno >= logging.INFO
    return ours or record.levelno >= logging.WARNING


class Stderr(logging.Handler):
    """Writes to the current stderr: whoever replaces it, as test runners do, gets the lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line."""
        sys.stderr.write(without_passwords(self.format(record)) + "\n")
        sys.stderr.flush()


def configure(formatter: logging.Formatter) -> None:
    """Send what may pass to stderr. Replaces what the Lambda runtime or uvicorn set up."""
    output = Stderr()
    output.setFormatter(formatter)
    output.addFilter(is_ours_or_grave)
    logging.basicConfig(level=logging.INFO, handlers=[output], force=True)
