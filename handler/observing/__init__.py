"""What is recorded of each request: its id, deadline, log line and metrics. Never a query, a text or a key.

May import contract.errors and access.caller only.
"""
