"""The rows about the Model Context Protocol, of any server of it: one message a POST, a session where it wants one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from handler.check.check_row import Check, Outcome
from handler.check.deployment import QUESTION, QUESTION_FIELDS
from handler.check.http_call import WRONG_KEY, Caller, Credentials, Reply
from handler.check.mcp_reply import Answer, is_challenged, message_headers, message_in, payload_in, result_in
from handler.check.openapi_document import listed, mapping
from handler.check.sign_in_rows import check_server

HANDSHAKE, MODERN = "2025-11-25", "2026-07-28"
KEYS = "io.modelcontextprotocol/"
CLIENT = {"name": "retrieval-action-check", "version": "1"}
META = {f"{KEYS}protocolVersion": MODERN, f"{KEYS}clientInfo": CLIENT, f"{KEYS}clientCapabilities": {}}
HINTS = ("readOnlyHint", "destructiveHint", "openWorldHint")
METHOD_NOT_FOUND = -32601
MAX_PAGES = 20
NEEDS_KEY = "401: it wants a key. Give one in ACTION_KEY; where users sign in, an access token."
UNKNOWN_METHOD = "check/no-such-method"
WELL_KNOWN = "/.well-known/oauth-protected-resource"


def find_mcp(caller: Caller, url: str, authorized: Mapping[str, str]) -> str | None:
    """The URL of the MCP server: the one given, or /mcp below it; None if there is none."""
    base = url.rstrip("/")
    for each in dict.fromkeys((base if base.endswith("/mcp") else f"{base}/mcp", base)):
        # Without its body it is not a message: an MCP server says so, or asks for the key first.
        reply = caller.send("POST", each, headers={**message_headers(), **authorized}, body=b"{}")
        if (reply.status == 401 and is_challenged(reply)) or "jsonrpc" in mapping(message_in(reply)):
            return each
    return None


class McpChecks:
    """Checks one server; later rows use what earlier ones learn (session, tools, an id)."""

    def __init__(self, caller: Caller, url: str, credentials: Credentials | None) -> None:
        self._caller = caller
        self._url = url
        self._credentials = credentials
        self._authorized = credentials.headers(credentials.key) if credentials else {}
        self._session: dict[str, str] = {}
        self._tools: list[Answer] = []
        self._identifier: str | None = None
        self._resource: Answer = {}

    def checks(self) -> Iterator[Check]:
        """In the order in which a client asks."""
        search = "one text item that holds JSON with results, each with id, title and url"
        yield Check(
            "MCP initialize",
            "a protocol version, capabilities.tools, and serverInfo with name and version",
            "Answer initialize as the protocol says.",
            self._initialize,
        )
        yield Check(
            "MCP discover",
            f"server/discover with supportedVersions that hold {MODERN}; a server of the older era has none",
            "Answer server/discover, or refuse it by a JSON-RPC error, so that clients fall back to initialize.",
            self._discover,
        )
        yield Check(
            "MCP tool list",
            f"tools with description, inputSchema and the hints {', '.join(HINTS)}",
            "Set what is missing: ChatGPT's directory refuses a tool without all three hints.",
            self._list_tools,
        )
        yield Check("MCP search", search, "Give results as OpenAI's connectors want them; url is cited.", self._search)
        yield Check(
            "MCP fetch",
            "one text item that holds JSON with id, title, text and url",
            "Give the document that a result of search names.",
            self._fetch,
        )
        yield Check(
            "MCP unknown method",
            f"the JSON-RPC error {METHOD_NOT_FOUND}",
            "Refuse what is not there by that error, or clients that try newer methods fail.",
            self._unknown_method,
        )
        yield Check(
            "MCP wrong key",
            "401 with WWW-Authenticate",
            "Answer a wrong key by 401, never 403: only 401 starts a client's search for a way to sign in.",
            self._wrong_key,
        )
        yield Check(
            "MCP metadata",
            f"at {WELL_KNOWN} a resource and authorization_servers, or 404 where keys alone let in",
            "Serve the document of RFC 9728, or nothing; clients stop at 5xx, and at a page for people.",
            self._metadata,
        )
        if self._resource:
            yield Check(
                "MCP sign in",
                "the server that is named describes itself under that very name, with where to sign in",
                "For this project's handler: OAUTH_ISSUERS to the last slash, OAUTH_AUDIENCE a URL above /mcp; "
                "docs/access.md has the traps of each provider.",
                lambda: check_server(self._caller, self._resource, self._url),
            )

    def _initialize(self) -> tuple[Outcome, str]:
        params = {"protocolVersion": HANDSHAKE, "capabilities": {}, "clientInfo": CLIENT}
        reply = self._post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})
        result = result_in(reply)
        info = mapping(result.get("serverInfo"))
        if reply.status == 401 and self._credentials is None:
            return "failed", NEEDS_KEY
        if not result.get("protocolVersion") or not info.get("name") or "version" not in info:
            return "failed", self._caller.summarize(reply)
        if "tools" not in mapping(result.get("capabilities")):
            return "failed", "the server has no tools"
        session = {name.lower(): value for name, value in reply.headers.items()}.get("mcp-session-id")
        self._session = {"Mcp-Session-Id": session} if session else {}
        self._session["MCP-Protocol-Version"] = str(result["protocolVersion"])
        self._post({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return "ok", self._caller.clean(f"{result['protocolVersion']}, {info['name']} {info['version']}")

    def _discover(self) -> tuple[Outcome, str]:
        headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "server/discover"}
        message = {"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": META}}
        body = json.dumps(message).encode()
        reply = self._caller.send_patiently(
            "POST", self._url, headers={**message_headers(), **self._authorized, **headers}, body=body
        )
        result, error = result_in(reply), mapping(mapping(message_in(reply)).get("error"))
        if MODERN in listed(result.get("supportedVersions")) and {"resultType", "ttlMs", "cacheScope"} <= result.keys():
            return "ok", f"{MODERN} is served"
        if error and reply.status < 500:
            return "skipped", self._caller.clean(f"the older era alone: {error.get('message', '')}")
        return "failed", self._caller.summarize(reply)

    def _list_tools(self) -> tuple[Outcome, str]:
        reply = self._ask("tools/list", None)
        self._tools = [mapping(tool) for tool in listed(result_in(reply).get("tools"))]
        for _ in range(MAX_PAGES):
            if not (cursor := result_in(reply).get("nextCursor")):
                break
            reply = self._ask("tools/list", {"cursor": cursor})
            self._tools += [mapping(tool) for tool in listed(result_in(reply).get("tools"))]
        if not self._tools:
            return "failed", self._caller.summarize(reply)
        lacking = [
            f"{tool.get('name')} lacks {', '.join(missing)}" for tool in self._tools if (missing := _lacking(tool))
        ]
        names = ", ".join(str(tool.get("name")) for tool in self._tools)
        return ("failed", self._caller.clean("; ".join(lacking))) if lacking else ("ok", self._caller.clean(names))

    def _search(self) -> tuple[Outcome, str]:
        tool = self._named("search")
        if tool is None:
            return "skipped", "there is no tool called search"
        fields = mapping(mapping(tool.get("inputSchema")).get("properties"))
        field = next((name for name in QUESTION_FIELDS if name in fields), "query")
        reply = self._ask("tools/call", {"name": "search", "arguments": {field: QUESTION}})
        results = [mapping(each) for each in listed(payload_in(reply).get("results"))]
        if not results:
            return "failed", self._caller.summarize(reply)
        if wrong := [name for name in ("id", "title", "url") for each in results if not each.get(name)]:
            return "failed", f"a result without {wrong[0]}"
        self._identifier = str(results[0]["id"])
        return "ok", f"{len(results)} results in {reply.seconds * 1000:.0f} ms"

    def _fetch(self) -> tuple[Outcome, str]:
        if self._named("fetch") is None:
            return "skipped", "there is no tool called fetch"
        if self._identifier is None:
            return "failed", "search gave no id to fetch"
        reply = self._ask("tools/call", {"name": "fetch", "arguments": {"id": self._identifier}})
        document = payload_in(reply)
        if wrong := [name for name in ("id", "title", "text", "url") if not document.get(name)]:
            return "failed", self._caller.clean(f"without {', '.join(wrong)}: {self._caller.summarize(reply)}")
        return "ok", f"{len(str(document['text'])):,} characters in {reply.seconds * 1000:.0f} ms"

    def _unknown_method(self) -> tuple[Outcome, str]:
        reply = self._ask(UNKNOWN_METHOD, None)
        code = mapping(mapping(message_in(reply)).get("error")).get("code")
        return (
            ("ok", f"{reply.status}, {code}") if code == METHOD_NOT_FOUND else ("failed", self._caller.summarize(reply))
        )

    def _wrong_key(self) -> tuple[Outcome, str]:
        wrong = (self._credentials or Credentials(key="")).headers(WRONG_KEY)
        headers = {**message_headers(), **wrong, **self._session}
        message = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        reply = self._caller.send_patiently("POST", self._url, headers=headers, body=json.dumps(message).encode())
        if reply.status == 401 and is_challenged(reply):
            return "ok", "401 with WWW-Authenticate"
        if self._credentials is None and reply.status not in (401, 403):
            return "skipped", "it asks for no key"
        return "failed", self._caller.summarize(reply) if reply.status != 401 else "401 without WWW-Authenticate"

    def _metadata(self) -> tuple[Outcome, str]:
        parts = urlsplit(self._url)
        replies = []
        for path in (f"{WELL_KNOWN}{parts.path}", WELL_KNOWN):
            url = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
            replies.append(self._caller.send("GET", url))
            metadata = mapping(replies[-1].json)
            if replies[-1].status == 200 and metadata.get("resource") and listed(metadata.get("authorization_servers")):
                self._resource = metadata
                return "ok", self._caller.clean(f"sign in at {metadata['authorization_servers'][0]}")
        if all(reply.status in (401, 403, 404) for reply in replies):
            return "ok", "none: no user signs in here"
        return "failed", self._caller.summarize(next(reply for reply in replies if reply.status not in (401, 403, 404)))

    def _ask(self, method: str, params: Mapping[str, Any] | None) -> Reply:
        message: Answer = {"jsonrpc": "2.0", "id": 2, "method": method}
        return self._post(message if params is None else {**message, "params": params})

    def _post(self, message: Mapping[str, Any]) -> Reply:
        headers = {**message_headers(), **self._authorized, **self._session}
        return self._caller.send_patiently("POST", self._url, headers=headers, body=json.dumps(message).encode())

    def _named(self, name: str) -> Answer | None:
        return next((tool for tool in self._tools if tool.get("name") == name), None)


def _lacking(tool: Answer) -> list[str]:
    hints = mapping(tool.get("annotations"))
    lacking = [] if tool.get("description") else ["a description"]
    if mapping(tool.get("inputSchema")).get("type") != "object":
        lacking.append("an inputSchema")
    return lacking + [hint for hint in HINTS if not isinstance(hints.get(hint), bool)]
