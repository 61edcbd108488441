"""On Ray, the workers themselves write to a Chroma server; the run ends as one on this machine does."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.corpus_opening import open_corpus
from corpus.errors import CollectionBusy, SettingsError
from corpus.store import open_store
from ingest.command.add import AddOptions, add_documents
from ingest.onray import tasks
from ingest.onray.parcels import Far, Parcel
from ingest.report import Report
from ingest.settings import IngestSettings
from ingest.sources.bucket import S3Object
from ingest.sources.found import Item
from tests.ingest.command.test_gone import rows_of
from tests.ingest.onray.scene import said, settings
from tests.openai_server import EmbeddingsServer, failure

Into = Callable[[str], IngestSettings]


@pytest.fixture
def into(chroma_url: str, docs: Path, server: EmbeddingsServer) -> Into:
    """The settings of a collection of that name on a server."""
    ours = uuid.uuid4().hex
    local = settings(docs, docs, server).model_dump(exclude_unset=True, exclude={"chroma_path"})
    return lambda name: IngestSettings.model_validate(
        local | {"chroma_url": chroma_url, "chroma_collection": f"{name}-{ours}"}
    )


def add(given: IngestSettings, docs: Path, **options: Any) -> Report:
    return add_documents([str(docs)], given, AddOptions(**options))


def rows(given: IngestSettings) -> dict[str, Any]:
    with open_store(given) as store:
        return rows_of(store)


def test_what_workers_store_is_what_a_run_on_this_machine_stores_and_told_alike(
    ray: Any, into: Into, docs: Path, server: EmbeddingsServer
) -> None:
    (docs / "refused.md").write_text("# Refused\n\nThis text is beyond the model.\n")
    server.interceptor = lambda _, body: (
        failure(400, "invalid", "No.") if any("beyond the model" in text for text in body["input"]) else None
    )
    here, there = into("here"), into("there")
    reports = add(here, docs), add(there, docs, on="ray")
    assert said(reports[0]) == said(reports[1])
    assert sorted(source for source, _ in reports[1].failed) == ["broken.pdf", "refused.md"]
    assert set(ray.seen) == {"store"}
    (docs / "3.md").write_text("# Pump 3\n\nIt hums at 99 bar.\n")
    (docs / "4.md").unlink()
    (docs / "records.jsonl").write_text('{"id": "b", "text": "two"}\n')
    reports = add(here, docs, prune=True), add(there, docs, on="ray", prune=True)
    assert said(reports[0]) == said(reports[1])
    assert (reports[1].updated, reports[1].removed) == (1, 2)
    assert rows(here) == rows(there)
    with open_corpus(there) as corpus:
        (hit, *_) = corpus.search("hums at 99 bar", top_k=1, mode="lexical", timeout_seconds=20)
    assert hit.chunk.source == "3.md"


def test_ctrl_c_waits_for_what_is_on_its_way_to_the_server_and_tells_of_it(ray: Any, into: Into, docs: Path) -> None:
    for number in range(200):
        (docs / f"more {number}.txt").write_text(f"Text {number}.")

    def interrupt() -> None:
        ray.on_task = bool
        os.kill(os.getpid(), signal.SIGINT)

    ray.on_task = interrupt
    there = into("there")
    report = add(there, docs, on="ray")
    with open_store(there) as store:
        assert len(store.documents()) == report.added
    assert report.stopped
    assert 0 < report.added < 233
    again = add(there, docs, on="ray")
    assert (again.added, again.unchanged) == (233 - report.added, report.added)
    here = into("here")
    add(here, docs)
    assert rows(here) == rows(there)


def test_a_worker_whose_run_has_lost_the_collection_writes_nothing(into: Into, docs: Path) -> None:
    given = into("lost")
    add(given, docs)
    with open_store(given) as driver, open_store(given) as worker:
        assert driver.lease.claim("driver", until=2e9) is None
        assert driver.lease.token is not None
        worker.lease.join(driver.lease.token)
        worker.remove([])
        (record, *_) = worker.documents()
        driver.lease.release()
        with pytest.raises(CollectionBusy, match="taken over"):
            worker.remove([record.document_id])
        with pytest.raises(CollectionBusy, match="taken over"):
            worker.lease.join("another's")
        assert record in driver.documents()


def test_a_worker_without_the_buckets_credentials_says_so_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    there = Far(S3Object(None, "bucket", "a.md", None))  # type: ignore[arg-type] # As it travels.
    items = [Item(source=f"s3://bucket/{name}", place=f"s3://bucket/{name}", remote=there) for name in "ab"]
    with pytest.raises(SettingsError, match="no AWS credentials"):
        list(tasks._unpacked(Parcel(items=items, stored=[], contents={}), None))  # type: ignore[arg-type] # Not got to.
