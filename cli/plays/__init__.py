"""Plays: a shipped dispute from filing to closure, by the public protocol only."""
