"""What may be called: `search` and `fetch` as OpenAI's connectors want them, and further ones by MCP_TOOLS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.answer import to_json
from corpus.errors import CorpusError
from handler.access.oauth.metadata import MCP_PATH
from handler.access.oauth.scopes import Scopes
from handler.contract.errors import ActionError
from handler.contract.openapi import LIST, SEARCH, schema_of, with_corpora, with_subject
from handler.contract.responses import schemas_of
from handler.contract.validation import validate
from handler.mcp.connector import FETCH_OUTPUT, SEARCH_OUTPUT, FetchArguments, SearchArguments, fetch, search
from handler.mcp.message_context import Session
from handler.routes.documents import Fitted, listed
from handler.routes.fault import fault_of
from handler.routes.search import find
from handler.routes.site import corpora_of_caller, values_of

Fit = Callable[[Fitted], dict[str, Any]]
Run = Callable[[Session, Mapping[str, Any], Fit], dict[str, Any]]
# Nothing here writes, and nothing reaches beyond the corpus.
HINTS = {"readOnlyHint": True, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False}
MAX_FITTINGS = 8
# A little less than the share that would just fit: the next attempt should be the last.
SPARE_CHARS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """`schema` makes the arguments' schema; `output` is the answer's, or its name among those of the OpenAPI document;
    `run` answers them and fits the answer into the room that it is given; `route` is the one whose scopes it demands.
    """

    name: str
    title: str
    description: str
    schema: Callable[[Session], dict[str, Any]]
    output: Mapping[str, Any] | str
    run: Run
    route: str


def listed_tools(session: Session) -> list[dict[str, Any]]:
    """The tools as tools/list returns them."""
    subject = session.action.settings.corpus_subject
    oauth = session.action.oauth
    answers = schemas_of(several=session.action.settings.several)
    return [
        {
            "name": tool.name,
            "title": tool.title,
            "description": with_subject(tool.description, subject),
            "inputSchema": tool.schema(session),
            "outputSchema": answers[tool.output] if isinstance(tool.output, str) else tool.output,
            "annotations": {"title": tool.title, **HINTS},
            **(_signed_in(scopes_of(tool.name, oauth.scopes)) if oauth is not None else {}),
        }
        for tool in _served(session)
    ]


def scopes_of(name: object, scopes: Scopes) -> tuple[str, ...]:
    """The scopes that a call requires: those of the endpoint, and those of the route that answers the same."""
    routes = (tool.route for tool in TOOLS if tool.name == name)
    return tuple(dict.fromkeys(scope for route in (MCP_PATH, *routes) for scope in scopes.of(route)))


def _signed_in(scopes: tuple[str, ...]) -> dict[str, Any]:
    """That a tool wants a token, as ChatGPT reads it; older versions of it look into `_meta`.

    https://developers.openai.com/apps-sdk/build/auth
    """
    schemes = [{"type": "oauth2", "scopes": list(scopes)}]
    return {"securitySchemes": schemes, "_meta": {"securitySchemes": schemes}}


def call_tool(name: str, arguments: Mapping[str, Any], session: Session) -> dict[str, Any]:
    """The result of a call; errors that the model can act on are results too, with `isError`."""
    tool = next((tool for tool in _served(session) if tool.name == name), None)
    if tool is None:
        known = ", ".join(tool.name for tool in _served(session))
        return _failed(session, ActionError(404, "unknown_tool", f"There is no such tool. There are: {known}."))
    session.trace.notes["tool"] = tool.name
    room = session.action.settings.max_response_chars - session.wrapping_chars
    try:
        return tool.run(session, arguments, lambda fitted: fitting(fitted, room))
    except ActionError as error:
        return _failed(session, error)
    except CorpusError as error:
        return _failed(session, fault_of(error, session.trace))


def fitting(fitted: Fitted, max_chars: int) -> dict[str, Any]:
    """The result in at most `max_chars` characters, although it holds the answer twice: as text and as an object."""
    room = max_chars * 9 // 20
    result: dict[str, Any] = {}
    for _ in range(MAX_FITTINGS):
        result = result_of(fitted(room))
        length = len(to_json(result))
        if length <= max_chars:
            break
        room = room * max_chars // length - SPARE_CHARS
    return result


def result_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A tool's result: one text item with the JSON, and the same object beside it."""
    return {
        "content": [{"type": "text", "text": to_json(payload)}],
        "structuredContent": payload,
        "isError": False,
    }


def _failed(session: Session, error: ActionError) -> dict[str, Any]:
    session.trace.notes["error"] = error.code
    refusal = {"error": error.code, "message": error.message, "request_id": session.trace.request_id}
    return {"content": [{"type": "text", "text": to_json(refusal)}], "isError": True}


def _search_chunks(session: Session, arguments: Mapping[str, Any], fit: Fit) -> dict[str, Any]:
    found = find(session.action, session.trace, dict(arguments))
    session.trace.counts["results"] = len(found.excerpts)
    return fit(lambda max_chars: found.answer(max_chars=max_chars))


def _list_documents(session: Session, arguments: Mapping[str, Any], fit: Fit) -> dict[str, Any]:
    # Models send null for what they leave out.
    given = {name: value for name, value in arguments.items() if value is not None}
    return fit(listed(session.action, session.trace, validate(session.action.list_request, given)))


def _search_schema(session: Session) -> dict[str, Any]:
    # Whoever may list the tools has been let in, and may see the values of fields.
    values = values_of(session.action, session.trace)
    return schema_of(
        session.action.search_request, with_corpora(values, corpora_of_caller(session.action, session.trace))
    )


def _list_schema(session: Session) -> dict[str, Any]:
    return schema_of(session.action.list_request, with_corpora({}, corpora_of_caller(session.action, session.trace)))


TOOLS = (
    Tool(
        name="search",
        title="Search the documents",
        description="Returns the passages that answer a question best, best first: id, title, text and url of each.",
        schema=lambda _: schema_of(SearchArguments),
        output=SEARCH_OUTPUT,
        run=search,
        route="/search",
    ),
    Tool(
        name="fetch",
        title="Read a document",
        description="Returns a document's text around a result of search, verbatim and as much as fits; "
        "metadata.next_id is there while more follows.",
        schema=lambda _: schema_of(FetchArguments),
        output=FETCH_OUTPUT,
        run=fetch,
        route="/documents",
    ),
    Tool(
        name="search_chunks",
        title="Search with filters",
        description=SEARCH,
        schema=_search_schema,
        output="SearchAnswer",
        run=_search_chunks,
        route="/search",
    ),
    Tool(
        name="list_documents",
        title="List the documents",
        description=LIST,
        schema=_list_schema,
        output="DocumentList",
        run=_list_documents,
        route="/documents",
    ),
)


def _served(session: Session) -> list[Tool]:
    wanted = session.action.settings.tools
    return [tool for tool in TOOLS if tool.name in wanted]
