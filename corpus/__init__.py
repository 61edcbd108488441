"""What the writer (ingest) and the reader (handler) of a corpus must agree on."""

# The one place that says it; the package, the served document and what is sent to others take it from here.
__version__ = "0.2.0"
