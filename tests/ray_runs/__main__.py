"""What `ingest add --on` promises, on Ray itself: python -m tests.ray_runs [NAME ...]

Prints a line for each promise, and exits with 1 where one is not kept. `make ray` installs Ray in an environment of its
own and runs all of it, in about half an hour on two cores.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.chroma_server import chroma_server
from tests.openai_server import EmbeddingsServer, embeddings_server
from tests.ray_runs import faults, figures, typed, wrong
from tests.ray_runs.clusters import cluster
from tests.ray_runs.scene import MARK, Scene, failed

MANY = 100_000
SMALL = 10_000


@contextlib.contextmanager
def scene(server: EmbeddingsServer, *, on_server: bool = False) -> Iterator[Scene]:
    """A folder of its own, and a Chroma server of its own where one is wanted."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="r")))
        url = stack.enter_context(chroma_server(folder / "chroma")) if on_server else None
        yield Scene(folder, server, url)


def one_node(server: EmbeddingsServer, *, on_server: bool) -> None:
    """A Ray of the run's own."""
    where = "one node into a server" if on_server else "one node"
    with scene(server, on_server=on_server) as given:
        faults.equal(given, "ray", where)
        faults.killed_driver(given, "ray", where)


def killed_workers(server: EmbeddingsServer) -> None:
    """Of a Ray of the run's own."""
    with scene(server) as given:
        faults.killed(given, "ray", "one node")


def three_nodes(server: EmbeddingsServer, *, on_server: bool) -> None:
    """A cluster of three."""
    where = "three nodes into a server" if on_server else "three nodes"
    with scene(server, on_server=on_server) as given, cluster() as machines:
        faults.equal(given, machines.address, where)
        faults.killed(given, machines.address, where, machines)
        faults.killed_driver(given, machines.address, where)


def commands(server: EmbeddingsServer) -> None:
    """What is typed."""
    with scene(server) as given:
        typed.typed(given, "ray", "one node")
        wrong.two_drivers(given, "ray", "one node")


def commands_to_cluster(server: EmbeddingsServer) -> None:
    """The same, to three nodes into a server."""
    with scene(server, on_server=True) as given, cluster() as machines:
        typed.typed(given, machines.address, "three nodes into a server")
        wrong.two_drivers(given, machines.address, "three nodes into a server")


def each(server: EmbeddingsServer, *checks: Callable[[Scene], None]) -> None:
    """What is wrong is told in a line."""
    for check in checks:
        with scene(server) as given:
            check(given)


def numbers(server: EmbeddingsServer, small: int) -> None:
    """Ratios."""
    figures.lines()
    with scene(server) as given:  # First, for it sees Ray's first start.
        figures.overhead(given, "ray", small)
    figures.throughput(server)


def many(server: EmbeddingsServer, files: int) -> None:
    """Memory, and a second run."""
    with scene(server) as given:
        figures.memory(given, "ray", files)
        figures.unchanged(given, "ray", files)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--many", type=int, default=MANY, help="files whose memory is looked at, and that are unchanged"
    )
    parser.add_argument("--small", type=int, default=SMALL, help="small files that are brought in")
    parser.add_argument("--other-python", type=Path, metavar="PYTHON", help="of another version, with Ray in it")
    parts: dict[str, Callable[[EmbeddingsServer], None]] = {
        "one": partial(one_node, on_server=False),
        "one-server": partial(one_node, on_server=True),
        "killed": killed_workers,
        "three": partial(three_nodes, on_server=False),
        "three-server": partial(three_nodes, on_server=True),
        "typed": commands,
        "typed-three": commands_to_cluster,
        "wrong": lambda server: each(server, wrong.without_ray, wrong.on_other_workers, wrong.without_credentials),
        "full": lambda server: each(server, wrong.full_object_store),
        "python": lambda server: each(server, partial(wrong.another_python, python=given.other_python)),
        "numbers": lambda server: numbers(server, given.small),
        "many": lambda server: many(server, given.many),
    }
    parser.add_argument("names", nargs="*", choices=[*parts, []], metavar="NAME", help=", ".join(parts))
    given = parser.parse_args()
    os.environ[MARK] = uuid.uuid4().hex
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended."))  # Not without those that were started.
    with embeddings_server() as server:
        for name in given.names or (name for name in parts if name != "python" or given.other_python):
            parts[name](server)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
