"""Who a caller is by an access token: what OAuth's providers, tokens and clients need of us.

In: a token, or a client's request for one. Out: a Caller, an answer, or a refusal. No address that stands in a token is
ever asked: those of providers come from the settings and from what the providers say of themselves.
"""
