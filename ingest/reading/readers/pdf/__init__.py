"""PDF: pages, lines, reading order, tables and headings, from pdfium with pypdf as the second try."""
