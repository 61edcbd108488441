"""What is told of each request: its id, its deadline, its log line and its metrics. Never a query, a text or a key.

May import contract.errors and access.caller alone.
"""
