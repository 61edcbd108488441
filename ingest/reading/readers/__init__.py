"""Turn files into documents. Bytes in, documents out: no reader opens files, talks to a network or knows the store."""

from ingest.readers.registry import SUPPORTED_SUFFIXES, is_readable, read, why_not

__all__ = ["SUPPORTED_SUFFIXES", "is_readable", "read", "why_not"]
