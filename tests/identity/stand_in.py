"""An identity provider as a test wants it: discovery, keys, what else is laid out, and tokens signed with any key."""

from __future__ import annotations

import base64
import functools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.loopback import listening
from tests.web_server import Reply

AUDIENCE = "https://api.example.com"
DISCOVERY = "/.well-known/openid-configuration"
Answer = Reply | Callable[[dict[str, str]], Reply]


def json_reply(payload: object, status: int = 200) -> Reply:
    """JSON as a provider sends it."""
    return Reply(json.dumps(payload).encode(), status, {"Content-Type": "application/json"})


def private_key(kind: str, number: int = 0) -> Any:
    """A key of its kind: RSA, SMALL (a short RSA key), EC or OKP; one for each number, the same at each call."""
    return _generated(kind, number)


@functools.cache
def _generated(kind: str, _number: int) -> Any:
    if kind == "EC":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "OKP":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 1024 if kind == "SMALL" else 2048)


def jwk_of(kind: str, kid: str, number: int = 0, **more: Any) -> dict[str, Any]:
    """The public half as a key set has it."""
    maker = {"EC": ECAlgorithm, "OKP": OKPAlgorithm}.get(kind, RSAAlgorithm)
    public = maker.to_jwk(private_key(kind, number).public_key(), as_dict=True)  # type: ignore[attr-defined]
    return {**public, "kid": kid, "use": "sig", **more}


@dataclass
class StandIn:
    """`pages` are by path, of GET and POST alike; `asked` are the paths that were asked for, with the form."""

    url: str = ""
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def describe(self, **more: object) -> None:
        """Lay out the discovery document."""
        endpoints = {
            "jwks_uri": f"{self.url}/jwks",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
        }
        self.pages[DISCOVERY] = json_reply({"issuer": self.url, **endpoints, **more})

    def publish(self, *keys: dict[str, Any]) -> None:
        """Lay out the key set."""
        self.pages["/jwks"] = json_reply({"keys": list(keys)})

    def fetches(self, path: str) -> int:
        """How often the path was asked for."""
        return [asked for asked, _ in self.asked].count(path)

    def claims(self, **changes: object) -> dict[str, Any]:
        """Those of a good token; None takes one out, and `x_in` are seconds from now for x."""
        now = int(time.time())
        for name in [each for each in changes if each.endswith("_in")]:
            changes[name.removesuffix("_in")] = now + int(str(changes.pop(name)))
        good = {"iss": self.url, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 3600, "scope": "rag.read"}
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def token(self, **changes: Any) -> str:
        """A good token, but for the claims that change; `header_x` changes the header's x, and `kind`, `number`,
        `algorithm` and `kid` are those of its key.
        """
        kind, number = changes.pop("kind", "RSA"), changes.pop("number", 0)
        algorithm, kid = changes.pop("algorithm", "RS256"), changes.pop("kid", "first")
        header = {name.removeprefix("header_"): changes.pop(name) for name in list(changes) if name[:7] == "header_"}
        return jwt.encode(
            self.claims(**changes),
            private_key(kind, number),
            algorithm,
            headers={"typ": "at+jwt", "kid": kid, **header},
        )


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Serve on a free port, with one RSA key called `first`."""
    state = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(dict(parse_qsl(body.decode(), keep_blank_values=True)))

        def _answer(self, form: dict[str, str]) -> None:
            state.asked.append((self.path, form))
            state.headers.append({name.lower(): value for name, value in self.headers.items()})
            page = state.pages.get(self.path.partition("?")[0], Reply(b"<h1>Not here</h1>", 404))
            reply = page if isinstance(page, Reply) else page(form)
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            pass

    with listening(Handler) as state.url:
        state.describe()
        state.publish(jwk_of("RSA", "first"))
        yield state
