from __future__ import annotations

import base64

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from corpus.corpus_opening import open_corpus
from corpus.errors import SettingsError
from handler.access.keys import digest_of, make_key, parse_keys
from handler.app import create_app
from tests.handler.conftest import API_KEY, ENTRY, Configure, Connect

PUBLIC = {
    "/healthz",
    "/privacy",
    "/openapi.json",
    "/.well-known/openai-apps-challenge",
    "/.well-known/openapi-3.0.json",
    "/.well-known/openapi.json",
    "/.well-known/openapi.yaml",
    "/.well-known/ai-plugin.json",
}
QUESTION = {"query": "warranty"}


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {API_KEY}",
        f"bearer   {API_KEY}",
        f"Basic {API_KEY}",
        basic(API_KEY),
        basic(f"anybody:{API_KEY}"),
        basic(f"{API_KEY}:"),
    ],
    ids=["bearer", "lower case and spaces", "basic in plain", "basic", "basic as password", "basic as user"],
)
def test_a_key_is_taken_as_bearer_and_as_basic(client: TestClient, authorization: str) -> None:
    response = client.post("/search", json=QUESTION, headers={"Authorization": authorization})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Digest abc", API_KEY, "Basic"],
    ids=["none", "empty", "bearer", "bearer and space", "digest", "the key alone", "basic"],
)
def test_without_a_key_the_answer_says_how_to_send_one(connect: Connect, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = connect(headers=headers).post("/search", json=QUESTION)
    assert response.status_code == 401
    assert response.json()["error"] == "missing_api_key"
    assert response.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    "authorization",
    ["Bearer wrong", basic("a:wrong"), "Basic é", f"Bearer {ENTRY.digest}", "Bearer " + "x" * 20_000],
    ids=["bearer", "basic", "not ASCII", "the digest", "long"],
)
def test_a_wrong_key_is_forbidden(connect: Connect, authorization: str) -> None:
    response = connect(headers={"Authorization": authorization.encode("latin-1")}).post("/search", json=QUESTION)
    assert (response.status_code, response.json()["error"]) == (403, "wrong_api_key")


def test_a_header_of_ones_own_may_carry_the_key(connect: Connect) -> None:
    own = {"api_key_header": "X-Api-Key"}
    assert connect(headers={"x-api-key": API_KEY}, **own).post("/search", json=QUESTION).status_code == 200
    assert connect(headers={"x-api-key": "wrong"}, **own).post("/search", json=QUESTION).status_code == 403
    assert (
        connect(headers={"Authorization": f"Bearer {API_KEY}"}, **own).post("/search", json=QUESTION).status_code == 200
    )
    assert connect(headers={"x-api-key": API_KEY}).post("/search", json=QUESTION).status_code == 401


def test_an_old_and_a_new_key_both_work_while_keys_are_changed(connect: Connect) -> None:
    new_key, new_entry = make_key("test")
    both = {"api_keys": SecretStr(f"{ENTRY}, {new_entry}")}
    for key in (API_KEY, new_key):
        assert (
            connect(headers={"Authorization": f"Bearer {key}"}, **both).post("/search", json=QUESTION).status_code
            == 200
        )


PLAYGROUND = {"/", "/playground.css", "/playground.js", "/playground-text.js", "/playground-documents.js"}


@pytest.mark.parametrize("playground", [False, True])
def test_every_route_but_the_public_ones_refuses_without_a_key(connect: Connect, playground: bool) -> None:  # noqa: FBT001 - a case
    client = connect(headers={}, playground=playground)
    public = PUBLIC | (PLAYGROUND if playground else set())
    walked = set()
    for path, methods in routes(client):
        walked.add(path)
        for method in methods:
            status = client.request(method, path.replace("{document_id}", "0" * 16)).status_code
            assert (status == 401) == (path not in public), f"{method} {path} answered {status}"
    keyed = {"/search", "/query", "/documents", "/documents/{document_id}", "/mcp", "/mcp/", "/cite/{place}"}
    assert walked == public | keyed


def routes(client: TestClient) -> list[tuple[str, set[str]]]:
    from fastapi.routing import iter_route_contexts

    app = client.app
    return [(route.path or "", route.methods or set()) for route in iter_route_contexts(app.routes)]  # type: ignore[attr-defined]  # The client calls it any ASGI app.


def test_without_keys_the_handler_does_not_start_unless_told_to_serve_everybody(configure: Configure) -> None:
    with pytest.raises(SettingsError, match=r"API_KEYS is empty.*handler key NAME.*AUTH=none"):
        create_app(configure(api_keys=SecretStr("")), open_corpus)
    open_app = create_app(configure(api_keys=SecretStr(""), auth="none"), open_corpus)
    assert TestClient(open_app).post("/search", json=QUESTION).status_code == 200


def test_keys_are_kept_as_hashes_and_never_shown_in_messages() -> None:
    key, entry = make_key("gpt.2026-01_a")
    assert entry.digest == digest_of(key)
    assert key not in str(entry)
    assert parse_keys(f" {entry} ,\n# a remark\n{entry}\n") == (entry, entry)
    for wrong in (key, f"name:{key}", "name:", f":{entry.digest}", f"na me:{entry.digest}", f"name:{entry.digest}0"):
        with pytest.raises(ValueError, match="entry 2") as caught:
            parse_keys(f"{entry},{wrong}")
        assert key not in str(caught.value)
    with pytest.raises(ValueError, match="1 to 64 letters"):
        make_key("na,me")


def test_an_entry_may_say_whom_documents_may_name_the_key_by() -> None:
    _, entry = make_key("gpt")
    (named,) = parse_keys(f"{entry}:user:a:b|group:Vertrieb Su\u0308d")
    assert named.principals == ("group:Vertrieb Süd", "user:a:b")
    assert parse_keys(str(named)) == (named,)
    for wrong in (":", ":a|", ":a||b", ":|", f":{'x' * 257}"):
        with pytest.raises(ValueError, match=r"entry 1 \(gpt\) names no principals: a principal") as caught:
            parse_keys(f"{entry}{wrong}")
        assert entry.digest not in str(caught.value)


def test_wrong_settings_are_named_and_their_values_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    from corpus.loading import load
    from handler.settings import HandlerSettings

    key, _ = make_key("x")
    for name, value in {
        "API_KEYS": key,
        "PUBLIC_URL": f"ftp://{key}",
        "API_KEY_HEADER": f"X {key}",
        "AUTH": key,
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load(HandlerSettings)
    message = str(caught.value)
    assert all(name in message for name in ("API_KEYS", "PUBLIC_URL", "API_KEY_HEADER", "AUTH"))
    assert key not in message
