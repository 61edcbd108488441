"""Turn files into documents. Bytes in, documents out: no reader opens files, talks to a network or knows the store."""

from ingest.reading.readers.registry import is_readable, read, why_not

__all__ = ["is_readable", "read", "why_not"]
