"""Direction, in a running case."""
