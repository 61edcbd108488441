"""The acceptance matrix: what a GPT's action must do, checked against the live deployment.

Bounded in calls and in time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.quality.figures import DEPTH
from handler.check.burst import burst
from handler.check.check_row import Check, Outcome
from handler.check.corpora_rows import corpora_checks
from handler.check.deployment import QUESTION, Search, Target
from handler.check.gate_rows import Gate, gate_check
from handler.check.http_call import TIMEOUT_SECONDS, WRONG_KEY, Caller, Credentials, Reply
from handler.check.public_rows import (
    ORIGIN,
    check_document,
    check_preflight,
    check_privacy,
    schema_problem,
)
from handler.check.sign_in_rows import sign_in_checks

MAX_RESPONSE_CHARS = 100_000
LONG_QUESTION_CHARS = 4_001
CLOSE = "Let nobody in without a right key (AUTH=none does); where that is meant, say --open."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """What the caller says of the deployment."""

    no_rate_limit: bool = False
    is_open: bool = False
    privacy_url: str | None = None
    most_calls: int = 200
    gate: Gate | None = None


class Matrix:
    """Runs the checks, row by row."""

    def __init__(
        self,
        caller: Caller,
        target: Target,
        search: Search,
        credentials: Credentials | None,
        wishes: CheckOptions,
    ) -> None:
        self._caller = caller
        self._target = target
        self._search = search
        self._credentials = credentials
        self._wishes = wishes
        self._authorized = credentials.headers(credentials.key) if credentials else {}

    def checks(self) -> list[Check]:
        """All checks but the one about the rate limit, which must come last: it uses the limit up."""
        gate = self._wishes.gate
        asked = [gate_check(gate, lambda text: self._send(text, size=DEPTH), self._caller.summarize)] if gate else []
        return [*self._contract(), *asked]

    def _contract(self) -> list[Check]:
        operation = self._search.operation.name
        refusal = "400 or 422 with a JSON error that says what to send"
        keys = "401 or 403 with a JSON error"
        return [
            Check(
                "spec",
                "valid OpenAPI within the limits of GPT Actions, its server this deployment",
                "Correct the document. For this project's handler: PUBLIC_URL is where GPTs are to call.",
                lambda: check_document(self._caller, self._target, self._search),
            ),
            Check(
                "happy path",
                f"{operation} answers 200 with results, as its schema says",
                "401 or 403: check the key. 5xx: the server's log has the reason under the request's id. No results: "
                "bring documents in.",
                self._happy_path,
            ),
            Check("empty body", refusal, "Refuse a call without a question, as a client error.", self._empty_body),
            Check("empty query", refusal, "Refuse a question without text, as a client error.", self._empty_query),
            Check(
                f"{LONG_QUESTION_CHARS - 1:,}+ characters",
                "200, or 400, 413, 414 or 422 with a JSON error",
                "Answer a long question, or refuse it as a client error; a GPT cannot act on anything else.",
                self._long_query,
            ),
            Check("missing key", keys, f"{CLOSE}", self._missing_key),
            Check("wrong key", keys, CLOSE, self._wrong_key),
            Check(
                "CORS preflight",
                f"2xx that lets {ORIGIN} send the method and the key",
                f"Name {ORIGIN} in CORS_ORIGINS, and in the gateway's own CORS settings where it has some.",
                lambda: check_preflight(self._caller, self._target, self._search, self._authorized),
            ),
            Check(
                "privacy page",
                "200 with a page for people, without a key",
                "Serve one at /privacy, or give its address as --privacy-url; a public GPT needs it.",
                lambda: check_privacy(self._caller, self._wishes.privacy_url or f"{self._target.url}/privacy"),
            ),
            Check(
                "response size",
                f"the widest answer under {MAX_RESPONSE_CHARS:,} characters, within {TIMEOUT_SECONDS:.0f} s",
                "Lower MAX_RESPONSE_CHARS, or how many results one call may ask for.",
                self._widest,
            ),
            *corpora_checks(self._caller, self._target.document, self._search, self._ask),
            *sign_in_checks(self._caller, self._target.document, self._search.operation.body, self._target.url),
        ]

    def limit(self) -> Check:
        """The check of the rate limit."""
        return Check(
            "rate limit",
            f"429 with Retry-After within {self._wishes.most_calls} rapid calls",
            "Set RATE_LIMIT=60/minute, or a limit at the gateway; a higher one: --calls. Limited by other means: "
            "--no-rate-limit.",
            self._rate_limit,
        )

    def _send(
        self, question: str | None, *, authorized: Mapping[str, str] | None = None, size: int | None = None
    ) -> Reply:
        """Send; retried once after the wait that a 429 names."""
        method, url, body = self._search.request(self._target.url, question, size=size)
        headers = dict(self._authorized if authorized is None else authorized)
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._caller.send_patiently(method, url, headers=headers, body=body)

    def _ask(self, search: Search) -> Reply:
        method, url, body = search.request(self._target.url, QUESTION)
        headers = {**self._authorized, "Content-Type": "application/json"}
        return self._caller.send_patiently(method, url, headers=headers, body=body)

    def _happy_path(self) -> tuple[Outcome, str]:
        reply = self._send(QUESTION)
        answer = reply.json
        if reply.status != 200 or not isinstance(answer, dict | list):
            return "failed", self._caller.summarize(reply)
        if problem := schema_problem(self._caller, self._target.document, self._search, answer):
            return "failed", problem
        lists = [answer] if isinstance(answer, list) else [each for each in answer.values() if isinstance(each, list)]
        if lists and not any(lists):
            return "failed", f"200 and no results for {QUESTION!r}"
        count = max((len(each) for each in lists), default=0)
        return "ok", f"200, {count} results in {reply.seconds * 1000:.0f} ms"

    def _refused(self, reply: Reply, *allowed: int) -> tuple[Outcome, str]:
        """Whether it is one of these refusals, in JSON."""
        answer = reply.json
        if reply.status not in allowed or not isinstance(answer, dict):
            return "failed", self._caller.summarize(reply)
        return "ok", self._caller.clean(f"{reply.status} {answer.get('error', '')}")

    def _empty_body(self) -> tuple[Outcome, str]:
        return self._refused(self._send(None), 400, 422)

    def _empty_query(self) -> tuple[Outcome, str]:
        return self._refused(self._send(""), 400, 422)

    def _long_query(self) -> tuple[Outcome, str]:
        question = "how long is the warranty? " * LONG_QUESTION_CHARS
        reply = self._send(question[: LONG_QUESTION_CHARS - 1] + "?")
        if reply.status == 200 and reply.json is not None:
            return "ok", "200"
        return self._refused(reply, 400, 413, 414, 422)

    def _missing_key(self) -> tuple[Outcome, str]:
        return self._without({})

    def _wrong_key(self) -> tuple[Outcome, str]:
        return self._without((self._credentials or Credentials(key="")).headers(WRONG_KEY))

    def _without(self, authorized: Mapping[str, str]) -> tuple[Outcome, str]:
        if self._wishes.is_open and self._credentials is None:
            return "skipped", "open to everybody, as you say"
        return self._refused(self._send(QUESTION, authorized=authorized), 401, 403)

    def _widest(self) -> tuple[Outcome, str]:
        reply = self._send(QUESTION, size=self._search.largest)
        length = len(reply.text)
        came = f"{length:,} characters in {reply.seconds * 1000:.0f} ms"
        if reply.status != 200:
            return "failed", self._caller.summarize(reply)
        return ("ok" if length < MAX_RESPONSE_CHARS and reply.seconds < TIMEOUT_SECONDS else "failed"), came

    def _rate_limit(self) -> tuple[Outcome, str]:
        if self._wishes.no_rate_limit:
            return "skipped", "not asked, as you say"
        # Without a question: it counts as a call, and costs nothing behind it.
        method, url, body = self._search.request(self._target.url, None)
        headers = {**self._authorized, **({} if body is None else {"Content-Type": "application/json"})}
        found = burst(
            lambda: self._caller.send(method, url, headers=headers, body=body), most_calls=self._wishes.most_calls
        )
        return found.outcome, self._caller.clean(found.came)
