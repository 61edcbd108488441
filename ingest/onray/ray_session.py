"""A private Ray on this machine, or somebody's cluster: opened once, closed again, its errors in one line.

Ray takes some of its settings from the environment only, and before it is imported; they are set here and read nowhere.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from corpus import __version__
from corpus.errors import ClusterUnavailable, CorpusError, SettingsError

LOCAL = "ray"
OBJECT_STORE_BYTES = 256 * 2**20
RETRIES = 20
ATTEMPTS = 3  # To be admitted by a head, or to start one: on a busy machine either takes longer than Ray waits.
TOLD = 300  # Characters of Ray's own messages.
# Otherwise Ray prints tracebacks of the tasks that fail beside the one whose error is reported.
UNTOLD = {"RAY_IGNORE_UNHANDLED_ERRORS": "1"}
EMBEDDINGS_AT_ONCE = 2  # For each worker: an endpoint answers one while the other is on its way.
# Sent by value: a worker finds our packages as they lie there, in a checkout or in the wheel's one folder.
_BOOTSTRAP = """
def run(name, version, orders, given):
    import platform, sys
    from importlib import import_module
    from importlib.util import find_spec
    if find_spec("ingest") is None and (wheel := find_spec("retrieval_action")):
        sys.path.insert(0, wheel.submodule_search_locations[0])
    if (here := import_module("corpus").__version__) != version:
        raise import_module("corpus.errors").SettingsError(
            f"Worker {platform.node()} has version {here} of this project and this command {version}. Install the "
            "same on all of them."
        )
    return import_module("ingest.onray.tasks").serve(name, orders, given)

class Embedding:
    def embed(self, version, orders, given):
        return run("embed", version, orders, given)
