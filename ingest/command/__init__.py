"""The command line, from words typed to exit code.

In: arguments and settings. Out: results on stdout, everything else on stderr. May import every other room of ingest,
and corpus; no room but `evaluation` imports from here, and that only `console`.
"""
