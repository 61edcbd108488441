"""Who a caller is by an access token: what OAuth providers, tokens and clients need from us.

In: a token, or a client's request for one. Out: a Caller, an answer, or a refusal. No address in a token is ever
contacted: providers' addresses come from the settings and from what the providers say of themselves.
"""
