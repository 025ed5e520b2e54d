"""Notices (通知)."""
