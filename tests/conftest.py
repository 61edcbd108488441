"""Fixtures that several folders of tests share."""

from __future__ import annotations

import gc
import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as profiles

from corpus.settings import CorpusSettings
from corpus.snapshot import live
from handler.check.settings import CheckSettings
from handler.settings import HandlerSettings
from ingest.reading.pool import SPARES
from ingest.settings import IngestSettings
from tests import shared_servers
from tests.absent import absent
from tests.chroma_cloud import ChromaCloud, chroma_cloud
from tests.chroma_server import start_chroma
from tests.corpus.snapshot.keeper import Made, made_once
from tests.examples.demo import Demo, run_demo
from tests.lambda_.built import Built, assemble_with_server, build_into, lambda_python
from tests.leftovers import MARK, left_over
from tests.not_run import pytest_terminal_summary
from tests.once import once
from tests.s3_server import S3Server, start_s3

# Properties are tried on new examples in each run, and what failed is kept in .hypothesis and tried first. What decides
# whether a change lands is the same for everybody.
profiles.register_profile("fresh", deadline=None)
profiles.register_profile("decides", deadline=None, derandomize=True, database=None)
profiles.load_profile("decides" if os.environ.get("CI") else "fresh")

# The developer's own settings must not reach the tests, nor the processes that they start.
SETTINGS = {name.upper() for cls in (IngestSettings, HandlerSettings, CheckSettings) for name in cls.model_fields}
for name in list(os.environ):
    if name.upper() in SETTINGS or name.upper().startswith(("AWS_", "AZURE_", "CHROMA_", "OPENAI_")):
        del os.environ[name]

# On a busy machine to fetch what was published may take longer than a request waits for it.
live.WAIT_SECONDS = 60.0

__all__ = ["pytest_terminal_summary"]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[MARK] = uuid.uuid4().hex
        shared_servers.begin()


def pytest_sessionstart() -> None:
    """What collecting makes stays to the end: to look through it for garbage would cost seconds in every process."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores, since tests wait for the processes that they start half of the time."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first, so that no process is left with one at the end while the others are idle."""
    slow, early = (
        {item.path for item in items if item.get_closest_marker(name) is not None} for name in ("slow", "early")
    )
    items.sort(key=lambda item: (item.path not in slow, item.path not in early))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """No process outlives the tests."""
    SPARES.close()
    if hasattr(session.config, "workerinput"):
        return
    shared_servers.end()
    if found := left_over(os.environ[MARK]):
        sys.stderr.write("\nError: the tests left processes running:\n" + "\n".join(found) + "\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def chroma_url() -> str:
    """One Chroma server for the whole run; tests use collections of their own."""
    return shared_servers.shared("chroma", start_chroma)


@pytest.fixture(scope="session")
def s3_process() -> S3Server:
    """One S3 server for the whole run; tests use buckets of their own."""
    return S3Server(shared_servers.shared("s3", lambda _: start_s3()))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The Lambda package, built once."""
    if lambda_python() is None:
        absent("no Python 3.13, the version of the Lambda runtime")
    return Built(once(tmp_path_factory, "lambda", build_into))


@pytest.fixture(scope="session")
def server_task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What becomes /var/task of the package with Chroma's client, assembled once."""
    return once(tmp_path_factory, "lambda-server", assemble_with_server) / "task"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What keepers of a published corpus begin with; tests copy it."""
    return made_once(tmp_path_factory)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """What `make demo` printed and left behind; tests only read it."""
    return Demo(once(tmp_path_factory, "demo", run_demo))


@pytest.fixture
def s3(s3_process: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The S3 server, and an environment in which it is the one that AWS tools find."""
    for name, value in s3_process.environment.items():
        monkeypatch.setenv(name, value)
    return s3_process


@pytest.fixture(scope="session")
def cloud(chroma_url: str) -> Iterator[ChromaCloud]:
    """Chroma Cloud's quotas before the session's server."""
    with chroma_cloud(chroma_url) as standing_in:
        yield standing_in


@pytest.fixture(params=["embedded", "server"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> CorpusSettings:
    """Settings for an empty store of either kind, with the local model."""
    if request.param == "embedded":
        return CorpusSettings(chroma_path=tmp_path / "store")
    url: str = request.getfixturevalue("chroma_url")
    return CorpusSettings(chroma_url=url, chroma_collection=f"test-{uuid.uuid4().hex}")
