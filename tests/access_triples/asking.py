"""Every door of the action: one question by it, and what is wrong with its answer: a leak, or another answer than plain
Python gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.access_triples.asked import Asked
from tests.access_triples.describing import mcp_tools, openapi, openapi_with_key
from tests.access_triples.reading import (
    cite,
    cite_by_link,
    cite_once_given,
    document,
    documents,
    mcp_fetch,
    mcp_list,
)
from tests.access_triples.searching import (
    mcp_search,
    mcp_search_chunks,
    query,
    search,
    search_by_tag,
    search_in,
    search_wrongly,
)

Door = Callable[[Asked], Iterator[str]]
# By its name in the audit trail; `openapi` has none.
DOORS: dict[Door, tuple[str, str | None]] = {
    search: ("search", None),
    search_in: ("search", None),
    search_by_tag: ("search", None),
    search_wrongly: ("search", None),
    query: ("query", None),
    documents: ("documents", None),
    document: ("document", None),
    mcp_search: ("mcp", "search"),
    mcp_search_chunks: ("mcp", "search_chunks"),
    mcp_fetch: ("mcp", "fetch"),
    mcp_list: ("mcp", "list_documents"),
    mcp_tools: ("mcp", None),
    cite: ("cite", None),
    cite_by_link: ("cite", None),
    cite_once_given: ("cite", None),
    openapi: ("openapi", None),
    openapi_with_key: ("openapi", None),
}
