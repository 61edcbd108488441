"""Every rule notices the edit that breaks it, and somebody else's odd document never makes it fall over."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.loading import load
from handler.check.limits import broken_limits
from handler.routes.site import document_of
from handler.settings import HandlerSettings
from tests.handler.contract.style import style_violations

Edit = Callable[[dict[str, Any]], object]


def ours() -> dict[str, Any]:
    """Our own document."""
    return copy.deepcopy(_ours())


@functools.cache
def _ours() -> dict[str, Any]:
    return document_of(load(HandlerSettings), server_url="https://api.example.com")


def search(document: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = document["paths"]["/search"]["post"]
    return operation


def fields(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = search(document)["requestBody"]["content"]["application/json"]["schema"]["properties"]
    return found


def parameter(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/documents"]["get"]["parameters"][0]
    return found


LIMITS: list[tuple[str, Edit]] = [
    ("openapi: 2.0", lambda it: it.update(openapi="2.0")),
    ("Not valid OpenAPI", lambda it: it["info"].pop("title")),
    ("out of the document", lambda it: search(it)["responses"].update(default={"$ref": "file:///etc/passwd"})),
    ("1,000,000", lambda it: it["info"].update(description="x" * 1_000_001)),
    ("no operation", lambda it: it.update(paths={})),
    ("no servers", lambda it: it.pop("servers")),
    ("https://", lambda it: it.update(servers=[{"url": "http://api.example.com"}])),
    ("https://", lambda it: it.update(servers=[{"url": "/api"}])),
    ("port 443", lambda it: it.update(servers=[{"url": "https://api.example.com:8443"}])),
    ("leads nowhere", lambda it: fields(it).update(extra={"$ref": "#/components/schemas/Nowhere"})),
    ("small letters", lambda it: it.update(servers=[{"url": "https://API.example.com"}])),
    ("several hosts", lambda it: it["servers"].append({"url": "https://b.example.com"})),
    ("no operationId", lambda it: search(it).pop("operationId")),
    ("no operationId", lambda it: search(it).update(operationId="search chunks")),
    ("Two operations are called listDocuments", lambda it: search(it).update(operationId="listDocuments")),
    ("its summary has 301", lambda it: search(it).update(summary="x" * 301)),
    ("its description has 301", lambda it: search(it).update(description="x" * 301)),
    ("neither summary", lambda it: (search(it).pop("summary"), search(it).pop("description"))),
    ("offset's description has 701", lambda it: parameter(it).update(description="x" * 701)),
    ("query's description has 701", lambda it: fields(it)["query"].update(description="x" * 701)),
    ("by $ref", lambda it: it["paths"]["/documents"]["get"].update(parameters=[{"$ref": "#/components/parameters/a"}])),
    ("in a header", lambda it: parameter(it).update({"in": "header", "required": True})),
    ("names no properties", lambda it: fields(it).update(extra={"type": "object"})),
    ("names no properties", lambda it: it["components"]["schemas"]["DocumentText"].pop("properties")),
]
MANNERS: list[tuple[str, Edit]] = [
    ("no summary", lambda it: search(it).pop("summary")),
    ("when to use it", lambda it: search(it).update(description="Use this when somebody asks.")),
    ("isConsequential", lambda it: search(it).update({"x-openai-isConsequential": True})),
    ("isConsequential", lambda it: search(it).pop("x-openai-isConsequential")),
    ("offset has no", lambda it: parameter(it).pop("example")),
    ("top_k has no", lambda it: fields(it)["top_k"].pop("examples")),
    ("total has no", lambda it: it["components"]["schemas"]["DocumentList"]["properties"]["total"].pop("description")),
    ("anyOf", lambda it: fields(it)["query"].update(anyOf=[{"type": "string"}, {"type": "null"}])),
    ("levels of objects", lambda it: fields(it).update(filter={"type": "object", "properties": {}})),
]


@pytest.mark.parametrize(("words", "edit"), LIMITS)
def test_an_edit_that_the_editor_would_refuse_is_noticed(words: str, edit: Edit) -> None:
    document = ours()
    edit(document)
    assert any(words in problem for problem in broken_limits(document)), broken_limits(document)


@pytest.mark.parametrize(("words", "edit"), MANNERS)
def test_an_edit_against_the_rules_of_the_house_is_noticed(words: str, edit: Edit) -> None:
    document = ours()
    edit(document)
    assert any(words in problem for problem in style_violations(document)), style_violations(document)


def test_a_server_of_this_machine_may_do_without_tls() -> None:
    for host in ("127.0.0.1:8000", "localhost", "[::1]:8000"):
        assert broken_limits({**ours(), "servers": [{"url": f"http://{host}"}]}) == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=25, deadline=None)
@given(
    place=st.sampled_from(["info", "servers", "paths", "components", "security", "openapi"]),
    junk=JUNK,
)
def test_junk_in_any_place_is_told_and_breaks_nothing(place: str, junk: Any) -> None:
    for problems in (broken_limits({**ours(), place: junk}), style_violations({**ours(), place: junk})):
        assert all(isinstance(problem, str) for problem in problems)
