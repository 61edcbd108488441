"""What can go wrong with a token: it is refused for good, or its validity cannot be determined at the moment."""

from __future__ import annotations


class TokenRefused(Exception):
    """The token is not accepted; the message says why, and contains nothing of the token's own text."""


class IdentityUnavailable(Exception):
    """What is needed to decide cannot be fetched from the provider now.

    The message is for the log: it may name hosts.
    """


class ProviderAway(IdentityUnavailable):
    """No answer came at all, or none in time: the next address of the same provider will bring none either."""
