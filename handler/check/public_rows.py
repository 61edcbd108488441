"""The rows about what everybody may read: the document, the CORS preflight, the privacy page; and response schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema

from handler.check.check_row import Outcome
from handler.check.deployment import Search, Target
from handler.check.http_call import Caller
from handler.check.limits import broken_limits
from handler.check.openapi_document import Schema, mapping, resolve

ORIGIN = "https://chatgpt.com"


def check_document(caller: Caller, target: Target, search: Search) -> tuple[Outcome, str]:
    """Whether the document is valid, within the limits, and about this deployment."""
    document = target.document
    problems = broken_limits(document)
    servers = document.get("servers")
    named = str(mapping(servers[0]).get("url", "")) if isinstance(servers, list) and servers else ""
    if named and named.rstrip("/") != target.url:
        problems.append(f"Its server is {named}, which was not asked: this is {target.url}.")
    if problems:
        shown = [caller.clean(problem) for problem in problems[:3]]
        more = f" And {len(problems) - 3} more." if len(problems) > 3 else ""
        return "failed", " ".join(shown) + more
    return "ok", f"OpenAPI {document['openapi']}, search is {search.operation.name}"


def schema_problem(caller: Caller, document: Schema, search: Search, answer: Any) -> str | None:
    """Where the answer differs from the document; None if it does not."""
    # 3.0 has a dialect of its own; and a broken document is reported in its own row.
    if not str(document.get("openapi")).startswith("3.1") or broken_limits(document):
        return None
    responses = mapping(search.operation.body.get("responses"))
    content = mapping(resolve(document, responses.get("200")).get("content"))
    schema = mapping(content.get("application/json")).get("schema")
    if not isinstance(schema, dict):
        return None
    validator = jsonschema.Draft202012Validator({**schema, "components": document.get("components", {})})
    error = next(iter(validator.iter_errors(answer)), None)
    if error is None:
        return None
    place = "/".join(str(part) for part in error.absolute_path) or "the answer"
    return caller.clean(f"200, but {place} is not as the document says: {error.message[:100]}")


def check_preflight(
    caller: Caller, target: Target, search: Search, authorized: Mapping[str, str]
) -> tuple[Outcome, str]:
    """Whether a page of ChatGPT's may call."""
    method, url, _ = search.request(target.url, None)
    wanted = ["content-type"] if method == "POST" else []
    wanted += [name.lower() for name in authorized]
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
    headers["Access-Control-Request-Headers"] = ",".join(sorted(wanted))
    reply = caller.send("OPTIONS", url, headers=headers)
    origin = caller.clean(reply.headers.get("access-control-allow-origin", ""))
    if not 200 <= reply.status < 300 or origin not in (ORIGIN, "*"):
        return "failed", f"{caller.summarize(reply)}; Access-Control-Allow-Origin: {origin or 'none'}"
    for part, needed in (("headers", wanted), ("methods", [method.lower()] if method != "GET" else [])):
        allowed = _words(reply.headers, f"access-control-allow-{part}")
        # A star covers all headers but the one that carries the key.
        if missing := [
            each for each in needed if each not in allowed and ("*" not in allowed or each == "authorization")
        ]:
            return "failed", f"{reply.status}, but {', '.join(missing)} is not among the {part} allowed"
    return "ok", f"{reply.status}, {origin} may call"


def check_privacy(caller: Caller, url: str) -> tuple[Outcome, str]:
    """Whether people can read, without a key, what happens to their questions."""
    reply = caller.send("GET", url)
    if reply.status == 200 and reply.is_html and len(reply.text) > 200:
        return "ok", f"200 at {caller.clean(url)}"
    return "failed", f"{caller.summarize(reply)} at {caller.clean(url)}"


def _words(headers: Mapping[str, str], name: str) -> set[str]:
    return {word.strip().lower() for word in headers.get(name, "").split(",")}
