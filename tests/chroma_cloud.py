"""A stand-in for Chroma Cloud: every quota of it enforced, before a real Chroma server that does the rest.

Quotas: docs.trychroma.com/cloud/quotas-limits. Their names, the words of a refusal and its status are Chroma's own
(rust/frontend/src/quota); a read without a limit comes back cut to 300, which Chroma Cloud does in silence.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from pydantic import SecretStr

from corpus.settings import CorpusSettings
from tests.loopback import listening

KEY = "ck-stand-in"
READS = ("get", "query", "count")
WRITES = ("add", "upsert", "update", "delete")
RESULTS = 300


class Refused(Exception):
    """A quota is exceeded."""

    def __init__(self, name: str, action: str, usage: int, limit: int) -> None:
        super().__init__(
            f"Quota exceeded: '{name}' exceeded quota limit for action '{action.title()}': "
            f"current usage of {usage} exceeds limit of {limit}"
        )


@dataclass
class ChromaCloud:
    """`url` is where it listens; `records` is how many a collection may hold; `most_reads` what it met at once."""

    url: str = ""
    records: int = 5_000_000
    busy: Counter[str] = field(default_factory=Counter)
    most_reads: int = 0
    turned_away: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def settings(self, collection: str, **other: Any) -> CorpusSettings:
        """Of a collection here."""
        return CorpusSettings(
            chroma_url="cloud",
            chroma_cloud_url=self.url,
            chroma_api_key=SecretStr(KEY),
            chroma_tenant="default_tenant",
            chroma_database="default_database",
            chroma_collection=collection,
            **other,
        )


def check(action: str, body: Mapping[str, Any]) -> None:
    """Raise Refused where a request exceeds a quota."""

    def at_most(limit: int, name: str, usage: int) -> None:
        if usage > limit:
            raise Refused(name, action, usage, limit)

    if action in WRITES:
        at_most(300, "Number of records", len(body.get("ids") or ()))
    for chunk_id in body.get("ids") or ():
        at_most(128, "ID size (bytes)", len(chunk_id.encode()))
    for document in body.get("documents") or ():
        at_most(16_384, "Document size (bytes)", len((document or "").encode()))
    is_record = action in WRITES
    for metadata in body.get("metadatas") or () if is_record else [body.get("metadata") or {}]:
        at_most(32, "Number of metadata dictionary keys", len(metadata or {}))
        for name, value in (metadata or {}).items():
            at_most(36, "Size of metadata dictionary key (bytes)", len(name.encode()))
            size = len(value.encode()) if isinstance(value, str) else len(json.dumps(value))
            at_most(4096 if is_record else 256, "Size of metadata dictionary value (bytes)", size)
    if "name" in body:
        at_most(128, "Name size (bytes)", len(body["name"].encode()))
    at_most(8, "Number of where clause predicates", predicates(body.get("where") or {}))
    if action in READS:
        at_most(RESULTS, "Limit value", body.get("limit") or 0)
        at_most(RESULTS, "Number of results", body.get("n_results") or 0)
        at_most(1000, "Number of IDs to filter by in a query", len(body.get("ids") or ()))


def predicates(where: Mapping[str, Any]) -> int:
    """How many conditions a filter has."""
    count = 0
    for name, value in where.items():
        count += sum(map(predicates, value)) if name in ("$and", "$or") else 1
    return count


@contextmanager
def chroma_cloud(server_url: str, *, records: int = 5_000_000) -> Iterator[ChromaCloud]:
    """The stand-in before the server."""
    cloud = ChromaCloud(records=records)
    address = server_url.removeprefix("http://")
    upstream = threading.local()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

        def finish(self) -> None:
            super().finish()
            if getattr(upstream, "line", None) is not None:
                upstream.line.close()

        def answered(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("x-chroma-token") != KEY:
                self.reply(401, {"error": "ChromaAuthError", "message": "Unauthorized"})
                return
            parts = self.path.partition("?")[0].split("/")
            action, collection = parts[-1], parts[-2]
            body = json.loads(content) if content else {}
            is_read = action in READS and parts[-3] == "collections"
            with cloud.lock:
                cloud.busy[collection] += is_read
                reads = cloud.busy[collection]
                cloud.most_reads = max(cloud.most_reads, reads)
            try:
                if is_read and reads > 10:
                    cloud.turned_away += 1
                    self.reply(429, {"error": "RateLimitError", "message": "Too many concurrent reads"})
                    return
                if self.command != "GET":
                    check(action, body)
                    body = self.as_the_server_takes_it(action, body)
                self.forward(json.dumps(body).encode() if content else b"")
            except Refused as refused:
                self.reply(422, {"error": "ChromaError", "message": str(refused)})
            finally:
                with cloud.lock:
                    cloud.busy[collection] -= is_read

        def as_the_server_takes_it(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
            if action == "get" and body.get("limit") is None:
                body["limit"] = RESULTS
            if action in ("add", "upsert"):
                status, answer = self.ask("GET", self.path.removesuffix(action) + "count", b"")
                held = int(answer) if status == 200 else 0
                if held + len(body["ids"]) > cloud.records:
                    raise Refused("Collection size (records)", action, held + len(body["ids"]), cloud.records)
            if "spann" in (body.get("configuration") or {}):
                # Which a server of one machine does not have.
                body["configuration"] = {"hnsw": body["configuration"]["spann"]}
            return body

        def ask(self, method: str, path: str, content: bytes) -> tuple[int, bytes]:
            for attempt in (0, 1):
                if getattr(upstream, "line", None) is None:
                    upstream.line = http.client.HTTPConnection(address)
                try:
                    upstream.line.request(method, path, content, {"content-type": "application/json"})
                    answer = upstream.line.getresponse()
                    return answer.status, answer.read()
                except (http.client.HTTPException, ConnectionError):
                    upstream.line = None
                    if attempt:
                        raise
            raise AssertionError("unreachable")

        def forward(self, content: bytes) -> None:
            self.send(*self.ask(self.command, self.path, content))

        def reply(self, status: int, body: object) -> None:
            self.send(status, json.dumps(body).encode())

        def send(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = answered  # noqa: N815 - the names are the base class's

    with listening(Handler) as url:
        cloud.url = url
        yield cloud
