"""Papers, in a running case."""
