"""Child processes with a pipe to each. Their `serve` reads from standard input and answers on standard output."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import queue
import subprocess
import sys
import threading
import warnings
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

# -P: a file of the working directory must not be taken for one of our modules. Our packages are the parent's, even if
# others are installed; for everything else our folder comes last, unless it is one that Chroma was built into.
# Whoever queries the store that is written to comes first: an ingest can wait, at no cost if nobody queries.
_SERVE = """
import os, sys
os.nice(5)
from importlib import import_module
from os.path import isdir
sys.path.insert(0, sys.argv[1])
import corpus, ingest
if not isdir(sys.argv[1] + "/chromadb"):
    sys.path.append(sys.path.pop(0))
from corpus.garbage import no_collecting
with no_collecting():
    module = import_module(sys.argv[2])
module.serve()
"""
_COMMAND = ("-P", "-c", _SERVE, str(Path(__file__).parents[1]))
_GOODBYE_SECONDS = 2.0
# Linux gives a pipe 64 KiB: a parent with much to send would wait for a child that is still starting. With many
# children, more than this would use up what a user may have (64 MiB).
_LINE_BYTES = 2**18


class Child:
    """One process, which runs the `serve` of a module. It keeps the descriptors in `keep_open` open while it lives."""

    def __init__(self, module: str, *, keep_open: Sequence[int] = ()) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, *_COMMAND, module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=tuple(keep_open),
            process_group=0,  # The parent handles Ctrl-C.
        )
        self.pid = self._process.pid
        self._requests = Connection(_widened(_taken(self._process.stdin)), readable=False)
        self.answers = Connection(_taken(self._process.stdout), writable=False)

    def send(self, request: object) -> None:
        """Send a request. If the process has ended, the missing answer shows it."""
        with contextlib.suppress(BrokenPipeError):
            self._requests.send(request)

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def close_stdin(self) -> None:
        """Tell the process to end."""
        self._requests.close()

    def leave(self) -> int | None:
        """Tell the process to end; its exit code, None if it is still finishing its work."""
        self._requests.close()
        self.answers.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_GOODBYE_SECONDS)
        return None

    def end(self) -> int:
        """Wait for the process to end, or end it; its exit code."""
        code = self.leave()
        if code is None:
            self._process.kill()
            code = self._process.wait()
        return code


def line_to_parent() -> tuple[Connection, Connection]:
    """In the child: the pipes for requests and answers."""
    return Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)


def silence(*, but_errors: bool = False) -> None:
    """In the child: discard what libraries print, because standard output carries the answers."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1) if but_errors else (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    logging.disable()
    warnings.simplefilter("ignore")


def receive(requests: Connection, waiting: queue.SimpleQueue[Any]) -> None:
    """In the child: queue requests as they arrive; end the process, whatever it is doing, when the parent closes the
    pipe or dies.
    """
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()


def _receive(requests: Connection, waiting: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            waiting.put(requests.recv())
    except (EOFError, OSError):
        os._exit(0)


def _taken(pipe: IO[bytes] | None) -> int:
    """The pipe's descriptor, which the caller now has to close."""
    if pipe is None:
        raise ValueError("The process was started without this pipe.")
    with pipe:
        return os.dup(pipe.fileno())


def _widened(pipe: int) -> int:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # This user's allowance is used up.
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _LINE_BYTES)
    return pipe
