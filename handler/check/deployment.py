"""Where the deployment's document is, and which operation searches: found by reading, for anybody's action."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import yaml

from handler.check.http_call import Caller, Reply
from handler.check.openapi_document import (
    Operation,
    Schema,
    mapping,
    operations,
    parameters_of,
    request_schema,
    resolve,
)

PLACES = ("/openapi.json", "/openapi.yaml", "/.well-known/openapi.json", "/.well-known/openapi.yaml", "/openapi.yml")
QUESTION_FIELDS = ("query", "queries", "question", "q", "search_query", "text", "search", "prompt", "input")
SIZE_FIELDS = ("top_k", "limit", "k", "n_results", "num_results", "max_results", "size", "count")
QUESTION = "What is this about?"
DEFAULT_LARGEST = 50


class CannotCheck(Exception):
    """There is nothing to check at this URL; the message says why and what to give instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The deployment: `url` is where its paths start, without a slash at the end; `document_url` where it was read."""

    url: str
    document_url: str
    document: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How to ask: `make` gives the value of the question's field for a question."""

    operation: Operation
    field: str
    make: Callable[[str], Any]
    rest: dict[str, Any]
    size_field: str | None
    largest: int

    def request(self, url: str, question: str | None, *, size: int | None = None) -> tuple[str, str, bytes | None]:
        """Method, URL and body that ask the question, for `size` results if given; None sends no question at all."""
        method = self.operation.method.upper()
        values: dict[str, Any] = {} if question is None else {**self.rest, self.field: self.make(question)}
        if size is not None and self.size_field:
            values[self.size_field] = min(size, self.largest)
        path = re.sub(r"\{[^}]*\}", "x", self.operation.path)
        if method == "GET":
            query = f"?{urlencode(values)}" if values else ""
            return method, url + path + query, None
        return method, url + path, b"" if question is None else json.dumps(values).encode()


def find_target(caller: Caller, given: str) -> Target:
    """Read the document at the URL or below it. Raises CannotCheck."""
    parts = urlsplit(given)
    last = parts.path.rsplit("/", 1)[-1]
    base = given.rstrip("/")
    urls = [base + place for place in PLACES]
    if last.endswith((".json", ".yaml", ".yml")):
        urls = [given]
        base = given.removesuffix(last).rstrip("/").removesuffix("/.well-known")
    first: Reply | None = None
    for url in urls:
        reply = caller.send("GET", url)
        document = read_document(reply)
        if document is not None:
            return Target(url=_api_url(document, url, base), document_url=url, document=document)
        if reply.status == 0:
            raise CannotCheck(f"No answer from {url}: {reply.text}.")
        if 300 <= reply.status < 400:
            to = caller.clean(reply.headers.get("location", ""))
            raise CannotCheck(f"{url} redirects to {to}. A GPT is to be given the final URL: check that one.")
        first = first or reply
    came = caller.summarize(first) if first else "nothing"
    raise CannotCheck(
        f"There is no OpenAPI document at {urls[0]} ({came})"
        + (f", nor at {', '.join(PLACES[1:])}" if len(urls) > 1 else "")
        + ". Give the URL of the action itself, or of its document."
    )


def read_document(reply: Reply) -> Schema | None:
    """The OpenAPI document in the reply; None if it is something else."""
    if reply.status != 200 or reply.is_html:
        return None
    value = reply.json
    if value is None:
        try:
            value = yaml.safe_load(reply.text)
        except (yaml.YAMLError, RecursionError):
            return None
    return value if isinstance(value, dict) and "openapi" in value and "paths" in value else None


def _api_url(document: Schema, document_url: str, base: str) -> str:
    """Where the requests go: what the document names, but only on the host that we were given: it gets the key."""
    servers = document.get("servers")
    named = str(mapping(servers[0]).get("url", "")) if isinstance(servers, list) and servers else ""
    whole = urljoin(document_url, named)
    own, other = urlsplit(document_url), urlsplit(whole)
    return whole.rstrip("/") if named and (own.scheme, own.netloc) == (other.scheme, other.netloc) else base


def find_search(document: Schema) -> Search:
    """The operation that takes a question. Raises CannotCheck if none does."""
    found = [search for operation in operations(document) if (search := _as_search(document, operation))]
    if not found:
        raise CannotCheck(
            "The document has no operation that takes a question: a POST with a field, or a GET with a parameter, "
            f"called one of {', '.join(QUESTION_FIELDS)}."
        )
    return min(found, key=_rank)


def _rank(search: Search) -> tuple[bool, int, bool]:
    name = f"{search.operation.name} {search.operation.path}".lower()
    named = any(word in name for word in ("search", "query", "retriev", "find"))
    return not named, QUESTION_FIELDS.index(search.field), search.operation.method != "post"


def _as_search(document: Schema, operation: Operation) -> Search | None:
    if operation.method == "get":
        fields = {
            str(each.get("name")): {**mapping(each.get("schema")), **each}
            for each in parameters_of(document, operation)
            if each.get("in") == "query"
        }
        required = [name for name, each in fields.items() if each.get("required")]
    elif operation.method == "post":
        schema = request_schema(document, operation)
        fields = {name: resolve(document, each) for name, each in mapping(schema.get("properties")).items()}
        required = [str(name) for name in schema.get("required", ())]
    else:
        return None
    for field in QUESTION_FIELDS:
        make = _maker(document, fields[field]) if field in fields else None
        if make is not None:
            rest = {name: _example(fields.get(name, {})) for name in required if name != field}
            size = next((name for name in SIZE_FIELDS if name in fields), None)
            largest = fields[size].get("maximum", DEFAULT_LARGEST) if size else DEFAULT_LARGEST
            return Search(
                operation=operation,
                field=field,
                make=make,
                rest=rest,
                size_field=size,
                largest=int(largest) if isinstance(largest, int | float) else DEFAULT_LARGEST,
            )
    return None


def _maker(document: Schema, field: Schema) -> Callable[[str], Any] | None:
    """How a question is written into the field: as a text, in a list, or in a list of objects with a text."""
    if "string" in _types(field):
        return lambda question: question
    items = resolve(document, field.get("items"))
    if "string" in _types(items):
        return lambda question: [question]
    inner = mapping(items.get("properties"))
    name = next((each for each in QUESTION_FIELDS if each in inner), None)
    return (lambda question: [{name: question}]) if name else None


def _types(schema: Schema) -> list[str]:
    choices = [schema, *(mapping(each) for each in schema.get("anyOf", ()))]
    return [
        str(kind)
        for choice in choices
        for kind in (choice["type"] if isinstance(choice.get("type"), list) else [choice.get("type")])
    ]


def _example(field: Schema) -> Any:
    for value in (field.get("default"), field.get("example"), *field.get("examples", ()), *field.get("enum", ())):
        if value is not None:
            return value
    return {"integer": 5, "number": 1, "boolean": False, "array": [], "object": {}}.get(_types(field)[0], "x")
