"""`handler serve` as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Serving:
    """`said` is what it printed on stderr: up to the line that it is ready, and all of it once it has ended."""

    pid: int
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it serves."""
        (line,) = [line for line in self.said if line.startswith("Serving on ")]
        return line.removeprefix("Serving on ")


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[Serving]:
    """A running `handler serve` on a free port; stopped as by Ctrl-C, which must end it well."""
    process = subprocess.Popen(
        [sys.executable, "-m", "handler", "serve", "--port", "0", *arguments],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    state = Serving(process.pid)
    for line in process.stderr:
        state.said.append(line.rstrip())
        if line.endswith("Ctrl-C stops it.\n") or line.startswith("handler:"):
            break
    # Read on, or its log fills the pipe and it waits for us.
    reader = threading.Thread(target=lambda stream: state.said.extend(map(str.rstrip, stream)), args=(process.stderr,))
    reader.start()
    try:
        yield state
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(20)
        reader.join()
        process.stderr.close()
        said = "\n".join(state.said)
        assert code == 0, said
        assert "Traceback" not in said
