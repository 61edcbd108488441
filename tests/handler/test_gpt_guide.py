"""docs/gpt-action.md tells of operations, fields and errors that there are, and of every error."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import CorpusError
from handler.check.limits import MAX_DESCRIPTION_CHARS
from handler.check.openapi_document import operations, parameters_of, request_schema, schemas
from handler.contract.errors import UPSTREAM, upstream_error
from tests.handler.conftest import Connect

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "gpt-action.md").read_text("utf-8")
# The most that GPT's editor takes.
MAX_INSTRUCTION_CHARS = 8_000


def instructions() -> str:
    (text,) = re.findall(r"```text\n(.*?)```", GUIDE, flags=re.S)
    return str(text)


def names_of(document: Any) -> set[str]:
    """Every operation and field that the document knows."""
    names = set()
    for operation in operations(document):
        names |= {operation.name, *(each["name"] for each in parameters_of(document, operation))}
        names |= request_schema(document, operation).get("properties", {}).keys()
    for _, schema in schemas(document):
        names |= schema.get("properties", {}).keys()
    return names


def test_the_instructions_name_what_the_document_has_and_fit_into_the_editor(connect: Connect) -> None:
    document = connect().get("/openapi.json").json()
    named = set(re.findall(r"`([^`]+)`", instructions()))
    assert named <= names_of(document), named - names_of(document)
    assert named >= {operation.name for operation in operations(document)}
    assert named >= {"query", "queries", "top_k", "context", "text", "source", "truncated", "error", "message"}
    assert len(instructions()) <= MAX_INSTRUCTION_CHARS
    modes = document["paths"]["/search"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert "lexical" in modes["mode"]["enum"]
    codes = set(re.findall(r"\b[a-z]+(?:_[a-z]+)*_(?:key|limited)\b", instructions()))
    assert codes == {"missing_api_key", "wrong_api_key", "rate_limited"}
    assert codes <= told().keys()


def told() -> dict[str, int]:
    """Code and status of the guide's table."""
    return {code: int(status) for code, status in re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", GUIDE, flags=re.M)}


def test_every_error_is_told_with_its_status(connect: Connect) -> None:
    client = connect()
    answers = [client.get("/nowhere"), client.put("/search")]
    routing = {answer.json()["error"]: answer.status_code for answer in answers}
    assert told() == {**dict(own()), **dict(upstream(CorpusError)), **routing}


def own() -> Iterator[tuple[str, int]]:
    """Code and status of each ActionError that is written out in the handler."""
    for path in (ROOT / "handler").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ActionError":
                status, code = node.args[:2]
                if isinstance(status, ast.Constant) and isinstance(code, ast.Constant):
                    yield str(code.value), int(str(status.value))


def upstream(kind: type[CorpusError]) -> Iterator[tuple[str, int]]:
    """The same of the faults behind the handler."""
    if issubclass(kind, tuple(UPSTREAM)):
        answer = upstream_error(kind("fault"))
        yield answer.code, answer.status
    for each in kind.__subclasses__():
        yield from upstream(each)


def test_the_limits_that_the_guide_tells_are_those_that_are_checked() -> None:
    assert f"More than {MAX_DESCRIPTION_CHARS} characters for an operation" in GUIDE
