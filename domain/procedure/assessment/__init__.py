"""Assessment, in a running case."""