"""


class Session:
    """An open Ray. Its methods raise ClusterUnavailable, and any CorpusError that a task raised."""

    def __init__(self, ray: Any, address: str, orders: object) -> None:
        self._ray = ray
        self._address = address
        code: dict[str, Any] = {"__name__": "retrieval_action_tasks"}
        exec(_BOOTSTRAP, code)  # noqa: S102 - our own words
        self._orders = ray.put(pickle.dumps(orders, pickle.HIGHEST_PROTOCOL))
        task = ray.remote(code["run"])
        # A worker that stores waits for the model and the server while another reads.
        self._tasks = {
            name: task.options(max_retries=RETRIES, num_cpus=share) for name, share in (("read", 1), ("store", 0.5))
        }
        self.workers = max(1, int(ray.cluster_resources().get("CPU", 1)))
        # They wait more than they work, and share what reading leaves.
        embedding = ray.remote(code["Embedding"]).options(
            num_cpus=0,
            max_restarts=-1,
            max_task_retries=RETRIES,
            max_concurrency=EMBEDDINGS_AT_ONCE,
            scheduling_strategy="SPREAD",
        )
        self._make_embedding: Callable[[], Any] = embedding.remote
        self._embedding: list[Any] = []
        self._asked = 0

    def read(self, parcel: object, *, stores: bool) -> Any:
        """Start reading a parcel, and storing it too; get the outcome with `result`."""
        name = "store" if stores else "read"
        given = pickle.dumps(parcel, pickle.HIGHEST_PROTOCOL)
        with _in_one_line(self._ray, self._address):
            return self._tasks[name].remote(name, __version__, self._orders, given)

    def embed(self, texts: list[str]) -> Any:
        """Start embedding texts; get the outcome with `result`."""
        given = pickle.dumps(texts, pickle.HIGHEST_PROTOCOL)
        with _in_one_line(self._ray, self._address):
            if not self._embedding:
                self._embedding = [self._make_embedding() for _ in range(self.workers)]
            worker = self._embedding[self._asked % len(self._embedding)]
            self._asked += 1
            return worker.embed.remote(__version__, self._orders, given)

    def result(self, coming: Any) -> Any:
        """Wait for an outcome."""
        with _in_one_line(self._ray, self._address):
            return pickle.loads(self._ray.get(coming))  # noqa: S301 - of our own workers


@contextlib.contextmanager
def session(address: str, *, workers: int, orders: Callable[[], object]) -> Iterator[Session]:
    """Ray at the address: `ray` for one of this machine, with so many workers, or ray://host:10001.

    Raises SettingsError, ClusterUnavailable.
    """
    with contextlib.ExitStack() as stack:
        # Ray reports dead workers on standard output, where results go.
        stack.enter_context(contextlib.redirect_stdout(sys.stderr))
        ray = _imported(is_local=address == LOCAL)
        if ray.is_initialized():
            raise SettingsError("Ray is in use in this process already. Shut it down first.")
        with _in_one_line(ray, address):
            _start(ray, address, workers, stack)
            opened = Session(ray, address, orders())
        yield opened


def _start(ray: Any, address: str, workers: int, stack: contextlib.ExitStack) -> None:
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if address != LOCAL:
        stack.callback(ray.shutdown)
        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(ConnectionAbortedError):  # From a busy head.
                ray.init(address=address, runtime_env={"env_vars": UNTOLD}, **quiet)
                return
            ray.shutdown()
        ray.init(address=address, runtime_env={"env_vars": UNTOLD}, **quiet)
        return
    folder = tempfile.mkdtemp(prefix="ray", dir="/tmp")  # The names of sockets must be short.
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    stack.callback(ray.shutdown)
    # Never a cluster that happens to be found: one of our own.
    own = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
    first = ""
    for _ in range(ATTEMPTS):
        try:
            ray.init(address="local", _temp_dir=folder, **own, **quiet)
        except (RuntimeError, ValueError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - as Ray raises where its own processes take longer than it waits
            first = str(error).strip().partition("\n")[0]
            ray.shutdown()
        else:
            return
    raise ClusterUnavailable(
        f"Ray did not start on this machine, which may be too busy or short of memory: {first} Run this again, or "
        "leave out --on."
    )


def _imported(*, is_local: bool) -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.update(UNTOLD)
    if is_local:
        # Listen on loopback only; then nobody else can connect, and no token need be written to the home folder.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        os.environ.setdefault("RAY_AUTH_MODE", "disabled")
    try:
        return importlib.import_module("ray")
    except ImportError:
        raise SettingsError(
            "--on ray needs Ray, which is not installed: pip install 'retrieval-action[ray]', or leave out --on."
        ) from None


@contextlib.contextmanager
def _in_one_line(ray: Any, address: str) -> Iterator[None]:
    errors = ray.exceptions
    try:
        yield
    # The error's class derives from the cause's too, with a traceback as its message.
    except errors.RayTaskError as error:
        cause = error.cause
        if isinstance(cause, CorpusError):
            raise cause from None
        if isinstance(cause, ModuleNotFoundError):
            raise ClusterUnavailable(
                f"A worker lacks {cause.name}. Install the same version of this project on all workers as here."
            ) from None
        raise ClusterUnavailable(f"A task failed on a worker: {type(cause).__name__}: {cause}") from None
    except (errors.ObjectStoreFullError, errors.OutOfDiskError, errors.OutOfMemoryError) as error:
        raise ClusterUnavailable(
            f"A worker has no room left ({type(error).__name__}). Give it more memory or disk; what is stored is kept: "
            "run this again."
        ) from None
    except CorpusError:
        raise
    except errors.RayError as error:
        raise ClusterUnavailable(
            f"Ray lost what it was at ({type(error).__name__}). What is stored is kept: run this again."
        ) from None
    except ConnectionAbortedError as error:
        last = str(error).strip().rpartition("\n")[2]
        raise ClusterUnavailable(
            f"The Ray at {address} answers but does not let this command in: {last} Its head may be too busy: run this "
            "again."
        ) from None
    except (ConnectionError, TimeoutError):
        raise ClusterUnavailable(
            f"No Ray answers at {address}. Check that its head runs, and the port, which is mostly 10001."
        ) from None
    except (RuntimeError, ValueError) as error:
        told = " ".join(str(error).split())[:TOLD]  # Names two versions, on four lines.
        raise ClusterUnavailable(f"Ray refuses: {told} Use the same Python and Ray here and there.") from None
