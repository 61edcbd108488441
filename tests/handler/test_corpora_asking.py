"""A corpus that is slow, hangs or fails neither delays nor breaks the others; what is closed makes room for others."""

from __future__ import annotations

import resource
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from corpus.corpus_opening import Opener, open_corpus
from corpus.errors import StoreUnavailable
from corpus.searching.corpus import Corpus
from corpus.settings import CorpusSettings
from corpus.snapshot.publish import publish
from handler.app import create_app
from handler.contract.errors import ActionError
from handler.corpora.fan_out import MAX_AT_ONCE, Answers, Doubts, ask_each
from handler.corpora.open_files import SPARE
from handler.settings import HandlerSettings
from tests.handler.conftest import HEADERS, Configure
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.handler.several import Several, several_in
from tests.openai_server import EmbeddingsServer, embeddings_server

LONG = 60.0


def asked(
    names: list[str], ask: Callable[[str], str], doubts: Doubts, *, patience: float = 0.05, left: float = LONG
) -> Answers[str]:
    def seconds_left() -> float:
        if left <= 0:
            raise ActionError(504, "deadline_exceeded", "Too late.")
        return left

    return ask_each(names, ask, doubts=doubts, patience_seconds=patience, seconds_left=seconds_left)


def test_who_hangs_is_missing_and_the_next_time_nobody_waits_for_him() -> None:
    doubts, release = Doubts(), threading.Event()

    def ask(name: str) -> str:
        if name == "hangs":
            release.wait()
        return name

    first = asked(["a", "hangs", "b"], ask, doubts)
    assert (first.by_name, first.missing) == ({"a": "a", "b": "b"}, ["hangs"])
    # However long the patience: it is in doubt, and somebody waits for it already.
    second = asked(["a", "hangs", "b"], ask, doubts, patience=LONG)
    assert (second.by_name, second.missing) == ({"a": "a", "b": "b"}, ["hangs"])
    assert sum(thread.name == "ask-hangs" for thread in threading.enumerate()) == 1
    release.set()
    assert asked(["hangs"], ask, doubts).by_name == {"hangs": "hangs"}
    assert asked(["a", "hangs"], ask, doubts, patience=LONG).missing == []


def test_who_fails_is_missing_and_raises_where_nobody_answers() -> None:
    doubts = Doubts()

    def ask(name: str) -> str:
        if name.startswith("broken"):
            raise StoreUnavailable(name)
        return name

    assert asked(["broken", "a"], ask, doubts, patience=LONG).missing == ["broken"]
    with pytest.raises(StoreUnavailable, match="broken1"):
        asked(["broken1", "broken2"], ask, doubts, patience=LONG)


def test_the_only_one_that_is_asked_has_the_whole_time() -> None:
    started = threading.Event()

    def ask(name: str) -> str:
        started.wait(LONG)
        return name

    threading.Timer(0.2, started.set).start()
    assert asked(["slow"], ask, Doubts(), patience=0.01).by_name == {"slow": "slow"}
    with pytest.raises(ActionError):
        asked(["slow"], ask, Doubts(), left=0)


def test_more_than_are_asked_at_once_are_asked_all_the_same_though_many_hang() -> None:
    release = threading.Event()

    def ask(name: str) -> str:
        if name.startswith("hangs"):
            release.wait()
        return name

    hanging = [f"hangs{number}" for number in range(MAX_AT_ONCE)]
    answers = asked([*hanging, "a"], ask, Doubts(), patience=0.01)
    release.set()
    assert (list(answers.by_name), answers.missing) == (["a"], hanging)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, server: EmbeddingsServer) -> Several:
    return several_in(tmp_path_factory.mktemp("asking"), server)


