"""Inquiries, in a running case."""
