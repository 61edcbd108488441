"""PDF: pages, lines, reading order, tables and headings. pdfium reads the file; pypdf is the fallback."""
