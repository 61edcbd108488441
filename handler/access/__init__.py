"""Where a caller is let in: API keys and where they are kept, rate limits, CORS.

In: a request's headers. Out: a caller's name, or a refusal. May import contract.errors and settings; nothing here
reads a body.
"""
