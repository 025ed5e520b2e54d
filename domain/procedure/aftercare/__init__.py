"""Aftercare, in a running case."""
