"""Commands by which anybody looks: cases, what is owed, ends, notices, papers."""
