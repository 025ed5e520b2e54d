"""Reaching the agencies' own services."""
