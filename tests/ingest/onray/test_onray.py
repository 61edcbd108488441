"""`ingest add --on ray` ends as a run on this machine does; Ray is stood in for by threads that take the same bytes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import ClusterUnavailable, CorpusError, SettingsError
from corpus.store import open_store
from ingest.command.add import AddOptions, add_documents
from ingest.onray import parcels
from ingest.report import Report
from ingest.sources.descriptions import description_from
from tests.ingest.command.test_gone import rows_of
from tests.ingest.onray.scene import said, settings
from tests.openai_server import EmbeddingsServer
from tests.web_server import WebServer, web_server

Add = Callable[..., Report]


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def add(tmp_path: Path, docs: Path, server: EmbeddingsServer) -> Add:
    """`ingest add` of the folder, and what else is named, into the store of that name."""

    def call(store: str, *named: str, on: str | None = None, **options: Any) -> Report:
        return add_documents(
            [str(docs), *named], settings(tmp_path / store, docs, server), AddOptions(on=on, **options)
        )

    return call


def rows(store: Path, docs: Path, server: EmbeddingsServer) -> dict[str, Any]:
    with open_store(settings(store, docs, server)) as opened:
        return rows_of(opened)


def test_the_store_and_the_report_are_those_of_a_run_on_this_machine(
    ray: Any, add: Add, tmp_path: Path, docs: Path, server: EmbeddingsServer, web: WebServer
) -> None:
    page = web.sitemap("/sitemap.xml", web.page("/page", "Of the net."), lastmod="2026-01-02")
    options = {"description": description_from(["team=blue"], None)}
    here, there = add("here", page, **options), add("there", page, on="ray", **options)
    assert said(here) == said(there)
    assert there.added == 34
    assert [source for source, _ in there.failed] == ["broken.pdf"]
    assert rows(tmp_path / "here", docs, server) == rows(tmp_path / "there", docs, server)
    assert {"read", "embed"} == set(ray.seen)
    (started,) = ray.starts
    assert (started["address"], started["num_cpus"]) == ("local", 2)
    assert os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] == "0"
    assert not ray.is_initialized()
    (docs / "3.md").write_text("# Pump 3\n\nIt hums at 99 bar.\n")
    (docs / "4.md").unlink()
    again = add("here", page, prune=True, **options), add("there", page, on="ray", prune=True, **options)
    assert said(again[0]) == said(again[1])
    assert (again[1].updated, again[1].removed) == (1, 1)
    assert rows(tmp_path / "here", docs, server) == rows(tmp_path / "there", docs, server)


def test_where_nothing_changed_ray_is_not_even_started(ray: Any, add: Add, docs: Path) -> None:
    (docs / "broken.pdf").unlink()
    add("store")
    report = add("store", on="ray")
    assert (report.unchanged, report.added) == (33, 0)
    assert ray.starts == []


def test_a_cluster_is_sent_the_files_and_one_that_is_too_large_is_told(
    ray: Any, add: Add, tmp_path: Path, docs: Path, server: EmbeddingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcels, "MAX_BY_VALUE", 1000)
    add("here")
    (docs / "large.txt").write_text("large " * 500)
    ray.on_task = lambda: (docs / "0.md").unlink(missing_ok=True)  # Its content is on its way.
    report = add("there", on="ray://127.0.0.1:10001")
    assert sorted(source for source, _ in report.failed) == ["broken.pdf", "large.txt"]
    assert "bucket" in dict(report.failed)["large.txt"]
    assert rows(tmp_path / "here", docs, server) == rows(tmp_path / "there", docs, server)


def test_a_dry_run_reads_there_no_more_at_once_than_the_workers_take_and_writes_nothing(
    ray: Any, add: Add, docs: Path, tmp_path: Path
) -> None:
    for number in range(200):
        (docs / f"more {number}.txt").write_text(f"Text {number}.")
    assert add("store", on="ray", dry_run=True).added == 233
    assert set(ray.seen) == {"read"}
    assert not (tmp_path / "store").exists()
    assert 1 < ray.most_at_once <= 2 * 2


@pytest.mark.parametrize(
    ("error", "line"),
    [("WorkerCrashedError", "lost what it was at"), ("ObjectStoreFullError", "no room left")],
)
def test_what_ray_loses_is_told_in_one_line(
    ray: Any, add: Add, monkeypatch: pytest.MonkeyPatch, error: str, line: str
) -> None:
    monkeypatch.setattr(ray, "failing", getattr(ray.exceptions, error)("much\nmore"))
    with pytest.raises(ClusterUnavailable, match=line) as told:
        add("store", on="ray")
    assert "\n" not in str(told.value)
    assert not ray.is_initialized()


@pytest.mark.parametrize(
    ("failing", "kind", "line"),
    [
        (ModuleNotFoundError("No module named 'ingest'", name="ingest"), ClusterUnavailable, "lacks ingest"),
        (SettingsError("A worker has version 1"), SettingsError, "A worker has version 1"),
        (ZeroDivisionError("oh"), ClusterUnavailable, "ZeroDivisionError: oh"),
    ],
)
def test_what_a_worker_lacks_is_told_in_one_line(
    ray: Any, add: Add, monkeypatch: pytest.MonkeyPatch, failing: Exception, kind: type[CorpusError], line: str
) -> None:
    monkeypatch.setattr(ray, "failing", failing)
    with pytest.raises(kind, match=line) as told:
        add("store", on="ray")
    assert "traceback" not in str(told.value)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("AWAY", r"No Ray answers at ray://127\.0\.0\.1:9\."),
        ("CLOSED", "does not let this command in: RuntimeError: Proxy failed"),
        ("OLDER", r"Python: 3\.12\.1 This process: Python: 3\.11\.7"),
    ],
)
def test_a_head_that_is_away_or_refuses_is_told_in_one_line(ray: Any, add: Add, head: str, line: str) -> None:
    with pytest.raises(ClusterUnavailable, match=line) as told:
        add("store", on=getattr(ray, head))
    assert "\n" not in str(told.value)


def test_a_head_that_is_busy_is_asked_again(ray: Any, add: Add, docs: Path) -> None:
    (docs / "broken.pdf").unlink()
    ray.busy = 2
    assert add("store", on="ray://127.0.0.1:10001").added == 33
    assert ray.busy == 0


def test_without_ray_the_line_says_how_to_install_it(add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SettingsError, match=r"retrieval-action\[ray\]"):
        add("store", on="ray")
