"""Channels that carry notices out of the centre."""
