"""What can go wrong with a token: it is refused for good, or nobody can tell at this moment."""

from __future__ import annotations


class TokenRefused(Exception):
    """The token lets nobody in; the message says why, and holds nothing of the token's own text."""


class IdentityUnavailable(Exception):
    """What it takes to decide cannot be had from the provider now. The message is for the log: it may name hosts."""


class ProviderAway(IdentityUnavailable):
    """No answer came at all, or none in time: the next address of the same provider will bring none either."""
