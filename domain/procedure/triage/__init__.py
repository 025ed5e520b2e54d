"""Triage, in a running case."""
