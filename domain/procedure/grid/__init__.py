"""Grid posts, in a running case."""
