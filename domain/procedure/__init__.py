"""What messages and time do to a case, step by step. The rooms bear the names of those below."""
