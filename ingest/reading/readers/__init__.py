"""Turn files into documents: bytes in, documents out. Readers do no file or network I/O and do not know the store."""

from ingest.reading.readers.registry import is_readable, read, why_not

__all__ = ["is_readable", "read", "why_not"]
