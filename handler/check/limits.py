"""What GPT's editor refuses in an OpenAPI document, or what an action stumbles over.

Pure: a document in, sentences out.

Limits: https://developers.openai.com/api/docs/actions/production
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from corpus.urls import is_loopback
from handler.check.openapi_document import (
    Operation,
    Schema,
    listed,
    mapping,
    operations,
    parameters_of,
    references,
    request_schema,
    resolve,
    schemas,
)

MAX_DESCRIPTION_CHARS = 300
MAX_PARAMETER_CHARS = 700
# "OpenAPI spec must be 1MB or smaller", says the editor: https://github.com/yyjeqhc/webcodex/pull/461
MAX_DOCUMENT_BYTES = 1_000_000
MAX_ERRORS = 5
OPERATION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def broken_limits(document: Schema) -> list[str]:
    """A sentence for each thing that the editor refuses or a GPT stumbles over; empty if all is well."""
    return [
        *_invalid(document),
        *_size(document),
        *_servers(document),
        *_identifiers(document),
        *(problem for operation in operations(document) for problem in _texts(document, operation)),
        *_objects_without_properties(document),
    ]


def _invalid(document: Schema) -> Iterator[str]:
    # The validator would fetch them.
    if outside := [reference for reference in references(document) if not reference.startswith("#/")]:
        yield f"A reference leads out of the document, to {outside[0][:100]}; the editor follows none."
        return
    yield from (
        f"A reference leads nowhere: {reference[:100]}."
        for reference in sorted(set(references(document)))
        if not resolve(document, {"$ref": reference})
    )
    # Imported here, because importing it opens a socket (urllib3 checks for IPv6).
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    version = str(document.get("openapi", ""))
    if version.startswith("3.1"):
        validator: Any = OpenAPIV31SpecValidator(dict(document))
    elif version.startswith("3.0"):
        validator = OpenAPIV30SpecValidator(dict(document))
    else:
        yield f"The document says openapi: {version or 'nothing'}; the editor takes 3.1.0."
        return
    try:
        errors = list(itertools.islice(validator.iter_errors(), MAX_ERRORS))
    except Exception as fault:  # noqa: BLE001 - the validator falls over what is hardly OpenAPI, by any error at all
        yield f"Not valid OpenAPI: the validator stops at {type(fault).__name__} {str(fault)[:100]}"
        return
    for error in errors:
        place = "/".join(str(part) for part in getattr(error, "absolute_path", ())) or "the document"
        yield f"Not valid OpenAPI at {place}: {str(getattr(error, 'message', error))[:200]}"


def _size(document: Schema) -> Iterator[str]:
    size = len(json.dumps(document, ensure_ascii=False, default=str).encode())
    if size > MAX_DOCUMENT_BYTES:
        yield f"The document has {size:,} bytes; the editor takes {MAX_DOCUMENT_BYTES:,}."
    if not operations(document):
        yield "There is no operation that a GPT could call."


def _servers(document: Schema) -> Iterator[str]:
    urls = [str(mapping(server).get("url", "")) for server in listed(document.get("servers"))]
    if not urls:
        yield "There is no servers entry, so the editor knows no URL to call."
    hosts = {urlsplit(url).netloc for url in urls}
    if len(hosts) > 1:
        yield f"servers names several hosts ({', '.join(sorted(hosts))}); the editor takes one."
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            yield f"servers names {url[:100] or 'an empty URL'}; a GPT calls full https:// URLs alone."
        elif parts.scheme == "https" and not parts.netloc.endswith(":443") and ":" in parts.netloc:
            yield f"servers names {url[:100]}; a GPT calls port 443 alone."
        elif url != url.strip() or "{" in url or parts.netloc != parts.netloc.lower():
            yield f"servers names {url[:100]}; the editor wants a plain URL with the host in small letters."


def _identifiers(document: Schema) -> Iterator[str]:
    seen: set[str] = set()
    for operation in operations(document):
        identifier = str(operation.body.get("operationId", ""))
        if not OPERATION_ID.fullmatch(identifier):
            yield f"{operation.name} has no operationId of 1 to 64 letters, digits, dashes or underscores."
        elif identifier in seen:
            yield f"Two operations are called {identifier}."
        seen.add(identifier)


def _texts(document: Schema, operation: Operation) -> Iterator[str]:
    for part in ("summary", "description"):
        length = len(str(operation.body.get(part, "")))
        if length > MAX_DESCRIPTION_CHARS:
            yield f"{operation.name}: its {part} has {length} characters; {MAX_DESCRIPTION_CHARS} are allowed."
    if not operation.body.get("summary") and not operation.body.get("description"):
        yield f"{operation.name} has neither summary nor description, so the model cannot know what it does."
    # "parameter {'$ref': …} is has missing or non-string name; skipping": github.com/DeepLcom/openapi/issues/7
    if any("$ref" in mapping(each) for each in listed(operation.body.get("parameters"))):
        yield f"{operation.name} refers to parameters by $ref, which the editor does not follow; write them out."
    for parameter in parameters_of(document, operation):
        name, place = parameter.get("name", "?"), parameter.get("in")
        if place in ("header", "cookie") and parameter.get("required"):
            yield f"{operation.name} needs {name} in a {place}; GPT Actions send none."
        if (length := len(str(parameter.get("description", "")))) > MAX_PARAMETER_CHARS:
            yield f"{operation.name}: {name}'s description has {length} characters; {MAX_PARAMETER_CHARS} are allowed."
    for name, field in mapping(request_schema(document, operation).get("properties")).items():
        if (length := len(str(resolve(document, field).get("description", "")))) > MAX_PARAMETER_CHARS:
            yield f"{operation.name}: {name}'s description has {length} characters; {MAX_PARAMETER_CHARS} are allowed."


def _objects_without_properties(document: Schema) -> Iterator[str]:
    """The editor's message: In context=(…), object schema missing properties."""
    for place, schema in schemas(document):
        if schema.get("type") == "object" and "properties" not in schema and "$ref" not in schema:
            yield f"The object at {'/'.join(place)} names no properties; the editor wants the word, if need be as {{}}."
