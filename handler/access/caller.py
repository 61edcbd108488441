"""Who is calling, in the same form for every entry point.

What a caller may see of the corpus is decided by the gate.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`name` is for logs and counters: an API key's, or what stands for an identity.

    `principals` are the names by which documents may grant access; under ACCESS=documents `everyone` is added, and
    nothing else is seen. `issuer` and `subject` identify a caller with a token.
    """

    name: str
    principals: frozenset[str] = frozenset()
    issuer: str | None = None
    subject: str | None = None
    scopes: frozenset[str] = frozenset()


# The caller if no key is needed.
ANYBODY = Caller(name="anybody")
