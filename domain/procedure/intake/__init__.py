"""Intake, in a running case."""
