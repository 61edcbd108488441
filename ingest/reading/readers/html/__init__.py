"""Web pages (HTML)."""
