"""Deadlines, in a running case."""
