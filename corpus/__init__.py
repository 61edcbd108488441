"""What the writer (ingest) and the reader (handler) of a corpus must agree on."""

# The version stands here alone; the package, the served document and the requests to others take it from here.
__version__ = "0.2.0"
