"""Several corpora behind one deployment, by every door: which is asked, who may ask it, what an answer says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from corpus.corpus_opening import open_corpus
from corpus.errors import SettingsError
from handler.access.keys import KeyEntry, make_key
from handler.app import create_app
from handler.check.matrix import CheckOptions
from handler.check.run import check
from handler.settings import HandlerSettings
from tests.handler.conftest import API_KEY, HEADERS, Configure, Connect
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.handler.mcp.asking import message
from tests.handler.running import running
from tests.handler.several import SHARED_ID, Several, several_in
from tests.openai_server import EmbeddingsServer

HR_KEY, HR = make_key("hr")
STAFF_KEY, STAFF = make_key("staff")
ALL_KEY, ALL = make_key("all")
KEYS = SecretStr(
    f"{KeyEntry('hr', HR.digest, ('corpus:hr',))},{KeyEntry('staff', STAFF.digest, ('group:sales',))},{ALL}"
)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, server: EmbeddingsServer) -> Several:
    return several_in(tmp_path_factory.mktemp("several"), server)


@pytest.fixture(scope="module")
def settings(several: Several, configure: Configure) -> Any:
    def made(**changes: object) -> HandlerSettings:
        return configure(
            **{"corpora": several.corpora, "filterable": "team", "mcp_tools": "search_chunks,list_documents"} | changes
        )

    return made


@pytest.fixture(scope="module")
def asked(settings: Any) -> Any:
    app = create_app(settings(api_keys=KEYS, audit="on"), open_corpus)
    yield TestClient(app, base_url="http://host", headers=bearer(ALL_KEY))
    app.state.action.close()


def search(client: TestClient, **sent: object) -> Any:
    return client.post("/search", json={"query": "When are holidays asked for?"} | sent).json()


def test_all_corpora_are_asked_unless_some_are_named_and_results_say_which(asked: TestClient) -> None:
    found = search(asked, top_k=10)["results"]
    assert {each["corpus"] for each in found} == {"hr", "sales", "manuals"}
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    assert {each["corpus"] for each in search(asked, corpus=["sales"])["results"]} == {"sales"}
    assert {each["corpus"] for each in search(asked, corpus=["hr", "sales"])["results"]} == {"hr", "sales"}
    # A single name, as models write it, is a list of one.
    assert {each["corpus"] for each in search(asked, corpus="hr")["results"]} == {"hr"}


def test_a_document_of_two_corpora_has_two_ids_and_each_leads_to_its_own(asked: TestClient) -> None:
    found = search(asked, source="handbook.md")["results"]
    assert {each["document_id"] for each in found} == {f"hr:{SHARED_ID}", f"sales:{SHARED_ID}"}
    for each in found:
        read = asked.get(f"/documents/{each['document_id']}").json()
        assert (read["text"], read["corpus"]) == (each["text"], each["corpus"])
        assert search(asked, document_id=each["document_id"])["results"] == [each]
    assert asked.get(f"/documents/{SHARED_ID}").status_code == 404
    assert asked.get(f"/documents/manuals:{SHARED_ID}").status_code == 404
    others = search(asked, document_id_not=[f"hr:{SHARED_ID}"], top_k=10)["results"]
    assert f"sales:{SHARED_ID}" in {each["document_id"] for each in others}
    assert f"hr:{SHARED_ID}" not in {each["document_id"] for each in others}


def test_the_documents_are_listed_corpus_by_corpus_a_page_at_a_time(asked: TestClient) -> None:
    whole = asked.get("/documents").json()
    assert whole["total"] == 4
    assert [(each["corpus"], each["source"]) for each in whole["documents"]] == [
        ("hr", "handbook.md"),
        ("hr", "pay.md"),
        ("sales", "handbook.md"),
        ("manuals", "x200.md"),
    ]
    paged = [asked.get(f"/documents?offset={offset}&limit=1").json()["documents"] for offset in range(4)]
    assert [each for page in paged for each in page] == whole["documents"]
    some = asked.get("/documents?corpus=manuals,sales").json()
    assert (some["total"], {each["corpus"] for each in some["documents"]}) == (2, {"sales", "manuals"})


def test_neighbours_are_read_from_the_corpus_of_the_hit(asked: TestClient) -> None:
    found = search(asked, query="How long is the warranty?", top_k=1, context=1)["results"][0]
    assert found["text"] == "The X200 hums loudly.\nIts warranty lasts 24 months."
    assert found["chunk_id"].startswith("manuals:")


def test_a_value_that_no_corpus_asked_has_is_refused_and_one_that_some_has_is_not(asked: TestClient) -> None:
    assert {each["corpus"] for each in search(asked, team="sales")["results"]} == {"sales"}
    refused = search(asked, team="legal")
    assert refused["error"] == "invalid_request"
    assert "team" in refused["message"]


def test_the_plugins_clients_name_corpora_in_their_filter(asked: TestClient) -> None:
    sent = {"queries": [{"query": "holidays", "top_k": 10, "filter": {"corpus": ["hr"]}}, {"query": "warranty"}]}
    named, all_of_them = asked.post("/query", json=sent).json()["results"]
    assert {each["metadata"]["corpus"] for each in named["results"]} == {"hr"}
    assert all_of_them["results"][0]["id"].startswith("manuals:")


def call(client: TestClient, tool: str, **arguments: object) -> Any:
    sent = message("tools/call", {"name": tool, "arguments": arguments}, modern=False)
    return client.post("/mcp", json=sent, headers={"Accept": "application/json"}).json()["result"]["structuredContent"]


def test_mcp_searches_fetches_lists_and_cites_over_corpora(asked: TestClient) -> None:
    found = call(asked, "search", query="How long is the warranty of the X200?")["results"][0]
    assert found["id"].startswith("manuals:")
    fetched = call(asked, "fetch", id=found["id"])
    assert fetched["metadata"]["corpus"] == "manuals"
    page = TestClient(asked.app, base_url="http://host").get(found["url"])
    assert "warranty lasts 24 months" in page.text
    forged = found["url"].replace("manuals:", "hr:")
    assert TestClient(asked.app, base_url="http://host").get(forged).status_code == 401
    chunks = call(asked, "search_chunks", query="holidays", corpus=["sales"])["results"]
    assert {each["corpus"] for each in chunks} == {"sales"}
    assert call(asked, "list_documents", corpus=["hr"])["total"] == 2


def enumerated(client: TestClient, key: str | None = None) -> list[str] | None:
    document = client.get("/openapi.json", headers=bearer(key) if key else {"Authorization": ""}).json()
    schema = document["paths"]["/search"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    names: list[str] | None = schema["properties"]["corpus"]["items"].get("enum")
    return names


def test_the_document_and_the_tools_enumerate_the_corpora_that_their_reader_may_use(
    asked: TestClient, settings: Any
) -> None:
    assert enumerated(asked, ALL_KEY) == ["hr", "sales", "manuals"]
    assert enumerated(asked, HR_KEY) == ["hr"]
    # Without a key those that every caller may use: here one key is for one corpus.
    assert enumerated(asked) == ["hr"]
    assert enumerated(TestClient(create_app(settings(), open_corpus), base_url="http://host")) == [
        "hr",
        "sales",
        "manuals",
    ]
    sent = message("tools/list", {}, modern=False)
    answer = asked.post("/mcp", json=sent, headers={**bearer(HR_KEY), "Accept": "application/json"}).json()
    schemas = {tool["name"]: tool["inputSchema"]["properties"] for tool in answer["result"]["tools"]}
    for tool in ("search_chunks", "list_documents"):
        assert schemas[tool]["corpus"]["items"]["enum"] == ["hr"]
    assert set(schemas["search"]) == {"query"}


def test_without_keys_nobody_is_counted_who_reads_the_document(settings: Any) -> None:
    app = create_app(settings(auth="none", rate_limit="1/day"), open_corpus)
    client = TestClient(app, base_url="http://host")
    assert [enumerated(client) for _ in range(3)] == [["hr", "sales", "manuals"]] * 3


def test_a_corpus_that_a_caller_may_not_use_is_as_one_that_is_not_there(asked: TestClient) -> None:
    theirs = TestClient(asked.app, base_url="http://host", headers=bearer(HR_KEY))
    assert {each["corpus"] for each in search(theirs, top_k=50)["results"]} == {"hr"}
    assert theirs.get("/documents").json()["total"] == 2
    forbidden, unknown = search(theirs, corpus=["sales"]), search(theirs, corpus=["zales"])
    assert forbidden["message"].replace("sales", "zales") == unknown["message"]
    for path in ("/documents/{}:0123456789abcdef", f"/documents/{{}}:{SHARED_ID}", f"/cite/{{}}:{SHARED_ID}"):
        hidden, absent = theirs.get(path.format("sales")), theirs.get(path.format("zales"))
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert hidden.text.partition('"request_id"')[0] == absent.text.partition('"request_id"')[0]
    assert search(theirs, document_id=f"sales:{SHARED_ID}")["results"] == []


def test_a_corpus_that_names_its_readers_is_theirs_alone(several: Several, settings: Any) -> None:
    entries = several.entries
    corpora = f"{entries['hr']},{entries['sales']}|group:sales,{entries['manuals']}|everyone"
    with TestClient(
        create_app(settings(corpora=corpora, api_keys=KEYS), open_corpus), base_url="http://host"
    ) as client:
        used = {
            name: sorted(
                {
                    each["corpus"]
                    for each in client.post(
                        "/search", json={"query": "holidays", "top_k": 50}, headers=bearer(key)
                    ).json()["results"]
                }
            )
            for name, key in (("hr", HR_KEY), ("staff", STAFF_KEY), ("all", ALL_KEY))
        }
    assert used == {"hr": ["hr", "manuals"], "staff": ["hr", "manuals", "sales"], "all": ["hr", "manuals"]}


def test_who_may_use_no_corpus_is_told_so(several: Several, settings: Any) -> None:
    app = create_app(settings(corpora=f"{several.entries['sales']}|group:sales", api_keys=KEYS), open_corpus)
    refused = TestClient(app, base_url="http://host", headers=bearer(ALL_KEY)).post(
        "/search", json={"query": "holidays"}
    )
    assert (refused.status_code, refused.json()["error"]) == (403, "no_corpus")


def test_the_audit_trail_and_the_log_say_which_corpora(asked: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="handler"):
        search(asked, corpus=["hr", "sales"], source="handbook.md")
    lines = {record.getMessage(): record.fields for record in caplog.records}  # type: ignore[attr-defined] # Ours.
    assert set(lines["audit"]["documents"]) == {f"hr:{SHARED_ID}", f"sales:{SHARED_ID}"}
    assert lines["request"]["corpora"] == "hr,sales"


def test_words_weigh_in_each_corpus_what_they_weigh_in_all_of_them(
    tmp_path: Path, server: EmbeddingsServer, configure: Configure
) -> None:
    texts = [
        Text(source="a1.md", text="The pump hums in the cellar."),
        Text(source="a2.md", text="The pump hums in the attic."),
        Text(source="b1.md", text="The lamp hums in the cellar."),
        Text(source="b2.md", text="The lamp glows in the cellar."),
    ]
    for name, part in (("whole", texts), ("a", texts[:2]), ("b", texts[2:])):
        write_corpus(corpus_settings(tmp_path / name, server), part)

    def scores(**changes: object) -> dict[str, float]:
        app = create_app(configure(**changes), open_corpus)
        client = TestClient(app, base_url="http://host", headers=HEADERS)
        found = client.post("/search", json={"query": "pump in the attic cellar", "mode": "lexical"}).json()["results"]
        app.state.action.close()
        return {each["source"]: each["score"] for each in found}

    whole = scores(chroma_path=tmp_path / "whole")
    assert len(whole) == len(texts)
    assert scores(corpora=f"a=store:{tmp_path / 'a'},b=store:{tmp_path / 'b'}") == pytest.approx(whole, abs=1e-3)


def test_a_deployment_with_corpora_passes_the_check_and_each_of_them_is_asked(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(settings(), open_corpus)
    with running(app) as url:
        check(url, key=API_KEY, wishes=CheckOptions(no_rate_limit=True), as_json=True)
    app.state.action.close()
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert {name for name, row in rows.items() if row["outcome"] == "failed"} == set()
    assert rows["corpora"]["came"] == "3 of them"


def test_without_corpora_a_request_knows_none(connect: Connect) -> None:
    client = connect()
    assert client.post("/search", json={"query": "warranty", "corpus": ["hr"]}).status_code == 422
    assert "corpus" not in json.dumps(client.get("/openapi.json").json())
    assert "corpus" not in client.post("/search", json={"query": "warranty"}).json()["results"][0]


@pytest.mark.parametrize(
    ("corpora", "said"),
    [
        ("hr", "entry 1 (hr) names no place"),
        ("HR=s3://docs/hr", "entry 1 is not name=place"),
        ("hr=s3://docs/hr,hr=cloud:hr", "entry 2 (hr) stands twice"),
        ("hr=s3://docs/hr,sales=ftp://host/x", "entry 2 (sales) names no place"),
        ("hr=http://user:secret@host:8000", "entry 1 (hr) must look like http://host:8000/collection"),
        ("hr=cloud:x", "entry 1 (hr) names no collection"),
        ("hr=cloud:people", "CHROMA_API_KEY, CHROMA_TENANT, CHROMA_DATABASE"),
        ("hr=s3://docs/hr| ", "entry 1 (hr) names no principals"),
        (" , ", "names no corpus"),
    ],
)
def test_each_entry_that_is_wrong_is_told_at_the_start(
    corpora: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from corpus.loading import load

    monkeypatch.setenv("CORPORA", corpora)
    monkeypatch.setenv("AUTH", "none")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError) as caught:
        create_app(load(HandlerSettings), open_corpus)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_names_corpora_too_and_one_place_for_all_is_refused(
    several: Several, settings: Any, tmp_path: Path
) -> None:
    listed = tmp_path / "corpora.txt"
    listed.write_text("# whose\n" + "\n".join(several.entries.values()), "utf-8")
    with TestClient(
        create_app(settings(corpora="", corpora_file=str(listed)), open_corpus), base_url="http://host"
    ) as client:
        assert enumerated(client) == ["hr", "sales", "manuals"]
    with pytest.raises(ValueError, match="CORPORA and SNAPSHOT_URL both say"):
        settings(snapshot_url=str(tmp_path))
