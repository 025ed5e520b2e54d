"""Settlement, in a running case."""
