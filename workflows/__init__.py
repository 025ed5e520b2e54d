"""What happens in which order, and who is waited for. Deterministic, without I/O and without rules."""
