"""Callers as log lines name them: by their names, or where a secret is set by what names nobody."""

from __future__ import annotations

import hashlib
import hmac

from handler.access.caller import Caller

HASH_CHARS = 32


class Pseudonyms:
    """Under `secret` every caller has an HMAC-SHA256 of who he is, the same in every line; None: nothing is hidden."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secret

    @property
    def hide(self) -> bool:
        """Whether callers are hidden."""
        return self._secret is not None

    def name_of(self, caller: Caller) -> str:
        """The caller's name, or what stands for it."""
        if self._secret is None:
            return caller.name
        who = caller.name if caller.subject is None else f"{caller.issuer}\n{caller.subject}"
        digest = hmac.new(self._secret.encode(), who.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return digest[:HASH_CHARS]