def test_an_answer_names_the_corpora_that_it_had_to_do_without(several: Several, configure: Configure) -> None:
    release = threading.Event()

    def opening(settings: CorpusSettings) -> Corpus:
        if settings.chroma_path.name == "hangs":
            release.wait()
        return open_corpus(settings)

    corpora = f"{several.entries['hr']},away={several.folder / 'away'},hung=store:{several.folder / 'hangs'}"
    settings: HandlerSettings = configure(corpora=corpora, corpora_patience_seconds=0.2, mcp_tools="search_chunks")
    app = create_app(settings, opening)
    client = TestClient(app, base_url="http://host", headers=HEADERS, raise_server_exceptions=False)
    found = client.post("/search", json={"query": "holidays"}).json()
    assert {each["corpus"] for each in found["results"]} == {"hr"}
    assert found["partial"] == ["away", "hung"]
    listed = client.get("/documents").json()
    assert (listed["total"], listed["partial"]) == (2, ["away", "hung"])
    plugin = client.post("/query", json={"queries": [{"query": "holidays"}]}).json()
    assert plugin["partial"] == ["away", "hung"]
    alone = client.post("/search", json={"query": "holidays", "corpus": ["away"]})
    assert (alone.status_code, alone.json()["error"]) == (503, "snapshot_missing")
    assert alone.json()["message"].startswith("away: No documents have been published yet.")
    by_id = client.get("/documents/away:0123456789abcdef")
    assert by_id.json()["message"].startswith("away: No documents")
    assert "partial" not in client.post("/search", json={"query": "holidays", "corpus": ["hr"]}).json()
    release.set()
    app.state.action.close()


def test_what_was_used_least_recently_is_closed_where_there_is_no_room(
    tmp_path: Path, server: EmbeddingsServer, configure: Configure
) -> None:
    names = [f"c{number}" for number in range(8)]
    store = corpus_settings(tmp_path / "store", server)
    write_corpus(store, [Text(source="pump.md", text="The pump hums.")])
    publish(store, str(tmp_path / "published"))
    for name in names:
        shutil.copytree(tmp_path / "published", tmp_path / name)
    corpora = ",".join(f"{name}={tmp_path / name}" for name in names)
    opener = Opener()
    settings = configure(corpora=corpora, snapshot_cache=tmp_path / "cache", snapshot_cache_mb=1)
    app = create_app(settings, opener)
    opener.make_room = app.state.library.make_room
    client = TestClient(app, base_url="http://host", headers=HEADERS)
    most = 2**20 // max(path.stat().st_size for path in (tmp_path / "published" / "objects").iterdir())
    assert 0 < most < len(names)
    for name in [*names, *names]:
        found = client.post("/search", json={"query": "pump", "corpus": [name]}).json()
        assert [each["corpus"] for each in found["results"]] == [name]
        assert len(list((tmp_path / "cache").rglob("chroma.sqlite3"))) <= most
    app.state.action.close()


def test_no_more_corpora_are_open_than_files_may_be(
    tmp_path: Path, server: EmbeddingsServer, configure: Configure
) -> None:
    store = corpus_settings(tmp_path / "store", server)
    write_corpus(store, [Text(source="pump.md", text="The pump hums.")])
    publish(store, str(tmp_path / "published"))
    names = [f"c{number}" for number in range(12)]
    for name in names:
        shutil.copytree(tmp_path / "published", tmp_path / name)
    corpora = ",".join(f"{name}={tmp_path / name}" for name in names)
    app = create_app(configure(corpora=corpora, snapshot_cache=tmp_path / "cache"), open_corpus)
    client = TestClient(app, base_url="http://host", headers=HEADERS)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = open_files() + 60
    resource.setrlimit(resource.RLIMIT_NOFILE, (most + min(SPARE, most), limits[1]))
    try:
        for name in [*names, *names]:
            found = client.post("/search", json={"query": "pump", "corpus": [name]}).json()
            assert [each["corpus"] for each in found["results"]] == [name]
            assert open_files() < most + 30
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        app.state.action.close()


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_question_to_corpora_of_one_model_is_embedded_once(several: Several, configure: Configure) -> None:
    with embeddings_server() as own:
        app = create_app(configure(corpora=several.corpora, openai_base_url=own.url), Opener())
        client = TestClient(app, base_url="http://host", headers=HEADERS)
        found = client.post("/search", json={"query": "holidays", "top_k": 10}).json()["results"]
        assert {each["corpus"] for each in found} == {"hr", "sales", "manuals"}
        assert own.inputs == ["holidays"]
        app.state.action.close()
