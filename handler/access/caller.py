"""Who is calling, as every door knows him once he is let in. What he may see of the corpus, the gate says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`name` is for logs and counters: an API key's, or what stands for an identity. `principals` are what documents
    may name him by; under ACCESS=documents he is `everyone` besides, and sees nothing else. `issuer` and `subject` say
    who he is where a token did.
    """

    name: str
    principals: frozenset[str] = frozenset()
    issuer: str | None = None
    subject: str | None = None
    scopes: frozenset[str] = frozenset()


# Whoever needs no key.
ANYBODY = Caller(name="anybody")
