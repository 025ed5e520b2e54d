"""Closure, in a running case."""
