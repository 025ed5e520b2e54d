"""Commands of an agency's officer: the inbox, many inquiries at once, findings, payments."""
