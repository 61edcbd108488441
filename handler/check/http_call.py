"""One HTTP request to the deployment under check, and its reply in bounds. Follows no redirect; shows no key."""

from __future__ import annotations

import base64
import json
import math
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from corpus.outbound import system_trust
from corpus.retry_after import hints_in
from corpus.urls import without_passwords
from handler.check.openapi_document import Schema, listed, mapping, resolve

# A GPT waits this long at most, and accepts no more than this.
# https://developers.openai.com/api/docs/actions/production
TIMEOUT_SECONDS = 45.0
MAX_REPLY_BYTES = 4_000_000
MAX_WAIT_SECONDS = 65
SHOWN_CHARS = 160
WRONG_KEY = "ra_this-key-is-wrong-on-purpose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The reply. `status` is 0 if there was none, and `text` then says why."""

    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is not JSON."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    @property
    def is_html(self) -> bool:
        """Whether it is a page for people."""
        return "html" in self.headers.get("content-type", "") or self.text.lstrip()[:1] == "<"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The key, and how the document wants it sent: a scheme of Authorization, or a header of its own."""

    key: str
    scheme: str = "Bearer"
    header: str | None = None

    def headers(self, key: str) -> dict[str, str]:
        """The headers that carry it."""
        if self.header is not None:
            return {self.header: key}
        if self.scheme == "Basic" and ":" in key:
            key = base64.b64encode(key.encode()).decode()
        return {"Authorization": f"{self.scheme} {key}"}


def credentials_of(document: Schema, operation: Schema, key: str) -> Credentials | None:
    """How the operation wants the key; None if it wants none."""
    wanted = operation.get("security", document.get("security"))
    known = mapping(mapping(document.get("components")).get("securitySchemes"))
    for choice in listed(wanted):
        for name in mapping(choice):
            scheme = resolve(document, known.get(name))
            if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
                return Credentials(key=key, header=str(scheme.get("name")))
            return Credentials(key=key, scheme="Basic" if scheme.get("scheme") == "basic" else "Bearer")
    return None


class Caller:
    """Sends requests, from several threads if needed."""

    def __init__(
        self,
        *,
        secret: str,
        wait: Callable[[int], None] = lambda _: None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        proxy: str | None = None,
    ) -> None:
        """`wait` is called before waiting for a limit that an earlier run has used up."""
        self._secret = secret
        self._wait = wait
        self._seconds_to_wait = MAX_WAIT_SECONDS
        self._client = httpx.Client(
            follow_redirects=False, timeout=timeout_seconds, trust_env=False, proxy=proxy, verify=system_trust()
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """The reply; one with status 0 if there is none."""
        started = time.monotonic()
        sent = {"User-Agent": "retrieval-action-check", "Accept": "application/json, */*", **(headers or {})}
        try:
            with self._client.stream(method, url, headers=sent, content=body) as response:
                content = bytearray()
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > MAX_REPLY_BYTES or time.monotonic() - started > TIMEOUT_SECONDS:
                        break
                text = content.decode("utf-8", "replace")
                received = dict(response.headers)
                status = response.status_code
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, ValueError) as error:
            return Reply(status=0, headers={}, text=reason(error), seconds=time.monotonic() - started)
        return Reply(status=status, headers=received, text=text, seconds=time.monotonic() - started)

    def send_patiently(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """The same; retried once after the wait that a 429 names."""
        reply = self.send(method, url, headers=headers, body=body)
        seconds = seconds_of(reply)
        if reply.status == 429 and seconds <= self._seconds_to_wait:
            self._seconds_to_wait -= seconds
            self._wait(seconds)
            time.sleep(seconds)
            reply = self.send(method, url, headers=headers, body=body)
        return reply

    def summarize(self, reply: Reply) -> str:
        """The reply in a few words, for people. Never contains the key, even if the server sent it back."""
        if reply.status == 0:
            return self.clean(reply.text)
        if 300 <= reply.status < 400:
            return self.clean(f"{reply.status}, a redirect to {reply.headers.get('location', 'nowhere')}")
        if reply.is_html:
            return f"{reply.status} with an HTML page"
        answer = mapping(reply.json)
        if isinstance(answer.get("error"), str):
            return self.clean(f"{reply.status} {answer['error']}: {answer.get('message', '')}")
        return self.clean(f"{reply.status} {reply.text}")

    def clean(self, text: str) -> str:
        """One short line without the key and without terminal control characters."""
        text = without_passwords(text)
        if self._secret:
            text = text.replace(self._secret, "***")
        line = "".join(character if character.isprintable() else " " for character in text)
        line = " ".join(line.split())
        return line if len(line) <= SHOWN_CHARS else line[: SHOWN_CHARS - 1] + "…"


def seconds_of(reply: Reply) -> int:
    """After how many seconds to retry; 1 if the answer does not say."""
    seconds = hints_in(reply.headers).seconds
    return 1 if seconds is None else min(math.ceil(seconds), 86_400)


def reason(error: Exception) -> str:
    """Why there was no reply, in words for people."""
    text = str(error)
    known = {
        "CERTIFICATE_VERIFY_FAILED": "its TLS certificate is not trusted",
        "WRONG_VERSION_NUMBER": "it does not speak TLS; is it http:// in place of https://?",
        "RECORD_LAYER_FAILURE": "it does not speak TLS; is it http:// in place of https://?",
        "Connection refused": "nothing listens there",
        "Name or service not known": "there is no such host",
        "nodename nor servname": "there is no such host",
        "No address associated": "there is no such host",
        "Temporary failure in name resolution": "the host's name cannot be looked up",
    }
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return next((words for sign, words in known.items() if sign in text), text or type(error).__name__)
