"""Callers as log lines name them: by name, or, if a secret is set, by a pseudonym."""

from __future__ import annotations

import hashlib
import hmac

from handler.access.caller import Caller

HASH_CHARS = 32


class Pseudonyms:
    """Under `secret` every caller is an HMAC-SHA256 of their identity, always the same; None: nothing is hidden."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secret

    @property
    def hide(self) -> bool:
        """Whether callers are hidden."""
        return self._secret is not None

    def name_of(self, caller: Caller) -> str:
        """The caller's name, or the pseudonym."""
        if self._secret is None:
            return caller.name
        who = caller.name if caller.subject is None else f"{caller.issuer}\n{caller.subject}"
        digest = hmac.new(self._secret.encode(), who.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return digest[:HASH_CHARS]
