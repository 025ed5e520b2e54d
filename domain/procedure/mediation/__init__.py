"""Mediation, in a running case."""
