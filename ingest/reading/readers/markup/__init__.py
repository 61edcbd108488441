"""Readers of line-based markup."""
