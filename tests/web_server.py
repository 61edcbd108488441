"""A real web server on loopback, whose pages a test lays out; it remembers what it was asked."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.loopback import listening


@dataclass(frozen=True)
class Reply:
    """`drip_seconds` is waited before each byte of the body."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip_seconds: float = 0.0


Asked = tuple[str, dict[str, str]]


@dataclass
class WebServer:
    """`pages` are by path; a function makes its reply when it is asked. `asked` are paths and headers, in order."""

    url: str = ""
    pages: dict[str, Reply | Callable[[], Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def page(self, path: str, text: str, *, tagged: bool = False, **headers: str) -> str:
        """Lay out an HTML page; `tagged` gives it an ETag. Returns its URL."""
        body = f"<html><head><title>{path}</title></head><body><main><p>{text}</p></main></body></html>".encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        tag = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"'} if tagged else {}
        self.pages[path] = Reply(body, headers={"Content-Type": "text/html; charset=utf-8", **tag, **named})
        return self.url + path

    def sitemap(self, path: str, *locations: str, lastmod: str = "", kind: str = "urlset") -> str:
        """Lay out a sitemap, or an index where `kind` says so. Returns its URL."""
        entry = "url" if kind == "urlset" else "sitemap"
        said = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
        lines = "".join(f"<{entry}><loc>{location}</loc>{said}</{entry}>" for location in locations)
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} xmlns="{space}">{lines}</{kind}>'.encode()
        self.pages[path] = Reply(body, headers={"Content-Type": "application/xml"})
        return self.url + path

    def redirect(self, path: str, target: str) -> str:
        """Lay out a redirect. Returns its URL."""
        self.pages[path] = Reply(status=302, headers={"Location": target})
        return self.url + path

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for path, _ in self.asked]


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Serve on a free port until the block ends."""
    site = WebServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            site.asked.append((self.path, headers))
            found = site.pages.get(self.path, Reply(b"Not here", 404))
            reply = found if isinstance(found, Reply) else found()
            tag = reply.headers.get("ETag")
            if tag and headers.get("if-none-match") == tag:
                reply = Reply(status=304, headers={"ETag": tag})
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers and reply.status != 304:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            try:
                for position in range(len(reply.body)) if reply.drip_seconds else ():
                    time.sleep(reply.drip_seconds)
                    self.wfile.write(reply.body[position : position + 1])
                if not reply.drip_seconds:
                    self.wfile.write(reply.body)
            except OSError:  # The client had enough.
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

    with listening(Handler) as site.url:
        yield site
