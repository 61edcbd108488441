"""A cluster of several raylets on this machine, and what is killed in it, or in a Ray of a run's own."""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import re
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.free_port import free_port
from tests.ray_runs.scene import beside, processes

STORE_BYTES = 80_000_000
# Reached from this machine alone, which may be busy.
ALONE = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "disabled",
    "RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S": "120",
}
# So that the loss of a node is noticed within seconds.
QUICK = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 500,
    "health_check_failure_threshold": 4,
}
IDLE = re.compile("IDLE|Agent")
chance = random.Random()


@dataclass
class Machines:
    """The nodes beside the head, of one processor each."""

    address: str
    cluster: Any
    others: list[Any] = field(default_factory=list)

    def fill(self, count: int) -> None:
        """Have so many; in the main thread, as Ray asks, whose handler of SIGTERM it takes."""
        handler = signal.getsignal(signal.SIGTERM)
        while len(self.others) < count:
            self.others.append(self.cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES))
        signal.signal(signal.SIGTERM, handler)

    def lose(self) -> None:
        """Kill one at random."""
        node = self.others.pop(chance.randrange(len(self.others)))
        self.cluster.remove_node(node, allow_graceful=False)


@contextlib.contextmanager
def cluster(nodes: int = 3, *, environment: dict[str, str] | None = None, **system: object) -> Iterator[Machines]:
    """The address of its head is ray://127.0.0.1:…; `environment` is added to its processes'."""
    os.environ.update(ALONE)
    before = dict(os.environ)
    os.environ.update(environment or {})
    port = free_port()
    head = {
        "num_cpus": 1,
        "include_dashboard": False,
        "object_store_memory": STORE_BYTES,
        "ray_client_server_port": port,
        "_system_config": QUICK | system,
    }
    handler = signal.getsignal(signal.SIGTERM)
    made = importlib.import_module("ray.cluster_utils").Cluster(initialize_head=True, head_node_args=head)
    signal.signal(signal.SIGTERM, handler)
    machines = Machines(f"ray://127.0.0.1:{port}", made)
    try:
        machines.fill(nodes - 1)
        for name in environment or {}:
            os.environ.pop(name)
        os.environ.update(before)
        yield machines
    finally:
        made.shutdown()


def busy_workers(mark: str) -> list[int]:
    """The processes of ours that do a run's tasks. A machine's agents do none: it ends with either, and so may the
    head, which nobody does without.
    """
    return [pid for pid, name in processes(mark).items() if name.startswith("ray::") and not IDLE.search(name)]


@contextlib.contextmanager
def killing(most: int, mark: str, machines: Machines | None = None) -> Iterator[list[str]]:
    """Workers killed at random while this is open, until so many are; and of a cluster, where one is given, a node."""
    killed: list[str] = []

    def kill(done: threading.Event) -> None:
        while len(killed) < most and not done.wait(chance.uniform(0.2, 1.0)):
            busy = busy_workers(mark)
            if not busy:
                continue
            if machines is not None and "node" not in killed and chance.random() < 0.4:
                machines.lose()
                killed.append("node")
                continue
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(busy), signal.SIGKILL)
                killed.append("worker")

    try:
        with beside(kill):
            yield killed
    finally:
        if machines is not None:
            machines.fill(2)


def end(mark: str, *, seconds: float = 90.0) -> None:
    """Wait for the processes of that mark, which is another than this one's, and kill those that stay."""
    until = time.monotonic() + seconds
    while processes(mark) and time.monotonic() < until:
        time.sleep(0.5)
    for pid in processes(mark):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
