"""Commands of whoever runs the centre: servers and workers, accounts and keys, backup, repair."""
