"""Mediation (调解): talks and rooms, versions of terms, items that terms leave out."""
