"""Keeping safe: reports, and the record of what was done."""
