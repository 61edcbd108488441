"""A network path on loopback that can go dead: it still accepts, and nothing comes through."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Gate:
    """`url` leads to `port`. While `shut`, bytes are swallowed; opening it cuts what was left hanging."""

    port: int
    url: str = ""
    shut: bool = False
    held: list[socket.socket] = field(default_factory=list)

    def open(self) -> None:
        """Let bytes through again. Connections of the dead time end, as those of a restarted server do."""
        self.shut = False
        self._cut()

    def _cut(self) -> None:
        while self.held:
            with contextlib.suppress(OSError):
                self.held.pop().shutdown(socket.SHUT_RDWR)

    def _join(self, caller: socket.socket) -> None:
        with contextlib.suppress(OSError), caller, socket.create_connection(("127.0.0.1", self.port)) as server:
            self.held += [caller, server]
            back = threading.Thread(target=self._pass, args=(server, caller), daemon=True)
            back.start()
            self._pass(caller, server)
            back.join()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self.shut:
                    target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def gate(port: int, *, shut: bool = False) -> Iterator[Gate]:
    """A path to the port of loopback, until the block ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        state = Gate(port, f"http://127.0.0.1:{listener.getsockname()[1]}", shut=shut)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    caller, _ = listener.accept()
                    threading.Thread(target=state._join, args=(caller,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            state.open()
            thread.join()
