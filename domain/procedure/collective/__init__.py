"""Cases of many workers, in a running case."""
