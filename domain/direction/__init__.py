"""What may be said to a case at any step."""
