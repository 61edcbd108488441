"""Spreadsheets (XLSX, XLSM, ODS)."""
