"""Personal data, in a running case."""
