"""What the writer (ingest) and the reader (handler) of a corpus must agree on."""
