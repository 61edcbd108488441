"""How a provider is called: GET for JSON, POST for a form.

Every exchange has a deadline, and its reply a size limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from corpus.connection import Reply
from corpus.outbound import Exchanges, OutboundError
from handler.access.oauth.token_refusals import IdentityUnavailable, ProviderAway

# For keys and the provider's metadata; a request waits for them at most this long.
DOCUMENT_SECONDS = 3.0
MAX_DOCUMENT_BYTES = 262_144
# For the last step of a login: a provider may look into a directory for it.
FORM_SECONDS = 8.0
MAX_ANSWER_BYTES = 65_536
FORM = "application/x-www-form-urlencoded"


class ProviderClient:
    """Connects when first needed, so that no SnapStart snapshot holds a connection. Safe in threads."""

    def __init__(self, *, proxy: str | None = None, document_seconds: float = DOCUMENT_SECONDS) -> None:
        self._exchanges = Exchanges(proxy=proxy)
        self._document_seconds = document_seconds

    def close(self) -> None:
        """Close the connections."""
        self._exchanges.close()

    def document(self, url: str) -> Mapping[str, Any]:
        """The JSON object at the URL. Raises IdentityUnavailable."""
        answer = self._ask("GET", url, seconds=self._document_seconds, max_bytes=MAX_DOCUMENT_BYTES)
        if answer.status != 200 or not isinstance(answer.json, dict):
            raise IdentityUnavailable(f"{url} answered {answer.status}, and not with a JSON object")
        return answer.json

    def post(self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Reply:
        """The answer to a form, sent once: a code works once. Raises ProviderAway if there was none."""
        return self._ask(
            "POST",
            url,
            seconds=FORM_SECONDS,
            max_bytes=MAX_ANSWER_BYTES,
            body=urlencode(form).encode(),
            headers={"Content-Type": FORM, **(headers or {})},
        )

    def _ask(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        max_bytes: int,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        sent = {"Accept": "application/json", **(headers or {})}
        try:
            return self._exchanges.exchange(
                method, url, seconds=seconds, max_bytes=max_bytes, content=body, headers=sent
            )
        except OutboundError as error:
            raise ProviderAway(f"{url} did not answer: {error}") from error
