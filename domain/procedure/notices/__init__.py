"""Notices, in a running case."""
