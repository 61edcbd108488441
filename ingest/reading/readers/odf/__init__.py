"""OpenDocument text and slides (ODT, ODP)."""
