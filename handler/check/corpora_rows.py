"""The row about several corpora, where the document has them: each that it names answers, and no other name does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from handler.check.check_row import Check, Outcome
from handler.check.deployment import Search
from handler.check.http_call import Caller, Reply
from handler.check.openapi_document import Schema, listed, mapping, resolve

FIELD = "corpus"
MAX_ASKED = 20
STRANGE = "no-such-corpus"
Ask = Callable[[Search], Reply]


def corpora_checks(caller: Caller, document: Schema, search: Search, ask: Ask) -> Iterator[Check]:
    """The row, where a request may name corpora."""
    content = mapping(mapping(search.operation.body.get("requestBody")).get("content"))
    sent = resolve(document, mapping(content.get("application/json")).get("schema"))
    field = resolve(document, mapping(sent.get("properties")).get(FIELD))
    if field.get("type") != "array":
        return
    names = [str(name) for name in listed(mapping(field.get("items")).get("enum"))][:MAX_ASKED]
    yield Check(
        "corpora",
        "each corpus that the document names answers 200 with its own, and an unknown one is refused",
        "5xx: the server's log names the corpus that it could not open, and why. 422: this key may not use it.",
        lambda: _each(caller, search, ask, names),
    )


def _each(caller: Caller, search: Search, ask: Ask, names: list[str]) -> tuple[Outcome, str]:
    for name in names:
        reply = ask(replace(search, rest={**search.rest, FIELD: [name]}))
        results = listed(mapping(reply.json).get("results"))
        if reply.status != 200 or any(mapping(each).get(FIELD) != name for each in results):
            return "failed", caller.clean(f"{name}: {caller.summarize(reply)}")
    reply = ask(replace(search, rest={**search.rest, FIELD: [STRANGE]}))
    if reply.status not in (400, 422):
        return "failed", caller.clean(f"{STRANGE}: {caller.summarize(reply)}")
    return "ok", f"{len(names)} of them"
