"""One line for each thing that can be wrong, and nothing stored by halves."""

from __future__ import annotations

import contextlib
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import corpus
import ingest
from corpus import __version__
from corpus.errors import CollectionMissing
from tests.free_port import free_port
from tests.ray_runs.clusters import ALONE, STORE_BYTES, cluster
from tests.ray_runs.scene import Scene, say

LISTING = """<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<Name>bucket</Name><Prefix>docs</Prefix><IsTruncated>false</IsTruncated><KeyCount>1</KeyCount><Contents><Key>docs/a.md</Key>
<Size>4</Size><ETag>"e"</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>"""
ABSENT = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
# Takes most of the head's object store, in a driver of its own, until its standard input ends.
FILLER = """
import sys, ray
ray.init(sys.argv[1], log_to_driver=False)
kept = [ray.put(b"x" * (15 << 20)) for _ in range(4)]
print("full", flush=True)
sys.stdin.read()
"""
# A head under another Python, until its standard input ends.
HEAD = """
import sys
from ray.cluster_utils import Cluster
head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 80_000_000}
made = Cluster(initialize_head=True, head_node_args={**head, "ray_client_server_port": int(sys.argv[1])})
print("up", flush=True)
sys.stdin.read()
made.shutdown()
"""


def wrong(name: str, outcome: tuple[int, str, str], *, code: int, says: str) -> None:
    """A command that must end with that code and one line."""
    found, _, problems = outcome
    lines = [line for line in problems.strip().splitlines() if line.startswith("Error")]
    kept = found == code and len(lines) == 1 and re.search(says, problems.replace("\n", " ")) is not None
    kept = kept and "Traceback" not in problems and "ray::" not in problems
    told = " ".join(problems[problems.find("Error") :].split()) if lines else " ".join(problems.split())[-300:]
    say(name, kept=kept, figure=f"exit {found}. {told}")
    if not kept:
        sys.stderr.write(problems)


def without_ray(scene: Scene) -> None:
    """Not installed; or its head away."""
    scene.write(3)
    hidden = "import sys; sys.modules['ray'] = None"
    wrong("no Ray installed", scene.outcome("no", "--on", "ray", before=hidden), code=2, says="pip install")
    address = f"ray://127.0.0.1:{free_port()}"
    wrong("a head that is away", scene.outcome("no", "--on", address), code=1, says=address)
    say(
        "nothing was stored by either",
        kept=not (scene.folder / "no" / "chroma.sqlite3").exists() or not rows(scene),
        figure="0 rows",
    )


def rows(scene: Scene) -> int:
    """Of the store `no`."""
    with contextlib.suppress(CollectionMissing):
        return len(scene.rows("no"))
    return 0


def on_other_workers(scene: Scene) -> None:
    """Another version of this project on the workers, or none."""
    scene.write(20)
    other = scene.folder / "other"
    for package in (corpus, ingest):
        shutil.copytree(
            Path(str(package.__file__)).parent, other / package.__name__, ignore=shutil.ignore_patterns("__pycache__")
        )
    (other / "corpus" / "__init__.py").write_text('__version__ = "0.0.1"\n')
    with cluster(2, environment={"PYTHONPATH": str(other)}) as machines:
        outcome = scene.outcome("no", "--on", machines.address)
    wrong(
        "another version on the workers", outcome, code=2, says=f"0.0.1 of this project and this command {__version__}"
    )
    say("nothing was stored by it", kept=rows(scene) == 0, figure="0 rows")


def without_credentials(scene: Scene) -> None:
    """The driver may list the bucket; the workers were started without its credentials."""
    with listing() as url, cluster(2, environment={"AWS_EC2_METADATA_DISABLED": "true"}) as machines:
        process = subprocess.run(
            [sys.executable, "-m", "ingest", "add", "s3://bucket/docs", "--on", machines.address],
            env={
                **os.environ,
                **scene.environment("no"),
                "AWS_ACCESS_KEY_ID": "made-up",
                "AWS_SECRET_ACCESS_KEY": "made-up",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_ENDPOINT_URL_S3": url,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    wrong(
        "a worker without the bucket's credentials",
        (process.returncode, process.stdout, process.stderr),
        code=2,
        says="no AWS credentials",
    )


@contextlib.contextmanager
def listing() -> Iterator[str]:
    """An S3 that lists one object."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_listing = "list-type" in self.path
            self.send_response(200 if is_listing else 404)
            self.end_headers()
            self.wfile.write((LISTING if is_listing else ABSENT).encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def full_object_store(scene: Scene) -> None:
    """Another driver holds most of it, and the disk is said to be full, to which Ray would go otherwise."""
    scene.write(20)
    for number in range(3):
        (scene.docs / f"large {number}.txt").write_text("A long text. " * 1_500_000)
    no_spilling = cluster(2, automatic_object_spilling_enabled=False, local_fs_capacity_threshold=0.001)
    with no_spilling as machines, running([sys.executable, "-c", FILLER, machines.address]):
        outcome = scene.outcome("no", "--on", machines.address)
    wrong(f"an object store of {STORE_BYTES // 10**6} MB that is full", outcome, code=1, says="no room left")


def two_drivers(scene: Scene, on: str, where: str) -> None:
    """The second is told who writes; the first ends as if alone."""
    scene.write(200, salt="two")
    scene.server.latency_seconds = 0.5
    before = len(scene.server.requests)
    first = scene.command("there", "--on", on)
    while len(scene.server.requests) < before + 1 and first.poll() is None:
        time.sleep(0.05)
    wrong(f"a second run on the collection, {where}", scene.outcome("there", "--on", on), code=1, says="is writing to")
    first.communicate(timeout=300)
    scene.server.latency_seconds = 0.0
    scene.add("here")
    kept = first.returncode == 0 and scene.same_rows()
    say(f"and the first, {where}", kept=kept, figure=f"exit {first.returncode}, rows equal")


def another_python(scene: Scene, python: Path) -> None:
    """That one has Ray too."""
    scene.write(3)
    port = free_port()
    with running([str(python), "-c", HEAD, str(port)]):
        outcome = scene.outcome("no", "--on", f"ray://127.0.0.1:{port}")
    wrong("another Python there", outcome, code=1, says=r"Python: 3\.\d+.*Python: 3\.\d+")


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[None]:
    """A process that has printed its first line, until the end."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **ALONE},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        if process.stdout is not None:
            process.stdout.readline()
        yield
    finally:
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
